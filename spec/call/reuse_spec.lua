-- What comes on a connection while nothing is asked on it is no answer: the
-- connection is given up, and the request goes out on a new one.
local core = require "indoxhub.core"
local events = require "spec.support.events"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local function question(text)
  return { messages = { { role = "user", content = text } } }
end

local function json(text)
  return servers.reply("200 OK", "application/json",
    ('{"data":"%s","finish_reason":"stop"}'):format(text))
end

local STREAM = servers.CHUNKED_HEAD .. servers.chunk(events.answer("a", "b"))
  .. servers.LAST_CHUNK

local STALE = json "of another"

-- What a server may say unasked, in pieces.
local UNASKED = {
  ["an answer"] = { STALE },
  ["an answer in two pieces"] = { STALE:sub(1, 70), STALE:sub(71) },
  ["the head of an answer"] = { STALE:match("^.-\r\n\r\n") },
  ["the rest of an answer"] = { STALE:match("\r\n\r\n(.*)$") },
  ["a single byte"] = { "H" },
  ["an empty line"] = { "\r\n" },
  ["a stream"] = { STREAM },
  ["that it waited too long"] = {
    servers.last_reply("408 Request Timeout", "{}") },
  ["that it waited too long, without a body"] = {
    "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n" },
  ["that it is busy"] = { servers.last_reply("503 Service Unavailable",
    '{"detail":"not now"}') },
  ["to go on"] = { "HTTP/1.1 100 Continue\r\n\r\n" },
}

-- Each kind of call, whose answer it knows from any other.
local CALLS = {
  create = { json "mine", function(client)
    return indoxhub.assert(client.chat:create(question "x")).data == "mine"
  end },
  stream = { STREAM, function(client)
    return indoxhub.assert(indoxhub.assert(client.chat:stream(question "x"))
      :reply()).data == "ab"
  end },
  upload = { servers.reply("200 OK", "application/json", '{"text":"heard"}'),
    function(client)
      return indoxhub.assert(client.audio:transcribe { model = "m",
        file = indoxhub.bytes("sound", "a.mp3") }).text == "heard"
    end },
  save = { servers.reply("200 OK", "application/octet-stream", "my bytes"),
    function(client, url)
      local name = os.tmpname()
      indoxhub.assert(client:save(url .. "/file", name))
      local bytes = files.read(name)
      os.remove(name)
      return bytes == "my bytes"
    end },
  request = { servers.reply("200 OK", "application/json", '{"is":"mine"}'),
    function(client)
      return indoxhub.assert(client:request { path = "x" }).is == "mine"
    end },
}

local count = 0

-- A name nobody has used, of a script and of a file that lets it go on.
local function new_name()
  count = count + 1
  return "reuse" .. count
end

