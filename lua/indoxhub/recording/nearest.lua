--- For a request that was not recorded: which recording comes nearest, and in
--- what the two differ first.

local canonical = require "indoxhub.recording.canonical"
local file = require "indoxhub.recording.file"
local json = require "indoxhub.base.json"
local sorted_json = require "indoxhub.base.sorted_json"

local nearest = {}

-- More files are not looked at: who has so many calls of one kind is not helped
-- by one of them.
local MOST_FILES = 500

-- How much of a value is shown, and how much of what two texts have in common
-- before they differ.
local LONGEST, LEAD = 40, 12

-- A part of a text around a byte, whole characters.
local function excerpt(text, at)
  local from = math.max(1, at - LEAD)
  local part = text:sub(from, from + LONGEST - 1)
  if from > 1 then
    part = part:gsub("^[\128-\191]+", "")
  end
  if from + LONGEST - 1 < #text then
    part = part:gsub("[\192-\255][\128-\191]*$", "") .. "..."
  end
  return (from > 1 and "..." or "") .. part
end

local function show(value, at)
  if type(value) == "string" then
    return json.encode(excerpt(value, at or 1))
  end
  return excerpt(sorted_json.encode(value), 1)
end

-- Where two texts differ.
local function place(one, other)
  for i = 1, math.min(#one, #other) do
    if one:byte(i) ~= other:byte(i) then
      return i
    end
  end
  return math.min(#one, #other) + 1
end

local function told(path, was, is)
  if was == nil then
    return ("%s is %s, and was not there"):format(path, show(is))
  elseif is == nil then
    return ("%s was %s, and is not there"):format(path, show(was))
  end
  local at = type(was) == "string" and type(is) == "string"
    and place(was, is) or 1
  return ("%s: %s was recorded, not %s"):format(path, show(was, at),
    show(is, at))
end

local compare

local function compare_lists(path, was, is, found)
  for i = 1, math.max(#was, #is) do
    compare(("%s[%d]"):format(path, i), was[i], is[i], found)
  end
end

local function compare_objects(path, was, is, found)
  local names = {}
  for name, value in pairs(was) do
    names[name] = value
  end
  for name, value in pairs(is) do
    names[name] = value
  end
  for _, name in ipairs(sorted_json.names(names)) do
    compare(path == "" and name or path .. "." .. name, was[name], is[name],
      found)
  end
end

-- Counts differences, and keeps the first.
function compare(path, was, is, found)
  if type(was) ~= "table" or type(is) ~= "table"
    or sorted_json.is_list(was) ~= sorted_json.is_list(is) then
    if was ~= is then
      found.count = found.count + 1
      found.first = found.first
        or told(path == "" and "the body" or path, was, is)
    end
  elseif sorted_json.is_list(was) then
    compare_lists(path, was, is, found)
  else
    compare_objects(path, was, is, found)
  end
end

--- In how many values two described requests differ, and the first difference.
---@param recorded table
---@param asked table
---@return integer count, string? first
function nearest.compare(recorded, asked)
  local found = { count = 0, first = nil }
  for _, part in ipairs { "method", "path", "query" } do
    compare(part, recorded[part], asked[part], found)
  end
  for _, part in ipairs { "form", "text" } do
    compare(part, recorded[part], asked[part], found)
  end
  compare("", recorded.body, asked.body, found)
  return found.count, found.first
end

-- Of the same call; else of the same method and kind of thing.
local function candidates(folder, asked)
  local family = canonical.family(asked)
  local found = file.names(folder, family)
  return found[1] and found or file.names(folder, family:match("^%w*%-%w*"))
end

--- The recording that comes nearest to a request: its name and the first
--- difference; nil when there is none.
---@param folder string
---@param asked table
---@return string? name, string? difference
function nearest.find(folder, asked)
  local least, name, difference
  for i, candidate in ipairs(candidates(folder, asked)) do
    local recorded = i <= MOST_FILES
      and file.read(folder .. "/" .. candidate) or nil
    if recorded then
      local count, first = nearest.compare(recorded.request, asked)
      if count > 0 and (not least or count < least) then
        least, name, difference = count, candidate, first
      end
    end
  end
  return name, difference
end

return nearest
