-- Engines of the specs, and how what runs in them is carried to its end.
local assert = require "luassert"
local busted = require "busted"
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local servers = require "spec.support.servers"

local engines = {}

--- Gives the tests of a block, in which it is called, a server that does as it
--- is told, and each of them an engine of its own.
---@param take fun(raw: table, engine: userdata) called before each test
function engines.for_tests(take)
  local raw, engine = during_tests(servers.raw), nil

  busted.before_each(function()
    engine = assert(core.engine())
    take(raw, engine)
  end)

  busted.after_each(function()
    engine:close()
  end)
end

--- Submits a request to which fields are added.
function engines.submit(engine, request, fields)
  for name, value in pairs(fields or {}) do
    request[name] = value
  end
  return assert(engine:submit(request))
end

--- One step, which waits a moment for something to do.
function engines.step(engine, wait)
  return engine:step({}, nil, nil, wait or 0.05)
end

--- Steps until a condition holds. Fails after a time that only a broken program
--- needs.
function engines.step_until(engine, condition, what)
  local deadline = core.now() + 20
  while not condition() do
    assert.is_true(core.now() < deadline, "waited too long for " .. what)
    engines.step(engine)
  end
end

--- Steps until a transfer has ended. Returns its result.
function engines.finish(engine, transfer)
  engines.step_until(engine, function()
    return transfer:result()
  end, "the end of a transfer")
  return transfer:result()
end

--- Reads a paced transfer to its end.
function engines.read_all(engine, transfer)
  local pieces = {}
  engines.step_until(engine, function()
    pieces[#pieces + 1] = transfer:read()
    return transfer:result() and transfer:waiting() == 0
  end, "the whole body")
  return table.concat(pieces)
end

--- How many sockets and the like this process has open; pipes come and go with
--- each look.
function engines.count_descriptors()
  local pipe = io.popen("for fd in /proc/$PPID/fd/*; do readlink $fd; " ..
    "done | grep -cE 'socket|anon_inode'")
  local n = tonumber(pipe:read("*a"))
  pipe:close()
  return n
end

return engines
