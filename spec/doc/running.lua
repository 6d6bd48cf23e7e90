-- Runs the listings of the pages, each with a key of its own, so that it finds
-- an account that nobody has used.
local files = require "spec.support.files"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local running = {}

-- Pages name these ports, as people do; what runs gets others. Each is another
-- listing's in the same test.
local PORTS = { "8091", "8092" }

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Shell code that leads a listing to a server.
function running.environment(listing, url)
  return ("export INDOXHUB_API_KEY=indox-%s INDOXHUB_BASE_URL=%s"):format(
    listing.name, url)
end

--- The code with free ports in place of those that the page names, a function
--- that puts these back into what was printed, and one that does to other code
--- what was done to this.
function running.with_free_ports(code)
  local named, free = {}, {}
  for _, port in ipairs(PORTS) do
    if code:find(port, 1, true) then
      local other = servers.free_port()
      free[port], named[other] = other, port
    end
  end
  local function replace(by)
    return function(text)
      return (text:gsub("%d+", by))
    end
  end
  return replace(free)(code), replace(named), replace(free)
end

--- A program, in an empty folder. Returns what it printed and its exit code.
function running.lua(listing, url)
  local folder = files.folder()
  files.write(folder .. "/program.lua", listing.code)
  local said, code = programs.run("dofile 'program.lua'", ("cd %s; %s")
    :format(folder, running.environment(listing, url)))
  files.remove_folder(folder)
  return said, code
end

--- The commands of a listing: what stands behind "$ ", and lines that go on
--- with it, which end in a backslash or begin with "> ".
function running.commands(listing)
  local list, goes_on = {}, false
  for line in listing.code:gmatch("[^\n]+") do
    local command = line:match("^%$ (.*)$")
    local more = line:match("^> (.*)$") or goes_on and line
    if command then
      list[#list + 1] = { text = command, shown = line }
    elseif more then
      local last = list[#list]
      last.text = last.text .. "\n" .. more
      last.shown = last.shown .. "\n" .. line
    end
    goes_on = (command or more) and line:find("\\$") ~= nil
  end
  return list
end

-- What is started beside the others says something before they go on.
local function beside(command, folder)
  local log = folder .. "/.beside"
  return ([[
rm -f %s
%s >%s 2>&1 &
beside="$beside $!"
until [ -s %s ] || ! kill -0 $!; do sleep 0.02; done
cat %s]]):format(log, command, log, log, log)
end

local PRELUDE = [[
cd %s
export HOME=%s PATH="%s/.bin:$PATH" XDG_DATA_HOME=%s/.data
unset MAKEFLAGS MAKELEVEL MFLAGS
beside=
trap 'kill $beside 2>/dev/null; wait' EXIT
trap 'exit 143' TERM
]]

-- A home in which the command is installed, and a tree is beside.
local function make_home()
  local home, root = files.folder(), files.output("pwd"):match("[^\n]+")
  assert(os.execute(("mkdir %s/.bin && ln -s %s %s/indoxhub"):format(home,
    quote(root), home)))
  files.write(home .. "/.bin/indoxhub", ("#!/bin/sh\nLUA_PATH=%s LUA_CPATH=%s "
    .. 'exec %s %s/lua/indoxhub/cli/command.lua "$@"\n'):format(
    quote(os.getenv "LUA_PATH"), quote(os.getenv "LUA_CPATH"),
    os.getenv "INDOXHUB_LUA", quote(root)))
  os.execute("chmod +x " .. home .. "/.bin/indoxhub")
  return home
end

--- Commands, in one shell whose home has nothing else in it. Returns the
--- listing as it should be: each command with what it printed.
function running.console(listing, url)
  local home = make_home()
  local script = { PRELUDE:format(home, home, home, home) }
  for _, command in ipairs(running.commands(listing)) do
    script[#script + 1] = "printf '%s\\n' " .. quote(command.shown)
    local started = command.text:match("^(.*[^&])&$")
    script[#script + 1] = started and beside(started, home) or command.text
  end
  local code, with_named_ports = running.with_free_ports(
    table.concat(script, "\n") .. "\n")
  local name = programs.write(code)
  local pipe = io.popen(("%s; unset LUA_PATH LUA_CPATH; timeout --foreground "
    .. "120 sh %s 2>&1 </dev/null"):format(
    running.environment(listing, url), name))
  local said = pipe:read("*a")
  pipe:close()
  os.remove(name)
  files.remove_folder(home)
  return with_named_ports(said), 0
end


-- What a terminal shows, without what moves the cursor and sets modes.
local function plain(seen)
  return (seen:gsub("\27%[[%d;?]*%a", ""):gsub("\27[=>]", ""):gsub("\r", ""))
end

--- A command and what is typed at its prompt, on a terminal. Returns the
--- listing as it should be.
function running.prompt(listing, url)
  local home = make_home()
  local command = listing.code:match("^%$ ([^\n]+)")
  local name = programs.write(PRELUDE:format(home, home, home, home) .. command
    .. "\n")
  local terminal = terminals.start(("%s; unset LUA_PATH LUA_CPATH; "
    .. "TERM=dumb sh %s"):format(running.environment(listing, url), name))
  for typed in listing.code:gmatch("\n> ([^\n]*)") do
    terminal:expect "> "
    terminal:type(typed .. "\r")
  end
  local code, seen = terminal:finish()
  os.remove(name)
  files.remove_folder(home)
  return "$ " .. command .. "\n" .. plain(seen), code
end

return running
