--- The files of a folder of recordings: one for each request, which only its
--- owner can read. A file is replaced as a whole, so whoever reads it meanwhile
--- finds the one or the other.

local answers = require "indoxhub.recording.answer"
local atomic_file = require "indoxhub.base.atomic_file"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local layout = require "indoxhub.recording.layout"

local file = {}

---@class indoxhub.Recording what a file holds
---@field recording integer the version of its form
---@field request table as canonical.describe made it
---@field answers indoxhub.RecordedAnswer[]

local VERSION = 1

-- Number of the system's error.
local NO_FILE = 2

-- What Lua raises, which says nothing of a file.
local NO_MEMORY = "not enough memory"

local function wrong(path, why)
  return nil, errors.new("file", ("%s is no recording: %s"):format(path, why),
    { code = "recording" })
end

local function unreadable(path, why)
  return nil, errors.new("file", ("cannot read %s: %s"):format(path, why),
    { code = "unreadable" })
end

local function check(recorded)
  if type(recorded) ~= "table" or recorded.recording == nil then
    return "it is another JSON"
  elseif recorded.recording ~= VERSION then
    return ("its form has the number %s, and this version of the library knows "
      .. "%d"):format(tostring(recorded.recording), VERSION)
  elseif type(recorded.request) ~= "table"
    or type(recorded.request.method) ~= "string"
    or type(recorded.request.path) ~= "string" then
    return "request must have a method and a path"
  elseif type(recorded.answers) ~= "table" or not recorded.answers[1] then
    return "answers must be a list that is not empty"
  end
  for i, answer in ipairs(recorded.answers) do
    local why = answers.check(answer)
    if why then
      return ("answers[%d]: %s"):format(i, why)
    end
  end
end

--- What a file holds: false when there is none, nil and an error when it is no
--- recording.
---@param path string
---@return indoxhub.Recording|false|nil recorded, indoxhub.Error? err
function file.read(path)
  local bytes, why, number = core.read_file(path)
  if number == NO_FILE then
    return false
  elseif not bytes then
    return unreadable(path, why)
  end
  local recorded
  recorded, why = json.decode_with_nulls(bytes)
  if recorded == nil and why == NO_MEMORY then
    return nil, errors.new("limit", why, { code = "memory" })
  elseif recorded == nil then
    return wrong(path, "it is not valid JSON: " .. tostring(why))
  end
  why = check(recorded)
  if why then
    return wrong(path, why)
  end
  return recorded
end

--- Writes a file.
---@param path string
---@param request table as canonical.describe made it
---@param list indoxhub.RecordedAnswer[]
---@return true? ok, indoxhub.Error? err
function file.write(path, request, list)
  local text = layout.text { recording = VERSION, request = request,
    answers = list }
  return atomic_file.put(path, function(target)
    return atomic_file.write(target, text)
  end, false)
end

--- Makes a folder, with all above it, for its owner alone; nil and an error
--- when nothing can be written there.
---@param folder string
---@return true? ok, indoxhub.Error? err
function file.prepare(folder)
  for last in (folder .. "/"):gmatch("[^/]()/+") do
    core.make_folder(folder:sub(1, last - 1))
  end
  return atomic_file.try(folder .. "/recording")
end

--- The names of the recordings in a folder that begin so.
---@param folder string
---@param beginning string
---@return string[] names in their order
function file.names(folder, beginning)
  local found = {}
  for _, name in ipairs(core.list_folder(folder) or {}) do
    if name:sub(1, #beginning) == beginning and name:find("%.json$") then
      found[#found + 1] = name
    end
  end
  table.sort(found)
  return found
end

return file
