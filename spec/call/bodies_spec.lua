-- Bodies of generated text, in the shapes that servers send.
local dialects = require "indoxhub.api.dialects"
local failure = require "indoxhub.api.reading.failure"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local reply = require "indoxhub.api.replies.reply"

local function reply_of(body)
  local read = dialects.read_body(body)
  return read.reading:fill(reply.envelope(body))
end

local function normalise(source)
  return reply_of(assert(json.decode(source)))
end

describe("an envelope (shape E)", function()
  local function envelope()
    return normalise [[{"request_id":"7c1e","created_at":"2026-06-02T08:15:30Z",
      "duration_ms":611.2,"provider":"openai","model":"gpt-4o-mini",
      "success":true,"message":"","usage":{"tokens_prompt":19,
      "tokens_completion":4,"tokens_total":23,"cost":1e-06},
      "raw_response":null,"data":"Rain","finish_reason":"stop",
      "reasoning_content":"clouds","images":[{"url":"https://a.test/1.png",
      "index":0}],"tool_calls":null}]]
  end

  it("stays what it is", function()
    local body = envelope()
    assert.equal("Rain", body.data)
    assert.equal("stop", body.finish_reason)
    assert.equal("clouds", body.reasoning_content)
    assert.equal("7c1e", body.request_id)
    assert.equal("openai", body.provider)
    assert.equal("gpt-4o-mini", body.model)
    assert.equal(611.2, body.duration_ms)
    assert.equal(23, body.usage.tokens_total)
    assert.equal("2026-06-02T08:15:30Z", body.created_at)
    assert.is_true(body.success)
    assert.is_nil(body.tool_calls)
  end)

  it("may have data that is an object with the text in it", function()
    for _, data in ipairs { '{"content":"Rain"}', '{"text":"Rain"}',
      '{"message":{"role":"assistant","content":"Rain"}}',
      '{"content":7,"text":"Rain"}' } do
      assert.equal("Rain", normalise('{"data":' .. data .. "}").data)
    end
  end)

  it("may have data that is an object without a text", function()
    assert.same({ answer = { 1, 2 } },
      normalise('{"data":{"answer":[1,2]}}').data)
    assert.same({ "a", "b" }, normalise('{"data":["a","b"]}').data)
  end)

  it("has an empty text when it has no data", function()
    assert.equal("", normalise("{}").data)
    assert.equal("", normalise('{"data":null}').data)
    assert.equal("", normalise('{"data":""}').data)
  end)

  it("has only what was sent", function()
    local body = normalise '{"data":"x","finish_reason":null}'
    for _, name in ipairs { "finish_reason", "reasoning_content", "images",
      "tool_calls", "usage", "request_id", "created_at" } do
      assert.is_nil(body[name], name)
    end
  end)

  it("keeps the server's other fields", function()
    local body = normalise '{"data":"x","byok_api_key":true,"new":{"a":1}}'
    assert.is_true(body.byok_api_key)
    assert.same({ a = 1 }, body.new)
  end)
end)

