-- Streams of a gateway without Redis: the workers of one machine read each
-- other's in a shared dictionary.
local gateways = require "spec.runtime.gateway.streams.server"
local json = require "indoxhub.base.json"

local events = gateways.events

describe("streams of a gateway without Redis", function()
  local a

  before_each(function()
    a = gateways.start { workers = 2,
      lua = "linger = 1, stream_bytes = 262144" }
  end)

  after_each(function()
    if a then
      assert.equal("", a:stop())
    end
  end)

  -- Calls a function with a reader in each of the two workers, which begins
  -- behind an event.
  local function in_both(id, number, fn)
    local seen, readers = {}, {}
    local count = 0
    while count < 2 do
      local reader = a:read(id, number)
      readers[#readers + 1] = reader
      if not seen[reader:worker()] then
        seen[reader:worker()] = reader
        count = count + 1
      end
    end
    for _, reader in pairs(seen) do
      fn(reader)
    end
    for _, reader in ipairs(readers) do
      reader:leave()
    end
  end

  it("are read on by any worker from every event on", function()
    local reader = a:write "events=40&every=0.02"
    local id = reader:wait_for("id: 5\n"):id()
    reader:leave()
    for number = 0, 40, 8 do
      in_both(id, number, function(other)
        assert.same({ number + 1, 41, "[DONE]" }, { events(other:wait()) })
      end)
    end
    for number = 0, 41, 7 do
      in_both(id, number, function(other)
        local first, last = events(other:wait())
        assert.same(number < 41 and { number + 1, 41 } or {}, { first, last })
      end)
    end
  end)

  it("go on while another worker reads them, and end after that", function()
    local reader = a:write "events=1&silence=60&name=read"
    local id = reader:wait_for("id: 1\n"):id()
    local writer = reader:worker()
    local other
    repeat
      other = a:read(id):wait_for "id: 1\n"
      local is_elsewhere = other:worker() ~= writer
      if not is_elsewhere then
        other:leave()
      end
    until is_elsewhere
    reader:leave()
    os.execute "sleep 2.5"
    assert.equal("asked opened ", a:told "read")
    other:leave()
    a:wait_for("read", "closed")
    in_both(id, 0, function(each)
      assert.same({ 1, 1, "cancelled" }, { events(each:wait()) })
    end)
  end)

  it("are stopped by any worker", function()
    for i = 1, 6 do -- by either worker, sooner or later
      local reader = a:write("events=1&silence=60&name=stop" .. i)
      local id = reader:wait_for("id: 1\n"):id()
      local _, body = a:ask("DELETE", "/streams/" .. id)
      assert.equal("cancelled", json.decode(body).status)
      a:wait_for("stop" .. i, "closed")
      assert.same({ 1, 1, "cancelled" }, { events(reader:wait()) })
      in_both(id, 0, function(each)
        assert.same({ 1, 1, "cancelled" }, { events(each:wait()) })
      end)
    end
  end)

  it("are kept so far and no further, and never with a gap", function()
    local reader = a:write("events=300&every=0.001&text=4000&name=long",
      "--limit-rate 1k")
    local id = reader:id()
    a:wait_for("long", "ended")
    a:read(id, 300):wait()
    for _ = 1, 10 do
      assert.equal(410, (a:ask("GET", "/streams/" .. id,
        "-H 'Last-Event-ID: 9'")))
    end
    in_both(id, 290, function(each)
      assert.same({ 291, 301, "[DONE]" }, { events(each:wait()) })
    end)
    reader:leave()
  end)

  it("are interrupted when their worker dies", function()
    local reader = a:write "events=9&silence=60"
    local id = reader:wait_for("id: 9\n"):id()
    os.execute "sleep 0.5" -- the others have been told
    os.execute("kill -9 " .. reader:worker())
    in_both(id, 0, function(each)
      assert.same({ 1, 9, "interrupted" }, { events(each:wait()) })
    end)
    reader:wait()
    assert.equal("", a:stop { "exited on signal 9" })
    a = nil
  end)

  it("go on in their own worker when the dictionary is full", function()
    local one = gateways.start { workers = 1, dict = "64k" }
    local reader = one:write "events=40&every=0.001&text=4000&name=full"
    assert.same({ 1, 41, "[DONE]" }, { events(reader:wait()) })
    assert.equal("", one:stop { "streams go on, but only their own worker" })
  end)

  it("are unknown when there is no such stream", function()
    assert.equal(404, (a:ask("GET", "/streams/" .. ("0"):rep(32))))
  end)
end)
