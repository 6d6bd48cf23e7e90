-- nginx with the Lua module: real workers, asked over real connections.
local browser = require "spec.runtime.openresty.browser"
local events = require "spec.support.events"
local hosts = require "spec.runtime.hosts"
local openresty = require "spec.runtime.openresty.server"
local programs = require "spec.support.programs"
local scenes = require "spec.runtime.scenes"
local servers = require "spec.support.servers"

local ANSWER = "6 * 7 is 42."

-- Runs once and needs no interpreter of its own.
local KEY = "indox-" .. ("k3y9"):rep(8)

-- How many requests are there at once, in one test.
local CROWD = 200

-- Scripts of the raw server: a stream that falls silent, one that talks on, and
-- one that takes a while but ends. They tell no id, so that nobody is told to
-- stop them.
local function piece(text)
  return events.frame(('{"choices":[{"index":0,"delta":{"content":"%s"}}]}')
    :format(text))
end

local SILENT = { { "body" }, { "send", servers.EVENTS_HEAD .. piece "one " ..
  piece "two" }, { "hold" } }

local TALKING = { { "body" }, { "send", servers.EVENTS_HEAD .. piece "one " } }
for _ = 1, 40 do
  TALKING[#TALKING + 1] = { "sleep", 20 }
  TALKING[#TALKING + 1] = { "send", piece "and " }
end
TALKING[#TALKING + 1] = { "hold" }

local ENDING = { { "body" }, { "send", servers.EVENTS_HEAD .. piece "one " },
  { "sleep", 1500 }, { "send", piece "two" .. events.done }, { "close" } }

-- The scripts run under names of their own, so that who left is known.
local made = 0

describe("OpenResty", function()
  local pair, nginx, expected_news

  setup(function()
    pair = hosts.servers()
  end)

  teardown(function()
    pair:stop()
  end)

  before_each(function()
    nginx = openresty.start { key = KEY, base = pair.sandbox.url }
    expected_news = nil
  end)

  after_each(function()
    assert.equal("", nginx:stop(expected_news))
  end)

  -- Stores a script. Returns its name and base URL.
  local function serve(script)
    made = made + 1
    local name = "openresty" .. made
    return name, pair.raw:script(name, script)
  end

  local function wait_for_leaver(name, count)
    servers.wait_until(function()
      return pair.raw:gone(name) == (count or 1)
    end, "the upstream connection to close")
  end

  local function lines_of(text)
    return select(2, text:gsub("\n", ""))
  end

  -- What a request in a timer has said, once it has ended.
  local function told(name)
    local text
    servers.wait_until(function()
      text = nginx:get("/do/told", { name = name })
      return text:find("end\n", 1, true) or text:find("raised ", 1, true)
    end, "the timer")
    return text
  end

  -------------------------------------------------------------------------
  describe("runs all scenes", function()
    local scenes_done = 0

    before_each(function()
      scenes_done = scenes_done + 1
    end)

    for _, phase in ipairs { "do", "access", "rewrite" } do
      it("in a request, under /" .. phase, function()
        local said = nginx:get("/" .. phase .. "/scenes",
          { base = pair.sandbox.url, raw = pair.root })
        assert.equal(scenes.expected, said)
        pair:wait_for_scenes(scenes_done)
      end)
    end

    it("in a timer", function()
      nginx:get("/timer/scenes", { name = "scenes", base = pair.sandbox.url,
        raw = pair.root })
      assert.equal(scenes.expected .. "end\n\n", told "scenes")
      pair:wait_for_scenes(scenes_done)
    end)
  end)

  it("loads nothing after the workers began", function()
    nginx:get("/do/chat")
    nginx:get("/do/stream", { base = pair.sandbox.url })
    assert.equal("", nginx:get "/do/loaded_late")
  end)

  it("keeps its thread from the second request on", function()
    servers.curl(("'%s' -o /dev/null '%s'"):format(nginx:address "/do/chat",
      nginx:address "/do/chat"))
    assert.equal(2, (nginx:usage()))
  end)

  it("keeps the environment's key and address in a derived client", function()
    assert.equal(ANSWER .. "\n", nginx:get "/do/derived")
  end)

  it("names the phase in which nothing can wait, and the way out", function()
    local function check(phase)
      local text = nginx:get("/do/told", { name = phase })
      assert.equal(3, lines_of(text), text)
      for line in text:gmatch("[^\n]+") do
        assert.truthy(line:find(phase, 1, true), line)
        assert.truthy(line:find("ngx.timer.at", 1, true), line)
      end
    end
    check "init"
    check "init_worker"
    for _, phase in ipairs { "set", "header_filter", "body_filter", "log",
      "balancer" } do
      nginx:get("/forbidden/" .. phase)
      check(phase)
    end
    assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
  end)

  it("answers many requests at once and mixes none up", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local function text_of(i)
      return ("request %d says %s and ends with %d"):format(i,
        ("x"):rep(i % 13 + 1), i)
    end
    local config = assert(io.open(folder .. "/config", "w"))
    local slow = servers.sandbox("--pace 0.02")
    for i = 1, CROWD do
      config:write(("url = \"%s\"\noutput = \"%s/%d\"\n"):format(
        nginx:address("/do/stream", { base = slow.url,
          q = "echo: " .. text_of(i) }), folder, i))
    end
    config:close()
    os.execute(("curl -sN -Z --parallel-immediate --parallel-max %d -K " ..
      "%s/config 2>/dev/null"):format(CROWD, folder))
    servers.kill(slow)
    for i = 1, CROWD do
      assert.equal(text_of(i), openresty.read(folder .. "/" .. i))
    end
    os.execute("rm -rf " .. folder)
  end)

  -------------------------------------------------------------------------
  describe("when a client goes away", function()
    -- Visits, leaves in mid-stream, and waits for the upstream to see it.
    -- Returns the worker's process id, which has not changed.
    local function leave(path, script, arguments)
      local name, base = serve(script)
      local worker = nginx:worker()
      arguments = arguments or {}
      arguments.base = base
      local visit = nginx:visit(path, arguments)
      visit:wait_for "one "
      visit:leave()
      wait_for_leaver(name, arguments.count)
      assert.equal(worker .. "\n", nginx:get "/do/pid")
      assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
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

    it("closes upstream of one that takes its answer slowly", function()
      local name, base = serve { { "body" }, { "send", servers.EVENTS_HEAD },
        { "repeat", 1000000, piece "one " }, { "hold" } }
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
      wait_for_leaver(name)
    end)

    it("closes upstream before the answer has begun", function()
      local name, base = serve { { "body" }, { "hold" } }
      local visit = nginx:visit("/do/stream", { base = base })
      servers.wait_until(function()
        return pair.raw:got(name) ~= ""
      end, "the call")
      visit:leave()
      wait_for_leaver(name)
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
      local name, base = serve(SILENT)
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
        wait_for_leaver(name, round * 200)
      end
      assert.equal(worker .. "\n", nginx:get "/do/pid")
    end)
  end)

  it("lets other requests go on while it searches vectors", function()
    assert.equal("found 1 in turns\n", nginx:get "/do/search")
  end)

  it("a stream that was left open ends with its request", function()
    local name, base = serve(SILENT)
    assert.equal("one \n", nginx:get("/do/leave_stream", { base = base }))
    wait_for_leaver(name)
  end)

  it("a request that ends before its task takes it along", function()
    local name, base = serve(SILENT)
    assert.equal("pending\n", nginx:get("/do/leave_task", { base = base }))
    if pair.raw:got(name) ~= "" then
      wait_for_leaver(name)
    end
    assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
  end)

  -------------------------------------------------------------------------
  describe("leaves cleanly", function()
    local function begin(script)
      local name, base = serve(script)
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
      wait_for_leaver(name)
    end)

    it("when streams wait in a timer", function()
      local name, base = serve(SILENT)
      nginx:get("/timer/drain", { name = "drain", base = base })
      servers.wait_until(function()
        return pair.raw:got(name) ~= ""
      end, "the call")
      local worker = nginx:worker()
      nginx:signal "stop"
      nginx:wait_for_end(worker)
      wait_for_leaver(name)
    end)
  end)

  it("several workers have an engine each", function()
    assert.equal("", nginx:stop())
    nginx = openresty.start { key = KEY, base = pair.sandbox.url, workers = 2 }
    local seen, count = {}, 0
    servers.wait_until(function()
      local pid = nginx:get "/do/pid"
      count = count + (seen[pid] and 0 or 1)
      seen[pid] = true
      assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
      return count == 2
    end, "both workers to answer")
  end)

  it("leaves no socket behind, and no key where others see it", function()
    local _, base = serve(SILENT)
    local visit = nginx:visit("/do/stream", { base = base })
    visit:wait_for "one "
    for line in openresty.read("/proc/net/unix"):gmatch("[^\n]+") do
      local path = line:match("(/[^\n]*indoxhub[^\n]*)$")
      assert.is_nil(path and io.open(path), path)
    end
    local pattern = programs.write(KEY .. "\n")
    local pipe = io.popen("grep -lF -f " .. pattern ..
      " /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null")
    local found = pipe:read("*a")
    pipe:close()
    os.remove(pattern)
    visit:leave()
    assert.equal("", found)
  end)
end)

---------------------------------------------------------------------------

describe("examples/openresty", function()
  local chromium, address, gateway, expected_children, expected_news

  -- Starts the example as its reader would, in front of `base` or of its own
  -- sandbox.
  local function start(base)
    local free = servers.raw()
    free:stop()
    local log = os.tmpname()
    local pipe = assert(io.popen(("echo $$; exec env %s setpriv --pdeathsig " ..
      "TERM sh examples/openresty/start.sh %s >%s 2>&1"):format(
      base and ("LIVE=1 INDOXHUB_API_KEY=%s INDOXHUB_BASE_URL=%s")
        :format(KEY, base) or "", free.port, log)))
    gateway = { pipe = pipe, pid = pipe:read("*l"), log = log }
    address = ("http://127.0.0.1:%s/"):format(free.port)
    expected_children, expected_news = base and 1 or 2, nil
    servers.wait_until(function()
      return openresty.read(log):find(address, 1, true)
        or not openresty.is_alive(gateway.pid)
    end, "the gateway")
    assert(openresty.is_alive(gateway.pid), openresty.read(log))
  end

  after_each(function()
    local children = openresty.children(gateway.pid)
    assert.equal(expected_children, #children)
    os.execute("kill -TERM " .. gateway.pid)
    servers.wait_until(function()
      return not openresty.is_alive(gateway.pid)
    end, "the gateway to end")
    for _, pid in ipairs(children) do
      assert.is_false(openresty.is_alive(pid))
    end
    gateway.pipe:close()
    local bad = openresty.bad_news(openresty.read(gateway.log), expected_news)
    os.remove(gateway.log)
    assert.equal("", bad)
  end)

  -- Asks without a browser. Returns the status, the body and the head.
  local function ask(question)
    local head = os.tmpname()
    local status, body = servers.curl(("-N -D %s -H 'Content-Type: " ..
      "application/json' -d '{\"question\":\"%s\"}' %schat"):format(head,
      question, address))
    local text = openresty.read(head)
    os.remove(head)
    return status, body, text
  end

  it("streams events and limits questions", function()
    start()
    local status, body, head = ask "What is 6 * 7?"
    assert.equal(200, status)
    assert.truthy(head:find("Content-Type: text/event-stream", 1, true))
    local text = {}
    for delta in body:gmatch('event: text\ndata: {"text":"(.-)"}\n\n') do
      text[#text + 1] = delta
    end
    assert.equal(5, #text)
    assert.equal(ANSWER, table.concat(text))
    assert.truthy(body:find("event: done\ndata: {.*}\n\n$"))
    local asked = 1
    repeat -- the minute may end meanwhile, once
      status, body, head = ask "1 + 1"
      asked = asked + 1
    until status ~= 200 or asked > 42
    assert.equal(429, status)
    assert.truthy(asked > 20)
    assert.truthy(body:find("20 questions in a minute", 1, true))
    local seconds = tonumber(head:match("Retry%-After: (%d+)\r\n"))
    assert.truthy(seconds >= 1 and seconds <= 60)
    assert.truthy(body:find('"retry_after":' .. seconds, 1, true))
  end)

  it("limits answers that come at the same time", function()
    local raw = servers.raw()
    start(raw:script("one", SILENT))
    local pids = {}
    for i = 1, 2 do
      local pipe = assert(io.popen(("echo $$; exec setpriv --pdeathsig KILL " ..
        "curl -sN -m 60 -o /dev/null -H 'Content-Type: application/json' " ..
        "-d '{\"question\":\"x\"}' %schat"):format(address)))
      pids[i] = { pid = pipe:read("*l"), pipe = pipe }
    end
    servers.wait_until(function()
      return select(2, raw:got("one"):gsub("POST ", "")) == 2
    end, "two questions")
    local status, body, head = ask "three"
    assert.equal(429, status)
    assert.truthy(head:find("Retry-After: ", 1, true))
    assert.truthy(body:find("You have 2 answers coming", 1, true))
    os.execute("kill -9 " .. pids[1].pid)
    servers.wait_until(function()
      return raw:gone("one") == 1
    end, "the first to leave")
    raw:script("one", { { "body" }, { "send", servers.EVENTS_HEAD ..
      events.answer "four" }, { "close" } })
    servers.wait_until(function()
      return ask "four" == 200
    end, "a place to become free")
    os.execute("kill -9 " .. pids[2].pid)
    servers.wait_until(function()
      return raw:gone("one") == 2
    end, "the second to leave")
    for _, visitor in ipairs(pids) do
      visitor.pipe:close()
    end
    raw:stop()
  end)

  it("refuses what is no question", function()
    start()
    local function refused(arguments)
      local status, body = servers.curl(arguments .. " " .. address .. "chat")
      assert.equal(400, status)
      return body
    end
    local AS_JSON = "-H 'Content-Type: application/json' "
    assert.truthy(refused("-d '{\"question\":\"x\"}'")
      :find("come as JSON", 1, true))
    for _, body in ipairs { "", "{", "[]", "null", "{}", '{"question":1}',
      '{"question":" "}' } do
      assert.truthy(refused(AS_JSON .. "-d '" .. body .. "'")
        :find("There is no question", 1, true), body)
    end
    assert.truthy(refused(AS_JSON .. "-d '{\"question\":\"" .. ("x"):rep(9000)
      .. "\"}'"):find("too long", 1, true))
    expected_news = { "client intended to send too large body" }
    assert.equal(413, (servers.curl(AS_JSON .. "-d '{\"question\":\"" ..
      ("x"):rep(40000) .. "\"}' " .. address .. "chat")))
  end)

  -------------------------------------------------------------------------
  describe("in a browser", function()
    local raw

    setup(function()
      raw = servers.raw()
      chromium = browser.start()
    end)

    teardown(function()
      if chromium then
        chromium:stop()
      end
      raw:stop()
    end)

    local function shows(selector, text)
      servers.wait_until(function()
        return chromium:text(selector) == text
      end, ("%q in %s"):format(text, selector))
    end

    it("the answer grows on the page", function()
      start()
      chromium:open(address)
      chromium:type("#question", "Count to 30")
      chromium:click "#ask"
      local seen, last = 0, ""
      servers.wait_until(function()
        local text = chromium:text "#answer"
        assert.equal(last, text:sub(1, #last))
        if text ~= last then
          last, seen = text, seen + 1
        end
        return chromium:text "#state" == "done"
      end, "the answer")
      assert.truthy(seen >= 3, "it came in " .. seen .. " pieces")
      assert.truthy(chromium:text("#answer"):find("^1 2 3 .* 29 30$"))
      assert.equal("", chromium:text "#problem")
      assert.is_true(chromium:is_enabled "#ask")
    end)

    it("the stop button ends it, and the service sees that", function()
      start(raw:script("stopped", SILENT))
      chromium:open(address)
      chromium:type("#question", "Tell me more\n")
      shows("#answer", "one two")
      assert.equal("answering", chromium:text "#state")
      assert.is_false(chromium:is_enabled "#ask")
      chromium:click "#stop"
      shows("#state", "stopped")
      servers.wait_until(function()
        return raw:gone "stopped" == 1
      end, "the service to see it")
      assert.equal("one two", chromium:text "#answer")
      assert.equal("", chromium:text "#problem")
      assert.is_nil(openresty.read(gateway.log):find("[warn]", 1, true))
      -- And the page goes on.
      raw:script("stopped", { { "body" }, { "send", servers.EVENTS_HEAD ..
        events.answer("<b>", "&amp;") }, { "close" } })
      chromium:click "#ask"
      shows("#state", "done")
      assert.equal("<b>&amp;", chromium:text "#answer")
    end)

    it("leaving the page ends it, too", function()
      start(raw:script("left", SILENT))
      chromium:open(address)
      chromium:type("#question", "Tell me more\n")
      shows("#answer", "one two")
      chromium:open "about:blank"
      servers.wait_until(function()
        return raw:gone "left" == 1
      end, "the service to see it")
    end)

    it("errors are shown", function()
      local base = raw:script("failing", { { "body" }, { "send",
        servers.reply("402 Payment Required", "application/json",
          '{"detail":"no credits left for ' .. KEY .. '"}') }, { "close" } })
      start(base)
      chromium:open(address)
      chromium:type("#question", "What?\n")
      shows("#problem",
        "There is no answer, because of an error behind this page.")
      raw:script("failing", { { "body" }, { "send",
        servers.reply("429 Too Many Requests", "application/json", "{}",
          "Retry-After: 120\r\n") }, { "close" } })
      chromium:click "#ask"
      shows("#problem", "The service is busy. Try again soon.")
      raw:script("failing", { { "body" }, { "send", servers.EVENTS_HEAD ..
        piece "one" }, { "close" } })
      chromium:click "#ask"
      shows("#answer", "one")
      shows("#problem",
        "There is no answer, because of an error behind this page.")
      assert.is_true(chromium:is_enabled "#ask")
      assert.is_nil(openresty.read(gateway.log):find(KEY, 1, true))
    end)

    it("a visitor who asks too much is told so", function()
      start()
      chromium:open(address)
      chromium:type("#question", "One more?")
      -- Where the minute turns in between, the page is answered.
      servers.wait_until(function()
        for _ = 1, 41 do
          if ask "1 + 1" ~= 200 then
            break
          end
        end
        chromium:click "#ask"
        servers.wait_until(function()
          return chromium:is_enabled "#ask"
        end, "the page")
        return chromium:text("#problem"):find(
          "You have asked 20 questions in a minute", 1, true)
      end, "the refusal")
    end)
  end)
end)