describe("a connection that is used again", function()
  -- Connections to one server may be used in the next test.
  local raw

  before_each(function()
    raw = servers.raw()
  end)

  after_each(function()
    raw:stop()
  end)

  -- Steps that answer and, once they are allowed to, go on.
  local function idle_then(name, answer, steps)
    local all = { { "body" }, { "send", answer }, { "until", name .. "-go" } }
    for _, step in ipairs(steps) do
      all[#all + 1] = step
    end
    all[#all + 1] = { "tell" }
    all[#all + 1] = { "again" }
    return all
  end

  local function sends(pieces)
    local steps = {}
    for _, piece in ipairs(pieces) do
      steps[#steps + 1] = { "send", piece }
    end
    return steps
  end

  local function client_of(name, options)
    options = options or {}
    options.api_key = "indox-test"
    options.base_url = options.base_url or raw:base(name)
    options.max_retries = options.max_retries or 0
    return indoxhub.new(options)
  end

  -- The text of the answer to a question.
  local function ask(client, text)
    return indoxhub.assert(client.chat:create(question(text))).data
  end

  -- Has what the script does next done, and every later request answered.
  local function let_go(name, answer)
    raw:allow(name .. "-go")
    servers.wait_until(function()
      return raw:told(name) > 0
    end, "what is not asked for")
    raw:script(name, answer)
  end

  local function requests(name)
    return select(2, raw:got(name):gsub(" HTTP/1.1\r\n", ""))
  end

  for what, pieces in pairs(UNASKED) do
    it("is given up when it brings " .. what, function()
      local name = new_name()
      raw:script(name, idle_then(name, json "first", sends(pieces)))
      local client = client_of(name)
      assert.equal("first", ask(client, "1"))
      let_go(name, json "second")
      assert.equal("second", ask(client, "2"))
      assert.equal(2, raw:opened(name))
      assert.equal(2, requests(name))
    end)
  end

  for kind, call in pairs(CALLS) do
    it("is given up before a call of " .. kind, function()
      local name = new_name()
      raw:script(name, idle_then(name, json "first", { { "send", STALE } }))
      local client = client_of(name)
      ask(client, "1")
      let_go(name, call[1])
      assert.is_true(call[2](client, raw:base(name)))
      assert.equal(2, raw:opened(name))
      assert.equal(2, requests(name))
    end)
  end

  it("is given up when it was closed", function()
    local name = new_name()
    raw:script(name, { { "body" }, { "send", json "first" }, { "tell" },
      { "close" } })
    local client = client_of(name)
    for i = 1, 3 do
      assert.equal("first", ask(client, "1"))
      servers.wait_until(function()
        return raw:told(name) == i
      end, "the end")
    end
    assert.equal(3, raw:opened(name))
    assert.equal(3, requests(name))
  end)

  for _, kind in ipairs { "stream", "upload" } do
    it("is given up after a call of " .. kind, function()
      local name, call = new_name(), CALLS[kind]
      raw:script(name, idle_then(name, call[1], { { "send", STALE } }))
      local client = client_of(name)
      assert.is_true(call[2](client))
      let_go(name, json "second")
      assert.equal("second", ask(client, "2"))
      assert.equal(2, raw:opened(name))
    end)
  end

  -- Of what came together with the answer libcurl has read some already.
  for what, answer in pairs { ["an answer"] = json "first",
    ["a stream"] = STREAM } do
    for size in pairs { [1] = true, [70] = true, [#STALE] = true } do
      it(("is given up when %d bytes came right behind %s"):format(size, what),
        function()
          local name = new_name()
          raw:script(name, idle_then(name, answer .. STALE:sub(1, size),
            sends { STALE:sub(size + 1) .. " " }))
          local client = client_of(name)
          if answer == STREAM then
            assert.is_true(CALLS.stream[2](client))
          else
            ask(client, "1")
          end
          let_go(name, json "second")
          assert.equal("second", ask(client, "2"))
          assert.equal(2, raw:opened(name))
        end)
    end
  end

  it("is given up without a loss of time that a call has left", function()
    local name = new_name()
    raw:script(name, idle_then(name, json "first", { { "send", STALE } }))
    local client = client_of(name)
    ask(client, "1")
    raw:allow(name .. "-go")
    servers.wait_until(function()
      return raw:told(name) > 0
    end, "what is not asked for")
    raw:script(name, { { "body" }, { "hold" } })
    local reply, err = client.chat:create(question "2", { timeout = 0.2 })
    assert.is_nil(reply)
    assert.equal("total", err.code)
    assert.equal(2, requests(name))
  end)

  it("is given up for the calls of another client, too", function()
    local name = new_name()
    raw:script(name, idle_then(name, json "first", { { "send", STALE } }))
    ask(client_of(name, { api_key = "one" }), "1")
    let_go(name, json "second")
    assert.equal("second", ask(client_of(name, { api_key = "two" }), "2"))
  end)

  it("is given up through a proxy", function()
    -- The script of what is meant for a proxy.
    raw:script("proxy", idle_then("proxy", json "first",
      { { "send", STALE } }))
    local client = client_of("proxy", { base_url = "http://api.invalid/v1",
      allow_http = true, proxy = "http://127.0.0.1:" .. raw.port })
    ask(client, "1")
    let_go("proxy", json "second")
    assert.equal("second", ask(client, "2"))
    assert.equal(2, raw:opened "proxy")
  end)

  it("costs no try and no time that a call has", function()
    local name, told = new_name(), {}
    raw:script(name, idle_then(name, json "first", { { "send", STALE } }))
    local client = client_of(name, { log = function(event)
      told[#told + 1] = event.name
    end })
    ask(client, "1")
    let_go(name, json "second")
    told = {}
    indoxhub.assert(client.chat:create(question "2", { timeout = 5 }))
    assert.same({ "attempt", "done" }, told)
  end)

  it("leaves a call whose server is gone meanwhile a failure", function()
    local other = servers.raw()
    local name = new_name()
    other:script(name, idle_then(name, json "first", { { "send", STALE } }))
    local client = client_of(name, { base_url = other:base(name) })
    ask(client, "1")
    other:allow(name .. "-go")
    servers.wait_until(function()
      return other:told(name) > 0
    end, "what is not asked for")
    servers.kill(other)
    local reply, err = client.chat:create(question "2")
    assert.is_nil(reply)
    assert.equal("connect", err.code)
    other:stop()
  end)

  it("is one of many that do not disturb each other", function()
    local name = new_name()
    raw:script(name, idle_then(name, json "first", { { "send", STALE } }))
    local client, first, second = client_of(name), {}, {}
    for i = 1, 20 do
      first[i] = function()
        return client.chat:create(question "1")
      end
      second[i] = function()
        return client.chat:create(question("number " .. i))
      end
    end
    assert.is_nil(select(2, indoxhub.gather(first)))
    raw:allow(name .. "-go")
    servers.wait_until(function()
      return raw:told(name) == 20
    end, "what is not asked for")
    raw:script(name, json "second")
    local replies, failures = indoxhub.gather(second)
    assert.is_nil(failures)
    for i = 1, 20 do
      assert.equal("second", replies[i].data)
    end
    assert.equal(40, requests(name))
  end)

  it("goes on being used when nothing came", function()
    local name = new_name()
    raw:script(name, json "fine")
    local client = client_of(name)
    for _ = 1, 20 do
      ask(client, "x")
    end
    assert.equal(20, requests(name))
    assert.equal(1, raw:opened(name))
  end)

  it("is never asked a second time when the server took the request",
    function()
      local name = new_name()
      raw:script(name, json "first")
      local client = client_of(name, { max_retries = 2 })
      ask(client, "1")
      for _, ending in ipairs { "close", "reset" } do
        raw:script(name, { { "body" }, { ending } })
        local before = requests(name)
        local reply, err = client.chat:create(question "2")
        assert.is_nil(reply)
        assert.equal("network", err.kind)
        assert.equal(before + 1, requests(name))
        raw:script(name, json "first")
        ask(client, "1")
      end
    end)

  -- Connections that were used before, as many as calls at a time.
  local function keep_connections(client, name, n)
    local fns, all = {}, requests(name) + n
    raw:script(name, { { "body" }, { "until", name .. "-all" },
      { "send", json "first" } })
    for i = 1, n do
      fns[i] = function()
        return client.user:health()
      end
    end
    fns[n + 1] = function()
      while requests(name) < all do
        indoxhub.sleep(0.01)
      end
      raw:allow(name .. "-all")
      return true
    end
    assert.is_nil(select(2, indoxhub.gather(fns)))
  end

  it("has what changes nothing asked once more, on a new one", function()
    local name = new_name()
    local client = client_of(name, { max_retries = 0 })
    for _, ending in ipairs { "close", "reset" } do
      keep_connections(client, name, 8)
      raw:script(name, { { "body" }, { ending } })
      local before, opened = requests(name), raw:opened(name)
      local reply, err = client.user:health()
      assert.is_nil(reply)
      assert.equal("network", err.kind)
      assert.equal(before + 2, requests(name))
      assert.equal(opened + 1, raw:opened(name))
      os.remove(raw.folder .. "/" .. name .. "-all")
    end
  end)

  describe("over TLS", function()
    local front

    before_each(function()
      front = servers.tls_front(raw)
    end)

    after_each(function()
      front:stop()
    end)

    local function secure(name)
      return client_of(name, { base_url = front.root .. "/" .. name,
        ca_file = front.certificate })
    end

    -- The same, until TLS has passed it on: `count` pieces of a kind by then.
    local function let_go_until(name, answer, kind, pieces)
      let_go(name, answer)
      servers.wait_until(function()
        return front:sent(kind) >= pieces
      end, kind)
    end

    -- Asks once before the script goes on, and once after that.
    local function ask_twice(name, kind, pieces)
      local client = secure(name)
      ask(client, "1")
      let_go_until(name, json "second", kind, pieces)
      assert.equal("second", ask(client, "2"))
    end

    for what, pieces in pairs(UNASKED) do
      it("is given up when it brings " .. what, function()
        local name = new_name()
        raw:script(name, idle_then(name, json "first", sends(pieces)))
        ask_twice(name, "data", 2)
        assert.equal(2, requests(name))
      end)
    end

    it("is given up when TLS was closed", function()
      local name = new_name()
      raw:script(name, { { "body" }, { "send", json "first" },
        { "until", name .. "-go" }, { "tell" }, { "close" } })
      ask_twice(name, "closed", 1)
      assert.equal(2, raw:opened(name))
    end)

    it("is given up when half a record came", function()
      local name = new_name()
      raw:script(name, idle_then(name, json "first", { { "send", "HALF" } }))
      ask_twice(name, "half", 1)
      assert.equal(2, raw:opened(name))
    end)

    it("goes on being used when session tickets came", function()
      local name = new_name()
      local client = secure(name)
      for i = 1, 20 do
        raw:script(name, { { "body" }, { "send", json "fine" },
          { "until", name .. i }, { "send", "TICKET" }, { "again" } })
        ask(client, "x")
        raw:allow(name .. i)
        servers.wait_until(function()
          return front:sent "ticket" == i
        end, "a ticket")
      end
      assert.equal(20, requests(name))
      -- From 8.0 on libcurl itself gives it up.
      if core.curl_version():find("libcurl/7.", 1, true) then
        assert.equal(1, raw:opened(name))
      end
    end)

    it("is given up when an answer came behind a ticket", function()
      local name = new_name()
      raw:script(name, idle_then(name, json "first", { { "send", "TICKET" },
        { "until", name .. "-more" }, { "send", STALE } }))
      local client = secure(name)
      ask(client, "1")
      raw:allow(name .. "-go")
      servers.wait_until(function()
        return front:sent "ticket" == 1
      end, "a ticket")
      raw:allow(name .. "-more")
      let_go_until(name, json "second", "data", 2)
      assert.equal("second", ask(client, "2"))
      assert.equal(2, raw:opened(name))
    end)
  end)
end)
