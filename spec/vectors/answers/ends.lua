-- Whether an answer is whole. It is when it says so: by a finish reason that is
-- a word, by an event or a status that ends it, or by [DONE] behind a piece of
-- answer. See spec/answers_spec.lua for the form.
return function(dialects)
  local chunk, legacy, event = dialects.chunk, dialects.legacy, dialects.event
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"
  local NOT_WHOLE = { "truncated", "protocol" }

  local vectors = {}

  local function add(vector)
    vectors[#vectors + 1] = vector
  end

  for _, dialect in ipairs(dialects.streams) do
    local function events(...)
      local all = { dialect.begin[1] }
      for i = 1, select("#", ...) do
        all[#all + 1] = (select(i, ...))
      end
      return all
    end
    local text = dialect.text
    local word = dialect.words and "stop" or nil

    add { name = dialect.name .. ": text, then [DONE]",
      events = events(text "Ri", text "me", DONE),
      data = "Rime", pieces = { "Ri", "me" } }
    add { name = dialect.name .. ": an end, and no [DONE]",
      events = events(text "Ri", text "me", dialect.finish "stop"),
      data = "Rime", finish_reason = word }
    add { name = dialect.name .. ": an end, and [DONE]",
      events = events(text "Ri", text "me", dialect.finish "stop", DONE),
      data = "Rime", finish_reason = word }
    add { name = dialect.name .. ": text, then nothing more",
      events = events(text "Ri", text "me"),
      error = { kind = "truncated", partial = "Rime" } }
    add { name = dialect.name .. ": [DONE] before any text",
      events = events(DONE), error = { kind = NOT_WHOLE } }
    add { name = dialect.name .. ": a beginning, and nothing more",
      events = events(), error = { kind = NOT_WHOLE } }
    add { name = dialect.name .. ": [DONE] behind a text that is empty",
      events = events(text "", text "", DONE), error = { kind = NOT_WHOLE } }
    add { name = dialect.name .. ": an end without any text",
      events = events(dialect.finish "stop", DONE),
      data = "", finish_reason = word, pieces = {} }
  end

  -- Some servers leave out the blank line behind the last event, or its line
  -- end, too.
  for _, dialect in ipairs(dialects.streams) do
    for _, rest in ipairs { "", "\n", "\r\n", "\r" } do
      local function bytes(...)
        return table.concat({ dialect.begin[1], dialect.text "Ri",
          dialect.text "me", ... }, "\n\n"):gsub("%f[^\n%z]{", "data: {")
      end
      local function name(what)
        return ("%s: %s, and then %q"):format(dialect.name, what, rest)
      end
      add { name = name "an end",
        bytes = bytes(dialect.finish "stop") .. rest,
        type = "text/event-stream", data = "Rime",
        finish_reason = dialect.words and "stop" or nil }
      add { name = name "[DONE]", bytes = bytes "data: [DONE]" .. rest,
        type = "text/event-stream", data = "Rime" }
      add { name = name "an error", bytes = bytes '{"error":"out of ink"}'
        .. rest, type = "text/event-stream",
        error = { kind = "server", says = "out of ink", partial = "Rime" } }
      add { name = name "half of an end",
        bytes = bytes(dialect.finish "stop"):sub(1, -2) .. rest,
        type = "text/event-stream",
        error = { kind = "truncated", partial = "Rime" } }
    end
  end

  -- Only some dialects have words at all.
  for _, dialect in ipairs(dialects.streams) do
    local text = dialect.text
    for _, word in ipairs(dialect.words and { "null", "" } or {}) do
      local function name(what)
        return ("%s: finish reasons %q, %s"):format(dialect.name, word, what)
      end
      add { name = name "then an end",
        events = { dialect.begin[1], text("Ri", word), text("me", word) },
        error = { kind = "truncated", partial = "Rime" } }
      add { name = name "then [DONE]",
        events = { dialect.begin[1], text("Ri", word), text("me", word), DONE },
        data = "Rime" }
      add { name = name "then a word",
        events = { dialect.begin[1], text("Ri", word), text("me", "length") },
        data = "Rime", finish_reason = "length" }
    end
  end

  local CALL = '{"tool_calls":[{"index":0,"id":"t-1",'
    .. '"function":{"name":"tide","arguments":"{}"}}]}'
  local CALLS = { { id = "t-1", name = "tide", arguments = "{}" } }
  local IMAGE = '{"images":[{"image_url":{"url":"http://img.test/1.png"}}]}'
  local IMAGES = { { url = "http://img.test/1.png" } }

  for _, vector in ipairs {
    -- [DONE] behind other pieces than text
    { name = "[DONE] behind reasoning in a chunk",
      events = { chunk '{"reasoning_content":"so"}', DONE },
      data = "", reasoning_content = "so" },
    { name = "[DONE] behind reasoning in a frame",
      events = { FRAMES_BEGIN, dialects.frame_delta '{"reasoning":"so"}',
        DONE },
      data = "", reasoning_content = "so" },
    { name = "[DONE] behind reasoning in OpenAI's event",
      events = { CREATED, event("response.reasoning_text.delta",
        '"delta":"so"'), DONE },
      data = "", reasoning_content = "so" },
    { name = "[DONE] behind a refusal",
      events = { chunk '{"refusal":"No."}', DONE },
      data = "", refusal = "No.", pieces = { { "refusal", "No." } } },
    { name = "[DONE] behind a call in a frame",
      events = { FRAMES_BEGIN, dialects.frame_delta(CALL), DONE },
      data = "", tool_calls = CALLS },
    { name = "[DONE] behind a call that is an item",
      events = { CREATED, dialects.item('{"type":"function_call",'
        .. '"call_id":"t-1","name":"tide","arguments":"{}"}'), DONE },
      data = "", tool_calls = CALLS },
    { name = "[DONE] behind a call in an envelope",
      events = { legacy("", '"tool_calls":[{"id":"t-1","function":'
        .. '{"name":"tide","arguments":"{}"}}]'), DONE },
      data = "", tool_calls = CALLS },
    { name = "[DONE] behind an image in a frame",
      events = { FRAMES_BEGIN, dialects.frame_delta(IMAGE), DONE },
      data = "", images = IMAGES },
    { name = "[DONE] behind an image in an envelope",
      events = { '{"images":[{"url":"http://img.test/1.png"}]}', DONE },
      data = "", images = IMAGES },
    { name = "[DONE] and nothing else",
      events = { DONE }, error = { kind = NOT_WHOLE } },
    { name = "[DONE] behind usage only",
      events = { '{"id":"c-1","choices":[],"usage":{"prompt_tokens":3}}',
        DONE }, error = { kind = NOT_WHOLE } },
    { name = "[DONE] behind comments only",
      events = { ": one moment", ": still there", DONE },
      error = { kind = NOT_WHOLE } },
    { name = "raw text, then [DONE]",
      events = { "data: Ri", "data: me", DONE },
      data = "Rime", pieces = { "Ri", "me" } },
    { name = "raw text, then nothing more",
      events = { "data: Ri", "data: me" },
      error = { kind = "truncated", partial = "Rime" } },

    -- words
    { name = "a word nobody knows is a finish reason",
      events = { chunk '{"content":"Rime"}', chunk("{}", "eos_token") },
      data = "Rime", finish_reason = "eos_token" },
    { name = "the first word stays",
      events = { chunk(CALL, "tool_calls"), chunk("{}", "stop"), DONE },
      data = "", tool_calls = CALLS, finish_reason = "tool_calls" },
    { name = "a word is not taken back by null",
      events = { chunk('{"content":"Rime"}', "stop"), chunk "{}", DONE },
      data = "Rime", finish_reason = "stop" },
    { name = "a word and the text in one chunk",
      events = { chunk('{"content":"Rime"}', "stop") },
      data = "Rime", finish_reason = "stop" },
    { name = "text behind a word counts",
      events = { chunk('{"content":"Ri"}', "stop"), chunk '{"content":"me"}',
        DONE },
      data = "Rime", finish_reason = "stop", pieces = { "Ri", "me" } },
    { name = "a call behind a word counts",
      events = { chunk("{}", "tool_calls"), chunk(CALL), DONE },
      data = "", finish_reason = "tool_calls", tool_calls = CALLS },
    { name = "nothing behind [DONE] counts",
      events = { chunk('{"content":"Ri"}', "stop"), DONE,
        chunk '{"content":"me"}', DONE },
      data = "Ri", finish_reason = "stop" },

    { name = "a response may have a finish reason",
      events = { CREATED, dialects.part "Rime",
        dialects.ended("done", "completed", '"finish_reason":"length"') },
      data = "Rime", finish_reason = "length" },

    -- the gateway's last frames
    { name = "the frame finish without a reason ends an answer",
      events = { FRAMES_BEGIN, dialects.frame "Rime",
        '{"type":"finish","provider":"p"}' },
      data = "Rime" },
    { name = "the frame usage_final alone ends an answer",
      events = { FRAMES_BEGIN, dialects.frame "Rime", "event: usage_final\n"
        .. 'data: {"type":"usage_final","input_tokens":3,"output_tokens":2}' },
      data = "Rime", reply = { usage = { tokens_prompt = 3,
        tokens_completion = 2 } } },
    { name = "the reason of the frame finish stands in its choice only",
      events = { FRAMES_BEGIN, dialects.frame "Rime",
        '{"type":"finish","choices":[{"index":0,"finish_reason":"length"}]}' },
      data = "Rime", finish_reason = "length" },

    -- whole bodies
    { name = "a body with text and without a reason",
      body = dialects.message '{"role":"assistant","content":"Rime"}',
      data = "Rime" },
    { name = "a body whose finish reason is null in quotes",
      body = dialects.message('{"role":"assistant","content":"Rime"}', "null"),
      data = "Rime" },
    { name = "an envelope whose finish reason is empty",
      body = dialects.envelope('"data":"Rime"', '"finish_reason":""'),
      data = "Rime" },
  } do
    add(vector)
  end

  return vectors
end
