-- Streams of a gateway that survive their readers: two machines (each a nginx
-- of its own) and one redis-server. What happens when something dies is told by
-- specs of their own.
local files = require "spec.support.files"
local gateways = require "spec.runtime.gateway.streams.server"
local json = require "indoxhub.base.json"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local events = gateways.events

-- Bytes that a stream of these gateways is kept of.
local KEPT = 256 * 1024

describe("gateway/streams", function()
  local store, a, b

  setup(function()
    store = redis.start()
    a = gateways.start { redis = store, workers = 2,
      lua = "linger = 0.5, most_streams = 60, stream_bytes = " .. KEPT }
    b = gateways.start { redis = store,
      lua = "linger = 0.5, stream_bytes = " .. KEPT }
  end)

  teardown(function()
    assert.equal("", a:stop { "raised on purpose" })
    assert.equal("", b:stop())
    store:stop()
  end)

  -- A stream of A whose model says one event and then nothing, until it is
  -- closed.
  local function silent(name, more)
    local reader = a:write("events=1&silence=60&name=" .. name .. (more or ""))
    return reader, reader:wait_for("id: 1\n"):id()
  end

  local function error_of(body)
    return json.decode(body).error.type
  end

  it("are numbered, and end as their model ends them", function()
    local reader = a:write "events=20&name=whole"
    local id = reader:id()
    assert.equal(32, #id)
    assert.same({ 1, 21, "[DONE]" }, { events(reader:wait()) })
    assert.equal("asked opened ended ", a:told "whole")
    local other = a:write "events=1"
    assert.are_not.equal(id, other:id())
    other:wait()
  end)

  it("are read on elsewhere from every event on, none missing or twice",
    function()
      local reader = a:write "events=40&every=0.03&name=on"
      local id = reader:id()
      -- While it is written, and before some of it is.
      local readers = {}
      for number = 0, 40 do
        readers[number] = b:read(id, number)
      end
      reader:wait_for "id: 7\n"
      local _, left_at = events((reader:leave():gsub("[^\n]*\n?[^\n]*$", "")))
      assert.is_true(left_at == nil or left_at < 41)
      for number = 0, 40 do
        assert.same({ number + 1, 41, "[DONE]" },
          { events(readers[number]:wait()) })
      end
      -- And when it has ended: by both, whoever has written it.
      for number = 0, 40 do
        local _, text = (number % 2 == 0 and a or b):ask("GET", "/streams/"
          .. id, "-H 'Last-Event-ID: " .. number .. "'")
        assert.same({ number + 1, 41, "[DONE]" }, { events(text) })
      end
      assert.equal("", (b:read(id, 41):wait()))
      -- Whoever names no event begins with the first.
      assert.same({ 1, 41, "[DONE]" }, { events(b:read(id, nil,
        "-H 'Last-Event-ID;'"):wait()) })
      assert.same({ 1, 41, "[DONE]" }, { events(b:read(id):wait()) })
    end)

  it("are whole for readers that wander from machine to machine", function()
    local COUNT = 100
    local one = gateways.start { redis = store, workers = 2 }
    local two = gateways.start { redis = store, workers = 2 }
    local seed = os.time()
    local said = files.output(("timeout 60 node spec/runtime/gateway/streams/"
      .. "wanderers.js %s,%s %d 30 0.03 %d"):format(one.root, two.root, COUNT,
      seed))
    assert.equal(COUNT .. " whole\n", said, "with the seed " .. seed)
    assert.equal("", one:stop())
    assert.equal("", two:stop())
  end)

  it("have several readers, on both machines", function()
    local reader = a:write "events=50&every=0.01"
    local id, readers = reader:id(), { reader }
    for i = 1, 6 do
      readers[#readers + 1] = (i % 2 == 0 and a or b):read(id)
    end
    for _, each in ipairs(readers) do
      assert.same({ 1, 51, "[DONE]" }, { events(each:wait()) })
    end
  end)

  it("belong to the key that made them", function()
    local reader, id = silent("mine", "&linger=9")
    for _, gateway in ipairs { a, b } do
      for _, method in ipairs { "GET", "DELETE" } do
        local status, body = gateway:ask(method, "/streams/" .. id,
          "-H 'X-Key: another'")
        assert.same({ 404, "not_found" }, { status, error_of(body) })
      end
    end
    assert.equal(200, (a:ask("DELETE", "/streams/" .. id)))
    reader:wait()
  end)

  it("refuse what is malformed", function()
    local reader, id = silent "malformed"
    for _, gateway in ipairs { a, b } do
      for _, value in ipairs { "-1", "1.0", "abc", "0x1", "99999999999999999" }
      do
        local status, body = gateway:ask("GET", "/streams/" .. id,
          "-H 'Last-Event-ID: " .. value .. "'")
        assert.same({ 400, "invalid_request_error" },
          { status, error_of(body) })
      end
      assert.equal(405, (gateway:ask("POST", "/streams/" .. id)))
      assert.equal(404, (gateway:ask("GET", "/streams/" .. id .. "0")))
      assert.equal(404, (gateway:ask("GET", "/streams/*")))
    end
    reader:leave()
  end)

  it("refuse what is the number of no event, as far as that is known",
  function()
    local reader = a:write "events=20"
    local id = reader:id()
    reader:wait()
    local function status_of(gateway, number)
      return (gateway:ask("GET", "/streams/" .. id, "-H 'Last-Event-ID: "
        .. number .. "'"))
    end
    for _, gateway in ipairs { a, b } do
      assert.same({ 400, 400, 200, 200 }, { status_of(gateway, 22),
        status_of(gateway, "999999999999999"), status_of(gateway, 21),
        status_of(gateway, 20) })
    end
    local living, living_id = silent("living", "&linger=9")
    servers.wait_until(function() -- the other worker is asked, too
      return (a:ask("GET", "/streams/" .. living_id,
        "-m 1 -H 'Last-Event-ID: 2'")) == 400
    end, "the worker that writes it")
    living:leave()
    -- One that was stopped tells so whoever comes.
    a:ask("DELETE", "/streams/" .. living_id)
    local _, _, how = events(b:read(living_id, 9):wait())
    assert.equal("cancelled", how)
  end)

  it("are stopped from anywhere, which the model is told", function()
    for name, gateway in pairs { here = a, elsewhere = b } do
      local reader, id = silent(name, "&linger=9")
      local other = b:read(id):wait_for "id: 1\n"
      local status, body = gateway:ask("DELETE", "/streams/" .. id)
      assert.same({ 200, { id = id, object = "stream", status = "cancelled" } },
        { status, json.decode(body) })
      assert.same({ 1, 1, "cancelled" }, { events(reader:wait()) })
      assert.same({ 1, 1, "cancelled" }, { events(other:wait()) })
      a:wait_for(name, "closed")
      -- Who comes later is told the same, and it cannot be stopped twice.
      for _, each in ipairs { a, b } do
        assert.same({ 1, 1, "cancelled" }, { events(each:read(id):wait()) })
        status, body = each:ask("DELETE", "/streams/" .. id)
        assert.same({ 200, "cancelled" }, { status, json.decode(body).status })
      end
    end
  end)

  it("that have ended are not stopped", function()
    local reader = a:write "events=1"
    local id = reader:id()
    reader:wait()
    for _, gateway in ipairs { a, b } do
      local _, body = gateway:ask("DELETE", "/streams/" .. id)
      assert.equal("done", json.decode(body).status)
      assert.same({ 1, 2, "[DONE]" }, { events(gateway:read(id):wait()) })
    end
  end)

  describe("without a reader", function()
    it("go on for a while, to their end", function()
      local one = gateways.start { redis = store }
      local reader = one:write "events=30&every=0.02&name=goes_on"
      local id = reader:wait_for("id: 1\n"):id()
      reader:leave()
      one:wait_for("goes_on", "ended")
      assert.same({ 1, 31, "[DONE]" }, { events(b:read(id):wait()) })
      assert.equal("", one:stop())
    end)

    it("are cancelled at once where that was asked for", function()
      local reader, id = silent("at_once", "&linger=0")
      reader:leave()
      a:wait_for("at_once", "closed")
      assert.same({ 1, 1, "cancelled" }, { events(b:read(id):wait()) })
    end)

    it("are cancelled when they have not begun", function()
      local reader = a:write "opening=60&name=early"
      a:wait_for("early", "asked")
      reader:leave()
      a:wait_for("early", "closed")
      assert.equal("asked closed ", a:told "early")
    end)

    it("are cancelled after a while, but not while somebody reads elsewhere",
      function()
        local reader, id = silent "read_elsewhere"
        local unread, unread_id = silent "unread"
        local other = b:read(id):wait_for "id: 1\n"
        reader:leave()
        unread:leave()
        a:wait_for("unread", "closed")
        assert.same({ 1, 1, "cancelled" }, { events(b:read(unread_id):wait()) })
        os.execute "sleep 1"
        assert.equal("asked opened ", a:told "read_elsewhere")
        assert.is_false(other:is_over())
        other:leave()
        a:wait_for("read_elsewhere", "closed")
      end)
  end)

  it("refuse as the model refuses, under no id", function()
    local status, body = a:ask("POST", "/write?refuse=429")
    assert.same({ 429, '{"error":{}}' }, { status, body })
    local head = files.output("curl -s -D - -o /dev/null -X POST '" .. a.root
      .. "/write?refuse=429'")
    assert.truthy(head:find("429", 1, true))
    assert.is_nil(head:find("X-Stream-Id", 1, true))
  end)

  it("tell when the gateway itself has failed", function()
    local _, _, ending = events(a:write("events=3&raise=1"):wait())
    assert.equal("server_error", ending)
  end)

  it("are no more than they may be", function()
    local one = gateways.start { redis = store, lua = "most_streams = 2" }
    local first = one:write "events=1&silence=60&linger=0"
    local second = one:write "events=1&silence=60&linger=0"
    first:id()
    second:id()
    local status, body = one:ask("POST", "/write?events=1")
    assert.same({ 503, "overloaded" }, { status, error_of(body) })
    second:leave()
    servers.wait_until(function()
      return (one:ask("POST", "/write?events=1")) == 200
    end, "room")
    first:leave()
    assert.equal("", one:stop())
  end)

  it("are kept so far and no further, and never with a gap", function()
    local reader = a:write("events=600&every=0.001&text=4000&name=long",
      "--limit-rate 1k")
    local id = reader:id()
    local slow = b:read(id, 0, "--limit-rate 1k")
    a:wait_for("long", "ended")
    b:read(id, 600):wait() -- the store knows all of it
    local usage = tonumber(store:cli("MEMORY USAGE 'indoxhub:stream:{" .. id
      .. "}:events' SAMPLES 0"))
    assert.is_true(usage > KEPT / 2 and usage < KEPT * 2, usage)
    for _, gateway in ipairs { a, b } do
      for _, number in ipairs { 0, 1, 500 } do
        local status, body = gateway:ask("GET", "/streams/" .. id,
          "-H 'Last-Event-ID: " .. number .. "'")
        assert.same({ 410, "trimmed" }, { status, error_of(body) })
      end
      assert.same({ 591, 601, "[DONE]" }, { events(gateway:read(id, 590)
        :wait()) })
    end
    reader:leave()
    slow:leave()
  end)

  it("hold little for readers that are slow", function()
    local function resident()
      local most = 0
      for _, gateway in ipairs { a, b } do
        for _, pid in ipairs(gateway:workers()) do
          most = math.max(most, tonumber(files.read("/proc/" .. pid
            .. "/status"):match("VmRSS:%s*(%d+)")))
        end
      end
      return most
    end
    local before = resident()
    local reader = a:write("events=1500&every=0.0003&text=8000&name=slow",
      "--limit-rate 1k")
    local id, readers = reader:id(), { reader }
    for i = 1, 10 do
      readers[#readers + 1] = (i % 2 == 0 and a or b):read(id, 0,
        "--limit-rate 1k")
    end
    local most = 0
    servers.wait_until(function()
      most = math.max(most, resident())
      return a:told("slow"):find "ended"
    end, "the end of a long stream")
    -- 12 MB were written; kilobytes.
    assert.is_true(most - before < 6000, most - before)
    for _, each in ipairs(readers) do
      each:leave()
    end
  end)

  it("cost one reader's work of Redis, however many wait elsewhere", function()
    local COUNT = 200
    local reader, id = silent("crowd", "&linger=9")
    local config = {}
    for _ = 1, COUNT do
      config[#config + 1] = ("url = \"%s/streams/%s\"\noutput = \"%s\"\n")
        :format(b.root, id, "/dev/null")
    end
    local name, told = os.tmpname(), os.tmpname()
    files.write(name, table.concat(config))
    local crowd = servers.start_silent(("setpriv --pdeathsig KILL curl -sN -Z "
      .. "--parallel-immediate --parallel-max %d -w '%%{size_download}\\n' "
      .. "-K %s >%s 2>/dev/null"):format(COUNT, name, told))
    local function commands()
      return tonumber(store:cli("INFO stats")
        :match "total_commands_processed:(%d+)")
    end
    -- Each that comes asks for itself; then they wait together.
    local before, after = 0, math.huge
    servers.wait_until(function()
      before = commands()
      os.execute "sleep 1"
      after = commands()
      return after - before < COUNT / 2
    end, "readers to cost less than one command a second")
    assert.is_true(b:connections() >= COUNT)
    reader:leave()
    b:ask("DELETE", "/streams/" .. id)
    servers.wait_until(function()
      return select(2, (files.read(told) or ""):gsub("%d+\n", "")) == COUNT
    end, "all readers to be told")
    local sizes = {}
    for size in files.read(told):gmatch "%d+" do
      sizes[size] = true
    end
    assert.is_nil(next(sizes, next(sizes))) -- all got the same
    servers.kill(crowd)
    os.remove(name)
    os.remove(told)
  end)

  it("go on in a worker that leaves, and are read on elsewhere", function()
    local one = gateways.start { redis = store }
    local reader = one:write "events=60&every=0.02&name=reload"
    local id = reader:wait_for("id: 3\n"):id()
    reader:leave()
    local workers = one:workers()
    one:signal "reload"
    assert.same({ 1, 61, "[DONE]" }, { events(one:read(id):wait()) })
    servers.wait_until(function()
      return one:workers()[1] ~= workers[1] and #one:workers() == 1
    end, "the old worker to leave")
    assert.equal("", one:stop())
  end)
end)
