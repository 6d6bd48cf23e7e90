-- Programs in a runtime other than that of the specs, and the servers they
-- talk to.
local assert = require "luassert"
local programs = require "spec.support.programs"
local scenes = require "spec.runtime.scenes"
local servers = require "spec.support.servers"

local hosts = {}

-- Seconds after which a program is ended, with exit code 124.
local LIMIT = 120

-- A stream of many pieces, as fast as it can be sent.
local PIECES = 100000
local PIECE = 'data: {"choices":[{"delta":{"content":"abcdefgh"}}]}\n\n'
local FAST = { { "body" }, { "send", servers.EVENTS_HEAD },
  { "repeat", PIECES, PIECE }, { "send", "data: [DONE]\n\n" }, { "close" } }

-- A step takes 128 KiB at most, and what it brought may wait for a while: so
-- often, or twice as often, must a loop turn while it reads that stream.
hosts.LEAST_TURNS = PIECES * #PIECE / 131072 / 2

--- What `parts.ask_program` prints.
hosts.ASKED = "hello\t{\"result\":{}}\ttimeout\nat last\tok\n"
  .. "network\tagain\n"

--- The command `env` that lets an interpreter find the tree's modules, those
--- beside the specs, and in `folders` more.
---@param lua string which build of the module: "lua5.4" or "luajit"
---@param folders? string entries of LUA_PATH, each with a ";" behind it
function hosts.environment(lua, folders)
  return ("env LUA_PATH='%slua/?.lua;lua/?/init.lua;./?.lua;;' " ..
    "LUA_CPATH='build/%s/lib/?.so;;'"):format(folders or "", lua)
end

--- Runs a shell command. Returns what it printed, its errors included, and its
--- exit code.
function hosts.run(command)
  local pipe = io.popen(("timeout --foreground -k 5 %d %s 2>&1 </dev/null; " ..
    "printf '\\n%%d' $?"):format(LIMIT, command))
  local said = pipe:read("*a")
  pipe:close()
  local text, code = said:match("^(.*)\n(%d+)$")
  return text, tonumber(code)
end

--- Runs a program with an interpreter. Returns the same.
function hosts.run_lua(lua, code)
  local name = programs.write(code)
  local said, exit_code = hosts.run(("%s %s %s"):format(hosts.environment(lua),
    lua, name))
  os.remove(name)
  return said, exit_code
end

--- Checks what a program said, and that it ended well.
function hosts.assert_said(expected, said, exit_code)
  assert.equal(expected, said)
  assert.equal(0, exit_code)
end

--- Checks what `parts.read_fast` printed in a program that ended well.
function hosts.assert_shared(said, exit_code)
  local count, turns = said:match("^(%d+)\t(%d+)\n$")
  assert.equal("100000", count, said)
  assert.is_true(tonumber(turns) > hosts.LEAST_TURNS, said)
  assert.equal(0, exit_code)
end

local pair_methods = {}
pair_methods.__index = pair_methods

--- A sandbox, and a raw server that knows the scripts of the scenes and more.
function hosts.servers()
  local raw = servers.raw()
  for name, script in pairs(scenes.scripts) do
    raw:script(name, script)
  end
  raw:script("faster", FAST)
  local root = "http://127.0.0.1:" .. raw.port
  return setmetatable({ sandbox = servers.sandbox("--pace 0"), raw = raw,
    root = root, left = 0, served = 0 }, pair_methods)
end

--- What programs begin with: `SANDBOX`, the base URL of the sandbox, `RAW`, the
--- root of the raw server, `indoxhub`, `scenes`, `parts` for these servers, and
--- of them `client`, `MESSAGES`, `fast` and `silent` by name.
function pair_methods:prelude()
  return ([[
    local SANDBOX, RAW = %q, %q
    local indoxhub = require "indoxhub"
    local scenes = require "spec.runtime.scenes"
    local parts = require "spec.runtime.parts"(SANDBOX, RAW)
    local client, MESSAGES = parts.client, parts.MESSAGES
    local fast, silent = parts.fast, parts.silent
  ]]):format(self.sandbox.url, self.root)
end

--- Checks a program that ran the scenes and said how its loop ended.
function pair_methods:assert_scenes(ended, said, exit_code)
  self.played = (self.played or 0) + 1
  hosts.assert_said(scenes.expected .. "ended\t" .. ended .. "\n", said,
    exit_code)
  self:wait_for_scenes(self.played)
end

--- Checks a program that left the silent stream, by these words of its own: it
--- said nothing, and ended well.
function pair_methods:assert_left(how, said, exit_code)
  assert.equal("", said, how)
  assert.equal(0, exit_code, how)
  self:wait_for_leaver()
end

--- Waits until the server has seen that the clients of all scenes which end in
--- mid-stream have left, `times` times.
function pair_methods:wait_for_scenes(times)
  for _, name in ipairs(scenes.abandoned) do
    servers.wait_until(function()
      return self.raw:gone(name) == times
    end, "the client to leave " .. name)
  end
end

--- Waits until one more client has left the silent stream.
function pair_methods:wait_for_leaver()
  self.left = self.left + 1
  servers.wait_until(function()
    return self.raw:gone("left") >= self.left
  end, "the client to leave its stream")
end

--- Stores a script under a name of its own. Returns that and its base URL.
function pair_methods:serve(script)
  self.served = self.served + 1
  local name = "served" .. self.served
  return name, self.raw:script(name, script)
end

--- Waits until so many clients, one unless told otherwise, have left a script
--- in the midst of it.
function pair_methods:wait_for_end(name, count)
  servers.wait_until(function()
    return self.raw:gone(name) == (count or 1)
  end, "the upstream connection to close")
end

function pair_methods:stop()
  servers.kill(self.sandbox)
  self.raw:stop()
end

return hosts
