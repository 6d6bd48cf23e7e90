-- HTTPS and HTTP/2, against nginx.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "count to 30" } }

-- Settings of OpenSSL that allow what nobody should use any more.
local OLD_POLICY = [=[
openssl_conf = settings
[settings]
ssl_conf = ssl
[ssl]
system_default = policy
[policy]
MinProtocol = TLSv1
CipherString = DEFAULT@SECLEVEL=0
]=]

describe("over TLS", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0.01")
  local nginx

  setup(function()
    nginx = servers.nginx(sandbox.port)
  end)

  teardown(function()
    nginx:stop()
  end)

  local function client_with(options)
    local settings = { api_key = "indox-test", base_url = nginx.url,
      max_retries = 0 }
    for name, value in pairs(options or {}) do
      settings[name] = value
    end
    return indoxhub.new(settings)
  end

  local function assert_untrusted(client)
    local reply, err = client.user:health()
    assert.is_nil(reply)
    assert.equal("network", err.kind)
    assert.equal("tls", err.code)
    assert.truthy(tostring(err):find("ca_file", 1, true))
  end

  it("refuses a certificate that signs itself", function()
    assert_untrusted(client_with())
  end)

  it("takes it when the program says so, and warns", function()
    local told = {}
    local client = client_with { insecure_skip_verify = true,
      log = function(event)
        told[#told + 1] = event
      end }
    assert.equal("warning", told[1].name)
    assert.truthy(told[1].message:find("not verified", 1, true))
    assert.equal("ok", indoxhub.assert(client.user:health()).status)
    assert_untrusted(client:with { insecure_skip_verify = false })
  end)

  it("takes a certificate that the program trusts", function()
    local client = client_with { ca_file = nginx.certificate }
    assert.equal("ok", indoxhub.assert(client.user:health()).status)
  end)

  it("refuses a trusted certificate of another host", function()
    assert_untrusted(client_with { ca_file = nginx.certificate,
      base_url = ("https://localhost:%s/api/v1"):format(nginx.port) })
  end)

  it("says when the file of authorities cannot be read", function()
    assert_untrusted(client_with { ca_file = "/nonexistent/ca.pem" })
  end)

  it("takes the file of authorities from the environment, too", function()
    local said = programs.run(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { base_url = %q, api_key = "k" }
      print(indoxhub.assert(client.user:health()).status)
    ]]):format(nginx.url), "export SSL_CERT_FILE=" .. nginx.certificate)
    assert.equal("ok\n", said)
  end)

  it("is 1.2 at least, whatever the machine allows", function()
    local old = servers.old_tls()
    local policy = files.write(old.folder .. "/policy", OLD_POLICY)
    local environment = ("export OPENSSL_CONF=%s SSL_CERT_FILE=%s"):format(
      policy, old.certificate)
    local allowed = files.output(("%s; openssl s_client -tls1_1 -connect "
      .. "127.0.0.1:%s </dev/null 2>/dev/null"):format(environment, old.port))
    assert.matches("Protocol *: TLSv1.1", allowed)
    local said = programs.run(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { base_url = %q, api_key = "k" }
      local reply, err = client.user:health()
      print(reply, err.kind, err.code)
    ]]):format(old.root), environment)
    assert.equal("nil\tnetwork\ttls\n", said)
    old:stop()
  end)

  it("speaks HTTP/2 where the server does, and streams over it", function()
    local client = client_with { ca_file = nginx.certificate }
    local reply = indoxhub.assert(client.user:health())
    assert.equal("2", indoxhub.meta(reply).http_version)
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    local count = 0
    for _ in stream do
      count = count + 1
    end
    assert.equal(30, count)
    assert.equal("2", indoxhub.meta(stream:reply()).http_version)
  end)

  it("speaks HTTP/1.1 when told to", function()
    local client = client_with { ca_file = nginx.certificate,
      http_version = "1.1" }
    local reply = indoxhub.assert(client.user:health())
    assert.equal("1.1", indoxhub.meta(reply).http_version)
  end)

  it("gives each stream at a time a connection of its own", function()
    local client = client_with { ca_file = nginx.certificate }
    local function ask()
      return indoxhub.assert(indoxhub.assert(
        client.completions:stream { prompt = "count to 30" })):reply().data
    end
    local results, failures = indoxhub.gather { ask, ask, ask, ask }
    assert.is_nil(failures)
    assert.equal(results[1], results[4])
    local connections, count = {}, 0
    servers.wait_until(function()
      connections, count = {}, 0
      for connection in nginx:log():gmatch(
        "HTTP/%S+ (%d+) /api/v1/completions\n") do
        connections[connection] = true
        count = count + 1
      end
      return count == 4
    end, "the log")
    local distinct = 0
    for _ in pairs(connections) do
      distinct = distinct + 1
    end
    assert.equal(4, distinct)
  end)

  it("uses a connection again when it is free", function()
    local client = client_with { ca_file = nginx.certificate }
    for _ = 1, 3 do
      local _, err = client:request { path = "unknown" }
      assert.equal("not_found", err.kind)
    end
    -- Connections of earlier calls may still be open and are as good.
    local new, count = {}, 0
    servers.wait_until(function()
      new, count = {}, 0
      for connection, path in nginx:log():gmatch "HTTP/%S+ (%d+) (%S+)\n" do
        local is_ours = path == "/api/v1/unknown"
        count = count + (is_ours and 1 or 0)
        new[connection] = (new[connection] ~= false and is_ours)
      end
      return count == 3
    end, "the log")
    local opened = 0
    for _, is_new in pairs(new) do
      opened = opened + (is_new and 1 or 0)
    end
    assert.is_true(opened <= 1)
  end)

  it("tells a stream that is cut", function()
    local client = client_with { ca_file = nginx.certificate,
      headers = { ["X-Sandbox-Fail"] = "cut:5" } }
    local stream = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    local reply, err = stream:reply()
    assert.is_nil(reply)
    assert.equal("truncated", err.kind)
    assert.equal("1 2 3 4 5", err.partial)
  end)
end)
