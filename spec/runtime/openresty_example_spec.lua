-- The example for nginx, asked with and without a browser.
local browser = require "spec.runtime.openresty.browser"
local events = require "spec.support.events"
local openresty = require "spec.runtime.openresty.server"
local servers = require "spec.support.servers"
local streams = require "spec.runtime.openresty.streams"

local ANSWER = "6 * 7 is 42."

local KEY = "indox-" .. ("k3y9"):rep(8)

local SILENT = streams.SILENT

-- Keys, as WebDriver writes them.
local ESCAPE, SHIFT = "\238\128\140", "\238\128\136"

describe("examples/openresty", function()
  local chromium, address, gateway, expected_children, expected_news

  -- Starts the example as its reader would, in front of `base` or of its own
  -- sandbox.
  local function start(base)
    local free = servers.raw()
    free:stop()
    local log = os.tmpname()
    local pipe = assert(io.popen(("echo $$; exec env %s setpriv --pdeathsig " ..
      "TERM sh examples/openresty/start.sh --port %s >%s 2>&1"):format(
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
      chromium:type("#question", "Count to 60")
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
      assert.truthy(chromium:text("#answer"):find("^1 2 3 .* 59 60$"))
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
        events.chunk "one" }, { "close" } })
      chromium:click "#ask"
      shows("#answer", "one")
      shows("#problem",
        "There is no answer, because of an error behind this page.")
      assert.is_true(chromium:is_enabled "#ask")
      assert.is_nil(openresty.read(gateway.log):find(KEY, 1, true))
    end)

    it("the keyboard is enough, and what was asked stays", function()
      start(raw:script("keys", SILENT))
      chromium:open(address)
      chromium:type("#question", "Tell me more\n")
      shows("#answer", "one two")
      chromium:type("#question", ESCAPE)
      shows("#state", "stopped")
      raw:script("keys", { { "body" }, { "send", servers.EVENTS_HEAD ..
        events.answer "three" }, { "close" } })
      chromium:type("#question", "Line one" .. SHIFT .. "\n" .. SHIFT
        .. "line two\n")
      shows("#state", "done")
      assert.equal("Tell me more\none two\nLine one\nline two\nthree",
        chromium:text "#log")
      local asked = raw:got "keys"
      assert.truthy(asked:find("Line one\\nline two", 1, true), asked)
    end)

    it("a gateway that has ended is told, too", function()
      start(raw:script("ended", SILENT))
      chromium:open(address)
      chromium:type("#question", "Tell me more\n")
      shows("#answer", "one two")
      local workers = openresty.children(openresty.children(gateway.pid)[1])
      expected_news = { "exited on signal 9" }
      for _, pid in ipairs(workers) do
        os.execute("kill -9 " .. pid)
      end
      shows("#problem",
        "The connection broke off; this is not the whole answer.")
      assert.equal("one two", chromium:text "#answer")
      assert.is_true(chromium:is_enabled "#ask")
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
