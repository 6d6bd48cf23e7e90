--- Modules that are loaded when something of them is first used.
--
-- A program uses a few of the helpers, and most of what `require "indoxhub"`
-- costs is reading source. What any call needs is loaded with it all the same,
-- as the first call may come when no file can be opened any more. Programs that
-- give up the right to read files, or have no descriptors left, load the
-- helpers beforehand with `require "indoxhub.all"`; nginx has that done for it.

local version = require "indoxhub.version"

local later = {}

-- Functions that load what was not loaded yet.
local waiting = {}

---------------------------------------------------------------------------
-- copies of the library

-- The modules of this copy by name, as far as they are loaded. Who loads the
-- library again, as plugin managers of Neovim do, may still use objects of this
-- copy, whose helpers must not come from the other.
local ours = {}

local function modules()
  local found = {}
  for name, module in pairs(package.loaded) do
    if type(name) == "string" and name:find("^indoxhub%.") then
      found[name] = module
    end
  end
  return found
end

-- Has `require` find modules in place of those that it finds now; returns
-- these.
local function exchange(found)
  local before = modules()
  for name in pairs(before) do
    package.loaded[name] = nil
  end
  for name, module in pairs(found) do
    package.loaded[name] = module
  end
  return before
end

-- Calls a function that loads modules of this copy, as `pcall` does.
local function call(load)
  local others = package.loaded["indoxhub.base.later"] ~= later
    and exchange(ours)
  local ok, loaded = pcall(load)
  ours = others and exchange(others) or modules()
  return ok, loaded
end

---------------------------------------------------------------------------
-- loading

-- The version of the files that would be loaded now.
local function version_on_disk()
  local name = "indoxhub.version"
  local before = package.loaded[name]
  package.loaded[name] = nil
  local found, now = pcall(require, name)
  package.loaded[name] = before
  return found and now or version
end

--- Calls a function that loads modules. Raises when they cannot be loaded, or
--- are not of the version that runs.
---@param load fun(): any
---@return any loaded what the function returns
function later.load(load)
  local now = version_on_disk()
  if now ~= version then
    error(("indoxhub: version %s was installed while this program runs with "
      .. "%s: start it again"):format(now, version), 0)
  end
  local ok, loaded = call(load)
  if not ok then
    error("indoxhub: a part of it cannot be loaded any more; a program that "
      .. "may lose its files calls require \"indoxhub.all\" first\n"
      .. tostring(loaded), 0)
  end
  waiting[load] = nil
  return loaded
end

--- A module of this copy, which is loaded now if it was not before.
---@param name string
---@return any module
function later.own(name)
  if package.loaded["indoxhub.base.later"] == later then
    return require(name)
  end
  return ours[name] or later.load(function()
    return require(name)
  end)
end

--- Has `later.all` load something, too.
---@param load fun(): any
function later.add(load)
  waiting[load] = true
end

--- A function that returns a module, or a field of it, which its first call
--- loads.
---@param name string
---@param field? string
---@return fun(): any
function later.get(name, field)
  local loaded
  local function load()
    -- Another may have loaded it since.
    local module = ours[name] or require(name)
    loaded = field and module[field] or module
    return loaded
  end
  later.add(load)
  return function()
    return loaded or ours[name] and load() or later.load(load)
  end
end

--- Loads everything that was not loaded yet.
function later.all()
  local load = next(waiting)
  while load do
    later.load(load)
    load = next(waiting)
  end
end

--- To be called once, when all is loaded that is not for later.
function later.begin()
  ours = modules()
end

return later
