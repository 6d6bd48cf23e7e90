-- The waker: tells on a unix socket that a descriptor is readable.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"
local socket = require "cqueues.socket"

-- What another process calls a path of this one's descriptors.
local function seen_from_outside(path)
  local id = files.output("echo $PPID"):match("%d+")
  return (path:gsub("^/proc/self/", "/proc/" .. id .. "/"))
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
    local folder = seen_from_outside(waker:path()):match("^(.*)/")
    assert.equal("500\n", files.output("stat -c %a " .. folder))
    assert.falsy(waker:path():find("indoxhub", 1, true))
    connect()
  end)

  it("has no name in the file system, whatever ends the program", function()
    local folder = files.folder()
    local _, code = programs.run([[
      local core = require "indoxhub.core"
      local engine = core.engine()
      local waker = assert(core.waker(engine:fd()))
      assert(waker:path())
      os.execute "kill -9 $PPID"
    ]], "export TMPDIR=" .. folder)
    assert.not_equal(0, code)
    assert.equal("", files.list(folder))
    files.remove_folder(folder)
  end)

  it("has no path when it is closed", function()
    waker:close()
    assert.is_nil(waker:path())
    assert.is_nil((waker:accept()))
  end)

  it("takes no connection of another process", function()
    os.execute(("env -u LD_PRELOAD curl -s -m 5 --unix-socket %s http://x/ "
      .. ">/dev/null 2>&1 &"):format(seen_from_outside(waker:path())))
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
    ask_in()
    engine:close() -- so there is nothing to watch
    assert.is_nil((waker:accept()))
    assert.is_nil((waker:accept()))
    assert.is_nil(told(5))
    assert.is_true(connection:eof("r"))
    connection:close()
    ask_in() -- for another try
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
