-- Answers that a server or a proxy compressed although nobody asked for it.
local compress = require "spec.support.compress"
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local REPLY = '{"success":true,"data":"Hel\\u006co","finish_reason":"stop"}'
local REFUSAL = '{"error":{"message":"no such voice"}}'

local function encoded(name)
  return "Content-Encoding: " .. name .. "\r\n"
end

describe("an answer in", function()
  local raw = during_tests(servers.raw)
  local count = 0

  -- A client whose every call gets these bytes.
  local function client(steps, options)
    count = count + 1
    local settings = { api_key = "k", max_retries = 0,
      base_url = raw:script("e" .. count, steps) }
    for name, value in pairs(options or {}) do
      settings[name] = value
    end
    return indoxhub.new(settings)
  end

  local function answer(status, content_type, body, encoding)
    return { { "body" }, { "send", servers.reply(status, content_type, body,
      encoded(encoding)) } }
  end

  local function create(body, encoding, options)
    return client(answer("200 OK", "application/json", body, encoding),
      options).chat:create { messages = MESSAGES }
  end

  local function stream(steps)
    return indoxhub.assert(client(steps).chat:stream { messages = MESSAGES })
  end

  local function assert_told(err, kind, ...)
    assert.equal(kind, err.kind)
    assert.equal("encoding", err.code)
    for _, text in ipairs { "Content-Encoding", ... } do
      assert.truthy(tostring(err):find(text, 1, true), tostring(err))
    end
    assert.is_nil(tostring(err):find("web page", 1, true))
  end

  -- {what it is called, how it is made}
  local forms = { { "gzip", "gzip" }, { "x-gzip", "gzip" }, { "GZip", "gzip" },
    { "deflate", "deflate" }, { "deflate", "bare" }, { "deflate", "gzip" },
    { "gzip", "deflate" }, { "identity, gzip", "gzip" },
    { "gzip,,utf-8 ", "gzip" } }

  for _, form in ipairs(forms) do
    it(form[1] .. ", made as " .. form[2] .. ", is decoded", function()
      local reply = indoxhub.assert(create(compress.text(form[2], REPLY),
        form[1]))
      assert.equal("Hello", reply.data)
    end)
  end

  it("two encodings is decoded from the last to the first", function()
    local both = compress.text("gzip", compress.text("deflate", REPLY))
    assert.equal("Hello", indoxhub.assert(create(both, "deflate, gzip")).data)
    assert.equal("Hello", indoxhub.assert(create(both,
      "deflate\r\nContent-Encoding: gzip")).data)
    assert_told(select(2, create(both, "gzip, deflate, gzip, gzip")),
      "protocol", "gzip")
  end)

  it("what is no compression is left alone", function()
    for _, name in ipairs { "identity", "none", "utf-8", "aws-chunked", "",
      ",", "gzipped", "\"gzip\"" } do
      assert.equal("Hello", indoxhub.assert(create(REPLY, name)).data)
    end
  end)

  it("gzip in name only is left alone", function()
    assert.equal("Hello", indoxhub.assert(create(REPLY, "gzip")).data)
    assert.equal("Hello", indoxhub.assert(create("\n" .. REPLY, "gzip")).data)
  end)

  it("deflate in name only is left alone", function()
    assert.equal("Hello", indoxhub.assert(create(REPLY, "deflate")).data)
    local _, err = client(answer("400 Bad Request", "application/json",
      REFUSAL, "deflate")).chat:create { messages = MESSAGES }
    assert.equal("no such voice", err.message)
    local head = servers.EVENTS_HEAD:gsub("\r\n\r\n",
      "\r\n" .. encoded "deflate" .. "\r\n")
    for _, first in ipairs { "", ": wait\n\n", "event: ping\ndata: {}\n\n" } do
      local opened = stream { { "body" }, { "send", head },
        { "each", first .. events.answer("Hel", "lo") } }
      assert.equal("Hello", indoxhub.assert(opened:reply()).data)
    end
  end)

  it("gzip is none without a body", function()
    for name, sent in pairs { GET = "HTTP/1.1 204 No Content\r\n"
      .. encoded "gzip" .. "\r\n", HEAD = servers.head("200 OK", "a/b", 99,
      encoded "br"), POST = servers.reply("200 OK", "a/b", "",
      encoded "zstd") } do
      local engine = assert(core.engine())
      local transfer = assert(engine:submit { method = name,
        url = raw:script("empty" .. name, sent) })
      repeat
        engine:step({}, nil, nil, 0.05)
      until transfer:result()
      assert.equal("complete", transfer:result().ended)
      engine:close()
    end
  end)

  it("gzip is not asked for", function()
    create(compress.text("gzip", REPLY), "gzip")
    local got = raw:got("e" .. count):lower()
    assert.truthy(got:find("\r\naccept: ", 1, true))
    assert.is_nil(got:find("accept-encoding", 1, true))
  end)

  it("gzip is decoded in an error, for a stream, too", function()
    for _, call in ipairs { "create", "stream" } do
      local refused = client(answer("400 Bad Request", "application/json",
        compress.text("gzip", REFUSAL), "gzip"))
      local _, err = refused.chat[call](refused.chat, { messages = MESSAGES })
      assert.equal("invalid_request", err.kind)
      assert.equal("no such voice", err.message)
    end
  end)

  it("gzip streams, event by event", function()
    local first = events.created .. events.delta "Hel"
    local last = events.delta "lo" .. events.completed .. events.done
    for form, name in pairs { gzip = "gzip", deflate = "deflate",
      bare = "deflate" } do
      local sent = compress.pieces(form, { first, last })
      local head = servers.EVENTS_HEAD:gsub("\r\n\r\n",
        "\r\n" .. encoded(name) .. "\r\n")
      local open = stream { { "body" }, { "send", head }, { "send", sent[1] },
        { "hold" } }
      assert.equal("Hel", (open:next()))
      open:close()
      local whole = stream { { "body" }, { "send", head },
        { "each", sent[1] .. sent[2] } }
      assert.equal("Hello", indoxhub.assert(whole:reply()).data)
    end
  end)

  it("other compressions is refused by name", function()
    for name, body in pairs { br = compress.text("br", REPLY), zstd = "\40\181",
      compress = "\31\157", ["gzip, br"] = "x", ["BR"] = "x" } do
      local shown = name:match("%a+$"):lower()
      assert_told(select(2, create(body, name)), "protocol", shown)
      assert_told(select(2, stream(answer("200 OK", "text/event-stream", body,
        name)):reply()), "protocol", shown)
    end
  end)

  it("other compressions does not hide what a status says", function()
    local _, err = client(answer("401 Unauthorized", "application/json",
      "\1\2\3", "br")).chat:create { messages = MESSAGES }
    assert.equal("authentication", err.kind)
    assert.truthy(err.message:find("Content-Encoding br", 1, true))
  end)

  it("gzip that was cut is never a success", function()
    local body = compress.text("gzip", REPLY)
    for n = 1, #body - 1, 5 do
      local _, err = create(body:sub(1, n), "gzip")
      assert_told(err, "truncated", "gzip")
    end
    local events_sent = compress.text("gzip", events.answer("Hello"))
    local broken = stream(answer("200 OK", "text/event-stream",
      events_sent:sub(1, 30), "gzip"))
    assert.equal("truncated", select(2, broken:reply()).kind)
  end)

  it("gzip that is damaged is never a success", function()
    local body = compress.text("gzip", REPLY)
    for _, n in ipairs { 3, 12, #body - 20, #body - 7, #body - 1 } do
      local damaged = body:sub(1, n - 1)
        .. string.char((body:byte(n) + 1) % 256) .. body:sub(n + 1)
      assert_told(select(2, create(damaged, "gzip")), "protocol", "gzip")
    end
    assert_told(select(2, create(body .. "x", "gzip")), "protocol", "gzip")
  end)

  it("gzip has what came of a reason, when it is damaged", function()
    local body = compress.pieces("gzip",
      { '{"error":{"message":"too long"},"echo":"', 'rest"}' })
    local _, err = client(answer("422 X", "application/json", body[1] .. "\255",
      "gzip")).chat:create { messages = MESSAGES }
    assert.equal("validation", err.kind)
    assert.equal("too long", err.message)
  end)

  it("gzip is bounded by what it becomes", function()
    local zeros = compress.text("gzip", ("0"):rep(1000000))
    local _, err = create(zeros, "gzip", { max_response_bytes = 100000 })
    assert.equal("limit", err.kind)
    assert.equal("response", err.code)
    local twice = compress.text("gzip", zeros)
    assert.is_true(#twice < 1000)
    _, err = create(twice, "gzip, gzip", { max_response_bytes = 100000 })
    assert.equal("limit", err.kind)
  end)

  it("gzip waits for a slow reader", function()
    local engine = assert(core.engine())
    local text = ("0123456789abcdef"):rep(40000)
    local transfer = assert(engine:submit { method = "GET", paced = true,
      queue_bytes = 50000, url = raw:script("paced", answer("200 OK", "a/b",
        compress.text("gzip", text), "gzip")) })
    local pieces, deadline = {}, core.now() + 20
    while not transfer:result() or transfer:waiting() > 0 do
      assert.is_true(core.now() < deadline)
      engine:step({}, nil, 20000, 0.05)
      assert.is_true(transfer:waiting() <= 50000 + 16384)
      if transfer:waiting() >= 50000 or transfer:result() then
        pieces[#pieces + 1] = transfer:read()
      end
      -- Less than that may wait only at the end.
      if transfer:waiting() > 0 and engine:running() == 1 then
        engine:step({}, nil, 20000, 0.05)
        pieces[#pieces + 1] = transfer:read()
      end
    end
    assert.equal("complete", transfer:result().ended)
    assert.is_true(table.concat(pieces) == text)
    engine:close()
  end)
end)
