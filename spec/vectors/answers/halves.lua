-- Halves of characters beyond 16 bits, which are escaped as two: they join over
-- the pieces of a stream, and one alone becomes U+FFFD. Never an error.
return function(dialects)
  local chunk, message, event = dialects.chunk, dialects.message, dialects.event
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local HIGH, LOW = "\\ud83d", "\\ude80"
  local ROCKET, LOST = "\240\159\154\128", "\239\191\189"

  local vectors = {}

  for _, dialect in ipairs(dialects.streams) do
    for _, vector in ipairs {
      { name = "halves in two pieces", { "a" .. HIGH, LOW .. "b" },
        data = "a" .. ROCKET .. "b" },
      { name = "halves in two pieces of many",
        { "one ", "two ", "three" .. HIGH, LOW .. " four", " five", " six" },
        data = "one two three" .. ROCKET .. " four five six" },
      { name = "halves that are pieces of their own",
        { "one ", "two ", HIGH, LOW, HIGH, LOW, " three" },
        data = "one two " .. ROCKET .. ROCKET .. " three" },
      { name = "a piece that is empty between halves",
        { "a" .. HIGH, "", LOW .. "b" }, data = "a" .. ROCKET .. "b" },
      { name = "a first half alone", { "one", "a" .. HIGH, "b", "c" },
        data = "onea" .. LOST .. "bc" },
      { name = "a second half alone", { "one", "x" .. LOW .. "y", " two" },
        data = "onex" .. LOST .. "y two" },
      { name = "a first half at the end", { "cut ", "here" .. HIGH },
        data = "cut here" .. LOST },
      { name = "a first half before a whole one",
        { "a" .. HIGH, HIGH .. LOW .. "b" }, data = "a" .. LOST .. ROCKET
          .. "b" },
      { name = "halves in the wrong order", { "a" .. LOW, HIGH .. "b" },
        data = "a" .. LOST .. LOST .. "b" },
    } do
      local events = { dialect.begin[1] }
      for _, text in ipairs(vector[1]) do
        events[#events + 1] = dialect.text(text)
      end
      events[#events + 1] = dialect.finish "stop"
      events[#events + 1] = DONE
      vectors[#vectors + 1] = { name = dialect.name .. ": " .. vector.name,
        events = events, data = vector.data,
        finish_reason = dialect.words and "stop" or nil }
    end
    vectors[#vectors + 1] = { name = dialect.name .. ": a first half, then "
        .. "[DONE]", events = { dialect.begin[1], dialect.text("a" .. HIGH),
        DONE }, data = "a" .. LOST }
  end

  for _, vector in ipairs {
    { name = "in reasoning of chunks",
      events = { chunk('{"reasoning_content":"so ' .. HIGH .. '"}'),
        chunk('{"reasoning_content":"' .. LOW .. '!"}'),
        chunk('{"content":"Rime"}', "stop"), DONE },
      data = "Rime", reasoning_content = "so " .. ROCKET .. "!",
      finish_reason = "stop" },
    { name = "in reasoning of OpenAI's events",
      events = { CREATED, event("response.reasoning_text.delta",
        '"delta":"so ' .. HIGH .. '"'), event("response.reasoning_text.delta",
        '"delta":"' .. LOW .. '!"'), dialects.output_text "Rime",
        dialects.ended("completed", "completed") },
      data = "Rime", reasoning_content = "so " .. ROCKET .. "!" },
    { name = "alone at the end of reasoning",
      events = { FRAMES_BEGIN,
        dialects.frame_delta('{"reasoning":"so' .. HIGH .. '"}'),
        dialects.frame "Rime", dialects.frame_finish "stop" },
      data = "Rime", reasoning_content = "so" .. LOST,
      finish_reason = "stop" },
    { name = "in a refusal",
      events = { chunk('{"refusal":"No' .. HIGH .. '"}'),
        chunk('{"refusal":"' .. LOW .. '"}', "stop"), DONE },
      data = "", refusal = "No" .. ROCKET, finish_reason = "stop" },
    { name = "in arguments",
      events = { chunk('{"tool_calls":[{"index":0,"id":"t-1","function":'
          .. '{"name":"tide","arguments":"{\\"a\\":\\"' .. HIGH .. '"}}]}'),
        chunk('{"tool_calls":[{"index":0,"function":{"arguments":"' .. LOW
          .. '\\"}"}}]}'), chunk("{}", "tool_calls"), DONE },
      data = "", finish_reason = "tool_calls", tool_calls = { { id = "t-1",
        name = "tide", arguments = '{"a":"' .. ROCKET .. '"}' } } },
    { name = "alone in arguments",
      body = message('{"content":null,"tool_calls":[{"id":"t-1","function":'
        .. '{"name":"tide","arguments":"{\\"a\\":\\"' .. HIGH .. '\\"}"}}]}',
        "tool_calls"),
      data = "", finish_reason = "tool_calls", tool_calls = { { id = "t-1",
        name = "tide", arguments = '{"a":"' .. LOST .. '"}' } } },
    { name = "over an event without text",
      events = { chunk('{"content":"a' .. HIGH .. '"}'),
        '{"id":"c-1","choices":[],"usage":{"prompt_tokens":3}}',
        ": still there", chunk('{"content":"' .. LOW .. '"}', "stop"), DONE },
      data = "a" .. ROCKET, finish_reason = "stop" },
    { name = "and a message at the end that has it whole",
      events = { chunk('{"content":"a' .. HIGH .. '"}'),
        chunk('{"content":"' .. LOW .. 'b"}'), message('{"content":"a' .. HIGH
          .. LOW .. 'b"}', "stop"), DONE },
      data = "a" .. ROCKET .. "b", finish_reason = "stop" },
    { name = "and a message at the end that has the second one",
      events = { chunk('{"content":"a' .. HIGH .. '"}'),
        message('{"content":"a' .. HIGH .. LOW .. 'b"}', "stop"), DONE },
      data = "a" .. ROCKET .. "b", finish_reason = "stop" },
    { name = "in capitals",
      events = { chunk '{"content":"a\\uD83D"}',
        chunk('{"content":"\\uDE80b"}', "stop"), DONE },
      data = "a" .. ROCKET .. "b", finish_reason = "stop" },
    { name = "in the model's name",
      events = { '{"model":"m' .. HIGH .. '","choices":[{"index":0,"delta":'
        .. '{"content":"Rime"}}]}', chunk("{}", "stop"), DONE },
      data = "Rime", finish_reason = "stop", reply = { model = "m" .. LOST } },
    { name = "in the id and the name of a call",
      events = { chunk('{"tool_calls":[{"index":0,"id":"t' .. HIGH
        .. '","function":{"name":"f' .. LOW .. '","arguments":"{}"}}]}'),
        chunk("{}", "tool_calls"), DONE },
      data = "", finish_reason = "tool_calls", tool_calls = { {
        id = "t" .. LOST, name = "f" .. LOST, arguments = "{}" } } },
    { name = "in the details of reasoning",
      events = { chunk('{"reasoning_details":[{"type":"reasoning.text",'
        .. '"text":"so' .. HIGH .. '"}]}'), chunk('{"content":"Rime"}',
        "stop"), DONE },
      data = "Rime", reasoning_content = "so" .. LOST, finish_reason = "stop",
      reply = { reasoning_details = { { text = "so" .. LOST } } } },
    { name = "in what is said of an image",
      events = { chunk('{"content":"Rime","images":[{"url":'
        .. '"http://img.test/1.png","alt":"a' .. HIGH .. '"}]}', "stop"),
        DONE },
      data = "Rime", finish_reason = "stop",
      images = { { url = "http://img.test/1.png", alt = "a" .. LOST } } },
    { name = "in the reason of a failure in a stream",
      events = { chunk '{"content":"Half"}', '{"error":{"code":500,"message":"'
        .. HIGH .. ' down"}}', DONE },
      error = { kind = "server", message = LOST .. " down",
        partial = "Half" } },
    { name = "in the reason of a response that failed",
      events = { CREATED, dialects.part "Half", dialects.ended("failed",
        "failed", '"error":{"message":"the line is dead ' .. LOW .. '"}') },
      error = { kind = "server", message = "the line is dead " .. LOST,
        partial = "Half" } },
    { name = "alone where a stream breaks off",
      events = { chunk('{"content":"Half' .. HIGH .. '"}') },
      error = { kind = "truncated", partial = "Half" .. LOST } },
    { name = "in the reason of a failure",
      body = '{"error":{"code":429,"message":"slow' .. HIGH .. ' down"}}',
      error = { kind = "rate_limit", says = "down" } },
    { name = "alone in a body", body = message('{"content":"a' .. HIGH
        .. 'b"}', "stop"), data = "a" .. LOST .. "b", finish_reason = "stop" },
    { name = "over the parts of a body",
      body = message('{"reasoning_details":[{"text":"so' .. HIGH
        .. '"},{"text":"' .. LOW .. '"}],"content":[{"text":"a' .. HIGH
        .. '"},{"text":"' .. LOW .. 'b"}],"name":"n' .. HIGH .. '"}', "stop"),
      data = "a" .. ROCKET .. "b", reasoning_content = "so" .. ROCKET,
      finish_reason = "stop",
      reply = { choices = { { message = { name = "n" .. LOST } } } } },
    { name = "in the reason of an end, in usage and in the id",
      events = { '{"id":"c' .. HIGH .. '","choices":[{"index":0,"delta":'
        .. '{"content":"Rime"},"finish_reason":"st' .. HIGH .. '"}],"usage":'
        .. '{"prompt_tokens":1,"note":"n' .. LOW .. '"}}', DONE },
      data = "Rime", finish_reason = "st" .. LOST, reply = { id = "c" .. LOST,
        request_id = "c" .. LOST, usage = { note = "n" .. LOST } } },
    { name = "in the names of fields, and in data that is a table",
      events = { '{"success":true,"data":{"n' .. HIGH .. '":"v' .. LOW
        .. '","x":1},"finish_reason":"stop"}', DONE },
      data = { ["n" .. LOST] = "v" .. LOST, x = 1 }, finish_reason = "stop" },
    { name = "in the second choice",
      events = { chunk('{"content":"Rime"}', "stop"), '{"choices":[{"index":1,'
        .. '"delta":{"content":"a' .. HIGH .. '"}}]}', '{"choices":[{"index":1,'
        .. '"delta":{"content":"' .. LOW .. '"},"finish_reason":"st' .. LOW
        .. '"}]}', DONE },
      data = "Rime", finish_reason = "stop", reply = { choices = {
        { message = { content = "Rime" } }, { finish_reason = "st" .. LOST,
          message = { content = "a" .. ROCKET } } } } },
    { name = "alone in an envelope",
      body = dialects.envelope('"data":"a' .. LOW .. 'b"'),
      data = "a" .. LOST .. "b" },
    { name = "alone in an output",
      body = dialects.response("completed", '"output":['
        .. dialects.item_message(dialects.text_part("a" .. HIGH .. "b"))
        .. "]"),
      data = "a" .. LOST .. "b" },
    { name = "in the wrong order in a body",
      body = message('{"content":"a' .. LOW .. HIGH .. 'b"}', "stop"),
      data = "a" .. LOST .. LOST .. "b", finish_reason = "stop" },
    { name = "a character of bytes cut in two pieces",
      events = { chunk('{"content":"a\240\159"}'),
        chunk('{"content":"\154\128b"}', "stop"), DONE },
      data = "a" .. ROCKET .. "b", finish_reason = "stop" },
    { name = "bytes that are no UTF-8 pass as they are",
      events = { chunk('{"content":"a\255b"}', "stop"), DONE },
      data = "a\255b", finish_reason = "stop" },
  } do
    vectors[#vectors + 1] = vector
  end

  return vectors
end
