--- The command `indoxhub`: reads its arguments and runs one of its commands.
--
-- Answers go to stdout, everything else to stderr.

local indoxhub = require "indoxhub"

local cli = {}

local commands = {
  chat = "indoxhub.cli.chat",
  sandbox = "indoxhub.cli.sandbox",
}

local EXIT_CODES = [[
Exit codes: 0 done, 1 other errors, 2 wrong usage, 3 no access, 4 no credits,
5 rate limit, 6 network or timeout, 7 server, 8 incomplete or unreadable answer,
130 cancelled.]]

local function build_parser(argparse)
  local parser = argparse("indoxhub", "Talks to the IndoxHub API.")
    :epilog("The key comes from INDOXHUB_API_KEY; INDOXHUB_BASE_URL leads " ..
      "to another server.\n\n" .. EXIT_CODES)
    :require_command(true):command_target("command")
  parser:flag("--version", "Show the version.")
    :action(function()
      io.stdout:write("indoxhub ", indoxhub._VERSION, "\n")
      os.exit(0)
    end)
  for _, name in ipairs { "chat", "sandbox" } do
    require(commands[name]).describe(parser)
  end
  return parser
end

--- Runs the command. Returns its exit code.
---@param arguments string[]
---@return integer
function cli.main(arguments)
  local found, argparse = pcall(require, "argparse")
  if not found then
    io.stderr:write("indoxhub: the Lua module 'argparse' is missing ",
      "(Debian: lua-argparse; else: luarocks install argparse)\n")
    return 1
  end
  local parser = build_parser(argparse)
  local ok, options = parser:pparse(arguments)
  if not ok then
    io.stderr:write(parser:get_usage(), "\n\nError: ", options, "\n")
    return 2
  end
  local done, code = pcall(require(commands[options.command]).run, options)
  if not done and tostring(code):find("interrupted!", 1, true) then
    return 130 -- by Lua's own handler, before ours was set
  elseif not done then
    -- What raises is wrong use of the library: the message names the option.
    io.stderr:write("indoxhub: ",
      (tostring(code):gsub("^[^:]+:%d+: ", "")), "\n")
    return 2
  end
  return code
end

return cli
