--- The dialects the sandbox speaks: how an answer looks as a body, and how it
--- looks as a stream.
--
-- Each dialect has `body(answer)`, and for streams `start`, `delta`, `finish`
-- and `failure`, which return frames ready to be sent. Those that show what a
-- model thinks have `reasoning` and `thought`, too; `open` begins the text.

local calls = require "indoxhub.sandbox.calls"
local json = require "indoxhub.base.json"

local shapes = {}

local function frame(payload, event)
  return (event and "event: " .. event .. "\n" or "")
    .. "data: " .. json.encode(payload) .. "\n\n"
end

local DONE = "data: [DONE]\n\n"

local function envelope(answer)
  local body = calls.envelope(answer, answer.text)
  body.finish_reason = answer.finish_reason
  body.reasoning_content = answer.reasoning and table.concat(answer.reasoning)
  return body
end

---------------------------------------------------------------------------

local responses = {}

local function responses_usage(answer)
  return {
    input_tokens = answer.prompt_tokens,
    input_tokens_details = { cached_tokens = 0 },
    output_tokens = answer.completion_tokens,
    output_tokens_details = {
      reasoning_tokens = answer.reasoning_tokens },
    total_tokens = answer.prompt_tokens + answer.completion_tokens,
  }
end

local function responses_item(answer)
  return { type = "message", status = "completed", role = "assistant",
    content = { { type = "output_text", text = answer.text,
      annotations = json.array() } },
    reasoning = answer.reasoning and table.concat(answer.reasoning) }
end

function responses.body(answer)
  return {
    id = answer.id, object = "response", created_at = answer.created,
    model = answer.model, provider = answer.provider,
    duration_ms = answer.latency * 1000,
    output = { responses_item(answer) }, usage = responses_usage(answer),
    status = "completed", finish_reason = answer.finish_reason,
  }
end

function responses.start(answer)
  return frame { type = "response.created", response = { id = answer.id,
      object = "response", status = "in_progress", model = answer.model } }
end

function responses.reasoning(answer)
  return frame { type = "response.reasoning.started", response_id = answer.id }
end

function responses.thought(answer, piece)
  return frame { type = "response.reasoning.delta", response_id = answer.id,
    delta = piece }
end

function responses.open(answer)
  return frame { type = "response.output_item.added", response_id = answer.id,
      output_index = 0, item = { type = "message", role = "assistant",
        status = "in_progress", content = json.array() } }
    .. frame { type = "response.content_part.added", response_id = answer.id,
      output_index = 0, content_index = 0,
      part = { type = "output_text", text = "" } }
end

function responses.delta(answer, piece)
  return frame { type = "response.content_part.delta",
    response_id = answer.id, output_index = 0, content_index = 0,
    delta = piece }
end

function responses.finish(answer)
  return frame { type = "response.output_item.done", response_id = answer.id,
      output_index = 0, item = responses_item(answer) }
    .. frame { type = "response.done", response = { id = answer.id,
      object = "response", status = "completed",
      finish_reason = answer.finish_reason,
      usage = responses_usage(answer) } }
    .. DONE
end

function responses.failure(answer, message)
  return frame { type = "response.completed", response = {
    id = answer.id, status = "failed",
    error = { message = message, code = "provider_error" } } }
end

---------------------------------------------------------------------------

local gateway = { body = envelope }

function gateway.start(answer)
  return frame({ type = "usage_start", request_id = answer.id,
    provider = answer.provider, model = answer.model,
    input_tokens = answer.prompt_tokens }, "usage_start")
end

function gateway.delta(answer, piece)
  return frame { type = "content", data = piece, provider = answer.provider,
    choices = { { delta = { content = piece }, index = 0,
      finish_reason = json.null } } }
end

function gateway.finish(answer)
  return frame { type = "finish", provider = answer.provider,
      finish_reason = answer.finish_reason, choices = { {
        delta = {}, index = 0, finish_reason = answer.finish_reason } } }
    .. frame({ type = "usage_final", input_tokens = answer.prompt_tokens,
      output_tokens = answer.completion_tokens, cost_usd = answer.cost,
      latency_ms = answer.latency * 1000 }, "usage_final")
    .. DONE
end

function gateway.failure(_, message)
  return frame({ type = "error", message = message, code = "provider_error" },
    "error")
end

---------------------------------------------------------------------------

local openai = {}

local function openai_usage(answer)
  return {
    prompt_tokens = answer.prompt_tokens,
    completion_tokens = answer.completion_tokens,
    total_tokens = answer.prompt_tokens + answer.completion_tokens,
  }
end

local function openai_object(answer, object, choice)
  return { id = answer.id, object = object, created = answer.created,
    model = answer.provider .. "/" .. answer.model,
    choices = choice and { choice } or json.array() }
end

function openai.body(answer)
  local choice = { index = 0, finish_reason = answer.finish_reason }
  if answer.kind == "chat" then
    choice.message = { role = "assistant", content = answer.text,
      reasoning_content = answer.reasoning and table.concat(answer.reasoning) }
  else
    choice.text = answer.text
  end
  local body = openai_object(answer, answer.kind == "chat"
    and "chat.completion" or "text_completion", choice)
  body.usage = openai_usage(answer)
  return body
end

local function openai_chunk(answer, piece, finish_reason)
  local choice = { index = 0, finish_reason = finish_reason or json.null }
  if answer.kind == "chat" then
    choice.delta = piece and { content = piece } or {}
    return openai_object(answer, "chat.completion.chunk", choice)
  end
  choice.text = piece or ""
  return openai_object(answer, "text_completion", choice)
end

function openai.start(answer)
  if answer.kind ~= "chat" then
    return ""
  end
  local chunk = openai_chunk(answer, "")
  chunk.choices[1].delta.role = "assistant"
  return frame(chunk)
end

function openai.reasoning()
  return ""
end

function openai.thought(answer, piece)
  local chunk = openai_chunk(answer, nil)
  chunk.choices[1].delta = { reasoning_content = piece }
  return frame(chunk)
end

function openai.delta(answer, piece)
  return frame(openai_chunk(answer, piece))
end

function openai.finish(answer)
  local last = openai_object(answer, "chat.completion.chunk", nil)
  last.usage = openai_usage(answer)
  return frame(openai_chunk(answer, nil, answer.finish_reason)) .. frame(last)
    .. DONE
end

function openai.failure(_, message)
  return frame { error = { message = message, type = "server_error",
    param = json.null, code = "provider_error" } }
end

---------------------------------------------------------------------------

local legacy = { body = envelope }

function legacy.start()
  return ""
end

function legacy.delta(_, piece)
  return frame { success = true, data = piece }
end

function legacy.finish(answer)
  return frame { success = true, data = "", usage = calls.usage(answer) }
    .. DONE
end

function legacy.failure(_, message)
  return frame { error = message } .. DONE
end

---------------------------------------------------------------------------

local raw = { body = envelope }

function raw.start()
  return ""
end

function raw.delta(_, piece)
  return "data: " .. piece:gsub("\n", "\ndata: ") .. "\n\n"
end

function raw.finish()
  return DONE
end

function raw.failure(_, message)
  return frame { error = message } .. DONE
end

---------------------------------------------------------------------------

shapes.by_name = { responses = responses, gateway = gateway, openai = openai,
  legacy = legacy, raw = raw }
shapes.names = { "responses", "gateway", "openai", "legacy", "raw" }

return shapes
