-- Nothing that a program prints, logs or dumps shows an API key.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

-- No part of it is a word that may occur anyway.
local KEY = "indox-" .. ("Zq7Z"):rep(8)
local BYOK = "sk-own/Zq7Zq7Zq7"
local TOKEN = "token-Zq7Zq7Zq7"
local GIVEAWAY = "Zq7Z"

local MESSAGES = { { role = "user", content = "count to 3" } }

-- Fails where a key can be seen by whoever follows tables, as a dumper does.
local function assert_hidden(value, where, seen)
  seen = seen or {}
  if type(value) == "string" then
    assert.is_nil(value:find(GIVEAWAY, 1, true), where .. ": " .. value)
  elseif type(value) == "userdata" then
    assert_hidden(tostring(value), where, seen)
  elseif type(value) == "table" and not seen[value] then
    seen[value] = true
    for name, item in next, value do
      assert_hidden(name, where, seen)
      assert_hidden(item, where .. "." .. tostring(name), seen)
    end
    assert_hidden(getmetatable(value), where .. "()", seen)
    assert_hidden(tostring(value), "tostring " .. where, seen)
  end
end

describe("a key", function()
  local raw = during_tests(servers.raw)
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  local function client_at(url, options)
    options = options or {}
    options.api_key, options.base_url = options.api_key or KEY, url
    return indoxhub.new(options)
  end

  it("is not found by the tool that looks for it when there is none", function()
    assert_hidden({ "a", b = { c = indoxhub } }, "plain")
  end)

  it("is found by the tool that looks for it", function()
    assert.has_error(function() assert_hidden({ a = { KEY } }, "x") end)
    assert.has_error(function() assert_hidden({ [KEY] = 1 }, "x") end)
    assert.has_error(function()
      assert_hidden(setmetatable({}, { a = KEY }), "x")
    end)
  end)

  it("is not in a client, nor in what hangs on it", function()
    for _, key in ipairs { KEY, function() return KEY end } do
      local client = client_at(sandbox.url, { api_key = key })
      assert_hidden(client, "client")
      assert_hidden(client.chat, "chat")
      assert_hidden(client:with { timeout = 3 }, "with")
      client:close()
      assert_hidden(client, "closed client")
    end
  end)

  it("is not in a stream, before, during and after it", function()
    local client = client_at(sandbox.url)
    local stream = indoxhub.assert(client.chat:stream({ messages = MESSAGES,
      byok_api_key = BYOK }, { headers = { ["X-Api-Key"] = TOKEN } }))
    assert_hidden(stream, "new stream")
    assert.is_string(stream:next())
    assert_hidden(stream, "running stream")
    local reply = indoxhub.assert(stream:reply())
    assert_hidden(stream, "ended stream")
    assert_hidden(reply, "reply")
    assert_hidden(indoxhub.meta(reply), "meta")
  end)

  it("is not in the error of a server that repeats all it heard", function()
    local echo = json.encode { error = { message = "no: " .. KEY .. " " .. BYOK
      .. " Bearer " .. TOKEN, code = KEY, type = BYOK }, request_id = TOKEN,
      detail = { { loc = { "header", KEY }, msg = TOKEN, type = BYOK } } }
    local url = raw:script("echo", servers.reply("400 Bad Request",
      "application/json", echo, "X-Request-Id: " .. KEY .. "\r\n"))
    local client = client_at(url, { headers = {
      Authorization = "Bearer " .. TOKEN } })
    local reply, err = client.chat:create { messages = MESSAGES,
      byok_api_key = BYOK }
    assert.is_nil(reply)
    assert.equal("invalid_request", err.kind)
    assert_hidden(err, "error")
  end)

  -- Gateways have names of their own for their keys.
  for _, name in ipairs { "X-Goog-Api-Key", "Ocp-Apim-Subscription-Key",
    "x-auth-token", "CF-Access-Client-Secret", "X-Amz-Security-Token",
    "X-Password", "X-Session-Id", "X-Hub-Signature" } do
    it("is not in the error of a server that repeats " .. name, function()
      local secret = BYOK:gsub("^sk%-", "")
      local echo = json.encode { error = { message = "no: " .. secret,
        type = secret }, id = secret, usage = { told = secret } }
      local url = raw:script(name, servers.reply("400 Bad Request",
        "application/json", echo, "X-Request-Id: " .. secret .. "\r\n"))
      local events = {}
      local client = client_at(url, { headers = { [name] = secret },
        log_bodies = true, log = function(event)
          events[#events + 1] = event
        end })
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("invalid_request", err.kind)
      assert_hidden(err, "error")
      assert_hidden(events, "log")
      _, err = client_at(url).chat:create({ messages = MESSAGES },
        { headers = { [name:upper()] = "Bearer " .. secret } })
      assert_hidden(err, "error of a call")
    end)
  end

  it("is not in the error of a server that repeats one cookie", function()
    local url = raw:script("cookie", servers.reply("400 Bad Request",
      "application/json",
      json.encode { error = { message = "no: " .. TOKEN } }))
    local client = client_at(url, { headers = {
      Cookie = "lang=de; sid=" .. TOKEN .. "; theme=dark" } })
    local _, err = client.chat:create { messages = MESSAGES }
    assert_hidden(err, "error")
  end)

  it("is no plain word of a header whose name sounds like one", function()
    local url = raw:script("word", servers.reply("400 Bad Request",
      "application/json", json.encode { error = {
        message = "no such password in session 12" } }))
    local client = client_at(url, { headers = { ["X-Auth-Kind"] = "password",
      ["X-Session-Number"] = "12" } })
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal("no such password in session 12", err.message)
  end)

  it("is not in the error of a server that repeats it in escapes", function()
    for i, escaped in ipairs { { "-", "%2D" }, { "-", "%2d" },
      { "-", "\\u002d" }, { "[-/]", { ["-"] = "&#45;", ["/"] = "&#x2F;" } },
      { "Z", "%5A" } } do
      local function spelt(secret)
        return (secret:gsub(escaped[1], type(escaped[2]) == "table"
          and escaped[2] or (escaped[2]:gsub("%%", "%%%%"))))
      end
      local echo = json.encode { error = { message = "no: "
        .. "https://a.test/?key=" .. spelt(KEY) .. "&byok=" .. spelt(BYOK) },
        detail = { { loc = { "query", spelt(KEY) }, msg = spelt(TOKEN) } } }
      local name = "escaped" .. i
      local url = raw:script(name, servers.reply("400 Bad Request",
        "application/json", echo))
      local client = client_at(url, { headers = {
        Authorization = "Bearer " .. TOKEN } })
      local reply, err = client.chat:create { messages = MESSAGES,
        byok_api_key = BYOK }
      assert.is_nil(reply)
      assert.equal("no: https://a.test/?key=[redacted]&byok=[redacted]",
        err.message)
      assert.equal("[redacted]", err.detail[1].loc[2])
      assert.equal("[redacted]", err.detail[1].msg)
      assert_hidden(err, "error")
    end
  end)

  it("is not in a table that a server puts where a text belongs", function()
    local deep = { [KEY] = { BYOK, { a = "x " .. KEY } } }
    local url = raw:script("tables", servers.reply("422 Unprocessable",
      "application/json", json.encode { detail = {
        { loc = { "body", deep, { KEY }, json.null, 3, true }, msg = deep,
          type = deep }, deep, { KEY }, KEY, { loc = deep, msg = "m" } },
        usage = { [KEY] = deep } }))
    local reply, err = client_at(url).chat:create { messages = MESSAGES,
      byok_api_key = BYOK }
    assert.is_nil(reply)
    assert_hidden(err, "error")
    assert.equal('body.{"[redacted]":["[redacted]",{"a":"x [redacted]"}]}.'
      .. '["[redacted]"].null.3.true', table.concat(err.detail[1].loc, "."))
    assert.equal('{"[redacted]":["[redacted]",{"a":"x [redacted]"}]}',
      err.detail[1].msg)
    assert.equal("[redacted]", err.detail[4].msg)
  end)

  it("is not in an error when it was deep in the request", function()
    local url = raw:script("deep", servers.reply("400 Bad Request",
      "application/json", json.encode { error = "no " .. BYOK }))
    local client = client_at(url)
    local _, err = client.chat:create { messages = MESSAGES,
      additional_params = { byok_api_key = BYOK } }
    assert.equal("no [redacted]", err.message)
    _, err = client:request { path = "x",
      json = { { deep = { byok_api_key = BYOK } } } }
    assert.equal("no [redacted]", err.message)
  end)

  it("is not sent over http through a proxy, even to this machine", function()
    local client = client_at("http://127.0.0.1:1",
      { proxy = "http://127.0.0.1:1" })
    local reply, err = client.chat:create { messages = MESSAGES }
    assert.is_nil(reply)
    assert.equal("insecure", err.code)
    assert.matches("through a proxy", err.message)
  end)

  it("is not in the error of an event that repeats it", function()
    local url = raw:script("event",
      servers.EVENTS_HEAD .. 'data: {"model":"' .. KEY .. '","choices":[],'
      .. '"usage":{"prompt_tokens":3,"' .. KEY .. '":["' .. KEY .. '"]}}\n\n'
      .. 'data: {"error":{"message":"bad ' .. KEY .. '"}}\n\n')
    local stream = indoxhub.assert(client_at(url).chat:stream {
      messages = MESSAGES })
    local reply, err = stream:reply()
    assert.is_nil(reply)
    assert.matches("bad %[redacted%]", tostring(err))
    assert.equal(3, err.usage.tokens_prompt)
    assert_hidden(err, "error")
    assert_hidden(stream, "broken stream")
  end)

  it("is not in the error of a connection that fails", function()
    local client = client_at("http://127.0.0.1:1", {
      proxy = "http://user:" .. TOKEN .. "@127.0.0.1:1", allow_http = true })
    local reply, err = client.chat:create { messages = MESSAGES }
    assert.is_nil(reply)
    assert.equal("network", err.kind)
    assert_hidden(err, "error")
    assert_hidden(client, "client")
  end)

  it("is not in what is said about wrong arguments", function()
    for _, wrong in ipairs {
      function() client_at("no url " .. KEY) end,
      function() client_at(sandbox.url, { api_key = { KEY } }) end,
      function() client_at(sandbox.url, { headers = { A = KEY .. "\n" } }) end,
      function()
        client_at(sandbox.url).chat:create { messages = MESSAGES,
          byok_api_key = { BYOK } }
      end,
    } do
      local ok, message = pcall(wrong)
      assert.is_false(ok)
      assert_hidden(message, "message")
    end
    local _, err = client_at(sandbox.url, { api_key = KEY .. "\n" })
      .chat:create { messages = MESSAGES }
    assert.equal("bad_key", err.code)
    assert_hidden(err, "error")
  end)
end)
