--- Responses as OpenAI itself sends them, at /v1/responses. No dialect of the
--- vendor's: it cannot be asked for elsewhere.

local choices = require "indoxhub.sandbox.shapes.choices"
local json = require "indoxhub.base.json"

local official = {}

local function usage(answer)
  return {
    input_tokens = answer.prompt_tokens,
    input_tokens_details = { cached_tokens = 0 },
    output_tokens = answer.completion_tokens,
    output_tokens_details = { reasoning_tokens = answer.reasoning_tokens },
    total_tokens = answer.prompt_tokens + answer.completion_tokens,
    cost = answer.cost,
  }
end

---------------------------------------------------------------------------
-- items of the output

local function text_part(text)
  return { type = "output_text", text = text, annotations = json.array(),
    logprobs = json.array() }
end

local function summary(text)
  return { type = "summary_text", text = text }
end

local function reasoning_item(answer, text)
  return { type = "reasoning", id = "rs_" .. answer.id,
    summary = json.array { text and summary(text) } }
end

local function message_item(answer, text, status)
  return { type = "message", id = "msg_" .. answer.id, status = status,
    role = "assistant", content = json.array { text and text_part(text) } }
end

local function call_item(call, arguments, status)
  return { type = "function_call", id = "fc_" .. call.id, call_id = call.id,
    name = call.name, arguments = arguments, status = status }
end

local function output(answer)
  local choice, items = answer.choices[1], json.array()
  if choice.reasoning then
    items[1] = reasoning_item(answer, choices.reasoning(choice))
  end
  for _, call in ipairs(choice.calls or {}) do
    items[#items + 1] = call_item(call, call.arguments, "completed")
  end
  if not choice.calls then
    items[#items + 1] = message_item(answer, choice.text,
      choice.finish_reason == "length" and "incomplete" or "completed")
  end
  return items
end

local function response(answer, status)
  local fields, is_over = answer.fields, status ~= "in_progress"
  local is_cut = is_over and answer.choices[1].finish_reason == "length"
  return {
    id = answer.id, object = "response", created_at = answer.created,
    status = is_cut and "incomplete" or status,
    model = answer.provider .. "/" .. answer.model,
    output = is_over and output(answer) or json.array(),
    usage = is_over and usage(answer) or json.null, error = json.null,
    incomplete_details = is_cut and { reason = "max_output_tokens" }
      or json.null,
    instructions = fields.instructions or json.null,
    previous_response_id = fields.previous_response_id or json.null,
    max_output_tokens = fields.max_output_tokens or json.null,
    parallel_tool_calls = fields.parallel_tool_calls ~= false,
    tool_choice = fields.tool_choice or "auto",
    tools = fields.tools or json.array(),
    text = fields.text or { format = { type = "text" } },
    temperature = fields.temperature or 1, top_p = fields.top_p or 1,
    store = fields.store ~= false, truncation = "disabled",
    metadata = fields.metadata or json.null,
  }
end

function official.body(answer)
  return response(answer, "completed")
end

---------------------------------------------------------------------------
-- streams

-- Each event has its name and its number.
local function event(answer, kind, payload)
  payload.type, payload.sequence_number = kind, answer.events_sent or 0
  answer.events_sent = payload.sequence_number + 1
  return ("event: %s\ndata: %s\n\n"):format(kind, json.encode(payload))
end

function official.start(answer)
  return event(answer, "response.created", {
      response = response(answer, "in_progress") })
    .. event(answer, "response.in_progress", {
      response = response(answer, "in_progress") })
end

local function begin_item(answer, index, item)
  return event(answer, "response.output_item.added", { output_index = index,
    item = item })
end

local function end_item(answer, index, item)
  return event(answer, "response.output_item.done", { output_index = index,
    item = item })
end

-- Where the text or the first call stands in the output.
local function first_index(answer)
  return answer.choices[1].reasoning and 1 or 0
end

local function of_summary(answer, kind, more)
  more.item_id, more.output_index = "rs_" .. answer.id, 0
  more.summary_index = 0
  return event(answer, "response.reasoning_summary_" .. kind, more)
end

local function of_text(answer, kind, more)
  more.item_id, more.output_index = "msg_" .. answer.id, first_index(answer)
  more.content_index = 0
  return event(answer, "response." .. kind, more)
end

local function end_reasoning(answer)
  local text = choices.reasoning(answer.choices[1])
  return of_summary(answer, "text.done", { text = text })
    .. of_summary(answer, "part.done", { part = summary(text) })
    .. end_item(answer, 0, reasoning_item(answer, text))
end

local parts = {}

function parts.thought(answer, part)
  local begin = part.first and begin_item(answer, 0, reasoning_item(answer))
    .. of_summary(answer, "part.added", { part = summary "" }) or ""
  return begin .. of_summary(answer, "text.delta", { delta = part.text })
    .. (part.last and end_reasoning(answer) or "")
end

function parts.text(answer, part)
  local begin = ""
  if part.first then
    begin = begin_item(answer, first_index(answer),
        message_item(answer, nil, "in_progress"))
      .. of_text(answer, "content_part.added", { part = text_part "" })
  end
  return begin .. of_text(answer, "output_text.delta", { delta = part.text,
    logprobs = json.array() })
end

function parts.call(answer, part)
  return begin_item(answer, first_index(answer) + part.index - 1,
    call_item(part.call, "", "in_progress"))
end

local function of_call(answer, part, kind, more)
  more.item_id = "fc_" .. part.call.id
  more.output_index = first_index(answer) + part.index - 1
  return event(answer, "response.function_call_arguments." .. kind, more)
end

function parts.arguments(answer, part)
  return of_call(answer, part, "delta", { delta = part.text })
end

function parts.called(answer, part)
  local call = part.call
  return of_call(answer, part, "done", { name = call.name,
      arguments = call.arguments })
    .. end_item(answer, first_index(answer) + part.index - 1,
      call_item(call, call.arguments, "completed"))
end

function official.part(answer, part)
  return parts[part.kind](answer, part)
end

local function end_text(answer)
  local text = answer.choices[1].text
  return of_text(answer, "output_text.done", { text = text,
      logprobs = json.array() })
    .. of_text(answer, "content_part.done", { part = text_part(text) })
    .. end_item(answer, first_index(answer),
      message_item(answer, text, "completed"))
end

function official.finish(answer)
  local choice = answer.choices[1]
  local whole = response(answer, "completed")
  return (choice.pieces[1] and end_text(answer) or "")
    .. event(answer, "response." .. whole.status, { response = whole })
end

function official.failure(answer, message)
  return event(answer, "error", { message = message, code = "server_error",
    param = json.null })
end

return official
