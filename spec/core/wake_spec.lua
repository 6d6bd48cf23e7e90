-- The waker: tells on a unix socket that a descriptor is readable.
local core = require "indoxhub.core"
local servers = require "spec.support.servers"
local socket = require "cqueues.socket"

local function exists(path)
  return os.rename(path, path) ~= nil
end

local function threads()
  local pipe = io.popen("ls /proc/$PPID/task | wc -l")
  local count = pipe:read("*n")
  pipe:close()
  return count
end

describe("a waker", function()
  local engine, waker, connection

  before_each(function()
    engine = core.engine()
    waker = assert(core.waker(engine:fd()))
  end)

  after_each(function()
    waker:close()
    engine:close()
    if connection then
      connection:close()
      connection = nil
    end
  end)

  local function ask_in()
    connection = socket.connect { path = waker:path() }
    connection:setmode("bn", "bn")
    connection:onerror(function(_, _, code) return code end)
    assert(connection:connect(5))
  end

  local function connect()
    ask_in()
    assert(waker:accept())
  end

  -- A byte that comes within some seconds.
  local function told(seconds)
    connection:settimeout(seconds)
    local byte = connection:read(1)
    connection:clearerr()
    return byte
  end

  it("is a socket that only its owner can reach", function()
    local folder = waker:path():match("^(.*)/")
    local pipe = io.popen("stat -c %a " .. folder)
    assert.equal("700", pipe:read("*l"))
    pipe:close()
    connect()
    assert.is_false(exists(folder))
  end)

  it("is gone from the file system when it is closed unused", function()
    local folder = waker:path():match("^(.*)/")
    assert.is_true(exists(folder))
    waker:close()
    assert.is_false(exists(folder))
    assert.is_nil(waker:path())
    assert.is_nil((waker:accept()))
  end)

  it("takes no connection of another process", function()
    os.execute(("env -u LD_PRELOAD curl -s -m 5 --unix-socket %s http://x/ "
      .. ">/dev/null 2>&1 &"):format(waker:path()))
    local ok, why
    servers.wait_until(function()
      ok, why = waker:accept()
      return ok or why ~= "Resource temporarily unavailable"
    end, "the other process")
    assert.is_nil(ok)
    assert.equal("Operation not permitted", why)
    connect()
  end)

  it("closes a connection on which it cannot tell", function()
    local folder = waker:path():match("^(.*)/")
    ask_in()
    engine:close() -- so there is nothing to watch
    assert.is_nil((waker:accept()))
    assert.is_nil((waker:accept()))
    assert.is_nil(told(5))
    assert.is_true(connection:eof("r"))
    assert.is_true(exists(folder)) -- for another try
  end)

  it("tells once, and again when that was attended to", function()
    connect()
    assert.is_nil(told(0.02))
    engine:alarm(0)
    assert.equal("!", told(5))
    assert.is_nil(told(0.02))
    waker:rearm() -- the alarm is still due
    assert.equal("!", told(5))
    engine:alarm()
    waker:rearm()
    assert.is_nil(told(0.02))
    engine:alarm(0.01)
    assert.equal("!", told(5))
  end)

  it("has one thread, which ends with it", function()
    local before = threads()
    connect()
    assert.equal(before + 1, threads())
    waker:close()
    assert.equal(before, threads())
    waker:close()
    waker:rearm()
    waker:hang_up()
  end)

  it("ends its thread when the host hangs up", function()
    local before = threads()
    connect()
    connection:close()
    connection = nil
    servers.wait_until(function()
      return threads() == before
    end, "the thread to end")
  end)

  it("hangs up when told to", function()
    connect()
    waker:hang_up()
    assert.is_nil(told(5))
    assert.is_true(connection:eof("r"))
  end)

  it("ends with the program, whatever was closed before", function()
    connect()
    engine:close()
    waker:rearm()
    waker:close()
  end)
end)
