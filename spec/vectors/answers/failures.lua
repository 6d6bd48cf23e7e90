-- Answers that failed, and answers that only look so: whatever came before is
-- told as the partial text, and never as an answer.
return function(dialects)
  local chunk, frame, legacy = dialects.chunk, dialects.frame, dialects.legacy
  local message, ended = dialects.message, dialects.ended
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local HALF = '{"content":"Half"}'
  local WHOLE = '{"role":"assistant","content":"Whole"}'
  local LOST = '"error":{"code":502,"message":"the line is dead"}'

  local function fails(kind, says, partial)
    return { kind = kind, says = says, partial = partial }
  end
  local LINE_IS_DEAD = fails("server", "the line is dead", "Half")

  local vectors = {}

  for _, dialect in ipairs(dialects.streams) do
    for _, vector in ipairs {
      { name = "an error", last = { "{" .. LOST .. "}" } },
      { name = "an error, then [DONE]", last = { "{" .. LOST .. "}", DONE } },
      { name = "an event called error",
        last = { "event: error\ndata: {" .. LOST .. "}" } },
      { name = "an error as OpenAI has it in events",
        last = { '{"type":"error","code":"server_error",'
          .. '"message":"the line is dead","param":null}' } },
      { name = "an error inside an event of that type",
        last = { '{"type":"error",' .. LOST .. "}" } },
      { name = "an error that is true, and a message",
        last = { '{"error":true,"message":"the line is dead"}', DONE } },
      { name = "an error that is a text",
        last = { '{"error":"the line is dead"}', DONE } },
      { name = "an object that calls itself an error",
        last = { '{"object":"error","message":"the line is dead",'
          .. '"code":500}' } },
      { name = "a status and a message",
        last = { '{"status_code":500,"message":"the line is dead"}', DONE } },
      { name = "a code below zero, and a message",
        last = { '{"code":-1,"msg":"the line is dead","data":null}', DONE } },
      { name = "a code that is a name, and a message",
        last = { '{"code":"InternalError","message":"the line is dead",'
          .. '"request_id":"q-1"}', DONE } },
      { name = "a type that is the name of an error, and a message",
        last = { '{"type":"internal_server_error","code":null,'
          .. '"message":"the line is dead"}', DONE } },
      { name = "a number of an error, and a message",
        last = { '{"error_code":18,"error_msg":"the line is dead"}', DONE } },
      { name = "a list of errors",
        last = { '{"errors":[{"message":"the line is dead"}]}', DONE } },
      { name = "nothing but a detail",
        last = { '{"detail":"the line is dead"}', DONE } },
      { name = "a status that is a word, and a message",
        last = { '{"status":"failed","message":"the line is dead"}', DONE } },
      { name = "an error after the end",
        last = { dialect.words and dialect.finish "stop" or ": nothing",
          "{" .. LOST .. "}", DONE } },
    } do
      local events = { dialect.begin[1], dialect.text "Ha",
        dialect.text "lf" }
      for _, event in ipairs(vector.last) do
        events[#events + 1] = event
      end
      vectors[#vectors + 1] = { name = dialect.name .. ": " .. vector.name,
        events = events, error = LINE_IS_DEAD }
    end
  end

  for _, vector in ipairs {
    -- the word error
    { name = "the finish reason error in a chunk",
      events = { chunk(HALF), chunk("{}", "error"), DONE },
      error = { partial = "Half" } },
    { name = "the finish reason error, and no [DONE]",
      events = { chunk(HALF, "error") }, error = { partial = "Half" } },
    { name = "the finish reason error in a frame of text",
      events = { FRAMES_BEGIN, frame("Half", "error"), DONE },
      error = { partial = "Half" } },
    { name = "the finish reason error in the frame finish",
      events = { FRAMES_BEGIN, frame "Half", dialects.frame_finish "error" },
      error = { partial = "Half" } },
    { name = "the finish reason error in an envelope of a stream",
      events = { legacy("Half", '"finish_reason":"error"'), DONE },
      error = { partial = "Half" } },
    { name = "the finish reason error in a body",
      body = message(WHOLE, "error"), error = { partial = "Whole" } },
    { name = "the finish reason error in an envelope",
      body = dialects.envelope('"data":"Whole"', '"finish_reason":"error"'),
      error = { partial = "Whole" } },
    { name = "the finish reason error before anything else",
      events = { chunk("{}", "error"), DONE }, error = {} },

    { name = "the finish reason error, and the error beside the choices",
      events = { chunk(HALF), '{"id":"c-1",' .. LOST .. ',"choices":['
        .. '{"index":0,"delta":{"content":""},"finish_reason":"error"}]}',
        DONE }, error = LINE_IS_DEAD },
    { name = "the same with a piece of text",
      events = { chunk '{"content":"Ha"}', '{"choices":[{"index":0,'
        .. '"delta":{"content":"lf"},"finish_reason":"error"}],' .. LOST .. "}",
        DONE }, error = LINE_IS_DEAD },
    { name = "the same in a frame",
      events = { FRAMES_BEGIN, frame "Half", '{"type":"content","data":"",'
        .. '"choices":[{"index":0,"delta":{},"finish_reason":"error"}],'
        .. LOST .. "}", DONE }, error = LINE_IS_DEAD },
    { name = "the same in a body",
      body = '{"id":"c-1",' .. LOST .. ',"choices":[{"index":0,"message":'
        .. WHOLE .. ',"finish_reason":"error"}]}',
      error = fails("server", "the line is dead", "Whole") },
    { name = "the same with a code and a message beside the choices",
      body = '{"code":429,"message":"too many at once","choices":[{"index":0,'
        .. '"message":{"content":""},"finish_reason":"error"}]}',
      error = fails("rate_limit", "too many at once") },

    -- in a choice
    { name = "an error in the choice of a chunk",
      events = { chunk(HALF), chunk('{"content":""}', "error", LOST), DONE },
      error = LINE_IS_DEAD },
    { name = "an error in a choice without a finish reason",
      events = { chunk(HALF), chunk("{}", nil, LOST), DONE },
      error = LINE_IS_DEAD },
    { name = "an error in the choice of a frame",
      events = { FRAMES_BEGIN, frame "Half",
        dialects.frame_delta("{}", "error", LOST), DONE },
      error = LINE_IS_DEAD },
    { name = "an error in the choice of the frame finish",
      events = { FRAMES_BEGIN, frame "Half",
        dialects.frame_finish("error", LOST) },
      error = LINE_IS_DEAD },
    { name = "an error that is a text in a choice",
      events = { chunk(HALF), chunk("{}", nil, '"error":"the line is dead"'),
        DONE }, error = LINE_IS_DEAD },
    { name = "an error in the choice of a body",
      body = message(WHOLE, "stop", LOST),
      error = fails("server", "the line is dead", "Whole") },
    { name = "an error in the second choice of a body",
      body = '{"choices":[{"index":0,"message":' .. WHOLE
        .. ',"finish_reason":"stop"},{"index":1,' .. LOST .. "}]}",
      error = fails("server", "the line is dead") },
    { name = "an error in the second choice of a chunk",
      events = { chunk(HALF), '{"choices":[{"index":1,"delta":{},' .. LOST
        .. "}]}", chunk("{}", "stop"), DONE },
      error = LINE_IS_DEAD },
    { name = "an error that is true in a body",
      body = '{"error":true,"message":"the line is dead"}',
      error = fails("server", "the line is dead") },
    { name = "an error beside the choices of a body",
      body = message(WHOLE, "stop", nil, LOST),
      error = fails("server", "the line is dead", "Whole") },
    { name = "an error beside the choices of a chunk",
      events = { chunk(HALF), chunk("{}", nil, nil, LOST), DONE },
      error = LINE_IS_DEAD },
    { name = "an error beside the data of an envelope",
      body = dialects.envelope('"data":"Whole"', LOST),
      error = fails("server", "the line is dead", "Whole") },

    -- kinds
    { name = "the status 429 as a text",
      events = { chunk("{}", "error",
        '"error":{"code":"429","message":"slower"}') },
      error = fails("rate_limit", "slower") },
    { name = "the status 401 in a choice",
      body = message('{"content":null}', nil,
        '"error":{"code":401,"message":"who are you"}'),
      error = fails("authentication", "who are you") },
    { name = "the status 503 in a choice",
      events = { chunk(HALF), chunk("{}", nil,
        '"error":{"code":503,"message":"none is free"}') },
      error = fails("unavailable", "none is free", "Half") },
    { name = "a machine name as the type",
      body = '{"error":{"type":"overloaded_error","message":"none is free"}}',
      error = fails("unavailable", "none is free") },
    { name = "no status and no name that is known",
      body = '{"error":{"type":"odd_thing","message":"the line is dead"}}',
      error = fails("server", "the line is dead") },

    -- statuses of a Responses object
    { name = "response.failed",
      events = { CREATED, dialects.output_text "Half", ended("failed",
        "failed", '"error":{"code":"rate_limit_exceeded","message":"slower"}')
      }, error = fails("rate_limit", "slower", "Half") },
    { name = "response.failed without an error",
      events = { CREATED, dialects.part "Half", ended("failed", "failed"),
        DONE }, error = fails("server", nil, "Half") },
    { name = "response.failed, and a status that says otherwise",
      events = { CREATED, dialects.output_text "Half",
        ended("failed", "completed", LOST) }, error = LINE_IS_DEAD },
    { name = "an error in a response that goes on",
      events = { CREATED, dialects.output_text "Half",
        ended("in_progress", "in_progress", LOST) }, error = LINE_IS_DEAD },
    { name = "response.done with the status failed",
      events = { CREATED, dialects.part "Half", ended("done", "failed", LOST),
        DONE }, error = LINE_IS_DEAD },
    { name = "response.done with an error and the status completed",
      events = { CREATED, dialects.part "Half",
        ended("done", "completed", LOST), DONE },
      error = LINE_IS_DEAD },
    { name = "response.done with the finish reason error",
      events = { CREATED, dialects.part "Half",
        ended("done", "completed", '"finish_reason":"error"'), DONE },
      error = { partial = "Half" } },
    { name = "a body with the status failed and text",
      body = dialects.response("failed", '"output":['
        .. dialects.item_message(dialects.text_part "Half") .. "]", LOST),
      error = LINE_IS_DEAD },
    { name = "a body with the status failed and no error",
      body = dialects.response("failed", '"output":[]', '"error":null'),
      error = { kind = "server" } },
    { name = "a body with an error and the status completed",
      body = dialects.response("completed", '"output":['
        .. dialects.item_message(dialects.text_part "Half") .. "]", LOST),
      error = LINE_IS_DEAD },

    -- cancelled by the server
    { name = "response.cancelled",
      events = { CREATED, dialects.output_text "Half",
        ended("cancelled", "cancelled") },
      error = { kind = "cancelled", code = "server", partial = "Half" } },
    { name = "response.done with the status cancelled",
      events = { CREATED, dialects.part "Half", ended("done", "cancelled"),
        DONE },
      error = { kind = "cancelled", code = "server", partial = "Half" } },
    { name = "a body with the status Cancelled",
      body = dialects.response("Cancelled", '"output":[]'),
      error = { kind = "cancelled", code = "server" } },
    { name = "a frame with the status cancelled",
      events = { FRAMES_BEGIN, frame "Half",
        '{"type":"finish","status":"cancelled"}' },
      error = { kind = "cancelled", code = "server", partial = "Half" } },
    { name = "no success behind plain text",
      events = { "data: Half", '{"success":false,'
        .. '"message":"the line is dead"}', DONE }, error = LINE_IS_DEAD },
    { name = "an object that calls itself an error behind plain text",
      events = { "data: Half", '{"object":"error","code":500,'
        .. '"message":"the line is dead"}', DONE }, error = LINE_IS_DEAD },
    { name = "a body with the status cancelled",
      body = dialects.response("cancelled", '"output":['
        .. dialects.item_message(dialects.text_part "Half") .. "]"),
      error = { kind = "cancelled", code = "server", partial = "Half" } },

    -- what vendors have in place of a status
    { name = "an object that calls itself an error, first",
      events = { '{"object":"error","message":"no such model",'
        .. '"code":404}', DONE }, error = fails("not_found", "no such model") },
    { name = "an object that calls itself an error, as a body",
      body = '{"object":"error","message":"no such model","type":"NotFound",'
        .. '"param":null,"code":404}',
      error = fails("not_found", "no such model") },
    { name = "base_resp with a code",
      body = '{"id":"x","choices":null,"base_resp":{"status_code":1002,'
        .. '"status_msg":"come back later"}}',
      error = { says = "come back later" } },
    { name = "base_resp with a code behind text",
      events = { chunk(HALF), '{"id":"x","choices":[],"base_resp":'
        .. '{"status_code":1027,"status_msg":"not this"}}', DONE },
      error = { says = "not this", partial = "Half" } },
    { name = "base_resp with a code beside a choice",
      body = message('{"content":""}', "stop", nil, '"base_resp":'
        .. '{"status_code":1002,"status_msg":"come back later"}'),
      error = { says = "come back later" } },
    { name = "a code and a message",
      body = '{"code":403,"message":"not for you","data":null}',
      error = fails("permission", "not for you") },
    { name = "a status_code and a msg",
      body = '{"status_code":429,"msg":"slower"}',
      error = fails("rate_limit", "slower") },
    { name = "a statusCode and a Message",
      body = '{"statusCode":429,"Message":"slower"}',
      error = fails("rate_limit", "slower") },
    { name = "a code that is a name, and a message, as a body",
      body = '{"code":"InvalidParameter","message":"no such size",'
        .. '"request_id":"q-1"}',
      error = { code = "InvalidParameter", says = "no such size" } },
    { name = "a code whose name is known, as a body",
      body = '{"code":"Throttling","message":"slower"}',
      error = fails("rate_limit", "slower") },
    { name = "a list of errors as a body",
      body = '{"errors":[{"code":503,"message":"none is free"}]}',
      error = fails("unavailable", "none is free") },
    { name = "nothing but a detail, as a body", body = '{"detail":"no"}',
      error = { kind = "server", says = "no" } },
    { name = "an event called error as a body",
      body = '{"type":"error","code":"rate_limit_exceeded",'
        .. '"message":"slower"}',
      error = fails("rate_limit", "slower") },
    { name = "the last event of a stream as a body",
      body = ended("failed", "failed", LOST):match "{.*}",
      error = fails("server", "the line is dead") },
    { name = "several errors in a list",
      body = '[{"error":{"code":429,"message":"slower"}},{"error":{}}]',
      error = fails("rate_limit", "slower") },
    { name = "a list of chunks that ends with an error",
      body = "[" .. chunk(HALF) .. ",{" .. LOST .. "}]",
      error = LINE_IS_DEAD },
    { name = "an error that is JSON in a text",
      body = '"{\\"error\\":{\\"code\\":429,\\"message\\":\\"slower\\"}}"',
      error = fails("rate_limit", "slower") },
    { name = "an error and what stands behind it",
      body = '{"error":{"code":429,"message":"slower"}}\0',
      error = fails("rate_limit", "slower") },
    { name = "no answer, and a message that says why",
      body = '{"id":"x","choices":[],"message":"the prompt is empty"}',
      error = { kind = "protocol", code = "empty",
        says = "the prompt is empty" } },
    { name = "success that has a code, and no answer",
      body = '{"success":true,"code":"Nothing","message":"nothing to say"}',
      error = { kind = "protocol", code = "empty", says = "nothing to say" } },
    { name = "no success, with text",
      body = '{"success":false,"data":"Half","message":"the line is dead"}',
      error = LINE_IS_DEAD },

    -- none at all
    { name = "an empty data beside success and a code",
      body = dialects.envelope('"data":""', '"code":"Nothing"'), data = "" },
    { name = "a code that says success beside an answer",
      body = message(WHOLE, "stop", nil, '"code":"Success","message":"ok"'),
      data = "Whole", finish_reason = "stop" },
    { name = "events that tell how it goes",
      events = { '{"type":"status","code":"WORKING","message":"wait"}',
        chunk(WHOLE), '{"message":"wait"}', '{"status":"processing"}',
        chunk("{}", "stop"), DONE },
      data = "Whole", finish_reason = "stop" },
    { name = "base_resp that says success",
      events = { chunk(WHOLE), chunk("{}", "stop", nil,
        '"base_resp":{"status_code":0,"status_msg":"success"}'), DONE },
      data = "Whole", finish_reason = "stop" },
    { name = "the code 200 beside an answer",
      body = message(WHOLE, "stop", nil, '"code":200,"msg":"ok"'),
      data = "Whole", finish_reason = "stop" },
    { name = "the code 0 beside an answer",
      body = dialects.envelope('"data":"Whole"', '"code":0', '"msg":"ok"'),
      data = "Whole" },
    { name = "the code 200 in each chunk",
      events = { chunk(WHOLE, nil, nil, '"code":200,"message":"ok"'),
        chunk("{}", "stop", nil, '"code":200,"message":"ok"'), DONE },
      data = "Whole", finish_reason = "stop" },
    { name = "an empty error of a Responses object",
      events = { CREATED, dialects.output_text "Whole",
        ended("completed", "completed", '"error":{}') }, data = "Whole" },
    { name = "an empty error of a choice",
      events = { chunk(WHOLE, nil, '"error":{}'), chunk("{}", "stop",
        '"error":{"code":0,"message":""}'), DONE },
      data = "Whole", finish_reason = "stop" },
    { name = "an empty error beside data",
      body = dialects.envelope('"data":"Whole"',
        '"error":{"code":0,"message":" ","type":null}'), data = "Whole" },
  } do
    vectors[#vectors + 1] = vector
  end

  for _, nothing in ipairs { "null", "{}", "false", '""', "[]",
    '{"code":null,"message":""}' } do
    vectors[#vectors + 1] = { name = "an error that is " .. nothing
      .. " beside a chunk", events = { chunk(WHOLE, nil, nil, '"error":'
        .. nothing), chunk("{}", "stop", nil, '"error":' .. nothing), DONE },
      data = "Whole", finish_reason = "stop" }
    vectors[#vectors + 1] = { name = "an error that is " .. nothing
      .. " beside a body", body = message(WHOLE, "stop", nil, '"error":'
        .. nothing), data = "Whole", finish_reason = "stop" }
  end

  return vectors
end
