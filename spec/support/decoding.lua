-- Events of the specs, and what the decoder of dialects makes of them.
local answer_errors = require "indoxhub.api.errors.answer"
local assert = require "luassert"
local dialects = require "indoxhub.api.dialects"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"

local decoding = {}

--- An event is a payload, or { name, payload }. A payload that is a table is
--- sent as JSON.
function decoding.name_and_payload(event)
  local name, payload = "message", event
  if type(event) == "table" and event[1] then
    name, payload = event[1], event[2]
  end
  return name, type(payload) == "table" and json.encode(payload) or payload
end

-- Keeps what a reading has just handed out.
local function keep(told, reading)
  for i = 1, reading.count, 2 do
    local kind, piece = reading.pieces[i], reading.pieces[i + 1]
    table.insert(told.pieces, piece)
    told[kind] = told[kind] .. piece
  end
end

--- What became of a stream: text, reasoning, refusal, pieces, failure, reply,
--- decoder.
function decoding.play(events)
  local decoder = dialects.new()
  local told = { pieces = {}, text = "", reasoning = "", refusal = "",
    decoder = decoder }
  for _, event in ipairs(events) do
    decoder:take(decoding.name_and_payload(event))
    keep(told, decoder.reading)
    if decoder.finished or decoder.reading.failure then
      break
    end
  end
  decoder.reading:settle()
  keep(told, decoder.reading)
  told.failure = decoder.reading.failure
  told.is_whole = decoder:is_whole()
  told.reply = not told.failure and decoder.reading:reply() or nil
  return told
end

--- The reply of a stream that did not fail.
function decoding.reply_of(events)
  local told = decoding.play(events)
  assert.is_nil(told.failure)
  return told.reply
end

--- The error of a stream that failed.
function decoding.error_of(events)
  local failure = decoding.play(events).failure
  assert.is_table(failure)
  return answer_errors.from_failure(failure, { status = 200, headers = {},
    hide = redact.new {} })
end

---------------------------------------------------------------------------
-- events as servers write them

function decoding.created(fields)
  fields = fields or {}
  fields.id, fields.status = fields.id or "resp-1", "in_progress"
  return { type = "response.created", response = fields }
end

function decoding.part(delta, output)
  return { type = "response.content_part.delta", response_id = "resp-1",
    output_index = output or 0, content_index = 0, delta = delta }
end

function decoding.part_done(piece, output, index)
  return { type = "response.content_part.done", output_index = output,
    content_index = index, part = { type = "output_text", text = piece } }
end

function decoding.item_done(piece, output)
  return { type = "response.output_item.done", output_index = output,
    item = { type = "message", role = "assistant", status = "completed",
      content = { { type = "output_text", text = piece } } } }
end

function decoding.done(fields)
  fields = fields or {}
  fields.id, fields.status = fields.id or "resp-1", "completed"
  return { type = "response.done", response = fields }
end

function decoding.content(piece)
  return { type = "content", data = piece, provider = "openai",
    choices = { { delta = { content = piece }, index = 0,
      finish_reason = json.null } } }
end

function decoding.finish(reason)
  return { type = "finish", provider = "openai", finish_reason = reason,
    choices = { { delta = {}, index = 0, finish_reason = reason } } }
end

function decoding.usage_final()
  return { type = "usage_final", input_tokens = 15, output_tokens = 2,
    cost_usd = 0.25, latency_ms = 611 }
end

--- A chunk of OpenAI with one choice.
function decoding.chunk(delta, reason)
  return { id = "chatcmpl-8", object = "chat.completion.chunk",
    created = 1780388130, model = "gpt", choices = { { index = 0,
      delta = delta, finish_reason = reason or json.null } } }
end

function decoding.words(piece)
  return decoding.chunk { content = piece }
end

return decoding
