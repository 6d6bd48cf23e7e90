--- What to install where a Lua module of others is missing.

local packages = {}

--- The Lua that runs, as LuaRocks calls it.
---@type string
packages.LUA = _VERSION:match "%d%.%d"

--- Names the packages of something that is no Lua module.
---@param debian string
---@param alpine string
---@param homebrew string
---@return string
function packages.install(debian, alpine, homebrew)
  return ("install %s (Debian, Ubuntu), %s (Alpine) or %s (Homebrew)"):format(
    debian, alpine, homebrew)
end

--- Names the packages of a module. Debian and Alpine call them alike; Homebrew
--- has LuaRocks and no modules of Lua.
---@param who string what cannot do without it
---@param module string also the name of its rock
---@return string
function packages.missing(who, module)
  return ("%s needs the Lua module %s: install lua-%s (Debian, Ubuntu, Alpine),"
    .. " or with LuaRocks (Homebrew: luarocks) run luarocks --lua-version %s "
    .. "install %s"):format(who, module, module, packages.LUA, module)
end

--- Has modules be looked for where older versions of Lua have theirs: Debian
--- ships some for these only, and their code runs on newer ones.
function packages.add_older_folders()
  local extra = {}
  for template in package.path:gmatch("[^;]+") do
    for _, version in ipairs { "5.3", "5.1" } do
      local older, changed = template:gsub("/lua/5%.[0-9]/",
        "/lua/" .. version .. "/")
      if changed > 0 and older ~= template then
        extra[#extra + 1] = older
      end
    end
  end
  package.path = package.path .. ";" .. table.concat(extra, ";")
end

return packages
