-- What an answer is called and what it is: the bytes decide, for stream() and
-- create() alike.
return function(dialects)
  local chunk, message = dialects.chunk, dialects.message
  local DONE, BOM = "[DONE]", "\239\187\191"

  local TYPES = { "text/event-stream", "application/json", "text/plain",
    "application/octet-stream", "Application/JSON; charset=utf-8", false }
  local BODY = message('{"role":"assistant","content":"Rime"}', "stop")

  local vectors = {}

  local function add(vector)
    if not vector.error then
      vector.data = vector.data or "Rime"
    end
    vectors[#vectors + 1] = vector
  end

  -----------------------------------------------------------------------
  -- every stream and every body under every name

  for _, dialect in ipairs(dialects.streams) do
    for _, as in ipairs(TYPES) do
      add { name = ("a stream of %s as %s"):format(dialect.name,
          as or "nothing"), type = as,
        events = { dialect.begin[1], dialect.text "Ri", dialect.text "me",
          dialect.finish "stop", DONE },
        finish_reason = dialect.words and "stop" or nil,
        pieces = { "Ri", "me" } }
    end
  end

  for _, body in ipairs {
    { "OpenAI's body", BODY, "stop" },
    { "a Responses object", dialects.response("completed", '"output":['
      .. dialects.item_message(dialects.text_part "Rime") .. "]") },
    { "an envelope", dialects.envelope('"data":"Rime"',
      '"finish_reason":"stop"'), "stop" },
  } do
    for _, as in ipairs(TYPES) do
      add { name = ("%s as %s"):format(body[1], as or "nothing"), type = as,
        bytes = body[2], finish_reason = body[3] }
    end
  end

  -----------------------------------------------------------------------
  -- what may stand before

  for _, as in ipairs { "text/event-stream", "application/json" } do
    local function named(what)
      return what .. ", as " .. as
    end
    add { name = named "a mark before a body", type = as, bytes = BOM .. BODY,
      finish_reason = "stop" }
    add { name = named "blanks before a body", type = as,
      bytes = "\n\n \r\n\t" .. BODY, finish_reason = "stop" }
    add { name = named "many blanks before a body", type = as,
      bytes = (" "):rep(3000) .. "\n" .. BODY .. "\n", finish_reason = "stop" }
    add { name = named "a body over several lines", type = as,
      bytes = '{\n  "choices": [\n\n    {\n      "index": 0,\n'
        .. '      "message": {\n        "content": "Rime"\n      },\n'
        .. '      "finish_reason": "stop"\n    }\n  ]\n}\n',
      finish_reason = "stop" }
    local STREAM = "data: " .. chunk '{"content":"Rime"}' .. "\n\ndata: "
      .. chunk("{}", "stop") .. "\n\ndata: [DONE]\n\n"
    for _, before in ipairs {
      { "a mark", BOM }, { "a comment", ": one moment\n\n" },
      { "empty lines", "\n\n" }, { "an id", "id: 1\n" },
      { "a time to wait", "retry: 3000\n\n" },
      { "the name of an event", "event: message\n" },
    } do
      add { name = named(before[1] .. " before a stream"), type = as,
        bytes = before[2] .. STREAM, finish_reason = "stop" }
    end
    add { name = named "a stream without blanks behind its colons", type = as,
      bytes = "data:" .. chunk('{"content":"Rime"}', "stop")
        .. "\r\n\r\ndata:[DONE]\r\n\r\n", finish_reason = "stop" }
  end

  -----------------------------------------------------------------------
  -- failures by another name

  local NONE_IS_FREE = '{"error":{"message":"none is free",'
    .. '"type":"overloaded_error"}}'
  local BUSY = { kind = "unavailable", says = "none is free" }

  for _, as in ipairs { "text/event-stream", "text/plain",
    "application/json" } do
    add { name = "an error that is no event, as " .. as, type = as,
      bytes = NONE_IS_FREE .. "\n", error = BUSY }
    add { name = "an error that is no event, behind blanks, as " .. as,
      type = as, bytes = "\n\n" .. NONE_IS_FREE, error = BUSY }
    add { name = "an error that is no event, before [DONE], as " .. as,
      type = as, bytes = NONE_IS_FREE .. "\n\ndata: [DONE]\n\n",
      error = BUSY }
    -- Its line is none of a stream; that the answer broke off is told anyway.
    add { name = "an error that is no event, behind text, as " .. as,
      type = as, bytes = "data: " .. chunk '{"content":"Ri"}' .. "\n\n"
        .. NONE_IS_FREE .. "\n\n",
      error = { kind = { "unavailable", "truncated" }, partial = "Ri" } }
    add { name = "an error that is an event, as " .. as, type = as,
      bytes = "data: " .. NONE_IS_FREE .. "\n\n", error = BUSY }
    add { name = "a refusal in events, as " .. as, type = as,
      status = "400 Bad Request", bytes = "data: " .. '{"error":{"message":'
        .. '"too long","code":400}}' .. "\n\ndata: [DONE]\n\n",
      error = { kind = "invalid_request", message = "too long" } }
    add { name = "a refusal in an event without an end, as " .. as, type = as,
      status = "400 Bad Request", bytes = "data: " .. '{"error":{"message":'
        .. '"too long","code":400}}',
      error = { kind = "invalid_request", message = "too long" } }
    add { name = "a refusal in an event called error, as " .. as, type = as,
      status = "429 Too Many Requests", bytes = "event: error\ndata: "
        .. '{"type":"error","error":{"message":"slower"}}' .. "\n\n",
      error = { kind = "rate_limit", message = "slower" } }
    add { name = "a stream that breaks off, as " .. as, type = as,
      events = { chunk '{"content":"Ri"}' },
      error = { kind = "truncated", partial = "Ri" } }
    add { name = "a stream that fails, as " .. as, type = as,
      events = { chunk '{"content":"Ri"}', NONE_IS_FREE },
      error = { kind = "unavailable", says = "none is free",
        partial = "Ri" } }
    add { name = "a stream of nothing but [DONE], as " .. as, type = as,
      events = { DONE }, error = { kind = { "truncated", "protocol" } } }
  end

  -----------------------------------------------------------------------
  -- neither

  for _, as in ipairs { "text/html", "application/json",
    "text/event-stream" } do
    add { name = "a web page, as " .. as, type = as,
      bytes = "<!doctype html>\n<html><title>Sign in</title></html>\n",
      error = { kind = "protocol" } }
  end
  for _, what in ipairs {
    { "a NUL behind a body", BODY .. "\0" },
    { "rubbish behind a body", BODY .. "x" },
    { "two bodies", BODY .. BODY },
    { "two bodies on two lines", BODY .. "\n" .. BODY .. "\n" },
    { "words on the line behind a body", BODY .. "\nRime\n" },
    { "a text", '"Rime"' },
    { "words", "Rime" },
  } do
    add { name = what[1], type = "application/json", bytes = what[2],
      error = { kind = "protocol" } }
  end

  return vectors
end
