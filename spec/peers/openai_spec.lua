-- Our client against an OpenAI-compatible server that nobody here wrote.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

describe("an OpenAI-compatible server", function()
  local peer = during_tests(servers.openai_mock)
  local client

  setup(function()
    client = indoxhub.new { api_key = "indox-test", base_url = peer.url }
  end)

  teardown(function()
    client:close()
  end)

  local function say(text)
    return { model = "openai/m-1", messages = { { role = "user",
      content = text } } }
  end

  -- Says something, and keeps the pieces of the answer.
  local function listen(text)
    local stream = indoxhub.assert(client.chat:stream(say(text)))
    local pieces = {}
    for piece in stream do
      pieces[#pieces + 1] = piece
    end
    return pieces, indoxhub.assert(stream:reply())
  end

  it("answers a chat", function()
    local reply = indoxhub.assert(client.chat:create(say "sk\195\165l"))
    assert.equal("You said: sk\195\165l", reply.data)
    assert.equal("stop", reply.finish_reason)
    assert.equal(reply.id, reply.request_id)
    assert.is_number(reply.created_at)
    assert.equal(reply.usage.tokens_prompt + reply.usage.tokens_completion,
      reply.usage.tokens_total)
  end)

  it("streams a chat in pieces", function()
    local pieces, reply = listen "hello"
    assert.same({ "You s", "aid: ", "hello" }, pieces)
    assert.equal("You said: hello", reply.data)
    assert.equal("stop", reply.finish_reason)
  end)

  it("calls a function, plain and streamed", function()
    local wanted = { name = "lookup", arguments = '{"word":"fjord"}' }
    local plain = indoxhub.assert(client.chat:create(say "call lookup"))
    local _, streamed = listen "call lookup"
    for _, reply in ipairs { plain, streamed } do
      assert.equal("tool_calls", reply.finish_reason)
      assert.equal(1, #reply.tool_calls)
      assert.equal(wanted.name, reply.tool_calls[1].name)
      assert.equal(wanted.arguments, reply.tool_calls[1].arguments)
      assert.is_string(reply.tool_calls[1].id)
    end
  end)

  it("has its calls carried out by a conversation", function()
    for _, way in ipairs { "send", "stream" } do
      local talk = client:conversation { model = "openai/m-1",
        tools = { indoxhub.tool { name = "lookup",
          parameters = { type = "object", properties = { word = {
            type = "string" } }, required = { "word" } },
          run = function(arguments)
            return arguments.word .. " is a word"
          end } } }
      local reply = indoxhub.assert(talk[way](talk, "call lookup"))
      reply = way == "send" and reply or indoxhub.assert(reply:reply())
      assert.equal("You said: fjord is a word", reply.data)
      assert.equal(4, #talk:messages())
    end
  end)

  it("reasons, plain and streamed", function()
    local plain = indoxhub.assert(client.chat:create(say "think"))
    local _, streamed = listen "think"
    for _, reply in ipairs { plain, streamed } do
      assert.equal("first this", reply.reasoning_content)
      assert.equal("then that", reply.data)
    end
  end)

  it("breaks off, and what came is kept", function()
    local stream = indoxhub.assert(client.chat:stream(say "break off"))
    local reply, err = stream:reply()
    assert.is_nil(reply)
    -- The server closes without a care for what it wrote last.
    assert.equal(1, (("never to the end"):find(err.partial, 1, true)))
    assert.not_equal("", err.partial)
    assert.truthy(err.kind == "truncated" or err.kind == "network", err)
  end)

  it("refuses in its own form of error", function()
    local reply, err = client:with { max_retries = 0 }.chat
      :create(say "slow down")
    assert.is_nil(reply)
    assert.equal("rate_limit", err.kind)
    assert.equal(429, err.status)
    assert.equal("not so fast", err.message)
  end)

  it("embeds texts", function()
    local reply = indoxhub.assert(client.embeddings:create {
      model = "openai/m-2", text = { "one", "two" } })
    assert.same({ { 0.5, -0.25, 0.125 }, { 0.5, -0.25, 0.125 } }, reply.data)
    assert.equal(3, reply.dimensions)
  end)
end)
