-- What answers look like, of upstreams that say more than text.
local events = require "spec.support.events"
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "x" } }

describe("gateway", function()
  local raw, gateway, key

  setup(function()
    raw = servers.raw()
    local option
    key, option = keys.option()
    gateway = gateways.start { base = raw:base "v1",
      lua = ("{ keys = { %s } }"):format(option) }
  end)

  teardown(function()
    assert.equal("", gateway:stop())
    raw:stop()
  end)

  local function ask(path, fields, flags)
    return gateway:ask(path, { key = key, json = fields, flags = flags })
  end

  -- Has the upstream send these events.
  local function script(...)
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. table.concat { ... } }, { "close" } })
  end

  -- The data of the events of a stream, decoded, but for the last.
  local function data_of(text)
    local list = {}
    for data in text:gmatch "data: ([^\n]*)\n" do
      list[#list + 1] = data ~= "[DONE]" and json.decode(data) or nil
    end
    return list
  end

  it("streams what a model thinks before it speaks, in both forms", function()
    script(events.created, events.reasoning "hmm ", events.reasoning "so",
      events.delta "Yes", events.delta "!", events.completed)
    local _, text = ask("/v1/chat/completions",
      { stream = true, messages = MESSAGES })
    local thought, said = {}, {}
    for _, chunk in ipairs(data_of(text)) do
      local delta = chunk.choices[1].delta
      if delta.reasoning_content then
        assert.same({}, said)
        thought[#thought + 1] = delta.reasoning_content
      elseif delta.content ~= "" then
        said[#said + 1] = delta.content
      end
    end
    assert.equal("hmm so", table.concat(thought))
    assert.equal("Yes!", table.concat(said))
    _, text = ask("/api/v1/chat/completions",
      { stream = true, messages = MESSAGES })
    thought, said = {}, {}
    for _, piece in ipairs(data_of(text)) do
      thought[#thought + 1] = piece.reasoning_content
      said[#said + 1] = piece.data
    end
    assert.equal("hmm so", table.concat(thought))
    assert.equal("Yes!", table.concat(said))
  end)

  -- The choice that a whole answer of the upstream becomes, whose own choice is
  -- this JSON.
  local function choice_of(json_text)
    raw:script("v1", servers.json('{"choices":[' .. json_text .. "]}"))
    local status, body = ask("/v1/chat/completions", { messages = MESSAGES })
    assert.equal(200, status)
    return body.choices[1]
  end

  it("passes on all that one answer has, as it does of several", function()
    local choice = choice_of [[{"index":0,"finish_reason":"stop",
      "logprobs":{"content":[{"token":"x","logprob":-0.5}]},
      "message":{"role":"assistant","content":"x",
        "annotations":[{"type":"url_citation","url":"http://a"}],
        "audio":{"id":"a1","data":"aGk="}}}]]
    assert.equal(-0.5, choice.logprobs.content[1].logprob)
    assert.equal("http://a", choice.message.annotations[1].url)
    assert.equal("aGk=", choice.message.audio.data)
    raw:script("v1", servers.json [[{"choices":[{"index":0,"text":"x",
      "finish_reason":"stop","logprobs":{"tokens":["x"]}}]}]])
    local _, body = ask("/v1/completions", { prompt = "x" })
    assert.same({ "x" }, body.choices[1].logprobs.tokens)
  end)

  local PICTURE = '"images":[{"type":"image_url","image_url":{"url":'
    .. '"data:image/png;base64,aGk="}}]'

  it("shows pictures that a chat drew, streamed or not", function()
    local picture = { type = "image_url",
      image_url = { url = "data:image/png;base64,aGk=" } }
    assert.same({ picture }, choice_of([[{"index":0,"finish_reason":"stop",
      "message":{"role":"assistant","content":"",]] .. PICTURE .. "}}")
      .message.images)
    script(events.frame('{"choices":[{"index":0,"delta":{' .. PICTURE
      .. "}}]}"), events.frame('{"choices":[{"index":0,"delta":{},'
      .. '"finish_reason":"stop"}]}'), events.done)
    local _, text = ask("/v1/chat/completions",
      { stream = true, messages = MESSAGES })
    local shown = {}
    for _, chunk in ipairs(data_of(text)) do
      shown[#shown + 1] = chunk.choices[1].delta.images
    end
    assert.same({ { picture } }, shown)
  end)

  it("calls functions in the form of older models, streamed or not", function()
    local call = { name = "f", arguments = '{"a":1}' }
    local choice = choice_of [[{"index":0,"finish_reason":"function_call",
      "message":{"role":"assistant","content":null,
        "function_call":{"name":"f","arguments":"{\"a\":1}"}}}]]
    assert.same(call, choice.message.function_call)
    assert.is_nil(choice.message.tool_calls)
    assert.equal("function_call", choice.finish_reason)
    script(events.frame('{"choices":[{"index":0,"delta":{"function_call":'
      .. '{"name":"f","arguments":"{\\"a\\""}}}]}'),
      events.frame('{"choices":[{"index":0,"delta":{"function_call":'
      .. '{"arguments":":1}"}}}]}'),
      events.frame('{"choices":[{"index":0,"delta":{},'
      .. '"finish_reason":"function_call"}]}'), events.done)
    local _, text = ask("/v1/chat/completions",
      { stream = true, messages = MESSAGES })
    local called = {}
    for _, chunk in ipairs(data_of(text)) do
      local delta = chunk.choices[1].delta
      called[#called + 1] = delta.function_call
      assert.is_nil(delta.tool_calls)
    end
    assert.same({ call }, called)
  end)

  it("takes words of a form for what they mean", function()
    raw:script("v1", servers.json '{"success":true,"data":{"text":"heard"}}')
    local function hear(stream)
      return ask("/v1/audio/transcriptions", nil, "-F model=openai/whisper-1 "
        .. "-F 'file=@README.md;filename=a.mp3' -F stream=" .. stream)
    end
    local status, body = hear "false"
    assert.same({ 200, { text = "heard" } }, { status, body })
    status, body = hear "true"
    assert.same({ 400, "stream" }, { status, body.error.param })
    assert.equal(400, (hear "maybe"))
  end)

  it("streams the answer to the only prompt of a list", function()
    script(events.created, events.delta "one", events.completed, events.done)
    local status, text = ask("/v1/completions", { stream = true,
      prompt = { "x" } })
    assert.equal(200, status)
    assert.equal("one", data_of(text)[1].choices[1].text)
    local body
    status, body = ask("/v1/completions", { stream = true,
      prompt = { "x", "y" } })
    assert.same({ 400, "prompt", "a stream answers one prompt" },
      { status, body.error.param, body.error.message })
  end)
end)
