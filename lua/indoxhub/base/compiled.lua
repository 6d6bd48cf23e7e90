--- The modules that `require "indoxhub"` loads, as bytecode, where `make
-- install` has put that beside the Lua files.
--
-- Reading source is most of what a start costs, and bytecode needs a fifth. It
-- fits no other interpreter than the one it was made by, which shows in its
-- stamp: where that differs, or there is no such file, the source is read.
-- Messages and stack traces name the files and lines of the source either way.
--
-- The file: the length of the stamp, a line end, the stamp; the length of the
-- rest, a line end, and the rest: for each module its name and the length of
-- its bytecode, each with a line end, and the bytecode.

local version = require "indoxhub.version"

local compiled = {}

local load_bytes = rawget(_G, "loadstring") or load

-- Something of everything that a compiler makes: it comes out the same only
-- where instructions, numbers and pointers are the same. A table in it has no
-- more than one name, as LuaJIT writes several in any order.
local SAMPLE = [[
local a, b, x = ..., { 1, 2.5, -0x7fffffff, "y" }, { y = 1 }
local function f(c, ...)
  local t = { c, ... }
  for i = #t, 1, -1 do t[i] = t[i] and not t[i] == a or i ^ 2 % 3 / 4 - b[1] end
  for k, v in pairs(t) do b[k] = v .. "z" .. k; if v ~= k then break end end
  while c < 1e300 do c = c * 2 end
  repeat local d = c; a = function() d = d + 1; return d end until c >= a()
  return f(c, ...)
end
return { f = f }, x.y:z(nil, true, false), { select("#", f()) }
]]

--- What bytecode must carry to be of this interpreter and this version.
---@return string
function compiled.stamp()
  local jit = rawget(_G, "jit")
  return table.concat({ version, _VERSION, jit and jit.version or "",
    jit and jit.arch or "", string.dump(load_bytes(SAMPLE, "=sample")) }, "\n")
end

--- The bytes of the file.
---@param modules {name: string, code: string}[] with their bytecode
---@return string
function compiled.pack(modules)
  local parts = {}
  for i, module in ipairs(modules) do
    parts[i] = ("%s\n%d\n%s"):format(module.name, #module.code, module.code)
  end
  local stamp, rest = compiled.stamp(), table.concat(parts)
  return ("%d\n%s%d\n%s"):format(#stamp, stamp, #rest, rest)
end

--- The name of the file; nil when these files were not loaded from a folder.
---@return string?
function compiled.place()
  local debug = rawget(_G, "debug")
  local source = debug and debug.getinfo(1, "S").source or ""
  local folder = source:match("^@(.*)base[/\\]compiled%.lua$")
  return folder and folder .. "compiled.bin"
end

-- The part of a text that begins at a place with its length, and where the next
-- one begins; nil where it is not all there.
local function part(bytes, at)
  local length, from = bytes:match("^(%d+)\n()", at)
  local last = length and from + length - 1
  if last and last <= #bytes then
    return bytes:sub(from, last), last + 1
  end
end

-- What the file holds behind its stamp, if it is for us.
local function read(name)
  local file = name and io.open(name, "rb")
  if not file then
    return nil
  end
  local bytes = file:read("*a") or ""
  file:close()
  local stamp, at = part(bytes, 1)
  return stamp == compiled.stamp() and part(bytes, at) or nil
end

-- What was offered and not asked for yet, by name.
local offered = {}

--- Has `require` take modules from the file, each once. What the program has
--- put in the place of one itself counts more.
function compiled.offer()
  local rest, at = read(compiled.place()), 1
  while rest and at <= #rest do
    local name, length, from = rest:match("^([^\n]+)\n(%d+)\n()", at)
    at = from + length
    local module = load_bytes(rest:sub(from, at - 1), name)
    if not module then
      break -- an interpreter that takes no bytecode
    elseif package.preload[name] == nil then
      offered[name] = function(...)
        compiled.withdraw(name)
        return module(...)
      end
      package.preload[name] = offered[name]
    end
  end
end

--- Takes back what was offered: all, or one.
---@param only? string
function compiled.withdraw(only)
  for name, module in pairs(only and { [only] = offered[only] } or offered) do
    if package.preload[name] == module then
      package.preload[name] = nil
    end
    offered[name] = nil
  end
end

return compiled
