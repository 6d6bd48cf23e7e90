--- The ways servers write an answer, as the text of events and bodies: what the
--- vectors in spec/vectors/answers are made of. Whatever is given is JSON
--- already; a text is given as it stands between its quotes.
local dialects = {}

local function object(...)
  local fields = {}
  for i = 1, select("#", ...) do
    local field = select(i, ...)
    if field and field ~= "" then
      fields[#fields + 1] = field
    end
  end
  return "{" .. table.concat(fields, ",") .. "}"
end

local function reason_of(word)
  return '"finish_reason":' .. (word and '"' .. word .. '"' or "null")
end

-- How choices of OpenAI's and the gateway's begin.
local function choice(holder, reason, more)
  return '"choices":[' .. object('"index":0', holder, reason_of(reason), more)
    .. "]"
end

---------------------------------------------------------------------------
-- OpenAI's chat: chunks of a stream, and whole bodies

--- A chunk with a delta; `reason` is the word of its finish reason, `in_choice`
--- and `beside` are more fields of its choice and its own.
function dialects.chunk(delta, reason, in_choice, beside)
  return object('"id":"c-1"', '"object":"chat.completion.chunk"',
    choice('"delta":' .. delta, reason, in_choice), beside)
end

--- A body with a message, which some servers send as a chunk, too.
function dialects.message(message, reason, in_choice, beside)
  return object('"id":"c-1"', '"object":"chat.completion"',
    choice('"message":' .. message, reason, in_choice), beside)
end

---------------------------------------------------------------------------
-- the gateway's frames

dialects.FRAMES_BEGIN = 'event: usage_start\ndata: {"type":"usage_start",'
  .. '"request_id":"g-1","provider":"p","model":"m","input_tokens":3}'

--- A frame with text, in `data` and in its delta.
function dialects.frame(text, reason)
  return object('"type":"content"', '"provider":"p"',
    '"data":"' .. text .. '"', choice('"delta":{"content":"' .. text .. '"}',
    reason))
end

--- A frame with something else than text in its delta.
function dialects.frame_delta(delta, reason, in_choice)
  return object('"type":"content"', '"provider":"p"', '"data":""',
    choice('"delta":' .. delta, reason, in_choice))
end

--- The last frame.
function dialects.frame_finish(reason, in_choice)
  return object('"type":"finish"', '"provider":"p"', reason_of(reason),
    choice('"delta":{}', reason, in_choice))
end

---------------------------------------------------------------------------
-- the events of a Responses object, and whole ones

dialects.CREATED = '{"type":"response.created","response":{"id":"r-1",'
  .. '"object":"response","status":"in_progress","model":"m"}}'

--- Any event.
function dialects.event(name, ...)
  return object('"type":"' .. name .. '"', ...)
end

--- Text, by the vendor's name of it.
function dialects.part(text, output)
  return dialects.event("response.content_part.delta", '"response_id":"r-1"',
    '"output_index":' .. (output or 0), '"content_index":0',
    '"delta":"' .. text .. '"')
end

--- Text, by OpenAI's name of it.
function dialects.output_text(text, output)
  return dialects.event("response.output_text.delta", '"item_id":"i-1"',
    '"output_index":' .. (output or 0), '"content_index":0',
    '"delta":"' .. text .. '"')
end

--- An item that is whole.
function dialects.item(item, output)
  return dialects.event("response.output_item.done",
    '"output_index":' .. (output or 0), '"item":' .. item)
end

--- The item that is a message of these parts.
function dialects.item_message(parts)
  return '{"type":"message","id":"i-1","role":"assistant",'
    .. '"status":"completed","content":[' .. parts .. "]}"
end

function dialects.text_part(text)
  return '{"type":"output_text","text":"' .. text .. '","annotations":[]}'
end

--- A Responses object of this status.
function dialects.response(status, ...)
  return object('"id":"r-1"', '"object":"response"', '"model":"m"',
    '"status":"' .. status .. '"', ...)
end

--- The event called response.`name` with a response of this status.
function dialects.ended(name, status, ...)
  return dialects.event("response." .. name,
    '"response":' .. dialects.response(status, ...))
end

---------------------------------------------------------------------------
-- the envelope, whole or as an event of an old stream

function dialects.envelope(...)
  return object('"request_id":"q-1"', '"success":true', ...)
end

function dialects.legacy(text, ...)
  return object('"success":true', '"data":"' .. text .. '"', ...)
end

---------------------------------------------------------------------------
-- one answer in each dialect of streams

--- Each has a name, `begin` (events before the first text), text(text, reason)
--- and finish(reason): the events that say that the answer is whole. `words`
--- tells whether it has finish reasons.
dialects.streams = {
  { name = "chunks", words = true,
    begin = { dialects.chunk('{"role":"assistant","content":""}') },
    text = function(text, reason)
      return dialects.chunk('{"content":"' .. text .. '"}', reason)
    end,
    finish = function(reason)
      return dialects.chunk("{}", reason)
    end },
  { name = "frames", words = true,
    begin = { dialects.FRAMES_BEGIN },
    text = dialects.frame,
    finish = dialects.frame_finish },
  { name = "vendor's events", words = false,
    begin = { dialects.CREATED },
    text = function(text)
      return dialects.part(text)
    end,
    finish = function()
      return dialects.ended("done", "completed")
    end },
  { name = "OpenAI's events", words = false,
    begin = { dialects.CREATED },
    text = function(text)
      return dialects.output_text(text)
    end,
    finish = function()
      return dialects.ended("completed", "completed")
    end },
  { name = "envelopes", words = true,
    begin = { '{"success":true,"usage":{"tokens_prompt":3}}' },
    text = function(text, reason)
      return dialects.legacy(text, reason and reason_of(reason))
    end,
    finish = function(reason)
      return dialects.legacy("", reason_of(reason))
    end },
}

return dialects