describe("a Responses object (shape R)", function()
  local SOURCE = [[{"id":"resp-9","object":"response",
    "created_at":1780388130,"model":"o3","provider":"openai",
    "duration_ms":9664,"status":"completed","output":[
      {"type":"reasoning","content":[{"type":"reasoning_text","text":"no"}]},
      {"type":"message","status":"completed","role":"assistant","content":[
        {"type":"output_text","text":"Rain","annotations":[]},
        {"type":"output_text","text":"y","annotations":[]}],
        "reasoning":"clouds"},
      {"type":"message","content":[{"text":", cold"}]}],
    "usage":{"input_tokens":11,"output_tokens":90,"total_tokens":101,
      "output_tokens_details":{"reasoning_tokens":88}}}]]

  it("has its text in the parts of all messages", function()
    assert.equal("Rainy, cold", normalise(SOURCE).data)
  end)

  it("gets the names of the envelope", function()
    local body = normalise(SOURCE)
    assert.equal("resp-9", body.request_id)
    assert.equal("resp-9", body.id)
    assert.equal(1780388130, body.created_at)
    assert.equal(101, body.usage.tokens_total)
    assert.equal(88, body.usage.reasoning_tokens)
    assert.is_true(body.success)
    assert.is_nil(body.finish_reason)
  end)

  it("has the reasoning of its messages", function()
    assert.equal("clouds", normalise(SOURCE).reasoning_content)
  end)

  it("keeps the fields of its own", function()
    local body = normalise(SOURCE)
    assert.equal("response", body.object)
    assert.equal("completed", body.status)
    assert.equal(3, #body.output)
  end)

  it("has calls of tools among its output", function()
    local body = normalise [[{"output":[{"type":"function_call",
      "call_id":"c1","id":"fc_1","name":"weather",
      "arguments":"{\"city\":\"Oslo\"}"},
      {"type":"function_call","id":"fc_2","name":"time","arguments":"{}"}]}]]
    assert.same({
      { id = "c1", name = "weather", arguments = '{"city":"Oslo"}' },
      { id = "fc_2", name = "time", arguments = "{}" },
    }, body.tool_calls)
    assert.equal("", body.data)
  end)

  it("has no text when nothing in it is text", function()
    for _, output in ipairs { "[]", "[null]", '[{"type":"message"}]',
      '[{"type":"message","content":[null,{"text":{}}]}]',
      '[{"type":"web_search_call","content":[{"text":"no"}]}]',
      '[7,"x",{}]' } do
      assert.equal("", normalise('{"output":' .. output .. "}").data, output)
    end
  end)

  it("is read before what else is in the body", function()
    local body = normalise [[{"output":[{"content":[{"text":"right"}]}],
      "data":"wrong","choices":[{"text":"wrong"}]}]]
    assert.equal("right", body.data)
  end)
end)

describe("an OpenAI object (shape O)", function()
  it("has the text of its first choice", function()
    local body = normalise [[{"id":"chatcmpl-8","object":"chat.completion",
      "created":1780388130,"model":"openai/gpt-4o-mini","choices":[
      {"index":0,"message":{"role":"assistant","content":"Rain"},
       "finish_reason":"stop"},
      {"index":1,"message":{"content":"Snow"},"finish_reason":"length"}],
      "usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}]]
    assert.equal("Rain", body.data)
    assert.equal("stop", body.finish_reason)
    assert.equal("chatcmpl-8", body.request_id)
    assert.equal(1780388130, body.created_at)
    assert.equal(9, body.usage.tokens_prompt)
    assert.equal(2, #body.choices)
  end)

  it("has the text of a completion", function()
    local body = normalise [[{"choices":[{"index":0,"text":"fib(n)",
      "finish_reason":"length"}]}]]
    assert.equal("fib(n)", body.data)
    assert.equal("length", body.finish_reason)
  end)

  it("may have its content in parts", function()
    assert.equal("Rainy", normalise([[{"choices":[{"message":{"content":[
      {"type":"text","text":"Rain"},{"type":"text","text":"y"}]}}]}]]).data)
  end)

  it("has no text beside a call of a tool", function()
    local body = normalise [[{"choices":[{"message":{"content":null,
      "tool_calls":[{"id":"c1","type":"function","function":{
      "name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},
      "finish_reason":"tool_calls"}]}]]
    assert.equal("", body.data)
    assert.same({ { id = "c1", name = "weather",
      arguments = '{"city":"Oslo"}' } }, body.tool_calls)
    assert.equal("tool_calls", body.finish_reason)
  end)

  it("has reasoning under either of its names", function()
    for _, name in ipairs { "reasoning_content", "reasoning" } do
      local body = normalise(([[{"choices":[{"message":{"content":"x",
        "%s":"clouds"}}]}]]):format(name))
      assert.equal("clouds", body.reasoning_content, name)
    end
  end)

  it("may have no choices, or none that can be read", function()
    for _, choices in ipairs { "[]", "[null]", "[7]", "{}", "7" } do
      assert.equal("", normalise('{"choices":' .. choices .. "}").data)
    end
    assert.equal("x", normalise('{"choices":[],"data":"x"}').data)
  end)
end)

describe("calls of tools", function()
  it("have one form, however the envelope has them", function()
    local call = { id = "c1", name = "weather", arguments = "{}" }
    local counted = { id = "1", name = "weather", arguments = "{}" }
    assert.same({ counted }, normalise('{"tool_calls":[{"id":1,' ..
      '"name":"weather","arguments":{}}]}').tool_calls)
    assert.same({ { arguments = '{"a" :1e999}' } },
      normalise('{"tool_calls":[{"id":1e999,' ..
        '"function":{"arguments":{"a" :1e999}}}]}').tool_calls)
    for _, source in ipairs {
      '{"id":"c1","name":"weather","arguments":"{}"}',
      '{"id":"c1","function":{"name":"weather","arguments":"{}"}}',
      '{"id":"x","call_id":"c1","name":"weather","arguments":"{}"}',
    } do
      assert.same({ call },
        normalise('{"data":"","tool_calls":[' .. source .. "]}").tool_calls)
    end
  end)

  it("have arguments that are a text of JSON", function()
    local body = normalise [[{"tool_calls":[{"id":"c1","name":"weather",
      "arguments":{"city":"Oslo"}}]}]]
    assert.equal('{"city":"Oslo"}', body.tool_calls[1].arguments)
  end)

  it("are absent when there are none", function()
    assert.is_nil(normalise('{"tool_calls":[]}').tool_calls)
    assert.is_nil(normalise('{"tool_calls":[null]}').tool_calls)
    assert.is_nil(normalise('{"tool_calls":{}}').tool_calls)
  end)
end)

describe("images", function()
  it("have a URL or base64, under one of its names", function()
    local body = normalise [[{"data":"A cat","images":[
      {"url":"https://a.test/1.png","index":4},{"b64_json":"AAAA"},
      {"data":"BBBB"},{"b64":"CCCC"}]}]]
    assert.same({ { url = "https://a.test/1.png", index = 4 },
      { b64_json = "AAAA", index = 1 },
      { b64_json = "BBBB", data = "BBBB", index = 2 },
      { b64_json = "CCCC", b64 = "CCCC", index = 3 } }, body.images)
  end)

  it("are absent when there are none", function()
    assert.is_nil(normalise('{"images":[]}').images)
    assert.is_nil(normalise('{"images":null}').images)
    assert.is_nil(normalise('{"images":"none"}').images)
  end)

  it("are not lost beside something that is none", function()
    local body = normalise [[{"images":[null,{"url":"https://a.test/2.png"}]}]]
    assert.equal("https://a.test/2.png", body.images[1].url)
    assert.equal(1, #body.images)
  end)
end)

describe("items of an output list", function()
  it("are messages where they do not say what they are", function()
    assert.equal("abc", normalise [[{"output":[
      {"type":"message","content":[{"text":"a"},{"text":"b"}]},
      {"content":[{"text":"c"}]}]}]].data)
    assert.equal("x", normalise('{"output":[{"content":"x"}]}').data)
  end)
end)

describe("the replies of the vendor's documents", function()
  local source = files.read("../shared/spec/fixtures.json")
  local rest = source and assert(json.decode(source)).rest or {}
  local generations = { create_chat_completion = true,
    create_completion = true }

  local function is_good(response)
    return response.status == 200 and type(response.body) == "table"
      and not failure.is_of_generation(response.body)
  end

  for _, entry in ipairs(rest) do
    for _, response in ipairs(generations[entry.op] and entry.responses or {})
    do
      if is_good(response) then
        it(("have text and an id: %s, %s"):format(entry.op, response.name),
          function()
            local body = reply_of(response.body)
            assert.is_string(body.data)
            assert.is_true(body.data ~= "" or body.tool_calls ~= nil)
            assert.is_string(body.request_id)
            local usage = body.usage or { tokens_total = 0 }
            assert.is_number(usage.tokens_total)
          end)
      end
    end
  end
end)
