-- Compiles what `require "indoxhub"` loads, for the interpreter that runs this:
--
--     LUA rockspec/compile.lua CPATH FOLDER FILE
--
-- CPATH is where the core is found, FOLDER the one the Lua files will be in, as
-- messages name it, FILE what is written: see lua/indoxhub/base/compiled.lua.

local cpath, folder, name = arg[1], arg[2], arg[3]

package.path = "lua/?.lua;lua/?/init.lua"
package.cpath = cpath

local compiled = require "indoxhub.base.compiled"

-- Those are read before bytecode can be, and the core is none.
local LEFT_OUT = { ["indoxhub.base.compiled"] = true, ["indoxhub"] = true,
  ["indoxhub.core"] = true, ["indoxhub.version"] = true }

-- The source of a module, and the name of its file in `lua`.
local function read(module)
  local place = module:gsub("%.", "/")
  for _, ending in ipairs { ".lua", "/init.lua" } do
    local file = io.open("lua/" .. place .. ending, "rb")
    if file then
      local source = file:read("*a")
      file:close()
      return source, place .. ending
    end
  end
end

require "indoxhub"

local modules = {}
for module in pairs(package.loaded) do
  if module:find("^indoxhub") and not LEFT_OUT[module] then
    local source, place = assert(read(module))
    local chunk = assert((rawget(_G, "loadstring") or load)(source,
      "@" .. folder .. "/" .. place))
    modules[#modules + 1] = { name = module, code = string.dump(chunk) }
  end
end
table.sort(modules, function(a, b)
  return a.name < b.name
end)

local file = assert(io.open(name, "wb"))
assert(file:write(compiled.pack(modules)))
assert(file:close())
