-- Where calls go: the slash at the end of a path, and redirects.
local address = require "indoxhub.base.address"
local indoxhub = require "indoxhub"
local route = require "indoxhub.call.route"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local KEY = "indox-" .. ("k"):rep(32)
local ONCE = "Connection: close\r\n"
local PAGE = "<html><title>CSRF</title></html>"

local OK = servers.reply("200 OK", "application/json",
  '{"request_id":"q","data":"fine","jobs":[],"providers":[]}', ONCE)

local function page(status)
  return servers.reply(status, "text/html; charset=utf-8", PAGE, ONCE)
end

local function redirect(status, location)
  return servers.reply(status .. " Moved", "text/plain", "",
    ONCE .. (location and "Location: " .. location .. "\r\n" or ""))
end

describe("the first way of a call", function()
  local function url(base, slash)
    return route.new({ base = address.base(base),
      options = { trailing_slash = slash } },
      { path = "chat/completions", query = { a = 1 } }).url
  end

  it("has a slash at the vendor's, and only there", function()
    assert.equal("https://api.indoxhub.com/api/v1/chat/completions/?a=1",
      url "https://api.indoxhub.com")
    assert.equal("https://api.example.test/api/v1/chat/completions?a=1",
      url "https://api.example.test")
  end)

  it("is as the option says", function()
    assert.equal("https://api.indoxhub.com/v1/chat/completions?a=1",
      url("https://api.indoxhub.com/v1", "off"))
    assert.equal("https://api.example.test/v1/chat/completions/?a=1",
      url("https://api.example.test/v1", "on"))
  end)
end)

