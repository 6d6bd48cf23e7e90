-- What a conversation sends back of an answer that calls tools: what the model
-- thought and what signs it, by the server's own names and in its own bytes.
local dialects = require "spec.support.dialects"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local talks = require "spec.support.talks"

local must = talks.must

local CALL = '{"id":"t-1","type":"function","function":{"name":"tide",'
  .. '"arguments":"{\\"at\\":\\"Bodo\\"}"}'
local CALLS = '"tool_calls":[' .. CALL .. "}]"
local FRAGMENT = '"tool_calls":[{"index":0,"id":"t-1","function":{"name":'
  .. '"tide","arguments":"{\\"at\\":\\"Bodo\\"}"}}]'
local SENT_CALL = { id = "t-1", type = "function", ["function"] = {
  name = "tide", arguments = '{"at":"Bodo"}' } }

-- Numbers that no reader of doubles keeps, and empty things of both kinds.
local DETAIL = '{"type":"reasoning.encrypted", "data":"c2Vj","n":'
  .. '9007199254740993, "x":1.0,"list":[],"object":{} }'
local SECOND = '{"type":"reasoning.text","text":"so","signature":"c2ln"}'

local function body(message)
  return servers.reply("200 OK", "application/json",
    dialects.message(message, "tool_calls"))
end

local function events(...)
  return servers.EVENTS_HEAD .. "data: " .. table.concat({ ... },
    "\n\ndata: ") .. "\n\ndata: " .. dialects.chunk("{}", "tool_calls")
    .. "\n\ndata: [DONE]\n\n"
end

