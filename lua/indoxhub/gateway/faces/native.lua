--- Answers in the form of the IndoxHub API.

local json = require "indoxhub.base.json"
local openai = require "indoxhub.gateway.faces.openai"

local native = {}

-- A reply as it is sent on: nothing of the provider's own.
local function body_of(context, reply)
  local body = {}
  for name, value in pairs(reply) do
    if type(name) == "string" and type(value) ~= "function" then
      body[name] = value
    end
  end
  body.request_id, body.raw_response = context.request_id, json.null
  body.success = true
  if type(reply.tool_calls) == "table" then
    body.tool_calls = openai.tool_calls(reply.tool_calls)
  end
  return body
end

native.text, native.images, native.video = body_of, body_of, body_of
native.speech, native.transcript = body_of, body_of

--- The body of several completions: the API knows none such, so it is OpenAI's.
native.texts = openai.texts

--- The body of embeddings.
function native.embeddings(context, reply)
  local body = body_of(context, reply)
  body.data = json.array()
  for i, vector in ipairs(reply.data) do
    body.data[i] = vector:table()
  end
  return body
end

--- What a stream says, as data of its events.
function native.stream(context)
  local stream = {}

  function stream.first()
    return {}
  end

  function stream.piece(text, kind)
    if kind == "text" then
      return '{"success":true,"data":', json.encode(text), "}"
    end
    return json.encode { success = true, data = "",
      reasoning_content = kind == "reasoning" and text or nil,
      refusal = kind == "refusal" and text or nil }
  end

  function stream.last(reply)
    return { json.encode { success = true, data = "",
      request_id = context.request_id, model = reply.model,
      provider = reply.provider, finish_reason = reply.finish_reason or "stop",
      tool_calls = openai.tool_calls(reply.tool_calls), usage = reply.usage } }
  end

  return stream
end

--- An error, which either sort of client reads.
function native.failure(refusal)
  local body = openai.failure(refusal)
  body.success, body.detail = false, refusal.message
  return body
end

return native