describe("the way of a call", function()
  -- What is learned about a server is kept, so each test has its own.
  local raw

  before_each(function()
    raw = servers.raw()
  end)

  after_each(function()
    raw:stop()
  end)
  local name

  before_each(function()
    name = "api"
  end)

  -- A client of a server that gives these answers in turn. The key is asked for
  -- before anything is sent, which is when the next is laid out.
  local function client_with(answers, options)
    local lay_out = raw:in_turn(name, answers)
    local settings = { base_url = raw:base(name), api_key = function()
      lay_out()
      return KEY
    end, max_retries = 0 }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    return indoxhub.new(settings)
  end

  -- The requests so far, as "METHOD path".
  local function asked_for(script)
    local list = {}
    for method, path in raw:got(script or name):gmatch(
      "(%u+) (/%S*) HTTP/1%.1\r\n") do
      list[#list + 1] = method .. " " .. path
    end
    return list
  end

  describe("on a server that wants a slash", function()
    for _, refusal in ipairs { page "403 Forbidden", page "404 Not Found",
      page "405 Method Not Allowed",
      redirect(307, "/api/chat/completions/"),
      redirect(308, "/api/chat/completions/"),
      redirect(301, "/api/chat/completions/"),
      redirect(307, "completions/") } do
      local how = refusal:match("^%S+ (%d+)")
        .. (refusal:match("Location: ([^\r]*)") or "")
      it("is found by " .. how .. ", once for all clients", function()
        local client = client_with { refusal, OK }
        local reply = indoxhub.assert(client.chat:create {
          messages = MESSAGES })
        assert.equal("fine", reply.data)
        assert.equal(1, indoxhub.meta(reply).attempts)
        local other = indoxhub.new { api_key = KEY, base_url = raw:base(name) }
        indoxhub.assert(other.chat:create { messages = MESSAGES })
        assert.same({ "POST /api/chat/completions",
          "POST /api/chat/completions/", "POST /api/chat/completions/" },
          asked_for())
      end)
    end

    it("keeps query, method and body", function()
      local client = client_with { page "403 Forbidden", OK }
      indoxhub.assert(client.videos:jobs { limit = 20, skip = 0 })
      assert.same({ "GET /api/videos/jobs?limit=20&skip=0",
        "GET /api/videos/jobs/?limit=20&skip=0" }, asked_for())
      local got = raw:got(name)
      client = client_with { OK }
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      assert.truthy(raw:got(name):sub(#got):find('"content":"go"', 1, true))
    end)

    it("keeps the query of a call that a redirect forgot", function()
      local client = client_with { redirect(307, "/api/videos/jobs/"), OK }
      indoxhub.assert(client.videos:jobs { limit = 20 })
      assert.equal("GET /api/videos/jobs/?limit=20", asked_for()[2])
    end)

    it("is known from a redirect that names the server in another way",
      function()
        local client = client_with { redirect(307, ("HTTP://127.0.0.1:0%s%s")
          :format(raw.port, "/api/user/me/")), OK }
        indoxhub.assert(client.user:me())
        indoxhub.assert(client.user:me())
        assert.same({ "GET /api/user/me", "GET /api/user/me/",
          "GET /api/user/me/" }, asked_for())
      end)

    it("is known from a stream, too", function()
      local client = client_with { page "403 Forbidden", OK }
      local stream = indoxhub.assert(client.chat:stream {
        messages = MESSAGES })
      assert.equal("fine", stream:reply().data)
      assert.equal(2, #asked_for())
    end)

    it("does not hide what the API says behind the slash", function()
      local client = client_with { page "403 Forbidden",
        servers.reply("422 Unprocessable Entity", "application/json",
          '{"detail":"no"}', ONCE) }
      local _, err = client.chat:create { messages = MESSAGES }
      assert.equal("validation", err.kind)
      client.chat:create { messages = MESSAGES }
      assert.equal("POST /api/chat/completions/", asked_for()[3])
    end)
  end)

  it("loses its slash where that is refused", function()
    local client = client_with { page "404 Not Found", OK }
    indoxhub.assert(client.models:list())
    assert.same({ "GET /api/models/", "GET /api/models" }, asked_for())
  end)

  it("learns nothing from a second refusal", function()
    for _, answers in ipairs {
      { redirect(307, "/api/user/me/"), redirect(307, "/api/user/me") },
      { page "403 Forbidden", page "502 Bad Gateway" },
      { page "404 Not Found", page "404 Not Found" },
    } do
      local before = #asked_for()
      local client = client_with(answers)
      local reply, err = client.user:me()
      assert.is_nil(reply)
      assert.truthy(err.kind == "not_found" or err.kind == "server"
        or err.code == "redirect", tostring(err))
      local seen = asked_for()
      assert.equal("GET /api/user/me", seen[before + 1])
      assert.equal("GET /api/user/me/", seen[before + 2])
      assert.is_true(#seen <= before + 6)
    end
  end)

  it("does not turn for what the API itself refuses", function()
    for _, status in ipairs { "403 Forbidden", "404 Not Found",
      "405 Method Not Allowed" } do
      local before = #asked_for()
      local client = client_with { servers.reply(status, "application/json",
        '{"detail":"<html>"}', ONCE) }
      assert.is_nil((client.user:me()))
      assert.equal(before + 1, #asked_for())
    end
  end)

  it("does not turn for another page", function()
    for _, status in ipairs { "400 Bad Request", "401 Unauthorized",
      "500 Internal Server Error" } do
      local before = #asked_for()
      assert.is_nil((client_with { page(status) }.user:me()))
      assert.equal(before + 1, #asked_for())
    end
  end)

  it("is as the option says", function()
    for slash, expected in pairs { on = "GET /api/user/me/",
      off = "GET /api/user/me" } do
      local before = #asked_for()
      local client = client_with({ page "403 Forbidden", OK },
        { trailing_slash = slash })
      local _, err = client.user:me()
      assert.equal("permission", err.kind)
      assert.same({ expected }, { asked_for()[before + 1],
        asked_for()[before + 2] })
    end
  end)

  ---------------------------------------------------------------------------
  -- redirects

  -- A server that answers whatever comes.
  local function target(script, answer)
    raw:script(script, answer or OK)
  end

  for _, status in ipairs { 301, 302, 303, 307, 308 } do
    it("follows a " .. status .. " with method, body and key", function()
      target "there"
      local client = client_with { redirect(status, "/there/x?y=1") }
      indoxhub.assert(client.chat:create { messages = MESSAGES })
      assert.same({ "POST /there/x?y=1" }, asked_for "there")
      local first, second = raw:got(name), raw:got "there"
      assert.equal(first:match("\r\n(.*)$"), second:match("\r\n(.*)$"))
      assert.truthy(second:find("Bearer " .. KEY, 1, true))
    end)
  end

  it("is found from relative, absolute and half absolute locations", function()
    target "there"
    local host = "127.0.0.1:" .. raw.port
    for i, location in ipairs { "/there/a", "../../there/a",
      "http://" .. host .. "/there/a", "//" .. host .. "/there/a",
      "HTTP://" .. host .. "/there/./b/../a#part" } do
      indoxhub.assert(client_with { redirect(307, location) }.user:me())
      assert.equal("GET /there/a", asked_for "there"[i])
    end
  end)

  it("has at most three redirects", function()
    for count = 1, 5 do
      for i = 1, count do
        target(("hop%d_%d"):format(count, i), i < count
          and redirect(307, ("/hop%d_%d/x"):format(count, i + 1)) or OK)
      end
      local reply, err = client_with {
        redirect(307, ("/hop%d_1/x"):format(count)) }.user:me()
      assert.equal(count <= 3, reply ~= nil)
      if err then
        assert.equal("protocol", err.kind)
        assert.equal("redirect", err.code)
        assert.equal(0, #asked_for(("hop%d_4"):format(count)))
      end
    end
  end)

  it("does not come back from a redirect to try the other slash", function()
    for i, refusal in ipairs { page "404 Not Found",
      redirect(307, "/there/x/") } do
      target("there", refusal)
      local _, err = client_with { redirect(307, "/there/x") }.user:me()
      assert.truthy(err.kind == "not_found" or err.code == "redirect")
      assert.equal(i, #asked_for())
    end
  end)

  it("ends in a circle as an error", function()
    for _, location in ipairs { "", "me", "/api/user/me", "?" } do
      local _, err = client_with { redirect(307, location) }.user:me()
      assert.equal("redirect", err.code)
    end
  end)

  it("never leads to another server, and the key stays here", function()
    local other = servers.raw()
    other:script("there", OK)
    other:script("tls", { { "close" } })
    local host = "127.0.0.1:" .. other.port
    for _, location in ipairs { "http://" .. host .. "/there/x",
      "//" .. host .. "/there/x",
      ("http://localhost:%s/there/x"):format(raw.port),
      ("http://127.0.0.2:%s/there/x"):format(raw.port),
      ("https://127.0.0.1:%s/there/x"):format(raw.port),
      ("http://127.0.0.1:%s@%s/there/x"):format(raw.port, host),
      ("http://127.0.0.1:%s\\@%s/there/x"):format(raw.port, host),
    } do
      local reply, err = client_with { redirect(307, location) }
        .chat:create { messages = MESSAGES }
      assert.is_nil(reply, location)
      assert.equal("protocol", err.kind)
      assert.equal("redirect", err.code)
      assert.equal(307, err.status)
    end
    assert.equal("", other:got "there")
    assert.equal("", other:got "tls")
    assert.equal("", raw:got "there")
    other:stop()
  end)

  it("does not lead through garbage", function()
    for _, location in ipairs { false, "http://", "a b", "javascript:x",
      "http:/api/x", "\127", "mailto:a@b.test" } do
      local _, err = client_with { redirect(302, location) }.user:me()
      assert.equal("redirect", err.code, tostring(location))
    end
  end)

  it("is shown without what gives access", function()
    local _, err = client_with { redirect(307,
      "http://user:word@other.test/there?token=secret#part") }.user:me()
    assert.matches("redirects to http://other.test/there", err.message, 1, true)
    for _, secret in ipairs { "user", "word", "token", "part" } do
      assert.is_nil(err.message:find(secret, 1, true), secret)
    end
  end)

  it("is not a redirect for other answers of that class", function()
    for status, code in pairs { ["300 Choices"] = "redirect",
      ["304 Not Modified"] = "empty", ["305 Use Proxy"] = "redirect" } do
      local _, err = client_with { servers.reply(status, "text/plain", "",
        ONCE .. "Location: /there/x\r\n") }.user:me()
      assert.equal("protocol", err.kind)
      assert.equal(code, err.code)
    end
    assert.equal("", raw:got "there")
  end)

  ---------------------------------------------------------------------------
  -- bodies that can be sent only once

  describe("with a body that can be sent only once", function()
    local function upload(client, text)
      local given = false
      return client.audio:transcribe { model = "m",
        file = indoxhub.reader(function()
          local bytes = not given and text or nil
          given = true
          return bytes
        end, { size = #text, filename = "a.mp3" }) }
    end

    it("waits for the server's word, and turns before it is sent", function()
      local client = client_with { { { "send", page "403 Forbidden" } }, OK }
      indoxhub.assert(upload(client, ("x"):rep(3000)))
      assert.same({ "POST /api/audio/stt/transcriptions",
        "POST /api/audio/stt/transcriptions/" }, asked_for())
      assert.equal(1, select(2, raw:got(name):gsub("Expect: 100%-continue",
        "")))
      assert.truthy(raw:got(name):find(("x"):rep(3000), 1, true))
    end)

    it("is an error when the body is gone", function()
      local client = client_with { page "403 Forbidden", OK }
      local _, err = upload(client, "x")
      assert.equal("permission", err.kind)
      assert.equal(1, #asked_for())
    end)

    it("does not wait once it is known how paths end", function()
      local client = client_with { OK }
      indoxhub.assert(client.user:me())
      indoxhub.assert(upload(client, "x"))
      assert.is_nil(raw:got(name):find("Expect: 100", 1, true))
    end)
  end)
end)
