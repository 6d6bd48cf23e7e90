--- Sessions: conversations kept in files, by name, that go on another day.

local core = require "indoxhub.core"
local errors = require "indoxhub.errors"
local exit = require "indoxhub.cli.exit"
local indoxhub = require "indoxhub"

local session = {}

local LONGEST_NAME = 100

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

-- Where sessions are; nil and an error when no variable tells.
local function folder_of()
  local data, home = os.getenv("XDG_DATA_HOME"), os.getenv("HOME")
  if not data or data:sub(1, 1) ~= "/" then -- a relative one does not count
    if not home or home == "" then
      return nil, exit.usage("no place for sessions: set HOME or "
        .. "XDG_DATA_HOME")
    end
    data = home .. "/.local/share"
  end
  return data .. "/indoxhub/sessions"
end

--- The file of a session, which may not be there yet.
---@param name string
---@return string? path, indoxhub.Error? err
function session.path(name)
  local folder, err = folder_of()
  return folder and ("%s/%s.json"):format(folder, name), err
end

local function make_folder(path)
  local folder, ok, why = path:match("^(.*)/"), nil, nil
  for last in folder:gmatch("/+[^/]+()") do
    ok, why = core.make_folder(folder:sub(1, last - 1))
  end
  if not ok then
    return nil, errors.new("file", ("cannot make the folder %s: %s")
      :format(folder, why))
  end
  return true
end

-- Also one that cannot be read, which must not be written over.
local function exists(path)
  local file, _, number = io.open(path, "rb")
  if file then
    file:close()
  end
  return file ~= nil or number ~= NO_FILE and number ~= NO_FOLDER
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
    return indoxhub.load_conversation(client, path, settings)
  end
  return client:conversation(settings)
end

--- Keeps a conversation under a name.
---@param talk indoxhub.Conversation
---@param name string
---@return true? ok, indoxhub.Error? err
function session.save(talk, name)
  local path, err = session.path(name)
  local ok = path
  if ok then
    ok, err = make_folder(path)
  end
  if not ok then
    return nil, err
  end
  return talk:save(path)
end

return session
