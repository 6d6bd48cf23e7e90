-- Neovim without a screen, as a process of its own with folders of its own.
local hosts = require "spec.runtime.hosts"

local editor = {}

local editor_methods = {}
editor_methods.__index = editor_methods

-- What programs begin with. `print` writes lines to stdout, as elsewhere, and
-- `leave(fn)` runs fn as a task and then leaves the editor, with exit code 1 if
-- it raised.
local PRELUDE = [[
  local uv = vim.uv or vim.loop
  local function print(...)
    local words = {}
    for i = 1, select("#", ...) do
      words[i] = tostring((select(i, ...)))
    end
    io.stdout:write(table.concat(words, "\t"), "\n")
    io.stdout:flush()
  end
  local function try(fn)
    local ok, trace = xpcall(fn, debug.traceback)
    if not ok then
      print(trace)
      vim.cmd "cq"
    end
  end
  local function leave(fn)
    require("indoxhub").spawn(function()
      try(fn)
      vim.cmd "qa!"
    end)
  end
  local function wait_until(condition)
    assert(vim.wait(20000, condition, 2), "waited too long")
  end
]]

--- Arguments with which it finds the library and the example as plugins.
editor.ALL_ON_PATH =
  [[--clean --cmd "set rtp+=$PWD,$PWD/examples/neovim"]]

--- A report of `:checkhealth` as old editors write it, "- OK: ..."; Neovim 0.10
--- has no colon, and 0.12 a picture in front, too.
function editor.as_older(report)
  return (report:gsub("%- [^%w\n]-(%u%u+) ", "- %1: "))
end

-- Neovim must find nothing of the person who runs the specs.
local FOLDERS = { "CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME",
  "RUNTIME_DIR", "CONFIG_DIRS", "DATA_DIRS" }

--- An editor's folder; `stop` removes it.
function editor.new()
  assert(os.execute("command -v nvim >/dev/null") == 0,
    "no Neovim: run make deps-all")
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -m 700 " .. folder) == 0)
  return setmetatable({ folder = folder }, editor_methods)
end

function editor_methods:stop()
  os.execute("rm -rf " .. self.folder)
end

-- The command that starts Neovim there. `variables` is more for `env`.
function editor_methods:command(arguments, variables)
  local words = { "env -u INDOXHUB_API_KEY -u INDOXHUB_BASE_URL",
    hosts.environment "luajit" }
  for _, name in ipairs(FOLDERS) do
    words[#words + 1] = ("XDG_%s=%s/%s"):format(name, self.folder, name)
  end
  words[#words + 1] = variables
  words[#words + 1] = "nvim --headless -i NONE -n " .. arguments
  return table.concat(words, " ")
end

--- Starts Neovim and waits for its end. Returns what it printed, its errors
--- included, and its exit code.
---@param arguments string
---@param variables? string such as "NAME=value"
---@return string said, integer code
function editor_methods:run(arguments, variables)
  return hosts.run(self:command(arguments, variables))
end

--- Runs a program in it. The editor goes on after the program until something
--- leaves it. Returns the same.
---@param code string
---@param options? {arguments?: string, variables?: string} default arguments:
--- "-u NONE"
function editor_methods:play(code, options)
  options = options or {}
  local name = self.folder .. "/program.lua"
  local file = assert(io.open(name, "w"))
  file:write(PRELUDE, "try(function()\n", code, "\nend)\n")
  file:close()
  return self:run(("%s -c 'luafile %s'"):format(options.arguments or "-u NONE",
    name), options.variables)
end

return editor
