-- nginx with the Lua module: clients that go away, requests that end early, and
-- workers that are told to leave.
local events = require "spec.support.events"
local files = require "spec.support.files"
local hosts = require "spec.runtime.hosts"
local openresty = require "spec.runtime.openresty.server"
local servers = require "spec.support.servers"
local streams = require "spec.runtime.openresty.streams"

local ANSWER = "6 * 7 is 42."

local SILENT, TALKING = streams.SILENT, streams.TALKING
local ENDING = streams.ENDING

describe("OpenResty", function()
  local pair, nginx, expected_news

  setup(function()
    pair = hosts.servers()
  end)

  teardown(function()
    pair:stop()
  end)

  before_each(function()
    nginx = openresty.start { key = "indox-test", base = pair.sandbox.url }
    expected_news = nil
  end)

  after_each(function()
    assert.equal("", nginx:stop(expected_news))
  end)

  describe("when a client goes away", function()
    -- Visits, leaves in mid-stream, and waits for the upstream to see it. The
    -- worker is the same afterwards. Returns the name of the script.
    local function leave(path, script, arguments)
      local name, base = pair:serve(script)
      local worker = nginx:worker()
      arguments = arguments or {}
      arguments.base = base
      local visit = nginx:visit(path, arguments)
      visit:wait_for "one "
      visit:leave()
      pair:wait_for_end(name, arguments.count)
      assert.equal(worker .. "\n", nginx:get "/do/pid")
      assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
      return name
    end

    it("closes upstream without ngx.on_abort", function()
      leave("/do/stream", SILENT)
      leave("/do/stream", TALKING)
      leave("/access/stream", SILENT)
      leave("/rewrite/stream", SILENT)
    end)

    it("closes upstream with ngx.on_abort", function()
      leave("/do/stream_on_abort", SILENT)
      leave("/do/stream_on_abort", TALKING)
    end)

    it("tells the service to stop, where its stream is closed in ngx.on_abort",
    function()
      local name = leave("/do/close_on_abort", { { "body" },
        { "send", servers.EVENTS_HEAD .. events.created .. events.delta "one "
          .. events.delta "two" }, { "hold" } })
      servers.wait_until(function()
        return pair.raw:got(name):find("/chat/stop-stream/r-1 ", 1, true)
      end, "the service to be told")
      assert.is_nil(nginx:log():find("[warn]", 1, true))
    end)

    it("closes upstream once it cannot write, where nobody told", function()
      leave("/deaf/stream", TALKING)
    end)

    it("closes upstream of its tasks, and the worker lives", function()
      leave("/do/stream_in_task", SILENT)
      leave("/do/stream_in_task", TALKING)
      leave("/do/stream_in_task", SILENT, { sleep = 30 })
      leave("/do/stream_in_task", TALKING, { sleep = 30 })
      leave("/do/streams_in_tasks", SILENT, { count = 20 })
      leave("/do/streams_in_tasks", TALKING, { count = 20 })
    end)

    it("closes upstream of its map, and gives the file free", function()
      local name = os.tmpname()
      os.remove(name)
      leave("/do/map", SILENT, { count = 2, file = name })
      local _, lines = files.read(name):gsub("\n", "")
      assert.equal(2, lines)
      local said = nginx:get("/do/map", { base = pair.sandbox.url,
        file = name, q = "echo: x" })
      assert.equal("xxall\n", said)
      os.remove(name)
    end)

    it("closes upstream of one that takes its answer slowly", function()
      local name, base = pair:serve { { "body" },
        { "send", servers.EVENTS_HEAD },
        { "repeat", 1000000, events.chunk "one " }, { "hold" } }
      local visit = nginx:visit("/do/stream", { base = base },
        "--limit-rate 1000")
      visit:wait_for "one "
      -- Until nothing more fits anywhere.
      local process, before, now = "/proc/" .. nginx:worker() .. "/io", nil, nil
      servers.wait_until(function()
        os.execute "sleep 0.1"
        before, now = now, openresty.read(process):match("wchar: (%d+)")
        return before == now
      end, "the worker to be blocked")
      visit:leave()
      pair:wait_for_end(name)
    end)

    it("closes upstream before the answer has begun", function()
      local name, base = pair:serve { { "body" }, { "hold" } }
      local visit = nginx:visit("/do/stream", { base = base })
      servers.wait_until(function()
        return pair.raw:got(name) ~= ""
      end, "the call")
      visit:leave()
      pair:wait_for_end(name)
    end)

    it("cancels the job it waited for, when that was asked", function()
      nginx:leave_video(0.01)
      nginx:leave_video(500)
    end)

    it("lets the job be when the wait was over before", function()
      local said = nginx:get("/do/wait_for_video", { interval = 1, fails = 1 })
      local id = said:match("^(%S+) pending\nfailed\n$")
      assert.equal("pending", nginx.client.videos:job(id).status)
    end)

    it("forgets a sleeper", function()
      local visit = nginx:visit("/do/sleep", { seconds = 0.3 })
      visit:wait_for "sleeping"
      visit:leave()
      local other = nginx:visit("/do/sleep", { seconds = 0.6 })
      assert.equal("sleeping\nslept\n", other:wait())
    end)

    it("does so for hundreds, again and again", function()
      local name, base = pair:serve(SILENT)
      local worker = nginx:worker()
      for round = 1, 3 do
        local visits = {}
        for i = 1, 50 do
          visits[i] = nginx:visit("/do/streams_in_tasks",
            { base = base, count = 4 })
        end
        for _, visit in ipairs(visits) do
          visit:wait_for "one "
        end
        for _, visit in ipairs(visits) do
          visit:leave()
        end
        pair:wait_for_end(name, round * 200)
      end
      assert.equal(worker .. "\n", nginx:get "/do/pid")
    end)
  end)

  it("a stream that was left open ends with its request", function()
    local name, base = pair:serve(SILENT)
    assert.equal("one \n", nginx:get("/do/leave_stream", { base = base }))
    pair:wait_for_end(name)
  end)

  it("a request that ends before its task takes it along", function()
    local name, base = pair:serve(SILENT)
    assert.equal("pending\n", nginx:get("/do/leave_task", { base = base }))
    if pair.raw:got(name) ~= "" then
      pair:wait_for_end(name)
    end
    assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
  end)

  describe("leaves cleanly", function()
    local function begin(script)
      local name, base = pair:serve(script)
      local visit = nginx:visit("/do/stream", { base = base })
      visit:wait_for "one "
      return visit, name
    end

    it("when it is reloaded in mid-stream: the stream ends first", function()
      local visit = begin(ENDING)
      local old = nginx:worker()
      nginx:signal "reload"
      servers.wait_until(function()
        return nginx:get "/do/pid" ~= old .. "\n"
      end, "the new worker")
      assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
      assert.is_false(visit:is_over())
      assert.equal("one two", visit:wait())
      nginx:wait_for_end(old)
    end)

    it("when it is reloaded after it was used", function()
      nginx:get "/do/chat"
      for _ = 1, 5 do
        local old = nginx:worker()
        nginx:signal "reload"
        nginx:wait_for_end(old)
        servers.wait_until(function()
          return #nginx:workers() == 1
        end, "the new worker")
        assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
      end
    end)

    it("when it was never used", function()
      local old = nginx:worker()
      nginx:signal "reload"
      nginx:wait_for_end(old)
    end)

    it("when its first call comes while it leaves", function()
      local visit = nginx:visit("/do/late", { base = pair.sandbox.url })
      visit:wait_for "waiting"
      local old = nginx:worker()
      nginx:signal "reload"
      assert.equal("waiting\n" .. ANSWER .. "\n", visit:wait())
      nginx:wait_for_end(old)
      -- The Lua module says so of its own mark, when a worker's first timer of
      -- all is made while it leaves.
      expected_news = { "open socket #-2 left", "aborting" }
    end)

    it("when it is told to quit in mid-stream: the stream ends first",
      function()
        local visit = begin(ENDING)
        nginx:signal "quit"
        assert.equal("one two", visit:wait())
        nginx:wait_for_end(nginx.pid)
      end)

    it("when it is stopped in mid-stream", function()
      local visit, name = begin(SILENT)
      local worker = nginx:worker()
      nginx:signal "stop"
      nginx:wait_for_end(worker)
      nginx:wait_for_end(nginx.pid)
      assert.equal("one two", visit:wait())
      pair:wait_for_end(name)
    end)

    it("when streams wait in a timer", function()
      local name, base = pair:serve(SILENT)
      nginx:get("/timer/drain", { name = "drain", base = base })
      servers.wait_until(function()
        return pair.raw:got(name) ~= ""
      end, "the call")
      local worker = nginx:worker()
      nginx:signal "stop"
      nginx:wait_for_end(worker)
      pair:wait_for_end(name)
    end)
  end)
end)
