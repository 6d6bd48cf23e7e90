--- The command `indoxhub`: reads its arguments and runs one of its commands.
--
-- A command is a module with `describe(parser)` and `run(given)`, which returns
-- a true value, or nil and an error. It runs as a task, which Ctrl-C cancels;
-- one with `outside = true` runs outside, and returns its exit code.

local core = require "indoxhub.core"
local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local interrupt = require "indoxhub.cli.shared.interrupt"
local packages = require "indoxhub.base.packages"

local cli = {}

-- In the order of the help.
local COMMANDS = { "chat", "complete", "embed", "image", "video", "speak",
  "transcribe", "translate", "models", "usage", "analytics", "keys", "account",
  "gateway", "sandbox" }

local function module_of(name)
  return require("indoxhub.cli.commands." .. name)
end

-- Columns of the help; what is said of an option breaks under its column.
local WIDTH = 80

--- The parser of the command, with all its commands.
---@param argparse table the module of that name
---@return table
function cli.parser(argparse)
  local parser = argparse("indoxhub", "Talks to the IndoxHub API.")
    :help_max_width(WIDTH)
    :epilog([[
The key comes from the variable INDOXHUB_API_KEY. INDOXHUB_BASE_URL leads to
another server, such as that of `indoxhub sandbox`. NO_COLOR switches colours
off. `indoxhub help COMMAND` shows examples, as COMMAND --help does.

Answers go to stdout, everything else to stderr.

]] .. exit.LEGEND)
    :require_command(true):command_target("command")
  parser:flag("--version", "Show the version.")
    :action(function()
      io.stdout:write("indoxhub ", indoxhub._VERSION, "\n")
      os.exit(0)
    end)
  for _, name in ipairs(COMMANDS) do
    module_of(name).describe(parser)
  end
  return parser
end

-- What people type first: nothing, `help`, `help keys create`, `version`.
local function as_options(arguments)
  local first = arguments[1]
  if first == "version" then
    return { "--version" }
  elseif first ~= nil and first ~= "help" then
    return arguments
  end
  local words = {}
  for i = 2, #arguments do
    local word = arguments[i]
    if not word:find("^-") and word ~= "help" and word ~= "version" then
      words[#words + 1] = word
    end
  end
  words[#words + 1] = "--help"
  return words
end

-- What the arguments say; nil, and what is wrong with the usage of the command
-- that was meant.
local function read(parser, arguments)
  local wrong
  function parser.error(meant, message)
    wrong = { usage = meant:get_usage(), message = message }
    error(wrong, 0)
  end
  local ok, given = pcall(parser.parse, parser, arguments)
  if not ok and given ~= wrong then
    error(given, 0)
  end
  return ok and given or nil, wrong
end

-- Runs a command. Returns its exit code, or raises.
local function run(command, given)
  if command.outside then
    return command.run(given)
  end
  interrupt.catch(true)
  local ok, err = interrupt.run(command.run, given)
  return ok and 0 or exit.with(err)
end

--- Runs the command. Returns its exit code.
---@param arguments string[]
---@return integer
function cli.main(arguments)
  local found, argparse = pcall(require, "argparse")
  if not found then
    io.stderr:write("indoxhub: ",
      packages.missing("the command", "argparse"), "\n")
    return 1
  end
  core.fill_descriptors()
  core.ignore_broken_pipes()
  local given, wrong = read(cli.parser(argparse), as_options(arguments))
  if not given then
    io.stderr:write(wrong.usage, "\n\nError: ", wrong.message, "\n")
    return 2
  end
  local done, code = pcall(run, module_of(given.command), given)
  if not done and tostring(code):find("interrupted!", 1, true) then
    return 130 -- by Lua's own handler, before ours was set
  elseif not done then
    return exit.raised(code)
  end
  local signal = core.ending()
  return signal and 128 + signal or code
end

return cli
