--- Loads the C core before anything else does, and says what to do when it is
--- not there, does not fit this Lua or machine, or is of another version than
--- the Lua files.

local packages = require "indoxhub.base.packages"
local version = require "indoxhub.version"

local interpreter = rawget(_G, "jit") and "luajit"
  or _VERSION:lower():gsub(" ", "")

local WAY_OUT = ([[
Do again what has put the library there:
  make neovim                   in its folder, as a plugin of Neovim
                                (lazy.nvim: `:Lazy build indoxhub`)
  make install LUA=%s       in its folder; with PREFIX=... as before
  make build LUA=%s         in its folder, to run from there
  luarocks --lua-version %s make rockspec/indoxhub-scm-1.rockspec]])
  :format(interpreter, interpreter, packages.LUA)

local NEEDS_CURL = "needs libcurl: " .. packages.install("libcurl4", "libcurl",
  "curl")
local OTHER_LUA = "was built for another Lua than this, " .. interpreter
local OTHER_CURL = "was built with a newer libcurl than there is"
local OTHER_LIBC = "was built on a newer system, or with another libc"

-- What loaders say (glibc's, then musl's), and what that means. The first that
-- is found counts.
local REASONS = {
  { "module 'indoxhub%.core' not found", "is not there" },
  { "undefined symbol: luaL?_", OTHER_LUA },
  { "luaL?_[%w_]+: symbol not found", OTHER_LUA },
  { "undefined symbol: curl_", OTHER_CURL },
  { "curl_[%w_]+: symbol not found", OTHER_CURL },
  { "libcurl[^\n]*: cannot open shared", NEEDS_CURL },
  { "shared library libcurl", NEEDS_CURL },
  { "GLIBC_", OTHER_LIBC },
  { "libc%.[^\n]*: cannot open shared", OTHER_LIBC },
  { "shared library libc%.", OTHER_LIBC },
  { "symbol not found", OTHER_LIBC },
  { "wrong ELF class", "was built for another kind of processor" },
  { "Exec format error", "was built for another kind of processor" },
}

local function reason_of(message)
  for _, reason in ipairs(REASONS) do
    if message:find(reason[1]) then
      return reason[2]
    end
  end
  return "cannot be loaded"
end

-- The first line says what is wrong.
local function refuse(what, message)
  local lines = { ("indoxhub: the C core %s."):format(what) }
  if what ~= NEEDS_CURL then
    lines[2] = WAY_OUT
  end
  lines[#lines + 1] = message
  error(table.concat(lines, "\n"), 0)
end

local found, core = pcall(require, "indoxhub.core")
if not found then
  refuse(reason_of(tostring(core)), tostring(core))
elseif core.version ~= version then
  refuse(("is of version %s, the Lua files are of %s"):format(
    tostring(core.version or "0.0"), version))
end

return core
