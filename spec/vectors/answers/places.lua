-- Where text stands: each form of it in each place, and how the copies of it
-- that servers send are told from more of it.
return function(dialects)
  local chunk, message, event = dialects.chunk, dialects.message, dialects.event
  local ended, output_text = dialects.ended, dialects.output_text
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local vectors = {}

  -----------------------------------------------------------------------
  -- each form in each place

  local forms = {
    { name = "a text", content = '"Rime"', data = "Rime" },
    { name = "a part", content = '[{"type":"text","text":"Rime"}]',
      data = "Rime" },
    { name = "parts", content = '[{"type":"text","text":"Ri"},'
      .. '{"type":"output_text","text":"me","annotations":[]}]',
      data = "Rime" },
    { name = "an object with text", content = '{"text":"Rime"}',
      data = "Rime" },
    { name = "a part that is no list",
      content = '{"type":"text","text":"Rime"}', data = "Rime" },
    { name = "a whole number", content = "42", data = "42" },
    { name = "a number", content = "-4.5", data = "-4.5" },
    { name = "a number of many digits", content = "1234567890123456",
      data = "1234567890123456" },
    { name = "a thought before the text", content = '[{"type":"thinking",'
      .. '"thinking":"so"},{"type":"text","text":"Rime"}]',
      data = "Rime", reasoning_content = "so",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "a thought in parts of its own",
      content = '[{"type":"thinking","thinking":[{"type":"text",'
        .. '"text":"so"}]},{"type":"text","text":"Rime"}]',
      data = "Rime", reasoning_content = "so" },
    { name = "a part called reasoning",
      content = '[{"type":"reasoning","text":"so"},'
        .. '{"type":"text","text":"Rime"}]',
      data = "Rime", reasoning_content = "so" },
    { name = "a refusal behind text",
      content = '[{"type":"text","text":"Rime"},'
        .. '{"type":"refusal","refusal":"No."}]',
      data = "Rime", refusal = "No." },
    { name = "an image behind text",
      content = '[{"type":"text","text":"Rime"},{"type":"image_url",'
        .. '"image_url":{"url":"http://img.test/1.png"}}]',
      data = "Rime", images = { { url = "http://img.test/1.png" } } },
    { name = "parts of kinds nobody knows",
      content = '[{"type":"odd","odd":"no"},{"type":"text","text":"Rime"},'
        .. "null]",
      data = "Rime" },
  }

  local places = {
    { name = "a delta", events = function(content)
      return { chunk('{"content":' .. content .. "}"), chunk("{}", "stop"),
        DONE }
    end },
    { name = "the delta of a frame", events = function(content)
      return { FRAMES_BEGIN,
        dialects.frame_delta('{"content":' .. content .. "}"),
        dialects.frame_finish "stop", DONE }
    end },
    { name = "a message in a chunk", events = function(content)
      return { message('{"role":"assistant","content":' .. content .. "}",
        "stop"), DONE }
    end },
    { name = "the message of a frame", events = function(content)
      return { FRAMES_BEGIN, '{"type":"content","data":"","choices":[{'
        .. '"index":0,"message":{"content":' .. content .. "}}]}",
        dialects.frame_finish "stop" }
    end },
    { name = "the message of a body", body = function(content)
      return message('{"role":"assistant","content":' .. content .. "}",
        "stop")
    end },
    { name = "the delta of a body", body = function(content)
      return '{"choices":[{"index":0,"delta":{"content":' .. content
        .. '},"finish_reason":"stop"}]}'
    end },
    { name = "data that is a message", body = function(content)
      return dialects.envelope('"data":{"role":"assistant","content":'
        .. content .. "}", '"finish_reason":"stop"')
    end },
  }

  for _, form in ipairs(forms) do
    for _, place in ipairs(places) do
      vectors[#vectors + 1] = { name = form.name .. ": " .. place.name,
        events = place.events and place.events(form.content),
        body = place.body and place.body(form.content),
        data = form.data, reasoning_content = form.reasoning_content,
        refusal = form.refusal, images = form.images, pieces = form.pieces,
        finish_reason = "stop" }
    end
  end

  -----------------------------------------------------------------------
  -- many pieces in each dialect

  for _, dialect in ipairs(dialects.streams) do
    for _, vector in ipairs {
      { name = "pieces that are equal are no copies",
        { "ha", "ha", "ha", " ", "ha", "ha" }, { "ha", "ha", "ha", " ", "ha",
          "ha" } },
      { name = "pieces that are empty are none",
        { "", "Ri", "", "me", "", "", "s" }, { "Ri", "me", "s" } },
      { name = "pieces that look like the rest of their events",
        { "content", "text", "p", "r-1", "c-1", "i-1", "0", "stop", "data",
          "null", "content" },
        { "content", "text", "p", "r-1", "c-1", "i-1", "0", "stop", "data",
          "null", "content" } },
      { name = "pieces that hold quotes and events",
        { "a\\n\\ndata: ", "\\\"", "[DONE]", "{\\\"error\\\":1}", "\\u00e6",
          "\\\\n" },
        { "a\n\ndata: ", '"', "[DONE]", '{"error":1}', "\195\166", "\\n" } },
    } do
      local events = { dialect.begin[1] }
      for i, text in ipairs(vector[1]) do
        events[#events + 1] = dialect.text(text)
        if i == 4 then -- something that differs from the others
          events[#events + 1] = ": still there"
          events[#events + 1] = '{"type":"odd.event","odd":{"delta":"no"}}'
        end
      end
      events[#events + 1] = dialect.finish "stop"
      vectors[#vectors + 1] = { name = dialect.name .. ": " .. vector.name,
        events = events, data = table.concat(vector[2]), pieces = vector[2],
        finish_reason = dialect.words and "stop" or nil }
    end
  end

  -----------------------------------------------------------------------
  -- OpenAI's names of events, and items

  local RIME = dialects.item_message(dialects.text_part "Rime")
  local COMPLETED = ended("completed", "completed")

  for _, vector in ipairs {
    { name = "events named by their lines only",
      events = { "event: response.created\ndata: {\"response\":"
          .. '{"id":"r-1"}}',
        "event: response.output_text.delta\ndata: {\"delta\":\"Ri\"}",
        "event: response.output_text.delta\ndata: {\"delta\":\"me\"}",
        "event: response.completed\ndata: {\"response\":"
          .. '{"status":"completed"}}' },
      data = "Rime", pieces = { "Ri", "me" } },
    { name = "text that comes again when it is done",
      events = { CREATED, event("response.output_item.added",
          '"output_index":0', '"item":' .. dialects.item_message ""),
        event("response.content_part.added", '"output_index":0',
          '"content_index":0', '"part":{"type":"output_text","text":""}'),
        output_text "Ri", output_text "me",
        event("response.output_text.done", '"output_index":0',
          '"content_index":0', '"text":"Rime"'),
        event("response.content_part.done", '"output_index":0',
          '"content_index":0', '"part":{"type":"output_text","text":"Rime"}'),
        dialects.item(RIME),
        ended("completed", "completed", '"output":[' .. RIME .. "]") },
      data = "Rime", pieces = { "Ri", "me" } },
    { name = "text in an item only",
      events = { CREATED, dialects.item(RIME), COMPLETED },
      data = "Rime", pieces = { "Rime" } },
    { name = "text in the response only",
      events = { CREATED, ended("completed", "completed", '"output":[' .. RIME
        .. "]") },
      data = "Rime", pieces = { "Rime" } },
    { name = "two messages, in one stream",
      events = { CREATED, output_text("Rime", 0), dialects.item(RIME, 0),
        output_text(" and", 1), output_text(" frost", 1),
        dialects.item(dialects.item_message(dialects.text_part " and frost"),
          1), COMPLETED },
      data = "Rime and frost", pieces = { "Rime", " and", " frost" } },
    { name = "thoughts by OpenAI's names",
      events = { CREATED,
        event("response.reasoning_text.delta", '"output_index":0',
          '"delta":"so "'),
        event("response.reasoning_text.delta", '"output_index":0',
          '"delta":"be it"'),
        event("response.reasoning_text.done", '"output_index":0',
          '"text":"so be it"'),
        output_text("Rime", 1), COMPLETED },
      data = "Rime", reasoning_content = "so be it",
      pieces = { { "reasoning", "so " }, { "reasoning", "be it" }, "Rime" } },
    { name = "a summary of thoughts, and the item that repeats it",
      events = { CREATED,
        event("response.reasoning_summary_text.delta", '"output_index":0',
          '"summary_index":0', '"delta":"so be it"'),
        event("response.reasoning_summary_part.done", '"output_index":0',
          '"part":{"type":"summary_text","text":"so be it"}'),
        dialects.item('{"type":"reasoning","id":"s-1","summary":[{"type":'
          .. '"summary_text","text":"so be it"}]}', 0),
        output_text("Rime", 1), COMPLETED },
      data = "Rime", reasoning_content = "so be it" },
    { name = "two messages, the second in the response only",
      events = { CREATED, output_text("Rime", 0), dialects.item(RIME, 0),
        ended("completed", "completed", '"output":[' .. RIME .. ","
          .. dialects.item_message(dialects.text_part " and frost") .. "]") },
      data = "Rime and frost", pieces = { "Rime", " and frost" } },
    { name = "events that do not say of which output they are",
      events = { CREATED, event("response.output_text.delta",
        '"delta":"Ri"'), event("response.output_text.delta",
        '"delta":"me"'), dialects.item(RIME, 0), ended("completed",
        "completed", '"output":[' .. RIME .. "]") },
      data = "Rime", pieces = { "Ri", "me" } },
    { name = "OpenAI's events among frames",
      events = { FRAMES_BEGIN, dialects.frame "Ri", output_text "Ri",
        dialects.frame "me", output_text "me", dialects.item(RIME),
        dialects.frame_finish "stop", COMPLETED },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "thoughts among frames and events",
      events = { CREATED, event("response.reasoning.delta", '"delta":"so"'),
        dialects.frame_delta '{"reasoning_content":"so"}',
        dialects.part "Rime", dialects.frame "Rime",
        dialects.frame_finish "stop", ended("done", "completed") },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "so" }, "Rime" } },
    { name = "both vendors' names in one stream",
      events = { CREATED, dialects.part "Ri", output_text "Ri",
        dialects.part "me", output_text "me", ended("done", "completed"),
        DONE },
      data = "Rime", pieces = { "Ri", "me" } },
    { name = "a body of two messages and a thought",
      body = dialects.response("completed", '"output":[{"type":"reasoning",'
        .. '"summary":[{"type":"summary_text","text":"so"}]},' .. RIME .. ","
        .. dialects.item_message(dialects.text_part " and frost") .. "]"),
      data = "Rime and frost", reasoning_content = "so" },
    { name = "frames whose text stands in their choices only",
      events = { FRAMES_BEGIN, dialects.frame_delta '{"content":"Ri"}',
        dialects.frame_delta '{"content":"me"}',
        dialects.frame_finish "stop" },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "thoughts and text in one event",
      events = { chunk '{"content":"Ri","reasoning_content":"so"}',
        chunk('{"content":"me"}', "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "so" }, "Ri", "me" } },
    { name = "thoughts and text in one frame",
      events = { FRAMES_BEGIN, '{"type":"content","data":"Rime","choices":'
        .. '[{"index":0,"delta":{"content":"Rime","reasoning":"so"}}]}',
        dialects.frame_finish "stop" },
      data = "Rime", reasoning_content = "so", finish_reason = "stop",
      pieces = { { "reasoning", "so" }, "Rime" } },

    -- a message beside deltas
    { name = "a message that says what the deltas said",
      events = { chunk '{"content":"Ri"}', chunk '{"content":"me"}',
        message('{"role":"assistant","content":"Rime"}', "stop"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "a message that goes on where the deltas ended",
      events = { chunk '{"content":"Ri"}', chunk '{"content":"me"}',
        message('{"role":"assistant","content":"Rime, frost"}', "stop"), DONE },
      data = "Rime, frost", finish_reason = "stop",
      pieces = { "Ri", "me", ", frost" } },
    { name = "a message that goes on, and no [DONE]",
      events = { chunk '{"content":"Ri"}',
        message('{"role":"assistant","content":"Rime"}', "stop") },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "a message that differs from the deltas",
      events = { chunk '{"content":"Rime"}',
        message('{"role":"assistant","content":"Frost"}', "stop"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" } },
    { name = "a message that is shorter than the deltas",
      events = { chunk '{"content":"Rime"}',
        message('{"role":"assistant","content":"Ri"}', "stop"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" } },
    { name = "a message that grows beside the deltas",
      events = {
        chunk('{"content":"Ri"}', nil, '"message":{"content":"Ri"}'),
        chunk('{"content":"me"}', nil, '"message":{"content":"Rime"}'),
        chunk('{"content":"s"}', "stop", '"message":{"content":"Rimes"}') },
      data = "Rimes", finish_reason = "stop", pieces = { "Ri", "me", "s" } },
    { name = "a message that runs ahead of the deltas",
      events = {
        chunk('{"content":"Ri"}', nil, '"message":{"content":"Rime"}'),
        chunk('{"content":"me"}', "stop", '"message":{"content":"Rime"}'),
        DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "a message that grows, without deltas",
      events = { message '{"content":"Ri"}', message '{"content":"Rime"}',
        message('{"content":"Rimes"}', "stop"), DONE },
      data = "Rimes", finish_reason = "stop" },
    { name = "an empty delta beside a message",
      events = { chunk("{}", "stop", '"message":{"content":"Rime"}'), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" } },
    { name = "an empty message beside deltas",
      events = { chunk('{"content":"Ri"}', nil, '"message":{"content":""}'),
        chunk('{"content":"me"}', "stop", '"message":{"content":null}'),
        DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "a message that repeats the text as parts",
      events = { chunk '{"content":"Rime"}', message('{"content":'
        .. '[{"type":"text","text":"Ri"},{"type":"text","text":"me"}]}',
        "stop"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Rime" } },
    -- Thoughts behind the text: its stream may be past them.
    { name = "a message that adds thoughts", late = "reasoning",
      events = { chunk '{"content":"Rime"}', message('{"content":"Rime",'
        .. '"reasoning_content":"so"}', "stop"), DONE },
      data = "Rime", reasoning_content = "so", finish_reason = "stop" },
    { name = "a message that adds a refusal, a call and an image",
      events = { chunk '{"content":"Rime"}', message('{"content":"Rime",'
        .. '"refusal":"No.","tool_calls":[{"id":"t-1","function":{"name":'
        .. '"tide","arguments":"{}"}}],"images":[{"image_url":{"url":'
        .. '"http://img.test/1.png"}}]}', "tool_calls"), DONE },
      data = "Rime", refusal = "No.", finish_reason = "tool_calls",
      tool_calls = { { id = "t-1", name = "tide", arguments = "{}" } },
      images = { { url = "http://img.test/1.png" } } },

    -- an item beside deltas is such a message
    { name = "an item that goes on where the deltas ended",
      events = { CREATED, output_text "Ri", dialects.item(RIME), COMPLETED },
      data = "Rime", pieces = { "Ri", "me" } },

    -- shapes that hold nothing
    { name = "deltas that are null or absent",
      events = { chunk "null", '{"choices":[{"index":0}]}',
        '{"choices":null}', '{"choices":[null]}', '{"id":"c-1"}',
        chunk('{"content":"Rime"}', "stop"), DONE },
      data = "Rime", finish_reason = "stop" },
    { name = "an index that is a text",
      events = { '{"choices":[{"index":"0","delta":{"content":"Rime"},'
        .. '"finish_reason":"stop"}]}', DONE },
      data = "Rime", finish_reason = "stop" },
    { name = "a choice without an index",
      events = { '{"choices":[{"delta":{"content":"Rime"},'
        .. '"finish_reason":"stop"}]}', DONE },
      data = "Rime", finish_reason = "stop" },
    { name = "choices that are no list",
      events = { '{"choices":{"index":0,"delta":{"content":"Rime"},'
        .. '"finish_reason":"stop"}}', DONE },
      data = "Rime", finish_reason = "stop" },
    { name = "choices that are no list, in a body",
      body = '{"choices":{"message":{"content":"Rime"},'
        .. '"finish_reason":"stop"}}', data = "Rime", finish_reason = "stop" },
    { name = "a delta that is nothing but its text",
      events = { chunk '"Ri"', chunk('"me"', "stop"), DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "a message that is nothing but its text",
      body = message('"Rime"', "stop"), data = "Rime", finish_reason = "stop" },
    { name = "a list of chunks", body = "[" .. chunk '{"content":"Ri"}'
        .. "\n," .. chunk('{"content":"me"}', "stop") .. "\n]",
      data = "Rime", finish_reason = "stop" },
    { name = "the last event of a stream as a body",
      body = ended("completed", "completed", '"output":['
        .. dialects.item_message(dialects.text_part "Rime") .. "]")
        :match "{.*}", data = "Rime" },
    { name = "the text of a Responses object beside its empty output",
      body = dialects.response("completed", '"output":[]',
        '"output_text":"Rime"'), data = "Rime" },
    { name = "the same beside its output",
      body = dialects.response("completed", '"output":['
        .. dialects.item_message(dialects.text_part "Rime") .. "]",
        '"output_text":"Rime"'), data = "Rime" },
    { name = "text of completions",
      events = { '{"choices":[{"index":0,"text":"Ri"}]}',
        '{"choices":[{"index":0,"text":"me","finish_reason":"length"}]}' },
      data = "Rime", finish_reason = "length", pieces = { "Ri", "me" } },

    -- data as a table
    { name = "data that is a table of its own",
      body = dialects.envelope '"data":{"answer":42,"steps":["a","b"]}',
      data = { answer = 42, steps = { "a", "b" } } },
    { name = "data with text among other things",
      body = dialects.envelope '"data":{"content":"Rime","title":"Ice"}',
      data = { content = "Rime", title = "Ice" } },
    { name = "data with text and a list",
      body = dialects.envelope '"data":{"text":"Rime","tags":["x"]}',
      data = { text = "Rime", tags = { "x" } } },
    { name = "data that is a list",
      body = dialects.envelope '"data":["Rime","frost"]',
      data = { "Rime", "frost" } },
    { name = "data that holds only text",
      body = dialects.envelope '"data":{"text":"Rime"}', data = "Rime" },
    { name = "data that holds only content",
      body = dialects.envelope '"data":{"content":"Rime"}', data = "Rime" },
    { name = "data that is a message with text and a call",
      body = dialects.envelope('"data":{"role":"assistant","content":"Rime",'
        .. '"tool_calls":[{"id":"t-1","function":{"name":"tide",'
        .. '"arguments":"{}"}}]}'),
      data = "Rime",
      tool_calls = { { id = "t-1", name = "tide", arguments = "{}" } } },
    { name = "data that is a message with a call only",
      body = dialects.envelope('"data":{"role":"assistant","content":null,'
        .. '"tool_calls":[{"id":"t-1","function":{"name":"tide",'
        .. '"arguments":""}}]}'),
      data = "",
      tool_calls = { { id = "t-1", name = "tide", arguments = "{}" } } },
  } do
    vectors[#vectors + 1] = vector
  end

  return vectors
end
