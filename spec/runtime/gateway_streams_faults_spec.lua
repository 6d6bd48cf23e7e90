-- Streams of a gateway when something dies: workers, and Redis, which is
-- stopped, hangs, is emptied, comes back with what it had, or is full.
local core = require "indoxhub.core"
local gateways = require "spec.runtime.gateway.streams.server"
local json = require "indoxhub.base.json"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local events = gateways.events

-- Seconds that Redis is away: longer than a lease. And in which a reader is to
-- learn that a writer has died.
local OUTAGE, LEARNED = 5, 6

-- How often that may fail on a machine that has too much to do.
local TRIES = 3

-- What the log may say then.
local TROUBLE = { "streams go on, but only their own worker" }

-- And when Redis is killed, which may not have read all that was sent to it.
local KILLED = { TROUBLE[1], "recv() failed (104:" }

local function signal(name, pid)
  os.execute("kill -" .. name .. " " .. pid)
end

describe("streams whose writer dies", function()
  local store, b

  setup(function()
    store = redis.start()
    b = gateways.start { redis = store }
  end)

  teardown(function()
    assert.equal("", b:stop())
    store:stop()
  end)

  -- Gateways of which each writes a stream that B reads, once B has begun.
  local function scene(count)
    local list = {}
    for i = 1, count do
      local a = gateways.start { redis = store }
      local reader = a:write "events=9&silence=60&name=dies"
      local id = reader:wait_for("id: 9\n"):id()
      list[i] = { a = a, reader = reader, id = id,
        other = b:read(id):wait_for "id: 9\n" }
    end
    return list
  end

  local function try()
    local killed, hung, quiet = unpack(scene(3))
    -- B has been in contact with Redis for a while.
    os.execute "sleep 2"
    local began = core.now()
    signal("KILL", killed.a:workers()[1])
    local hanging = hung.a:workers()[1]
    signal("STOP", hanging)
    assert.same({ 1, 9, "interrupted" }, { events(killed.other:wait()) })
    local took = core.now() - began
    assert.same({ 1, 9, "interrupted" }, { events(hung.other:wait()) })
    -- The worker that is in the dead one's place tells the same.
    assert.same({ 1, 9, "interrupted" }, { events(killed.a:read(killed.id)
      :wait()) })
    local _, body = b:ask("DELETE", "/streams/" .. killed.id)
    assert.equal("interrupted", json.decode(body).status)
    killed.reader:wait()
    -- One that lives after all learns what was decided.
    signal("CONT", hanging)
    hung.a:wait_for("dies", "closed")
    assert.same({ 1, 9, "interrupted" }, { events(hung.reader:wait()) })
    -- And the one that just had nothing to say is none of them.
    assert.is_false(quiet.other:is_over())
    quiet.reader:leave()
    quiet.other:leave()
    assert.equal("", killed.a:stop { "exited on signal 9" })
    assert.equal("", hung.a:stop())
    assert.equal("", quiet.a:stop())
    return took
  end

  it("are interrupted, which readers learn soon, and nothing else", function()
    local took
    for _ = 1, TRIES do
      took = try()
      if took < LEARNED then
        return
      end
    end
    error("a reader learned of it after seconds: " .. took)
  end)
end)

describe("streams that say nothing while Redis is emptied", function()
  it("are written anew", function()
    local store = redis.start()
    local a = gateways.start { redis = store }
    local b = gateways.start { redis = store }
    local reader = a:write "events=9&silence=60&name=quiet"
    local id = reader:wait_for("id: 9\n"):id()
    local other = b:read(id):wait_for "id: 9\n"
    store:cli "FLUSHALL"
    servers.wait_until(function()
      return store:cli "KEYS *events" ~= ""
    end, "the stream to be known again")
    local late = b:read(id, 3):wait_for "id: 9\n"
    assert.equal(200, (b:ask("DELETE", "/streams/" .. id)))
    assert.same({ 4, 9, "cancelled" }, { events(late:wait()) })
    assert.same({ 1, 9, "cancelled" }, { events(other:wait()) })
    a:wait_for("quiet", "closed")
    reader:wait()
    assert.equal("", a:stop())
    assert.equal("", b:stop())
    store:stop()
  end)
end)

