-- The sandbox, asked by the library and by bare requests.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local servers = require "spec.support.servers"
local shapes = require "indoxhub.sandbox.shapes"

describe("the sandbox", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")
  local client

  setup(function()
    client = indoxhub.new { api_key = "indox-test", base_url = sandbox.url,
      max_retries = 0 }
  end)

  local function asking(question)
    return { messages = { { role = "user", content = question } } }
  end

  local function with(headers)
    return { headers = headers }
  end

  local function answer_to(question)
    return indoxhub.assert(client.chat:create(asking(question))).data
  end

  it("answers the question that was asked", function()
    assert.equal("12 * 7 is 84.", answer_to("What is 12 * 7?"))
    assert.equal("7 / 2 is 3.5.", answer_to("7 / 2"))
    assert.equal("Nothing can be divided by zero.", answer_to("1 / 0"))
    assert.equal("1 2 3", answer_to("Please count to 3"))
    assert.equal("The capital of Japan is Tokyo.",
      answer_to("What is the capital of Japan?"))
    assert.truthy(answer_to("A haiku about tea"):find("Morning brings tea"))
    assert.truthy(answer_to("Hello!"):find("^Hello!"))
    assert.truthy(answer_to("Why do owls hunt at night?")
      :find("owls hunt at night", 1, true))
    assert.are_not.equal(answer_to("Tell me about owls"),
      answer_to("Tell me about trains"))
    assert.equal(answer_to("Tell me about owls"),
      answer_to("Tell me about owls"))
    assert.equal(" exactly  this \n", answer_to("echo:  exactly  this \n"))
  end)

  it("answers the last question of a conversation, parts and all", function()
    local reply = indoxhub.assert(client.chat:create { messages = {
      { role = "system", content = "Be brief" },
      { role = "user", content = "2 + 2" },
      { role = "assistant", content = "4" },
      { role = "user", content = { { type = "text", text = "3 + 3" } } },
    } })
    assert.equal("3 + 3 is 6.", reply.data)
  end)

  it("stops at max_tokens and says so", function()
    local request = asking("count to 9")
    request.max_tokens = 4
    local reply = indoxhub.assert(client.chat:create(request,
      with { ["X-Sandbox-Dialect"] = "gateway" }))
    assert.equal("1 2 3 4", reply.data)
    assert.equal("length", reply.finish_reason)
  end)

  for _, dialect in ipairs { "responses", "gateway", "openai" } do
    it("tells in " .. dialect .. " why it stopped", function()
      local options = with { ["X-Sandbox-Dialect"] = dialect }
      for most, reason in pairs { [4] = "length", [50] = "stop" } do
        local request = asking("count to 9")
        request.max_tokens = most
        assert.equal(reason, indoxhub.assert(
          client.chat:create(request, options)).finish_reason)
        assert.equal(reason, indoxhub.assert(indoxhub.assert(
          client.chat:stream(request, options)):reply()).finish_reason)
      end
    end)
  end

  it("thinks aloud when it is told to", function()
    local request = asking("think: how do owls hunt?")
    for _, dialect in ipairs { "responses", "openai" } do
      local options = with { ["X-Sandbox-Dialect"] = dialect }
      local whole = indoxhub.assert(client.chat:create(request, options))
      assert.equal("The question is about owls hunt. A short answer will do.",
        whole.reasoning_content)
      assert.truthy(whole.data:find("owls hunt", 1, true))
      local streamed = indoxhub.assert(indoxhub.assert(
        client.chat:stream(request, options)):reply())
      assert.equal(whole.reasoning_content, streamed.reasoning_content)
      assert.equal(whole.data, streamed.data)
      assert.is_nil(indoxhub.assert(
        client.chat:create(asking("hi"), options)).reasoning_content)
    end
    assert.equal("The question is about owls hunt. A short answer will do.",
      indoxhub.assert(client.chat:create(request,
        with { ["X-Sandbox-Dialect"] = "gateway" })).reasoning_content)
  end)

  it("reckons with numbers of any size", function()
    for question, answer in pairs {
      ["9999999999 * 9999999999"] = "1e+20", ["0 * -5"] = "0",
      ["99999999999999999999 + 0.5"] = "1e+20", ["7 / 2"] = "3.5",
      ["123456789 * 1000"] = "123456789000",
    } do
      assert.equal(question .. " is " .. answer .. ".", indoxhub.assert(
        client.chat:create(asking("What is " .. question .. "?"))).data)
    end
  end)

  for _, dialect in ipairs(shapes.names) do
    it("speaks " .. dialect .. ", whole and streamed alike", function()
      local options = with { ["X-Sandbox-Dialect"] = dialect }
      local request = asking("What is 6 * 7?")
      request.model = "mistral/mistral-small-latest"
      local whole = indoxhub.assert(client.chat:create(request, options))
      local streamed = indoxhub.assert(indoxhub.assert(
        client.chat:stream(request, options)):reply())
      assert.equal("6 * 7 is 42.", whole.data)
      assert.equal(whole.data, streamed.data)
      assert.equal(7, whole.usage.tokens_total)
      if dialect ~= "raw" then
        assert.equal(7, streamed.usage.tokens_total)
      end
      assert.truthy(whole.request_id)
      local completion = { prompt = "2 + 3" }
      assert.equal("2 + 3 is 5.", indoxhub.assert(
        client.completions:create(completion, options)).data)
      assert.equal("2 + 3 is 5.", indoxhub.assert(indoxhub.assert(
        client.completions:stream(completion, options)):reply()).data)
    end)

    it("breaks streams of " .. dialect .. " on request", function()
      local function failure(fault)
        local stream = indoxhub.assert(client.chat:stream(
          asking("count to 9"), { timeout = { idle = 0.2 },
            headers = { ["X-Sandbox-Dialect"] = dialect,
              ["X-Sandbox-Fail"] = fault } }))
        local reply, err = stream:reply()
        assert.is_nil(reply)
        assert.equal("1 2 3", err.partial)
        return err
      end
      local whole = indoxhub.assert(client.chat:stream(asking("count to 3"),
        with { ["X-Sandbox-Dialect"] = dialect, ["X-Sandbox-Fail"] = "cut:3",
        }))
      local _, cut = whole:reply()
      assert.equal("truncated", cut.kind)
      assert.equal("1 2 3", cut.partial)
      assert.equal("truncated", failure("cut:3").kind)
      assert.equal("idle", failure("stall:3").code)
      assert.truthy(failure("error:3").message:find("on purpose", 1, true))
    end)
  end

  it("fails with a status or a web page on request", function()
    for status, kind in pairs { [401] = "authentication",
      [402] = "insufficient_credits", [403] = "permission",
      [404] = "not_found", [429] = "rate_limit", [500] = "server",
      [503] = "unavailable", [504] = "server_timeout" } do
      local _, err = client.chat:create(asking("hi"),
        with { ["X-Sandbox-Fail"] = "status:" .. status })
      assert.equal(kind, err.kind)
      assert.equal(status, err.status)
    end
    local _, err = client.chat:create(asking("hi"),
      with { ["X-Sandbox-Fail"] = "html:502" })
    assert.equal("server", err.kind)
    assert.truthy(err.body:find("<html>", 1, true))
    _, err = client.chat:create(asking("hi"),
      with { ["X-Sandbox-Fail"] = "nonsense" })
    assert.equal("invalid_request", err.kind)
  end)

  it("serves this machine only", function()
    local file = assert(io.open("/proc/net/tcp"))
    local text = file:read("*a")
    file:close()
    local address = text:match("(%x+):" .. ("%04X"):format(sandbox.port)
      .. " 00000000:0000 0A")
    assert.equal("0100007F", address)
  end)

  it("gives refusals what comes with them", function()
    local _, err = client.chat:create(asking("hi"),
      with { ["X-Sandbox-Fail"] = "status:429" })
    assert.equal(1, err.retry_after)
    _, err = client.chat:create(asking("hi"),
      with { ["X-Sandbox-Fail"] = "status:422" })
    assert.same({ "body", "model" }, err.detail[1].loc)
  end)

  it("knows the limits of its faults", function()
    for _, fault in ipairs { "status:204", "status:99", "html:1000",
      "html:304", "cut:-1", "status:1e3" } do
      local _, err = client.chat:create(asking("hi"),
        with { ["X-Sandbox-Fail"] = fault })
      assert.equal(400, err.status)
      assert.truthy(err.message:find("is no fault", 1, true), fault)
    end
  end)

  it("breaks a reply that does not stream", function()
    local _, err = client.chat:create(asking("hi"),
      with { ["X-Sandbox-Fail"] = "cut:0" })
    assert.equal("truncated", err.kind)
    _, err = client.chat:create(asking("hi"),
      with { ["X-Sandbox-Fail"] = "error:0" })
    assert.equal("server", err.kind)
    assert.equal(200, err.status or 200)
    assert.truthy(err.message:find("on purpose", 1, true))
  end)

  it("refuses odd requests as the vendor's service does", function()
    for _, fields in ipairs {
      { messages = { 5 } }, { messages = {} }, { prompt = 5 },
      { messages = "hi" }, { prompt = "hi", max_tokens = 1.5, stream = true },
      { prompt = "hi", max_tokens = "many" }, { prompt = "hi",
        max_tokens = 0 },
    } do
      local _, err = client:request { json = fields,
        path = fields.messages and "chat/completions" or "completions" }
      assert.equal("validation", err.kind)
      assert.is_string(err.detail[1].msg)
    end
  end)

  it("stalls a reply that does not stream", function()
    local _, err = client.chat:create(asking("hi"), {
      timeout = { first_byte = 0.2 },
      headers = { ["X-Sandbox-Fail"] = "stall:0" } })
    assert.equal("first_byte", err.code)
  end)

  it("stops a stream when it is told to", function()
    local stream = indoxhub.assert(client.chat:stream(asking("count to 5000"),
      with { ["X-Sandbox-Pace"] = 0.02 }))
    stream:next()
    assert.is_true(indoxhub.assert(client.chat:stop(stream.id)).success)
    local reply = indoxhub.assert(stream:reply())
    assert.is_true(#reply.data < 5000)
    local _, err = client.chat:stop(stream.id)
    assert.equal("not_found", err.kind)
    assert.equal("stream", err.code)
  end)

  it("stops no stream of somebody else", function()
    local stream = indoxhub.assert(client.chat:stream(asking("count to 5000"),
      with { ["X-Sandbox-Pace"] = 0.02 }))
    stream:next()
    local _, err = client:with({ api_key = "indox-other" }).chat:stop(stream.id)
    assert.equal("not_found", err.kind)
    assert.is_true(indoxhub.assert(client.chat:stop(stream.id)).success)
    stream:close()
  end)

  it("notices that a reader closed its stream", function()
    local stream = indoxhub.assert(client.chat:stream(asking("count to 5000"),
      with { ["X-Sandbox-Pace"] = 0.02 }))
    stream:next()
    local id = stream.id
    stream:close()
    local err
    servers.wait_until(function()
      loop.look()
      local _
      _, err = client.chat:stop(id)
      return err ~= nil
    end, "the stream to be gone")
    assert.equal("not_found", err.kind)
  end)

  it("wants a key, and knows a bad one", function()
    local _, err = client:with({ api_key = "indox-invalid" }).chat:create(
      asking("hi"))
    assert.equal("authentication", err.kind)
    assert.truthy(err.message:find("Invalid API key", 1, true))
    _, err = client:with({ api_key = "" }):request {
      path = "chat/completions", json = asking("hi") }
    assert.truthy(err.message:find("No credentials", 1, true))
  end)

  it("explains what is wrong with a request", function()
    local function refused(path, body)
      local _, err = client:request { path = path, json = body }
      assert.equal("validation", err.kind)
      return err.message
    end
    assert.equal("body.messages: is required",
      refused("chat/completions", { model = "x" }))
    assert.equal("body.messages: must hold a message or more",
      refused("chat/completions", { messages = indoxhub.array() }))
    assert.equal("body.prompt: is required", refused("completions", {}))
    assert.equal("body.prompt: must be a string",
      refused("completions", { prompt = 5 }))
  end)

  it("lists providers with their models", function()
    local providers = indoxhub.assert(client.models:list())
    assert.equal("openai", providers[1].id)
    assert.equal("gpt-4o-mini", providers[1].models[1].modelName)
    assert.equal("text_completions", providers[1].models[1].category)
  end)

  it("takes paths with and without a slash, below both bases", function()
    for _, base in ipairs { "/api/v1", "/v1" } do
      local url = ("http://127.0.0.1:%s%s"):format(sandbox.port, base)
      for _, slash in ipairs { "on", "off" } do
        local other = indoxhub.new { api_key = "k", base_url = url,
          trailing_slash = slash }
        assert.equal("ok", indoxhub.assert(other.user:health()).status)
        assert.equal("1 + 1 is 2.", indoxhub.assert(
          other.chat:create(asking("1 + 1"))).data)
      end
    end
  end)

  it("knows its routes and their methods", function()
    local _, err = client:request { path = "nowhere" }
    assert.equal("not_found", err.kind)
    _, err = client:request { path = "chat/completions" }
    assert.equal(405, err.status)
  end)
end)
