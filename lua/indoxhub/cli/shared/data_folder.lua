--- The folder of what the command keeps for its user, as the XDG base directory
--- specification has it. Only the user can look into it.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local exit = require "indoxhub.cli.shared.exit"

local data_folder = {}

--- The path of a folder in it; nil and an error when no variable tells.
---@param name string
---@return string? path, indoxhub.Error? err
function data_folder.path(name)
  local data, home = os.getenv("XDG_DATA_HOME"), os.getenv("HOME")
  if not data or data:sub(1, 1) ~= "/" then -- a relative one does not count
    if not home or home == "" then
      return nil, exit.usage(("no place for %s: set HOME or XDG_DATA_HOME")
        :format(name))
    end
    data = home .. "/.local/share"
  end
  return data .. "/indoxhub/" .. name
end

--- Makes the folder that a file is to be in, with all above it.
---@param path string of the file
---@return true? ok, indoxhub.Error? err
function data_folder.make_for(path)
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

return data_folder
