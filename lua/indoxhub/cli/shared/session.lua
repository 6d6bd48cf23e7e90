--- Sessions: conversations kept in files, by name, that go on another day.
--
-- Another terminal may be in the same session. A file that does not hold what
-- this program read or wrote last is never written over: the conversation goes
-- on under a name of its own, so that both lose nothing.

local core = require "indoxhub.core"
local data_folder = require "indoxhub.cli.shared.data_folder"
local indoxhub = require "indoxhub"
local lock = require "indoxhub.cli.shared.lock"
local output = require "indoxhub.cli.shared.output"

local session = {}

local LONGEST_NAME = 100

-- No name of a session.
local LOCK = ".lock"

-- Path -> what its file holds for all this program knows.
local known = {}

-- Numbers of the system's errors.
local NO_FILE, NO_FOLDER = 2, 20

--- For argparse: a name that is a file's name and nothing else.
---@param name string
---@return string? name, string? message
function session.name(name)
  if #name > LONGEST_NAME or not name:find("^[%w_][%w._-]*$") then
    return nil, ("%q is no name of a session: letters, digits, _, . and -, "
      .. "at most %d"):format(name, LONGEST_NAME)
  end
  return name
end

--- The file of a session, which may not be there yet.
---@param name string
---@return string? path, indoxhub.Error? err
function session.path(name)
  local folder, err = data_folder.path("sessions")
  return folder and ("%s/%s.json"):format(folder, name), err
end

-- Also one that cannot be read, which must not be written over. The core does
-- not wait at a pipe, as io.open does.
local function exists(path)
  if select(2, core.read_file(path, 0)) == "not a regular file" then
    return true
  end
  local file, _, number = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil or number ~= NO_FILE and number ~= NO_FOLDER
end

-- Runs a function while no other program reads or writes sessions.
local function alone(path, fn, ...)
  return lock.hold(io.open(path:match("^(.*/)") .. LOCK, "a"), fn, ...)
end

local function load(client, path, settings)
  known[path] = core.read_file(path)
  return indoxhub.load_conversation(client, path, settings)
end

--- The conversation of a session, or a new one.
---@param client indoxhub.Client
---@param name? string of a session
---@param settings table of the conversation; those of the file give way
---@return indoxhub.Conversation? talk, indoxhub.Error? err
function session.open(client, name, settings)
  local path, err
  if name then
    path, err = session.path(name)
    if not path then
      return nil, err
    end
  end
  if path and exists(path) then
    return alone(path, load, client, path, settings)
  end
  return client:conversation(settings)
end

-- Whether a file holds what somebody else wrote.
local function is_foreign(path)
  return exists(path) and (not known[path]
    or core.read_file(path) ~= known[path])
end

-- A name like this one that no session has.
local function free_name(name)
  for number = 2, math.huge do
    local ending = ("-%d"):format(number)
    local free = name:sub(1, LONGEST_NAME - #ending) .. ending
    local path = session.path(free)
    if not exists(path) then
      return free, path
    end
  end
end

local function warn(name, path, other_name, other_path)
  local why = known[path] and "was changed by another program"
    or "is there already"
  output.complain(("the session %s %s and stays as it is, in %s. This "
    .. "conversation is kept as %s, in %s"):format(name, why, path, other_name,
    other_path))
end

local function write(talk, name, path)
  local kept, place = name, path
  if is_foreign(path) then
    kept, place = free_name(name)
  end
  local ok, err = talk:save(place)
  if not ok then
    return nil, err
  end
  known[place] = core.read_file(place)
  if kept ~= name then
    warn(name, path, kept, place)
  end
  return kept
end

--- Keeps a conversation under a name, or under another one when that holds what
--- this program does not know.
---@param talk indoxhub.Conversation
---@param name string
---@return string? name that it is kept under
---@return indoxhub.Error? err
function session.save(talk, name)
  local path, err = session.path(name)
  local ok = path
  if ok then
    ok, err = data_folder.make_for(path)
  end
  if not ok then
    return nil, err
  end
  return alone(path, write, talk, name, path)
end

return session
