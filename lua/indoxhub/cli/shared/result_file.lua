--- Results that are files: where they go, and getting them there.

local content_types = require "indoxhub.base.content_types"
local core = require "indoxhub.core"
local exit = require "indoxhub.cli.shared.exit"
local errors = require "indoxhub.base.errors"
local output = require "indoxhub.cli.shared.output"
local progress = require "indoxhub.cli.shared.progress"
local source = require "indoxhub.save.source"
local target = require "indoxhub.base.atomic_file"
local terminal = require "indoxhub.cli.shared.terminal"

local result_file = {}

-- Characters of a name made from a request.
local LONGEST_NAME = 40

-- Bytes copied at a time.
local PIECE = 65536

local function exists(path)
  local file = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil or core.read_link(path) ~= nil -- leads to nothing yet
end

-- "A fox!" as "a-fox".
local function slug_of(text, otherwise)
  local slug = text:lower():gsub("[^%w]+", "-"):sub(1, LONGEST_NAME)
    :gsub("^-+", ""):gsub("-+$", "")
  return slug ~= "" and slug or otherwise
end

-- A name that no file has yet.
local function free_name(base, ending)
  local name, number = base .. ending, 1
  while exists(name) do
    number = number + 1
    name = ("%s-%d%s"):format(base, number, ending)
  end
  return name
end

-- Name of one of several files: "fox.png" as "fox-2.png".
local function numbered(path, number)
  local base, ending = path:match("^(.*[^/])(%.[^./]+)$")
  return ("%s-%d%s"):format(base or path, number, ending or "")
end

-- Saves under a name that stays, or in a file that is deleted afterwards.
local function save(client, item, path)
  local saved, err = client:save(item, path,
    { on_progress = progress.of_bytes("Receiving") })
  progress.clear()
  return saved, err
end

local function copy_to_stdout(path)
  local file, why = io.open(path, "rb")
  if not file then
    return nil, errors.new("file", "cannot read " .. why)
  end
  local ok, err = true, nil
  for piece in function() return file:read(PIECE) end do
    ok, err = output.bytes(piece)
    if not ok then
      break
    end
  end
  file:close()
  return ok, err
end

local function to_stdout(client, item)
  local path = os.tmpname()
  local ok, err = save(client, item, path)
  if ok then
    ok, err = copy_to_stdout(path)
  end
  os.remove(path)
  return ok, err
end

-- The ending follows from what came.
local function to_chosen_name(client, item, text, kind)
  local base = slug_of(text, kind)
  local path = free_name(base, ".part")
  local saved, err = save(client, item, path)
  if not saved then
    return nil, err
  end
  local ending = content_types.ending(saved.content_type or "")
  local name = free_name(base, ending)
  local ok, why = os.rename(path, name)
  if not ok then
    return nil, errors.new("file", "cannot rename " .. why)
  end
  output.note(("%s (%d bytes)"):format(name, saved.bytes))
  return true
end

local function to_file(client, item, path)
  local saved, err = save(client, item, path)
  if saved then
    output.note(("%s (%d bytes)"):format(path, saved.bytes))
  end
  return saved, err
end

-- What was paid for can still be had where its URL leads.
local function tell_where(item, err)
  local found = source(item)
  local url = found and found.url
  if url and url:find("^https?://") and not output.is_unread(err) then
    output.note("What was made is at " .. url)
  end
end

--- Why a file cannot be written; to be asked before what goes into it costs
--- anything.
---@param path string
---@return indoxhub.Error?
function result_file.refuse(path)
  if path == "" then
    return exit.usage("-o takes the name of a file, not an empty text")
  end
  local opened, err = target.open(path)
  if opened then
    target.discard(opened)
  end
  return err
end

--- What is wrong with where results are to go; to be asked before they cost
--- anything.
---@param given table what argparse read
---@param count integer results
---@return indoxhub.Error?
function result_file.check(given, count)
  local piped = not given.output and not given.json
    and not terminal.is(terminal.STDOUT)
  if count > 1 and (piped or given.output == "-") then
    return exit.usage("several results cannot go to one pipe: name a file "
      .. "with -o")
  elseif given.json and given.output == "-" then
    return exit.usage("--json and -o - both write to stdout: choose one")
  elseif given.output and given.output ~= "-" then
    return result_file.refuse(count > 1 and numbered(given.output, 1)
      or given.output)
  end
end

---@class indoxhub.cli.Results
---@field items any[] what client:save takes
---@field shown any what --json prints
---@field text string what files are named after
---@field kind string what they are, when that gives no name

-- Puts one result where the options say.
local function put(client, results, item, path, given)
  if path and path ~= "-" then
    return to_file(client, item, path)
  elseif path or not given.json and not terminal.is(terminal.STDOUT) then
    return to_stdout(client, item)
  elseif not given.json then
    return to_chosen_name(client, item, results.text, results.kind)
  end
  return true
end

--- Puts results where the options say: into a file, to stdout, or, on a
--- terminal, into a new file of the current folder. With --json their reply
--- goes to stdout, and they go nowhere without -o.
---@param client indoxhub.Client
---@param given table what argparse read
---@param results indoxhub.cli.Results
---@return any ok, indoxhub.Error? err
function result_file.put(client, given, results)
  local items, path = results.items, given.output
  local ok, err = true, nil
  if given.json then
    ok, err = output.json(results.shown)
  end
  if ok and #items == 0 then
    return nil, errors.new("protocol", "the reply holds no " .. results.kind,
      { code = "nothing" })
  end
  for i, item in ipairs(ok and items or {}) do
    ok, err = put(client, results, item, path and path ~= "-" and items[2]
      and numbered(path, i) or path, given)
    if not ok then
      tell_where(item, err)
      break
    end
  end
  return ok, err
end

return result_file
