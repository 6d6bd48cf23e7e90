-- No recording shows a key, however it came to the server and back.
local compress = require "spec.support.compress"
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

-- No part of it is a word that may occur anyway.
local GIVEAWAY = "Zq7Z"
local KEY = "indox-" .. ("Zq7Z"):rep(8)
local BYOK = 'sk-own/"Zq7Zq7Zq7'
local TOKEN = "token-Zq7Zq7Zq7"

local MESSAGES = { { role = "user", content = "count to 3" } }

describe("a key in a recording", function()
  local raw = during_tests(servers.raw)
  local sandbox = during_tests(servers.sandbox, "--pace 0")
  local folder, count = nil, 0

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function client_at(url, options)
    local given = { api_key = KEY, base_url = url, record = folder }
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    return indoxhub.new(given)
  end

  -- All that was recorded.
  local function recorded()
    local pieces = {}
    for name in files.list(folder):gmatch("[^\n]+") do
      pieces[#pieces + 1] = name
      pieces[#pieces + 1] = files.read(folder .. "/" .. name)
    end
    return table.concat(pieces, "\n")
  end

  -- Fails where one is shown, or nothing was recorded. Looks into what is kept
  -- as base64, too.
  local function assert_hidden(...)
    local all = recorded()
    assert.truthy(all:find('"recording": 1', 1, true))
    for encoded in all:gmatch('"base64": "([^"]*)"') do
      all = all .. core.unbase64(encoded)
    end
    for _, secret in ipairs { GIVEAWAY, ... } do
      assert.is_nil(all:find(secret, 1, true), all)
    end
    return all
  end

  -- An answer to any call.
  local function says(text, kind, extra)
    count = count + 1
    return raw:script("secret" .. count, servers.reply("200 OK",
      kind or "application/json", text, extra))
  end

  it("is found by the tool that looks for it", function()
    local client = client_at(says '{"success":true,"data":"x"}',
      { api_key = "other" })
    indoxhub.assert(client.chat:create { messages = { { role = "user",
      content = "my " .. GIVEAWAY } } })
    assert.has_error(function() assert_hidden() end)
  end)

  it("is not there when the server echoes it", function()
    for _, shown in ipairs { KEY, "Bearer " .. KEY, json.encode { KEY },
      (KEY:gsub("Z", "\\u005a")) } do
      local body = shown:find('["\\]') and '{"success":true,"data":"a","x":'
        .. (shown:find("^%[") and shown or '"' .. shown .. '"') .. "}"
        or json.encode { success = true, data = shown }
      local client = client_at(says(body, nil, "X-Echo: " .. KEY
        .. "\r\nSet-Cookie: access_token=" .. TOKEN .. "\r\nX-Auth-Token: "
        .. TOKEN .. "\r\n"), { record_mode = "new" })
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      assert_hidden("Set-Cookie", "set-cookie", "auth-token")
    end
  end)

  it("is not there when a refusal names it", function()
    local name = raw:script("refusal", servers.reply("400 Bad Request",
      "application/json", json.encode { detail = "bad " .. KEY }))
    local client = client_at(name)
    assert.is_nil((client.chat:create { messages = MESSAGES }))
    assert_hidden()
    local _, err = client.chat:create { messages = MESSAGES }
    assert.equal("bad [redacted]", err.message)
  end)

  it("is not there when two pieces of a stream have it", function()
    local half = #KEY / 2
    local function event(text)
      return ('data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'):format(text)
    end
    local whole = event("before " .. KEY .. " after")
    local at = whole:find(KEY, 1, true) + half
    local name = raw:script("pieces", { { "body" },
      { "send", servers.CHUNKED_HEAD .. servers.chunk(whole:sub(1, at)) },
      { "sleep", 5 }, { "send", servers.chunk(whole:sub(at + 1)
        .. 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n')
        .. servers.LAST_CHUNK } })
    local client = client_at(name)
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    for _ in stream do end -- luacheck: ignore 542
    assert_hidden()
    stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    assert.equal("before [redacted] after", stream())
  end)

  it("is not there when it came compressed, or among other bytes", function()
    local client = client_at(says(compress.text("gzip",
      '{"success":true,"data":"' .. KEY .. '"}'), nil,
      "Content-Encoding: gzip\r\n"))
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert_hidden()
    client = client_at(says("\0\255" .. KEY .. "\254", "audio/mpeg"))
    local path = files.folder()
    indoxhub.assert(client:save({ url = client and says("\0\255" .. KEY
      .. "\254", "audio/mpeg") }, path .. "/a"))
    files.remove_folder(path)
    assert_hidden()
  end)

  it("is not there in a large answer, wherever and however it stands",
    function()
      local filler = ("picture+"):rep(20000)
      local escaped = KEY:gsub("Z", "\\u005a")
      for _, shown in ipairs { KEY, escaped, (KEY:gsub("q", "%%71")),
        KEY:sub(1, 20) .. KEY:sub(21):gsub("Z", "\\u005a") } do
        for _, text in ipairs { shown .. filler, filler .. shown .. filler,
          filler .. shown, filler .. '","x":"' .. shown .. '","y":"' } do
          local client = client_at(says('{"success":true,"data":"' .. text
            .. '"}'), { record_mode = "new" })
          indoxhub.assert(client.chat:create { messages = MESSAGES })
          local all = assert_hidden()
          assert.is_true(#all > #filler)
          assert.is_nil(all:find("u005a", 1, true))
          assert.is_nil(all:find("%71", 1, true))
        end
      end
    end)

  it("of the program for a model is not there", function()
    local client = client_at(says '{"success":true,"data":"x"}')
    indoxhub.assert(client.chat:create { messages = MESSAGES,
      byok_api_key = BYOK })
    indoxhub.assert(client:request { path = "x", json = { a = { {
      byok_api_key = BYOK } }, text = "I say " .. BYOK } })
    assert_hidden(BYOK, "byok_api_key")
    -- It is no other call with another.
    local player = client:with { record_mode = "replay" }
    indoxhub.assert(player.chat:create { messages = MESSAGES,
      byok_api_key = "another" })
  end)

  it("of the program for a model is not there in a form", function()
    local client = client_at(says '{"success":true,"data":"x"}')
    indoxhub.assert(client:request { path = "x", form = {
      byok_api_key = BYOK, file = indoxhub.bytes("abc"), password = TOKEN } })
    assert_hidden(BYOK)
  end)

  it("in headers is not there", function()
    local client = client_at(says(json.encode { success = true, data = "x",
      seen = { "session=" .. TOKEN, TOKEN, "user:" .. TOKEN } }), {
      headers = { Cookie = "session=" .. TOKEN, ["X-Api-Key"] = TOKEN } })
    indoxhub.assert(client.chat:create({ messages = MESSAGES },
      { headers = { ["Proxy-Authorization"] = "Basic " .. TOKEN } }))
    assert_hidden()
  end)

  it("that a function gives is not there", function()
    local client = client_at(says(json.encode { success = true, data = KEY }),
      { api_key = function() return KEY end })
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert_hidden()
  end)

  it("that was exchanged is not there, nor is the token", function()
    local client = client_at(sandbox.url, { auth = "exchange" })
    indoxhub.assert(client.user:me())
    indoxhub.assert(client.chat:create { messages = MESSAGES })
    assert_hidden("auth", "access_token")
    assert.equal(2, select(2, files.list(folder):gsub("\n", "")))
    -- And is not needed to play.
    client = client_at("http://127.0.0.1:1", { auth = "exchange",
      record_mode = "replay" })
    indoxhub.assert(client.user:me())
  end)

  it("that a program exchanges by hand is not there", function()
    local client = client_at(says('{"access_token":"' .. TOKEN .. '"}'))
    local options = { path = "auth/api-key", method = "POST" }
    indoxhub.assert(client:request(options, {
      headers = { ["X-API-Key"] = KEY } }))
    assert.equal("", files.list(folder))
    local _, err = client:with({ record_mode = "replay" }):request(options)
    assert.equal("not_recorded", err.kind)
    indoxhub.assert(client:request { path = "other" })
    assert_hidden(TOKEN)
    client = client_at(says '{"access_token" : "t1","refresh_token":"t2"}')
    indoxhub.assert(client:request { path = "another" })
    assert_hidden("t1", "t2")
  end)

  it("that an account call makes is not there whole", function()
    local client = client_at(sandbox.url)
    local made = indoxhub.assert(client.user:create_api_key { name = "mine" })
    assert.matches("^indox%-%w+$", made.api_key)
    indoxhub.assert(client.user:api_keys())
    local all = assert_hidden(made.api_key)
    assert.truthy(all:find(made.api_key:sub(1, 10) .. "**", 1, true))
    assert.truthy(all:find("mine", 1, true))
    local player = client:with { record_mode = "replay" }
    assert.equal("[redacted]", indoxhub.assert(player.user:create_api_key {
      name = "mine" }).api_key)
    -- Whatever its form is.
    client = client_at(says(json.encode { api_key = "sk_" .. TOKEN, id = 1,
      key = "ak_" .. TOKEN }))
    indoxhub.assert(client.user:create_api_key { name = "other" })
    assert_hidden(TOKEN)
  end)

  it("in the address of a file is not there", function()
    local base = says("bytes", "image/png")
    local client = client_at(base)
    local place = files.folder()
    local function save(signature)
      return client:save({ url = base .. "/f.png?a=1&X-Amz-Signature="
        .. signature .. "&Expires=" .. signature .. "&sig=" .. signature },
        place .. "/f.png")
    end
    indoxhub.assert(save(TOKEN))
    assert_hidden()
    client = client:with { record_mode = "replay" }
    assert.equal(5, indoxhub.assert(save "another").bytes)
    files.remove_folder(place)
  end)

  it("that is too short to be one stays, as what it is: a word", function()
    local client = client_at(says '{"success":true,"data":"any news?"}',
      { api_key = "any" })
    for _ = 1, 2 do
      assert.equal("any news?", indoxhub.assert(client.chat:create {
        messages = MESSAGES }).data)
    end
  end)
end)
