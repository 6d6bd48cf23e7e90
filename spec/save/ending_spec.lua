-- Files without a length: they end with the connection, and over TLS only when
-- the server says so.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local made_up = require "spec.soak.made_up"
local servers = require "spec.support.servers"

describe("an answer without a length, over TLS", function()
  local server = during_tests(servers.faults)
  local folder, client

  setup(function()
    client = indoxhub.new { api_key = "k", base_url = server.roots.tls,
      ca_file = server.certificate, max_retries = 0 }
  end)

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local calls = 0

  -- What a call does wrong is never asked for twice.
  local function mark(fault, size)
    calls = calls + 1
    return ("soak-%d-0-%s-99-%d."):format(calls, fault, size), calls
  end

  local function save(fault, size)
    local name, number = mark(fault, size)
    local saved, err = client:save(server.roots.tls .. "/files/" .. name,
      folder .. "/a.bin")
    return saved, err, number
  end

  for _, size in ipairs { 5000, 300000 } do
    it(("is saved when its end was said, of %d bytes"):format(size), function()
      local saved, err, number = save("until_end", size)
      assert.is_truthy(saved, tostring(err))
      assert.equal(made_up.file(number, 0, size),
        files.read(folder .. "/a.bin"))
    end)

    it(("is no file when the connection ends, after %d bytes"):format(size),
      function()
        for _, fault in ipairs { "no_notify", "sloppy" } do
          local saved, err = save(fault, size)
          assert.is_nil(saved)
          assert.equal("truncated closed", err.kind .. " " .. err.code)
          assert.matches("TLS", err.message)
          assert.equal("", files.list(folder))
        end
      end)
  end

  local function ask(fault, size, method)
    return client.chat[method](client.chat, { messages = { { role = "user",
      content = (mark(fault, size)) } } })
  end

  it("is a reply when it is whole by itself", function()
    for _, fault in ipairs { "until_end", "sloppy" } do
      local reply, err = ask(fault, 20, "create")
      assert.is_truthy(reply, tostring(err))
      reply, err = ask(fault, 20, "stream"):reply()
      assert.is_truthy(reply, tostring(err))
    end
  end)

  it("is truncated, and not broken, when it is not", function()
    local reply, err = ask("no_notify", 20, "create")
    assert.is_nil(reply)
    assert.equal("truncated closed", err.kind .. " " .. err.code)
    reply, err = ask("no_notify", 20, "stream"):reply()
    assert.is_nil(reply)
    assert.equal("truncated closed", err.kind .. " " .. err.code)
    reply, err = client.audio:transcribe { prompt = (mark("no_notify", 20)),
      response_format = "text",
      file = indoxhub.bytes(made_up.file(calls, 0, 20), "a.wav") }
    assert.is_nil(reply)
    assert.equal("truncated closed", err.kind .. " " .. err.code)
  end)
end)
