-- Several answers to one question: a stream hands out the first, the reply
-- holds all of them in OpenAI's form.
return function(dialects)
  local chunk, message = dialects.chunk, dialects.message
  local DONE = "[DONE]"

  local function other(delta, reason)
    return '{"id":"c-1","choices":[{"index":1,"delta":' .. delta
      .. ',"finish_reason":' .. (reason and '"' .. reason .. '"' or "null")
      .. "}]}"
  end

  local BOTH = { choices = {
    { index = 0, message = { content = "Rime" }, finish_reason = "stop" },
    { index = 1, message = { content = "Frost" }, finish_reason = "length" } } }
  local SECOND = '{"index":1,"message":{"role":"assistant",'
    .. '"content":"Frost"},"finish_reason":"length"}'

  return {
    { name = "in turn",
      events = { chunk '{"content":"Ri"}', other '{"content":"Fr"}',
        chunk '{"content":"me"}', other '{"content":"ost"}',
        chunk("{}", "stop"), other("{}", "length"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" },
      reply = BOTH },
    { name = "the second ends first",
      events = { other '{"content":"Frost"}', other("{}", "length"),
        chunk '{"content":"Ri"}', chunk('{"content":"me"}', "stop"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" },
      reply = BOTH },
    { name = "both in each chunk",
      events = { '{"choices":[{"index":0,"delta":{"content":"Ri"}},'
          .. '{"index":1,"delta":{"content":"Fr"}}]}',
        '{"choices":[{"index":1,"delta":{"content":"ost"},"finish_reason":'
          .. '"length"},{"index":0,"delta":{"content":"me"},'
          .. '"finish_reason":"stop"}]}', DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" },
      reply = BOTH },
    { name = "the second goes on when the first has ended",
      events = { chunk('{"content":"Rime"}', "stop"),
        other '{"content":"Fr"}', other('{"content":"ost"}', "length") },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" },
      reply = BOTH },
    { name = "of completions",
      events = { '{"choices":[{"index":1,"text":"Frost"}]}',
        '{"choices":[{"index":0,"text":"Rime","finish_reason":"stop"}]}',
        DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" } },
    { name = "in frames",
      events = { dialects.FRAMES_BEGIN, '{"type":"content","data":"Ri",'
          .. '"choices":[{"index":0,"delta":{"content":"Ri"}},{"index":1,'
          .. '"delta":{"content":"Frost"},"finish_reason":"length"}]}',
        dialects.frame("me", "stop"), dialects.frame_finish "stop" },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" },
      reply = BOTH },
    { name = "with a refusal and thoughts in the second",
      events = { chunk('{"content":"Rime"}', "stop"),
        other '{"reasoning_content":"so"}', other('{"refusal":"No."}', "stop"),
        DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" },
      reply = { choices = { { index = 0 }, { index = 1, message = {
        refusal = "No.", reasoning_content = "so" } } } } },
    { name = "with the details of their thoughts",
      events = { chunk('{"content":"Rime","reasoning_details":[{"text":"so",'
          .. '"signature":"c2ln"}]}', "stop"),
        other('{"reasoning_details":[{"data":"c2Vj"}]}', "stop"), DONE },
      data = "Rime", finish_reason = "stop", reasoning_content = "so",
      reply = { choices = {
        { message = { reasoning_details = { { signature = "c2ln" } } } },
        { message = { reasoning_details = { { data = "c2Vj" } } } } } } },
    { name = "with a call in the second",
      events = { chunk('{"content":"Rime"}', "stop"),
        other('{"tool_calls":[{"index":0,"id":"t-1","function":{"name":'
          .. '"tide","arguments":"{"}}]}'),
        other('{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}',
          "tool_calls"), DONE },
      data = "Rime", finish_reason = "stop", reply = { choices = {
        { index = 0, message = { content = "Rime" } },
        { index = 1, finish_reason = "tool_calls", message = { tool_calls = {
          { id = "t-1", ["function"] = { name = "tide", arguments = "{}" } }
        } } } } } },
    { name = "in a body",
      body = '{"choices":[{"index":0,"message":{"role":"assistant",'
        .. '"content":"Rime"},"finish_reason":"stop"},' .. SECOND .. "]}",
      data = "Rime", finish_reason = "stop", reply = BOTH },
    { name = "one only, in a stream",
      events = { chunk '{"role":"assistant","content":"Ri"}',
        chunk('{"content":"me"}', "stop"), DONE },
      data = "Rime", finish_reason = "stop",
      reply = { choices = { BOTH.choices[1] } } },
    { name = "one only, in a body",
      body = message('{"role":"assistant","content":"Rime"}', "stop"),
      data = "Rime", finish_reason = "stop",
      reply = { choices = { BOTH.choices[1] } } },
  }
end