describe("streams of which a full Redis takes no more", function()
  local store, a, b

  setup(function()
    store = redis.start()
    a = gateways.start { redis = store }
    b = gateways.start { redis = store }
  end)

  teardown(function()
    assert.equal("", a:stop(TROUBLE))
    assert.equal("", b:stop(TROUBLE))
    store:stop()
  end)

  -- A stream that both gateways read, when Redis has been filled.
  local function scene(arguments)
    local one = { reader = a:write(arguments) }
    one.id = one.reader:wait_for("id: 1\n"):id()
    one.other = b:read(one.id):wait_for "id: 1\n"
    store:cli "CONFIG SET maxmemory 1"
    assert.truthy(store:cli("SET a b"):find("OOM", 1, true))
    return one
  end

  after_each(function()
    store:cli "CONFIG SET maxmemory 0"
  end)

  it("are stopped from elsewhere", function()
    for _, arguments in ipairs { "events=600&every=0.1&name=talks",
      "events=1&silence=60&name=quiet" } do
      local one = scene(arguments)
      local status, body = b:ask("DELETE", "/streams/" .. one.id)
      assert.same({ 200, "cancelled" }, { status,
        json.decode(body).status })
      a:wait_for(arguments:match "name=(.*)", "closed")
      assert.equal("cancelled", (select(3, events(one.reader:wait()))))
      assert.equal("cancelled", (select(3, events(one.other:wait()))))
      assert.equal("cancelled", (select(3, events(b:read(one.id):wait()))))
      store:cli "CONFIG SET maxmemory 0"
    end
  end)

  it("go on as long as somebody reads them elsewhere", function()
    local one = scene "events=1&silence=60&linger=1&name=read"
    one.reader:leave()
    -- Longer than a mark of a reader stays, and a stream without one.
    os.execute "sleep 6"
    assert.equal("asked opened ", a:told "read")
    assert.is_false(one.other:is_over())
    local late = b:read(one.id):wait_for "id: 1\n"
    one.other:leave()
    late:leave()
    a:wait_for("read", "closed")
  end)

  it("have a writer that lives, though its lease ran out meanwhile", function()
    local one = scene "events=1&silence=60&name=leased"
    store:sleep()
    os.execute("sleep " .. OUTAGE)
    store:wake()
    servers.wait_until(function()
      return store:cli("KEYS *lease*"):find "^indoxhub:stream:lease:%x+$"
    end, "the lease to be taken again")
    -- By then B has been in contact with Redis for longer than a lease.
    os.execute("sleep " .. OUTAGE)
    assert.is_false(one.other:is_over())
    one.other:leave()
    one.reader:leave()
  end)
end)

describe("streams while Redis", function()
  -- What is done to it, what ends that, and what B answers meanwhile.
  local KINDS = {
    { name = "is stopped and comes back empty", status = 503,
      begin = function(store) store:halt() end, trouble = KILLED,
      finish = function(store) store:restart() end },
    { name = "is stopped and comes back with what it had", status = 503,
      lines = "appendonly yes\nappendfsync always",
      begin = function(store) store:halt() end, trouble = KILLED,
      finish = function(store) store:restart() end },
    { name = "hangs", status = 503,
      begin = function(store) store:sleep() end,
      finish = function(store) store:wake() end },
    { name = "is full", status = 200,
      begin = function(store) store:cli "CONFIG SET maxmemory 1" end,
      finish = function(store) store:cli "CONFIG SET maxmemory 0" end },
    { name = "is emptied", status = 200,
      begin = function(store) store:cli "FLUSHALL" end,
      finish = function() end },
    { name = "is slow", -- and answers in between, if one is lucky
      begin = function(store)
        store.slow = servers.start_silent(("sh -c 'while :; do kill -STOP %d;"
          .. " sleep 2; kill -CONT %d; sleep 0.02; done'"):format(
          store.process.pid, store.process.pid))
      end,
      finish = function(store)
        servers.kill(store.slow)
        store:wake()
      end },
  }

  local function last_of(reader)
    local _, last = events((reader:text():gsub("[^\n]*\n?[^\n]*$", "")))
    return last or 0
  end

  local function begin(kind)
    local one = { kind = kind, store = redis.start { lines = kind.lines } }
    one.a = gateways.start { redis = one.store }
    one.b = gateways.start { redis = one.store }
    one.reader = one.a:write "events=75&every=0.1&name=outage"
    one.id = one.reader:id()
    one.other = one.b:read(one.id)
    return one
  end

  local scenes = {}

  -- All at the same time, as each takes a while.
  setup(function()
    for i, kind in ipairs(KINDS) do
      scenes[i] = begin(kind)
    end
    for _, one in ipairs(scenes) do
      one.other:wait_for "id: 3\n"
      one.kind.begin(one.store)
      one.began, one.seen = core.now(), last_of(one.reader)
    end
    for _, one in ipairs(scenes) do
      one.status = servers.curl(("-m 5 --max-filesize 1 -o /dev/null '%s"
        .. "/streams/%s'"):format(one.b.root, one.id))
    end
    for _, one in ipairs(scenes) do
      local left = one.began + OUTAGE - core.now()
      os.execute(("sleep %.2f"):format(math.max(0, left)))
      one.seen_after = last_of(one.reader)
      one.kind.finish(one.store)
    end
    for _, one in ipairs(scenes) do
      one.text = one.reader:wait()
      one.other_text = one.other:wait()
      one.whole = one.b:read(one.id):wait()
    end
  end)

  teardown(function()
    for _, one in ipairs(scenes) do
      local trouble = one.kind.trouble or TROUBLE
      assert.equal("", one.a:stop(trouble))
      assert.equal("", one.b:stop(trouble))
      one.store:stop()
    end
  end)

  for i, kind in ipairs(KINDS) do
    it(kind.name .. " go on, and nobody misses any of it", function()
      local one = scenes[i]
      assert.is_true(one.seen_after > one.seen + 20)
      assert.same({ 1, 76, "[DONE]" }, { events(one.text) })
      assert.same({ 1, 76, "[DONE]" }, { events(one.other_text) })
      assert.same({ 1, 76, "[DONE]" }, { events(one.whole) })
      assert.equal(kind.status or one.status, one.status)
      assert.is_true(one.status == 200 or one.status == 503)
    end)
  end

  it("was emptied are unknown when they have ended, and not missing",
    function()
      local one = scenes[5]
      one.store:cli "FLUSHALL"
      local status, body = one.b:ask("GET", "/streams/" .. one.id)
      assert.same({ 503, "unknown" }, { status,
        json.decode(body).error.type })
    end)
end)
