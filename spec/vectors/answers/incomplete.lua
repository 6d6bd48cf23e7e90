-- Answers that are whole though they were cut short, and answers in which
-- nothing of an answer stands.
return function(dialects)
  local ended, response = dialects.ended, dialects.response
  local CREATED, DONE = dialects.CREATED, "[DONE]"

  local TEXT = dialects.item_message(dialects.text_part "Rime")
  local OUTPUT = '"output":[' .. TEXT .. "]"
  local CALL = '{"type":"function_call","id":"f-1","call_id":"t-1",'
    .. '"name":"tide","arguments":"{}"}'
  local LIMIT = '"incomplete_details":{"reason":"max_output_tokens"}'
  local USAGE = '"usage":{"input_tokens":5,"output_tokens":9,'
    .. '"total_tokens":14}'
  local USED = { usage = { tokens_prompt = 5, tokens_completion = 9,
    tokens_total = 14 } }
  local EMPTY = { kind = "protocol", code = "empty" }

  local function because(reason)
    return '"incomplete_details":{"reason":"' .. reason .. '"}'
  end

  local vectors = {
    -- incomplete
    { name = "response.incomplete",
      events = { CREATED, dialects.output_text "Ri", dialects.output_text "me",
        ended("incomplete", "incomplete", LIMIT, USAGE) },
      data = "Rime", finish_reason = "length", reply = USED,
      pieces = { "Ri", "me" } },
    { name = "response.incomplete behind the vendor's events",
      events = { CREATED, dialects.part "Rime",
        ended("incomplete", "incomplete", LIMIT, USAGE), DONE },
      data = "Rime", finish_reason = "length", reply = USED },
    { name = "response.completed with the status incomplete",
      events = { CREATED, dialects.output_text "Rime",
        ended("completed", "incomplete", LIMIT, USAGE) },
      data = "Rime", finish_reason = "length", reply = USED },
    { name = "response.done with the status incomplete",
      events = { CREATED, dialects.part "Rime",
        ended("done", "incomplete", because "content_filter"), DONE },
      data = "Rime", finish_reason = "content_filter" },
    { name = "incomplete for a reason nobody knows",
      events = { CREATED, dialects.output_text "Rime",
        ended("incomplete", "incomplete", because "max_tool_calls") },
      data = "Rime", finish_reason = "max_tool_calls" },
    { name = "incomplete without a reason",
      events = { CREATED, dialects.output_text "Rime",
        ended("incomplete", "incomplete", '"incomplete_details":null') },
      data = "Rime" },
    { name = "incomplete, and all text at the end",
      events = { CREATED, ended("incomplete", "incomplete", LIMIT, OUTPUT,
        USAGE) },
      data = "Rime", finish_reason = "length", pieces = { "Rime" },
      reply = USED },
    { name = "incomplete while it thought",
      events = { CREATED, dialects.event("response.reasoning_text.delta",
        '"delta":"so"'), ended("incomplete", "incomplete", LIMIT) },
      data = "", reasoning_content = "so", finish_reason = "length" },
    { name = "incomplete before anything came",
      events = { CREATED, ended("incomplete", "incomplete", LIMIT) },
      data = "", finish_reason = "length", pieces = {} },
    { name = "incomplete behind a call",
      events = { CREATED, dialects.item(CALL),
        ended("incomplete", "incomplete", LIMIT) },
      data = "", finish_reason = "length", tool_calls = {
        { id = "t-1", name = "tide", arguments = "{}" } } },
    { name = "a body that is incomplete",
      body = response("incomplete", OUTPUT, LIMIT, USAGE),
      data = "Rime", finish_reason = "length", reply = USED },
    { name = "a body that is incomplete and was filtered",
      body = response("incomplete", OUTPUT, because "content_filter"),
      data = "Rime", finish_reason = "content_filter" },
    { name = "a body that is incomplete without a reason",
      body = response("incomplete", OUTPUT), data = "Rime" },
    { name = "a body that is incomplete and empty",
      body = response("incomplete", '"output":[]', LIMIT),
      data = "", finish_reason = "length" },

    -- empty, and yet an answer
    { name = "a choice without text, with a reason",
      body = dialects.message('{"role":"assistant","content":""}', "stop"),
      data = "", finish_reason = "stop" },
    { name = "a choice whose text is null, with a reason",
      body = dialects.message('{"content":null}', "content_filter"),
      data = "", finish_reason = "content_filter" },
    { name = "a choice without a message, with a reason",
      body = '{"choices":[{"index":0,"finish_reason":"stop"}]}',
      data = "", finish_reason = "stop" },
    { name = "a choice of completions without text, with a reason",
      body = '{"choices":[{"index":0,"text":"","finish_reason":"stop"}]}',
      data = "", finish_reason = "stop" },
    { name = "no output, and the status completed",
      body = response("completed", '"output":[]'), data = "" },
    { name = "a message without parts, and the status completed",
      body = response("completed", '"output":['
        .. dialects.item_message "" .. "]"), data = "" },
    { name = "success, and data that is an empty text",
      body = dialects.envelope('"message":""', '"data":""'), data = "" },
    { name = "data that is null, with a call",
      body = dialects.envelope('"data":null', '"finish_reason":"tool_calls"',
        '"tool_calls":[{"id":"t-1","function":{"name":"tide",'
        .. '"arguments":"{}"}}]'),
      data = "", finish_reason = "tool_calls", tool_calls = {
        { id = "t-1", name = "tide", arguments = "{}" } } },
    { name = "only an image",
      body = '{"images":[{"url":"http://img.test/1.png"}]}',
      data = "", images = { { url = "http://img.test/1.png" } } },
    { name = "only reasoning",
      body = dialects.message '{"content":null,"reasoning_content":"so"}',
      data = "", reasoning_content = "so" },
  }

  -- nothing of an answer at all
  for _, nothing in ipairs {
    { "an empty object", "{}" },
    { "an id only", '{"id":"c-1","object":"chat.completion"}' },
    { "choices that are null", '{"id":"c-1","choices":null}' },
    { "choices that are null, and an error that is",
      '{"choices":null,"error":null}' },
    { "no choices", '{"id":"c-1","choices":[],"usage":{"total_tokens":3}}' },
    { "a choice of nothing", '{"choices":[{"index":0}]}' },
    { "no output, and no status", '{"id":"r-1","output":[]}' },
    { "no output, and a status that goes on",
      response("in_progress", '"output":[]') },
    { "usage only", '{"usage":{"tokens_prompt":3,"tokens_total":3}}' },
    { "success only", '{"success":true,"message":"fine"}' },
    { "an envelope without data", dialects.envelope('"message":""') },
    { "an envelope whose data is null", dialects.envelope('"data":null') },
    { "empty lists", '{"choices":[],"images":[],"tool_calls":[]}' },
  } do
    vectors[#vectors + 1] = { name = "nothing: " .. nothing[1],
      body = nothing[2], error = EMPTY }
  end

  -- JSON, but no object
  for _, body in ipairs { '"Rime"', "42", "true", "null", "[]",
    '["Rime"]' } do
    vectors[#vectors + 1] = { name = "no object: " .. body, body = body,
      error = { kind = "protocol" } }
  end

  vectors[#vectors + 1] = { name = "no bytes", body = "",
    error = { kind = { "protocol", "truncated" } } }

  return vectors
end