describe("a conversation sends back", function()
  local raw = during_tests(servers.raw)

  -- Asks, answers the call, and asks again. Returns the answer as it was sent,
  -- the bytes of the request it was sent with, the conversation and its scene.
  local function exchange(answer, settings, between)
    local talk, scene = talks.new(raw, "echo", settings)
    scene.answer(answer)
    local reply
    if answer:find("text/event-stream", 1, true) then
      reply = must(must(talk:stream("when?")):reply())
    else
      reply = must(talk:send("when?"))
    end
    if reply.tool_calls then
      must(talk:add { role = "tool", tool_call_id = reply.tool_calls[1].id,
        content = "noon" })
    end
    talk = between and between(talk, scene) or talk
    scene.answer(talks.reply("At noon."))
    must(talk:send(not reply.tool_calls and "sure?" or nil))
    local sent = scene.sent()
    local got = raw:got(scene.name)
    return sent[#sent].messages[2], got:match(".*\r\n\r\n(.*)$"), talk, scene
  end

  local function assert_holds(bytes, text)
    assert.truthy(bytes:find(text, 1, true), bytes)
  end

  for _, name in ipairs { "reasoning_content", "reasoning", "thinking",
    "signature" } do
    it(name .. " of a body", function()
      local sent = exchange(body('{"content":null,"' .. name .. '":"so be it",'
        .. CALLS .. "}"))
      assert.equal("so be it", sent[name])
      assert.same({ SENT_CALL }, sent.tool_calls)
    end)

    it(name .. " of a stream, whole and by its own name", function()
      local sent = exchange(events(
        dialects.chunk('{"' .. name .. '":"so "}'),
        dialects.chunk('{"' .. name .. '":"be it"}'),
        dialects.chunk("{" .. FRAGMENT .. "}")))
      for _, other in ipairs { "reasoning_content", "reasoning", "thinking",
        "signature" } do
        assert.equal(other == name and "so be it" or nil, sent[other], other)
      end
      assert.same({ SENT_CALL }, sent.tool_calls)
    end)
  end

  it("thoughts that are an object as UTF-8", function()
    local sent = exchange(body('{"content":null,"thinking":{"text":"caf\233"},'
      .. CALLS .. "}"))
    assert.same({ text = "caf\239\191\189" }, sent.thinking)
  end)

  it("details of a body in their own bytes", function()
    local sent, bytes = exchange(body('{"content":null,"reasoning_details":['
      .. DETAIL .. "," .. SECOND .. "]," .. CALLS .. "}"))
    assert.equal("c2ln", sent.reasoning_details[2].signature)
    assert_holds(bytes, DETAIL)
    assert_holds(bytes, SECOND)
  end)

  it("details of a stream in their own bytes", function()
    local sent, bytes = exchange(events(
      dialects.chunk('{"reasoning_details":[' .. DETAIL .. "]}"),
      dialects.chunk('{"reasoning_details":[' .. SECOND .. "]}"),
      dialects.chunk("{" .. FRAGMENT .. "}")))
    assert.equal(2, #sent.reasoning_details)
    assert_holds(bytes, DETAIL)
    assert_holds(bytes, SECOND)
  end)

  it("what signs a call, in its own bytes", function()
    local extra = '{"vendor": {"thought_signature":"c2ln","n":1.0}}'
    local sent, bytes = exchange(body('{"content":null,"tool_calls":[' .. CALL
      .. ',"extra_content":' .. extra .. ',"signature":"c2ln",'
      .. '"thinking":"so"}]}'))
    local call = sent.tool_calls[1]
    assert.equal("c2ln", call.signature)
    assert.equal("so", call.thinking)
    assert.equal("c2ln", call.extra_content.vendor.thought_signature)
    assert_holds(bytes, extra)
  end)

  it("what signs a call of a stream", function()
    local sent = exchange(events(dialects.chunk('{"tool_calls":[{"index":0,'
      .. '"id":"t-1","extra_content":{"vendor":{"s":"c2ln"}},"function":'
      .. '{"name":"tide","arguments":""}}]}'),
      dialects.chunk('{"tool_calls":[{"index":0,"function":{"arguments":'
        .. '"{\\"at\\":\\"Bodo\\"}"}}]}')))
    assert.equal("c2ln", sent.tool_calls[1].extra_content.vendor.s)
    assert.same(SENT_CALL["function"], sent.tool_calls[1]["function"])
  end)

  -- Ways from the answer to the results of its calls.
  local WAYS = {
    ["at once"] = function(talk)
      return talk
    end,
    ["from a fork"] = function(talk)
      return talk:fork()
    end,
    ["from a file"] = function(talk, scene)
      local folder = files.folder()
      must(talk:save(folder .. "/talk.json"))
      local loaded = must(indoxhub.load_conversation(scene.client,
        folder .. "/talk.json"))
      must(loaded:save(folder .. "/again.json"))
      loaded = must(indoxhub.load_conversation(scene.client,
        folder .. "/again.json"))
      files.remove_folder(folder)
      return loaded
    end,
  }

  for way, between in pairs(WAYS) do
    it("tables in their own bytes, " .. way, function()
      local object = '{"z":0.70, "text":"caf\\u00e9","a":[ ],"o":{}}'
      for _, name in ipairs { "reasoning_content", "reasoning", "thinking",
        "signature", "extra_content", "reasoning_details" } do
        for _, value in ipairs { object, "[" .. object .. ",{} ]" } do
          local field = '"' .. name .. '":' .. value
          local _, bytes = exchange(body('{"content":null,' .. field
            .. ',"tool_calls":[' .. CALL .. "," .. field .. "}]}"), nil,
            between)
          assert.equal(2, select(2, bytes:gsub(field:gsub("%p", "%%%0"), "")),
            bytes)
          _, bytes = exchange(events(dialects.chunk("{" .. field .. "}"),
            dialects.chunk("{" .. FRAGMENT .. "}")), nil, between)
          assert_holds(bytes, field)
        end
      end
    end)
  end

  it("once what two places of an event tell, and all of both", function()
    local sent = exchange(servers.EVENTS_HEAD .. dialects.FRAMES_BEGIN
      .. '\n\ndata: {"type":"content","reasoning":"so","choices":[{"index":0,'
      .. '"delta":{"reasoning":"so","signature":"c2ln"}}]}\n\ndata: '
      .. dialects.frame_delta("{" .. FRAGMENT .. "}")
      .. "\n\ndata: " .. dialects.frame_finish "tool_calls" .. "\n\n")
    assert.equal("so", sent.reasoning)
    assert.equal("c2ln", sent.signature)
  end)

  it("once what two dialects tell", function()
    local sent = exchange(events(dialects.chunk '{"reasoning":"so"}',
      dialects.legacy("", '"reasoning":"so"'),
      dialects.chunk("{" .. FRAGMENT .. "}")))
    assert.equal("so", sent.reasoning)
  end)

  it("once what signs a call that comes again", function()
    local signed = '"signature":"c2ln","reasoning_details":[' .. SECOND .. "]"
    local item = '{"type":"function_call","call_id":"t-1","name":"tide",'
      .. '"arguments":"{\\"at\\":\\"Bodo\\"}",' .. signed .. "}"
    local fragment = FRAGMENT:gsub("}%]$", "," .. signed .. "}]")
    for _, answer in ipairs {
      events(dialects.chunk("{" .. fragment .. "}"),
        dialects.chunk("{" .. fragment .. "}")),
      servers.EVENTS_HEAD .. "data: " .. table.concat({ dialects.CREATED,
        dialects.event("response.output_item.added", '"output_index":0',
          '"item":' .. item), dialects.item(item, 0),
        dialects.ended("completed", "completed", '"output":[' .. item .. "]")
      }, "\n\ndata: ") .. "\n\n",
    } do
      local sent = exchange(answer)
      assert.equal("c2ln", sent.tool_calls[1].signature)
      assert.equal(1, #sent.tool_calls[1].reasoning_details)
    end
  end)

  it("what the message of an output told", function()
    local sent = exchange(servers.reply("200 OK", "application/json",
      dialects.response("completed", '"output":[{"type":"message","content":['
        .. dialects.text_part "Wait." .. '],"reasoning":"so","signature":'
        .. '"c2ln"},{"type":"function_call","call_id":"t-1","name":"tide",'
        .. '"arguments":"{\\"at\\":\\"Bodo\\"}"}]')))
    assert.equal("so", sent.reasoning)
    assert.equal("c2ln", sent.signature)
    assert.same({ SENT_CALL }, sent.tool_calls)
  end)

  it("what frames and envelopes told", function()
    local sent = exchange(servers.EVENTS_HEAD .. dialects.FRAMES_BEGIN
      .. "\n\ndata: " .. dialects.frame_delta '{"reasoning":"so"}'
      .. "\n\ndata: " .. dialects.frame_delta("{" .. FRAGMENT .. "}")
      .. "\n\ndata: " .. dialects.frame_finish "tool_calls" .. "\n\n")
    assert.equal("so", sent.reasoning)
    assert.same({ SENT_CALL }, sent.tool_calls)
    sent = exchange(servers.reply("200 OK", "application/json",
      dialects.envelope('"data":""', '"reasoning_content":"so"', CALLS)))
    assert.equal("so", sent.reasoning_content)
    assert.same({ SENT_CALL }, sent.tool_calls)
  end)

  it("nothing that is empty, and neither usage nor images", function()
    local _, bytes = exchange(body('{"role":"assistant","content":null,'
      .. '"reasoning":"so","refusal":null,"annotations":[],"audio":null,'
      .. '"function_call":null,"reasoning_details":[],"thinking":"",'
      .. '"images":[{"url":"http://img.test/1.png"}],"usage":{"total_tokens":'
      .. '3},"tool_calls":[' .. CALL .. ',"signature":null,'
      .. '"extra_content":null,"index":0}]}'))
    for _, name in ipairs { "refusal", "annotations", "audio", "function_call",
      "reasoning_details", "thinking", "images", "usage", "signature",
      "extra_content" } do
      assert.is_nil(bytes:find('"' .. name .. '"', 1, true), name)
    end
    assert_holds(bytes, '"reasoning":"so"')
  end)

  it("arguments that are never empty", function()
    for _, arguments in ipairs { '""', "null", "{}" } do
      local sent = exchange(body('{"content":null,"tool_calls":[{"id":"t-1",'
        .. '"function":{"name":"tide","arguments":' .. arguments .. "}}]}"))
      assert.equal("{}", sent.tool_calls[1]["function"].arguments)
    end
    local sent = exchange(events(dialects.chunk('{"tool_calls":[{"index":0,'
      .. '"id":"t-1","function":{"name":"tide","arguments":""}}]}')))
    assert.equal("{}", sent.tool_calls[1]["function"].arguments)
  end)

  it("the arguments' own bytes", function()
    local sent = exchange(body('{"content":null,"tool_calls":[{"id":"t-1",'
      .. '"function":{"name":"tide","arguments":{ "n": 9007199254740993, '
      .. '"x":1.0 }}}]}'))
    assert.equal('{ "n": 9007199254740993, "x":1.0 }',
      sent.tool_calls[1]["function"].arguments)
  end)

  it("text beside the calls", function()
    local sent = exchange(events(dialects.chunk '{"content":"Wait."}',
      dialects.chunk("{" .. FRAGMENT .. "}")))
    assert.equal("Wait.", sent.content)
    assert.same({ SENT_CALL }, sent.tool_calls)
  end)

  it("no thoughts of an answer without calls", function()
    local sent = exchange(servers.reply("200 OK", "application/json",
      dialects.message('{"content":"Noon.","reasoning_content":"so",'
        .. '"signature":"c2ln"}', "stop")))
    assert.same({ role = "assistant", content = "Noon." }, sent)
  end)

  it("no thoughts with echo = false", function()
    local sent, bytes = exchange(body('{"content":null,"reasoning":"so",'
      .. '"signature":"c2ln","reasoning_details":[' .. SECOND .. '],'
      .. '"tool_calls":[' .. CALL .. ',"extra_content":{"s":"c2ln"}}]}'),
      { echo = false })
    assert.same({ SENT_CALL }, sent.tool_calls)
    assert.is_nil(bytes:find("c2ln", 1, true))
    assert.is_nil(bytes:find('"reasoning', 1, true))
    assert.is_nil(bytes:find('"echo"', 1, true))
  end)

  it("what a file of it kept", function()
    local folder = files.folder()
    local sent = exchange(body('{"content":null,"reasoning":"so",'
      .. '"reasoning_details":[' .. SECOND .. "]," .. CALLS .. "}"), nil,
      function(talk, scene)
        must(talk:save(folder .. "/talk.json"))
        return must(indoxhub.load_conversation(scene.client,
          folder .. "/talk.json"))
      end)
    files.remove_folder(folder)
    assert.equal("so", sent.reasoning)
    assert.equal("c2ln", sent.reasoning_details[1].signature)
    assert.same({ SENT_CALL }, sent.tool_calls)
  end)

  it("valid UTF-8, whatever came", function()
    local sent = exchange(body('{"content":"a\255b","reasoning":"c\192d",'
      .. '"tool_calls":[{"id":"t-1","function":{"name":"tide","arguments":'
      .. '"{\\"at\\":\\"\254\\"}"}}]}'))
    assert.equal("a\239\191\189b", sent.content)
    assert.equal("c\239\191\189d", sent.reasoning)
    assert.equal('{"at":"\239\191\189"}',
      sent.tool_calls[1]["function"].arguments)
    sent = exchange(servers.reply("200 OK", "application/json",
      dialects.envelope '"data":"a\255b"'))
    assert.equal("a\239\191\189b", sent.content)
  end)
end)
