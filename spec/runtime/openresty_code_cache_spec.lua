-- nginx with `lua_code_cache off`, as people develop: each request has a Lua
-- state of its own, with an engine of its own, and takes all of it along.
local events = require "spec.support.events"
local hosts = require "spec.runtime.hosts"
local openresty = require "spec.runtime.openresty.server"
local scenes = require "spec.runtime.scenes"
local servers = require "spec.support.servers"
local streams = require "spec.runtime.openresty.streams"

local ANSWER = "6 * 7 is 42."

-- A stream that falls silent, and one that takes a while but ends.
local SILENT = { { "body" },
  { "send", servers.EVENTS_HEAD .. events.chunk "one " }, { "hold" } }

local ENDING = streams.ENDING

-- What nginx says in this mode whatever it runs, the second when it is stopped
-- under a request that waits.
local USUAL_NEWS = { "lua_code_cache is off", "lua sema mm: freeing a block" }

-- KiB. A state that stays takes 1,600.
local LITTLE = 16 * 1024

describe("OpenResty without its code cache", function()
  local pair, nginx, expected_news

  setup(function()
    pair = hosts.servers()
  end)

  teardown(function()
    pair:stop()
  end)

  local function start(key)
    nginx = openresty.start { key = key, base = pair.sandbox.url,
      code_cache = false }
  end

  before_each(function()
    start("indox-test")
    expected_news = { unpack(USUAL_NEWS) }
  end)

  after_each(function()
    assert.equal("", nginx:stop(expected_news))
  end)

  local function begin(script, path)
    local name, base = pair:serve(script)
    local visit = nginx:visit(path or "/do/stream", { base = base })
    visit:wait_for "one "
    return visit, name
  end

  -- Waits until the worker has the threads and descriptors it began with.
  local function wait_for_rest(descriptors)
    servers.wait_until(function()
      local threads, now = nginx:usage()
      return threads == 1 and now <= descriptors
    end, "threads and descriptors to be given back")
  end

  -------------------------------------------------------------------------

  it("runs all scenes, in a request and in a timer", function()
    local arguments = { base = pair.sandbox.url, raw = pair.root,
      name = "scenes" }
    assert.equal(scenes.expected, nginx:get("/do/scenes", arguments))
    pair:wait_for_scenes(1)
    nginx:get("/timer/scenes", arguments)
    servers.wait_until(function()
      return nginx:get("/do/told", arguments) == scenes.expected .. "end\n\n"
    end, "the scenes in the timer")
    pair:wait_for_scenes(2)
  end)

  it("gives everything back when a request has ended", function()
    nginx:get "/do/pid"
    local _, descriptors, before = nginx:usage()
    local worker = nginx:worker()
    local name, base = pair:serve(SILENT)
    for i = 1, 20 do
      assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
      assert.equal(ANSWER, nginx:get "/do/stream")
      assert.equal(50 * #ANSWER, #nginx:get("/do/streams_in_tasks",
        { base = pair.sandbox.url, count = 50 }))
      assert.equal("one \n", nginx:get("/do/leave_stream", { base = base }))
      assert.equal("pending\n", nginx:get("/do/leave_task", { base = base }))
      nginx:get("/timer/chat", { name = "chat" .. i })
    end
    servers.wait_until(function()
      return pair.raw:gone(name) >= 20
    end, "the streams that were left to end")
    wait_for_rest(descriptors)
    local _, _, after = nginx:usage()
    assert.truthy(after - before < LITTLE, after - before .. " KiB more")
    assert.equal(worker, nginx:worker())
    assert.equal(ANSWER .. "\nend\n\n", nginx:get("/do/told",
      { name = "chat20" }))
  end)

  it("closes upstream when a client goes away, and gives all back", function()
    nginx:get "/do/pid"
    local _, descriptors = nginx:usage()
    for _, path in ipairs { "/do/stream", "/do/stream_on_abort",
      "/do/stream_in_task", "/access/stream" } do
      local visit, name = begin(SILENT, path)
      visit:leave()
      pair:wait_for_end(name)
    end
    wait_for_rest(descriptors)
    assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
  end)

  it("cancels the job of a visitor who goes away", function()
    nginx:get "/do/pid"
    local _, descriptors = nginx:usage()
    nginx:leave_video(0.01)
    nginx:leave_video(500)
    wait_for_rest(descriptors)
  end)

  it("leaves when it is reloaded or stopped in mid-stream", function()
    for _, what in ipairs { "reload", "quit" } do
      local visit, worker = begin(ENDING), nginx:worker()
      nginx:signal(what)
      assert.equal("one two", visit:wait())
      nginx:wait_for_end(worker)
    end
    nginx:wait_for_end(nginx.pid)
    nginx:stop()
    start("indox-test")
    local visit, name = begin(SILENT)
    nginx:signal "stop"
    nginx:wait_for_end(nginx.pid)
    assert.equal("one ", visit:wait())
    pair:wait_for_end(name)
  end)

  it("waits for a timer while nginx runs no more of them", function()
    expected_news[3] = "lua_max_running_timers are not enough"
    assert.equal("256\n", nginx:get("/do/fill_timers", { seconds = 1.5 }))
    assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
    assert.equal("256\n", nginx:get("/do/fill_timers", { seconds = 30 }))
    local _, status = nginx:get "/do/chat"
    assert.equal(500, status)
    assert.truthy(nginx:log():find("raise lua_max_running_timers", 1, true))
    expected_news[4] = "raise lua_max_running_timers"
  end)

  it("says where the workers' key comes from, when there is none", function()
    nginx:stop()
    start("")
    local text = nginx:get "/do/chat"
    assert.truthy(text:find("`env INDOXHUB_API_KEY;`", 1, true), text)
  end)
end)
