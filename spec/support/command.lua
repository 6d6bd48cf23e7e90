-- The command `indoxhub`, run as people run it.
local busted = require "busted"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local command = { KEY = "indox-" .. ("k"):rep(32) }

local command_methods = {}
command_methods.__index = command_methods

local function begin(self, url)
  self.url, self.folder = url, files.folder()
  -- In a file, so that the tests' own shells do not show the key.
  self.environment = programs.write("export INDOXHUB_API_KEY=" .. command.KEY)
  return self
end

--- For one server. `run("models --json")` and the like.
---@param url string base URL
function command.new(url)
  return begin(setmetatable({}, command_methods), url)
end

--- The same while the tests of a block run, where it is called, and for a
--- sandbox with these flags. Returns a raw server, too.
---@param flags string
function command.with_servers(flags)
  local self = setmetatable({}, command_methods)
  local sandbox = during_tests(servers.sandbox, flags)
  busted.setup(function()
    begin(self, sandbox.url)
  end)
  busted.teardown(function()
    self:remove()
  end)
  return self, during_tests(servers.raw)
end

--- Removes what its runs left behind.
function command_methods:remove()
  os.remove(self.environment)
  files.remove_folder(self.folder)
end

--- A shell command line that runs it, with a home of its own.
function command_methods:line(arguments, url)
  return (". %s; unset NO_COLOR XDG_DATA_HOME; export HOME=%s TERM=xterm " ..
    "INDOXHUB_BASE_URL=%s; exec %s lua/indoxhub/cli/command.lua %s"):format(
    self.environment, self.folder, url or self.url,
    os.getenv("INDOXHUB_LUA"), arguments)
end

--- Starts a shell command line. Gives the process id, and the names of the
--- files its output goes to.
function command.start(line)
  local out, err, code = os.tmpname(), os.tmpname(), os.tmpname()
  local pipe = io.popen(("(%s) >%s 2>%s & echo $!; wait $!; echo $? >%s")
    :format(line, out, err, code))
  return { pid = pipe:read("*l"), pipe = pipe, out = out, err = err,
    code = code }
end

--- Waits for its end. Returns stdout, stderr and the exit code.
function command.finish(started)
  started.pipe:close()
  local out, err = files.read(started.out), files.read(started.err)
  local code = tonumber(files.read(started.code))
  os.remove(started.out)
  os.remove(started.err)
  os.remove(started.code)
  return out, err, code
end

--- Runs a shell command line. Returns stdout, stderr and the exit code.
function command.shell(line)
  return command.finish(command.start(line))
end

--- Runs the command with nothing to read. Returns stdout, stderr and the exit
--- code.
function command_methods:run(arguments, url)
  return command.shell("(" .. self:line(arguments, url) .. ") </dev/null")
end

--- Runs several at the same time. Returns, by the keys of `list`, what `run`
--- does.
---@param list table<any, string> arguments
---@return table<any, {out: string, err: string, code: integer}>
function command_methods:run_all(list, url)
  local started, results = {}, {}
  for key, arguments in pairs(list) do
    started[key] = command.start("(" .. self:line(arguments, url)
      .. ") </dev/null")
  end
  for key, one in pairs(started) do
    local out, err, code = command.finish(one)
    results[key] = { out = out, err = err, code = code }
  end
  return results
end

--- Runs it with a text on a pipe.
function command_methods:feed(text, arguments, url)
  local name = programs.write(text)
  local out, err, code = command.shell(("cat %s | (%s)"):format(name,
    self:line(arguments, url)))
  os.remove(name)
  return out, err, code
end

return command
