-- What each way to fail becomes: kind, code and a line to act on.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local KEY = "indox-" .. ("k"):rep(32)

describe("a call", function()
  local raw = during_tests(servers.raw)

  local function client_at(base_url, options)
    local settings = { api_key = KEY, base_url = base_url, max_retries = 0 }
    for option, value in pairs(options or {}) do
      settings[option] = value
    end
    return indoxhub.new(settings)
  end

  -- Both ways to ask fail alike. Returns the error.
  local function failure(client)
    local reply, err = client.chat:create { messages = MESSAGES }
    assert.is_nil(reply)
    assert.is_table(err)
    assert.equal("chat.create", err.operation)
    local stream, why = client.chat:stream { messages = MESSAGES }
    assert.is_nil(stream)
    assert.equal(err.kind, why.kind)
    assert.equal(err.code, why.code)
    assert.equal("chat.stream", why.operation)
    assert.is_nil(tostring(err):find(KEY, 1, true))
    assert.is_nil(tostring(err):find("\n", 1, true))
    return err
  end

  local function answering(name, bytes)
    return client_at(raw:script(name, bytes))
  end

  local function assert_error(kind, code, err)
    assert.equal(kind, err.kind)
    assert.equal(code, err.code)
    assert.truthy(tostring(err):find("^chat.create: " .. kind .. ": "))
  end

  describe("over a network that fails", function()
    it("tells a host name that does not exist", function()
      assert_error("network", "dns", failure(client_at(
        "http://no-such-host.invalid", { allow_http = true })))
    end)

    it("tells a port where nobody listens", function()
      local gone = servers.raw()
      gone:stop()
      assert_error("network", "connect",
        failure(client_at("http://127.0.0.1:" .. gone.port)))
    end)

    it("tells a proxy that is not there", function()
      local gone = servers.raw()
      gone:stop()
      assert_error("network", "proxy", failure(client_at(
        "https://api.example.test", { proxy = "http://127.0.0.1:"
          .. gone.port })))
    end)

    it("tells a proxy that refuses", function()
      raw:script("proxy",
        servers.reply("407 Proxy Authentication Required", "text/plain", ""))
      local proxy = "http://127.0.0.1:" .. raw.port
      assert_error("network", "proxy", failure(client_at(
        "https://api.example.test", { proxy = proxy })))
      local err = failure(client_at("http://api.example.test", {
        proxy = proxy, allow_http = true }))
      assert_error("network", "proxy", err)
      assert.equal(407, err.status)
    end)

    it("tells a proxy whose name does not exist", function()
      assert_error("network", "proxy", failure(client_at(
        "https://api.example.test", { proxy = "http://no-such-host.invalid" })))
    end)

    it("tells a server that hangs up without an answer", function()
      assert_error("network", "reset", failure(client_at(
        raw:script("hangup", { { "body" }, { "close" } }))))
    end)

    it("tells a reset before the answer", function()
      assert_error("network", "reset", failure(client_at(
        raw:script("reset", { { "body" }, { "reset" } }))))
    end)

    describe("while much is sent", function()
      local long = { { role = "user", content = ("long "):rep(4e6) } }

      local function error_of(name, steps)
        local reply, err = client_at(raw:script(name, steps)).chat:create {
          messages = long }
        assert.is_nil(reply)
        return err
      end

      it("tells a server that hangs up", function()
        for _, how in ipairs { "close", "reset" } do
          assert_error("network", "reset", error_of("upload", { { how } }))
        end
      end)

      it("tells what a server answers at once", function()
        local refusal = servers.reply("413 Payload Too Large",
          "application/json", '{"detail":"too much"}')
        local err = error_of("refusal", { { "send", refusal }, { "body" },
          { "hold" } })
        assert.equal("too much", err.message)
        assert.equal(413, err.status)
      end)

      it("tells a server that reads no more", function()
        local url = raw:script("lazy", { { "sleep", 20000 } })
        local reply, err = client_at(url, {
          timeout = { idle = 0.2, first_byte = 30 } }).chat:create {
          messages = long }
        assert.is_nil(reply)
        assert_error("timeout", "idle", err)
      end)
    end)

    it("tells a body that ends early from a complete one", function()
      local err = failure(answering("short", "HTTP/1.1 200 OK\r\n" ..
        "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"data"))
      assert_error("truncated", "closed", err)
      assert.equal(200, err.status)
    end)

    it("tells an answer that ends within its headers", function()
      assert_error("truncated", "closed", failure(answering("headless",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{}")))
    end)

    it("tells what is not HTTP", function()
      assert_error("protocol", "http", failure(answering("noise",
        "\1\2\3 garbage\r\n\r\n")))
    end)

    it("tells a TLS port that speaks something else", function()
      raw:script("tls", { { "send", "no TLS here\r\n\r\n" } })
      local err = failure(client_at(raw:base("x", "https")))
      assert_error("network", "tls", err)
      assert.truthy(tostring(err):find("speaks https", 1, true))
    end)
  end)

  describe("to a server that stalls", function()
    it("times out where the handshake does not end", function()
      raw:script("tls", { { "hold" } })
      assert_error("timeout", "connect", failure(client_at(
        raw:base("x", "https"), { timeout = { connect = 0.2 } })))
    end)

    it("times out before the answer begins", function()
      local client = client_at(raw:script("mute", { { "body" }, { "hold" } }),
        { timeout = { first_byte = 0.1 } })
      assert_error("timeout", "first_byte", failure(client))
    end)

    it("times out in the middle of a body", function()
      local client = client_at(raw:script("stall", { { "body" }, { "send",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{" }, { "hold" } }),
        { timeout = { idle = 0.1 } })
      local reply, err = client.chat:create { messages = MESSAGES }
      assert.is_nil(reply)
      assert_error("timeout", "idle", err)
    end)

    it("times out in all", function()
      local url = raw:script("total", { { "body" }, { "hold" } })
      assert_error("timeout", "total",
        failure(client_at(url, { timeout = 0.1 })))
      local _, err = client_at(url).chat:create({ messages = MESSAGES },
        { timeout = 0.1 })
      assert_error("timeout", "total", err)
    end)

    it("lets a call change the client's timeouts", function()
      local url = raw:script("later", { { "body" }, { "sleep", 200 },
        { "send", servers.reply("200 OK", "application/json",
          '{"status":"ok"}') } })
      local client = client_at(url, { timeout = { first_byte = 0.05 } })
      local _, err = client.user:health()
      assert.equal("first_byte", err.code)
      local reply = client.user:health { timeout = { first_byte = false } }
      assert.equal("ok", reply.status)
    end)
  end)

  describe("that the server refuses", function()
    local function status(name, line, body, content_type, extra)
      return failure(answering(name, servers.reply(line,
        content_type or "application/json", body, extra)))
    end

    it("has the kind of the status and the server's words", function()
      local err = status("limit", "429 Too Many Requests",
        '{"error":"RateLimitError","message":"Slow down","status_code":429,' ..
        '"details":{"retry_after":7}}', nil, "X-Request-ID: req-9\r\n")
      assert_error("rate_limit", "RateLimitError", err)
      assert.equal(429, err.status)
      assert.equal(7, err.retry_after)
      assert.equal("req-9", err.request_id)
      assert.is_true(err.retryable)
      assert.truthy(tostring(err):find("Slow down", 1, true))
    end)

    it("lists the fields of a refused request", function()
      local err = status("fields", "422 Unprocessable Entity",
        '{"detail":[{"loc":["body","messages",0,"role"],' ..
        '"msg":"Field required","type":"missing","input":{"secret":1}}]}')
      assert_error("validation", nil, err)
      assert.truthy(tostring(err):find(
        "body.messages.0.role: Field required", 1, true))
      assert.same({ { loc = { "body", "messages", 0, "role" },
        msg = "Field required", type = "missing" } }, err.detail)
    end)

    it("reads a web page where JSON was promised", function()
      local err = status("page", "502 Bad Gateway", "<html>\r\n<head>" ..
        "<title>502 Bad Gateway</title></head>\r\n<body>x</body></html>",
        "text/html")
      assert_error("server", nil, err)
      assert.equal(502, err.status)
      assert.truthy(tostring(err):find("502 Bad Gateway", 1, true))
    end)

    it("says something even when the server says nothing", function()
      assert_error("server", nil,
        status("empty", "500 Internal Server Error", ""))
    end)

    it("hides keys that the server repeats", function()
      local err = status("echo", "401 Unauthorized",
        '{"detail":"Invalid key ' .. KEY .. '"}')
      assert.equal("authentication", err.kind)
      assert.is_nil(err.message:find(KEY, 1, true))
      assert.is_nil(err.body:find(KEY, 1, true))
    end)
  end)

  describe("whose answer is not what was promised", function()
    it("tells a web page with status 200", function()
      assert_error("protocol", "html", failure(answering("page200",
        servers.reply("200 OK", "text/html", "<html>login</html>"))))
    end)

    it("tells broken JSON", function()
      local _, err = answering("broken", servers.reply("200 OK",
        "application/json", '{"data":')).chat:create { messages = MESSAGES }
      assert_error("protocol", "json", err)
    end)

    it("tells a redirect and where it leads, and does not follow", function()
      local err = failure(answering("moved", "HTTP/1.1 307 Temporary " ..
        "Redirect\r\nLocation: http://other.test/x\r\n" ..
        "Content-Length: 0\r\n\r\n"))
      assert_error("protocol", "redirect", err)
      assert.truthy(tostring(err):find("http://other.test/x", 1, true))
    end)

    it("tells a failure in a reply of status 200", function()
      assert_error("insufficient_credits", "insufficient_quota",
        failure(answering("failed", servers.reply("200 OK",
          "application/json", '{"success":false,"message":"No credit",' ..
          '"error":{"code":"insufficient_quota"}}'))))
    end)

    it("reads a large reply whole, also where a stream was asked for",
      function()
        local client = answering("largejson", servers.reply("200 OK",
          "application/json", '{"data":"' .. ("x"):rep(3000000) .. '"}'))
        local stream = indoxhub.assert(
          client.chat:stream { messages = MESSAGES })
        assert.equal(3000000, #stream:reply().data)
      end)

    it("tells a reply that is too large", function()
      local url = raw:script("toolarge", { { "body" },
        { "send", servers.head("200 OK", "application/json", 1000000) },
        { "repeat", 1000000, " " } })
      assert_error("limit", "response",
        failure(client_at(url, { max_response_bytes = 10000 })))
    end)
  end)

  -- Runs a call in a program that has only so many descriptors left.
  local function with_descriptors(count)
    local url = raw:script("nofile", servers.json('{"status":"ok"}'))
    return programs.run(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { base_url = %q, api_key = "k" }
      local held = {}
      repeat
        local file = io.open("/dev/null")
        held[#held + 1] = file
      until not file
      for _ = 1, %d do
        table.remove(held):close()
      end
      local reply, err = client.user:health()
      print(reply and reply.status or err)
    ]]):format(url, count), "ulimit -n 40")
  end

  it("without a descriptor for engine or connection says what to raise",
    function()
      -- How many it takes depends on libcurl.
      local count, said = 1, with_descriptors(1)
      while said ~= "ok\n" do
        assert.truthy(said:find("ulimit -n", 1, true), said)
        count = count + 1
        said = with_descriptors(count)
      end
      assert.is_true(count >= 4 and count <= 8, count .. " descriptors")
    end)
end)
