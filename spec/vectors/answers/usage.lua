-- What an answer took: from whatever place tells it, the figures that count;
-- and the facts about an answer that first events leave empty.
return function(dialects)
  local chunk, message, ended = dialects.chunk, dialects.message, dialects.ended
  local CREATED, FRAMES_BEGIN = dialects.CREATED, dialects.FRAMES_BEGIN
  local DONE = "[DONE]"

  local TEXT = '{"content":"Rime"}'
  local USAGE = '"usage":{"prompt_tokens":5,"completion_tokens":2,'
    .. '"total_tokens":7}'
  local RESPONSES_USAGE = '"usage":{"input_tokens":5,"output_tokens":2,'
    .. '"total_tokens":7}'
  local ZEROS = '"usage":{"prompt_tokens":0,"completion_tokens":0,'
    .. '"total_tokens":0}'
  local GROQ = '"x_groq":{"id":"x",' .. USAGE .. "}"
  local COUNTS = { tokens_prompt = 5, tokens_completion = 2, tokens_total = 7 }
  local USED = { usage = COUNTS }
  local LOST = '{"error":{"code":500,"message":"the line is dead"}}'

  local vectors = {
    -- places
    { name = "in the last chunk",
      events = { chunk(TEXT), chunk("{}", "stop"),
        '{"id":"c-1","choices":[],' .. USAGE .. "}", DONE },
      finish_reason = "stop", reply = USED },
    { name = "in the last chunk, and no [DONE]",
      events = { chunk(TEXT), chunk("{}", "stop"),
        '{"id":"c-1","choices":[],' .. USAGE .. "}" },
      finish_reason = "stop", reply = USED },
    { name = "in the choice of a chunk",
      events = { chunk(TEXT), chunk("{}", "stop", USAGE), DONE },
      finish_reason = "stop", reply = USED },
    { name = "in the choice of a frame",
      events = { FRAMES_BEGIN, dialects.frame "Rime",
        dialects.frame_finish("stop", USAGE), DONE },
      finish_reason = "stop", reply = USED },
    { name = "in the choice of a body", body = message(TEXT, "stop", USAGE),
      finish_reason = "stop", reply = USED },
    { name = "in x_groq of a chunk",
      events = { chunk(TEXT), chunk("{}", "stop", nil, GROQ), DONE },
      finish_reason = "stop", reply = USED },
    { name = "in x_groq of a body", body = message(TEXT, "stop", nil, GROQ),
      finish_reason = "stop", reply = USED },
    { name = "in the message of a chunk",
      events = { message('{"content":"Rime",' .. USAGE .. "}", "stop"), DONE },
      finish_reason = "stop", reply = USED },
    { name = "in the message of a body",
      body = message('{"content":"Rime",' .. USAGE .. "}", "stop"),
      finish_reason = "stop", reply = USED },
    { name = "in the response of the vendor's event",
      events = { CREATED, dialects.part "Rime",
        ended("done", "completed", RESPONSES_USAGE), DONE }, reply = USED },
    { name = "in the response of OpenAI's event, with details",
      events = { CREATED, dialects.output_text "Rime", ended("completed",
        "completed", '"usage":{"input_tokens":5,"input_tokens_details":'
        .. '{"cached_tokens":4},"output_tokens":2,"output_tokens_details":'
        .. '{"reasoning_tokens":1},"total_tokens":7}') },
      reply = { usage = { tokens_prompt = 5, tokens_completion = 2,
        tokens_total = 7, cache_read_tokens = 4, reasoning_tokens = 1 } } },
    { name = "in an envelope of a stream",
      events = { dialects.legacy "Rime", dialects.legacy("",
        '"finish_reason":"stop"', '"usage":{"tokens_prompt":5,'
        .. '"tokens_completion":2,"tokens_total":7,"cost":0.5}') },
      finish_reason = "stop", reply = { usage = { tokens_prompt = 5,
        tokens_completion = 2, tokens_total = 7, cost = 0.5 } } },

    -- the figures that count
    { name = "figures that grow",
      events = {
        chunk('{"content":"Ri"}', nil, nil, '"usage":{"prompt_tokens":5,'
          .. '"completion_tokens":1,"total_tokens":6}'),
        chunk('{"content":"me"}', "stop", nil, USAGE), DONE },
      finish_reason = "stop", reply = USED },
    { name = "zeros behind figures",
      events = { chunk(TEXT, "stop", nil, USAGE),
        '{"choices":[],' .. ZEROS .. "}", DONE },
      finish_reason = "stop", reply = USED },
    { name = "some zeros behind figures",
      events = { chunk(TEXT, "stop", nil, USAGE),
        '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":0,'
        .. '"total_tokens":5}}', DONE },
      finish_reason = "stop", reply = USED },
    { name = "zeros before figures",
      events = { chunk(TEXT, nil, nil, ZEROS), chunk("{}", "stop", nil, USAGE),
        DONE },
      finish_reason = "stop", reply = USED },
    { name = "null around figures",
      events = { chunk(TEXT, nil, nil, '"usage":null'),
        chunk("{}", "stop", nil, USAGE), '{"choices":[],"usage":null}', DONE },
      finish_reason = "stop", reply = USED },
    { name = "zeros of a response behind a choice's figures",
      events = { FRAMES_BEGIN, dialects.frame "Rime",
        dialects.frame_finish("stop", USAGE), ended("done", "completed",
          '"usage":{"input_tokens":0,"output_tokens":0,"total_tokens":0}') },
      finish_reason = "stop", reply = USED },
    { name = "an event of a response",
      events = { CREATED, dialects.event("response.output_text.delta",
          '"delta":"Rime"', USAGE), ended("completed", "completed") },
      reply = USED },
    { name = "figures that are no numbers",
      events = { chunk(TEXT, nil, nil, '"usage":{"prompt_tokens":"",'
          .. '"completion_tokens":"unknown"}'), chunk("{}", "stop", nil, USAGE),
        DONE },
      finish_reason = "stop", reply = USED },
    { name = "a response that begins with zeros",
      events = { '{"type":"response.created","response":{"id":"r-1","usage":'
        .. '{"input_tokens":0,"output_tokens":0,"total_tokens":0}}}',
        dialects.part "Rime", ended("done", "completed", RESPONSES_USAGE) },
      reply = USED },
    { name = "figures as texts in a body",
      body = message(TEXT, "stop", nil, '"usage":{"prompt_tokens":"5",'
        .. '"completion_tokens":"2","total_tokens":"7","cost":"0.25"}'),
      finish_reason = "stop", reply = { usage = { tokens_prompt = 5,
        tokens_completion = 2, tokens_total = 7, cost = 0.25 } } },
    { name = "figures as texts in a response",
      events = { CREATED, dialects.output_text "Rime", ended("completed",
        "completed", '"usage":{"input_tokens":"5","output_tokens":"2"}') },
      reply = USED },
    { name = "figures as texts in an envelope",
      body = dialects.envelope('"data":"Rime"', '"usage":{"tokens_prompt":"5",'
        .. '"tokens_completion":"2","tokens_total":"7"}'), reply = USED },
    { name = "usage that is no object",
      body = message(TEXT, "stop", nil, '"usage":[]'),
      finish_reason = "stop" },

    -- facts that first events leave empty
    { name = "facts that are empty at first",
      events = { '{"id":"","object":"","created":0,"model":"","choices":[]}',
        chunk(TEXT, nil, nil, '"created":1790000000,"model":"m-1"'),
        '{"id":"","created":0,"model":"","choices":[]}',
        chunk("{}", "stop"), DONE },
      finish_reason = "stop", reply = { id = "c-1", model = "m-1",
        created_at = 1790000000 } },
    { name = "a response without a model at first",
      events = { '{"type":"response.created","response":{"id":"","model":""}}',
        dialects.output_text "Rime", ended("completed", "completed") },
      reply = { id = "r-1", model = "m" } },
  }
  for _, vector in ipairs(vectors) do
    vector.data = "Rime"
  end

  -- what was told before an error
  for _, vector in ipairs {
    { name = "an error in a stream of chunks", kind = "server",
      events = { chunk(TEXT, nil, nil, USAGE), LOST, DONE } },
    { name = "a response breaks off", kind = "truncated",
      events = { '{"type":"response.in_progress","response":{"id":"r-1",'
          .. RESPONSES_USAGE .. "}}", dialects.output_text "Rime" } },
    { name = "an end without a word", kind = "truncated",
      events = { chunk(TEXT), '{"choices":[],' .. USAGE .. "}" } },
    { name = "an error in a stream of envelopes", kind = "server",
      events = { dialects.legacy("Rime", '"usage":{"tokens_prompt":5,'
        .. '"tokens_completion":2,"tokens_total":7}'),
        '{"success":false,"message":"no","status_code":500}' } },
    { name = "a response that failed", kind = "server",
      events = { CREATED, dialects.output_text "Rime", ended("failed",
        "failed", '"error":{"message":"no"}', RESPONSES_USAGE) } },
    { name = "a response that was cancelled", kind = "cancelled",
      events = { CREATED, dialects.part "Rime",
        ended("done", "cancelled", RESPONSES_USAGE) } },
    { name = "an error in a choice", kind = "server",
      events = { chunk(TEXT), chunk("{}", "error",
        '"error":{"code":500,"message":"no"}', USAGE), DONE } },
    { name = "the reason error in a body", kind = nil,
      body = message(TEXT, "error", nil, USAGE) },
    { name = "an error beside a choice of a body", kind = "server",
      body = message(TEXT, "stop", nil, USAGE
        .. ',"error":{"code":500,"message":"no"}') },
    { name = "an error, in its own event", kind = "server",
      events = { chunk(TEXT), '{"error":{"code":500,"message":"no"},' .. USAGE
        .. "}" } },
    { name = "an error, in its own event of a type", kind = "server",
      events = { chunk(TEXT), '{"type":"error","error":{"code":500,"message":'
        .. '"no"},' .. USAGE .. "}" } },
    { name = "an error, in its own event of a name", kind = "server",
      events = { chunk(TEXT), 'event: error\ndata: {"code":500,"message":'
        .. '"no",' .. USAGE .. "}" } },
    { name = "an envelope that failed", kind = "server",
      body = '{"success":false,"data":"Rime","message":"no",' .. USAGE
        .. "}" },
    { name = "a body that failed", kind = "server",
      body = dialects.response("failed", '"output":['
        .. dialects.item_message(dialects.text_part "Rime") .. "]",
        '"error":{"message":"no"}', RESPONSES_USAGE) },
  } do
    vectors[#vectors + 1] = { name = "told before " .. vector.name,
      events = vector.events, body = vector.body, error = {
        kind = vector.kind, usage = COUNTS, partial = "Rime" } }
  end
  vectors[#vectors + 1] = { name = "told before an error among frames",
    events = { FRAMES_BEGIN, dialects.frame "Rime", LOST },
    error = { kind = "server", partial = "Rime",
      usage = { tokens_prompt = 3 } } }

  return vectors
end
