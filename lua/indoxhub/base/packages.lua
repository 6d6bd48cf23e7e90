--- What to install where a Lua module of others is missing.

local packages = {}

--- Names the packages of a module. Debian and Alpine call them alike; Homebrew
--- has LuaRocks and no modules of Lua.
---@param who string what cannot do without it
---@param module string also the name of its rock
---@return string
function packages.missing(who, module)
  return ("%s needs the Lua module %s: install lua-%s (Debian, Ubuntu, Alpine),"
    .. " or with LuaRocks (Homebrew: luarocks) run luarocks --lua-version %s "
    .. "install %s"):format(who, module, module, _VERSION:match "%d%.%d",
    module)
end

return packages
