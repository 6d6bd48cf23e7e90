--- The dialect `responses`: the vendor's own events and its Response object.

local choices = require "indoxhub.sandbox.shapes.choices"
local frame = require "indoxhub.sandbox.shapes.frame"
local json = require "indoxhub.base.json"

local responses = {}

local function usage(answer)
  return {
    input_tokens = answer.prompt_tokens,
    input_tokens_details = { cached_tokens = 0 },
    output_tokens = answer.completion_tokens,
    output_tokens_details = {
      reasoning_tokens = answer.reasoning_tokens },
    total_tokens = answer.prompt_tokens + answer.completion_tokens,
    cost = answer.cost,
  }
end

local function message_item(choice)
  return { type = "message", status = "completed", role = "assistant",
    content = { { type = "output_text", text = choice.text,
      annotations = json.array() } },
    reasoning = choices.reasoning(choice) }
end

local function call_item(call, arguments, status)
  return { type = "function_call", id = "fc_" .. call.id, call_id = call.id,
    name = call.name, arguments = arguments, status = status }
end

local function output(choice)
  if not choice.calls then
    return { message_item(choice) }
  end
  local items = {}
  for i, call in ipairs(choice.calls) do
    items[i] = call_item(call, call.arguments, "completed")
  end
  return items
end

function responses.body(answer)
  local first = answer.choices[1]
  return {
    id = answer.id, object = "response", created_at = answer.created,
    model = answer.model, provider = answer.provider,
    duration_ms = answer.latency * 1000,
    output = output(first), usage = usage(answer),
    status = "completed", finish_reason = first.finish_reason,
  }
end

function responses.start(answer)
  return frame.of { type = "response.created", response = { id = answer.id,
      object = "response", status = "in_progress", model = answer.model } }
end

-- Event of an item of the output.
local function of_item(answer, kind, index, more)
  more.type, more.response_id, more.output_index = kind, answer.id, index
  return frame.of(more)
end

local parts = {}

function parts.thought(answer, part)
  local begin = part.first and frame.of { type = "response.reasoning.started",
    response_id = answer.id } or ""
  return begin .. frame.of { type = "response.reasoning.delta",
    response_id = answer.id, delta = part.text }
end

function parts.text(answer, part)
  local begin = ""
  if part.first then
    begin = of_item(answer, "response.output_item.added", 0, { item = {
        type = "message", role = "assistant", status = "in_progress",
        content = json.array() } })
      .. of_item(answer, "response.content_part.added", 0, {
        content_index = 0, part = { type = "output_text", text = "" } })
  end
  return begin .. of_item(answer, "response.content_part.delta", 0, {
    content_index = 0, delta = part.text })
end

function parts.call(answer, part)
  return of_item(answer, "response.output_item.added", part.index - 1, {
    item = call_item(part.call, "", "in_progress") })
end

function parts.arguments(answer, part)
  return of_item(answer, "response.function_call_arguments.delta",
    part.index - 1, { item_id = "fc_" .. part.call.id, delta = part.text })
end

function parts.called(answer, part)
  local call = part.call
  return of_item(answer, "response.function_call_arguments.done",
      part.index - 1, { item_id = "fc_" .. call.id,
        arguments = call.arguments })
    .. of_item(answer, "response.output_item.done", part.index - 1, {
      item = call_item(call, call.arguments, "completed") })
end

function responses.part(answer, part)
  return parts[part.kind](answer, part)
end

function responses.finish(answer)
  local first = answer.choices[1]
  return (first.calls and "" or of_item(answer, "response.output_item.done", 0,
      { item = message_item(first) }))
    .. frame.of { type = "response.done", response = { id = answer.id,
      object = "response", status = "completed",
      finish_reason = first.finish_reason, usage = usage(answer) } }
    .. frame.DONE
end

function responses.failure(answer, message)
  return frame.of { type = "response.completed", response = {
    id = answer.id, status = "failed",
    error = { message = message, code = "provider_error" } } }
end

return responses
