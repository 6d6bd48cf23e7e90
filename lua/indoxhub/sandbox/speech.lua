--- Speech: a tone for each letter of the text, as WAV or bare samples: the
--- sandbox has no encoder for anything else.

local calls = require "indoxhub.sandbox.calls"
local core = require "indoxhub.core"
local envelope = require "indoxhub.sandbox.shapes.envelope"
local media = require "indoxhub.sandbox.media"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local speech = {}

local COST_PER_LETTER = 1.5e-5

-- Format -> its content type, and what makes it. Whatever else is asked for
-- comes as WAV, and says so.
local FORMATS = {
  wav = { "audio/wav", media.wav }, pcm = { "audio/pcm", media.pcm },
}

-- Speaks; nil when it was refused, and the refusal sent.
local function speak(state, request)
  local call = calls.begin(state, request, "speech")
  if not call then
    return nil
  end
  local fields = request.fields
  local text, speed = fields.input, fields.speed or 1
  call.cost = COST_PER_LETTER * #text
  calls.charge(state, request, call, text, "speech")
  local name = FORMATS[fields.response_format] and fields.response_format
    or "wav"
  return call, name, function()
    return FORMATS[name][2](text, speed)
  end
end

--- POST /audio/tts/generations
function speech.create(state, request)
  local call, format, make = speak(state, request)
  if not call then
    return
  end
  local fields, shape = request.fields, request.context.shape
  local data
  if shape.base64 then
    data = { audio = core.base64(make()), format = format,
      voice = fields.voice or "alloy", speed = fields.speed or 1,
      character_count = #fields.input }
  else
    data = { [shape.url and "url" or "audio_url"] = "http://" .. request.host
      .. states.add_file(state, format, make) }
  end
  replies.json(request, envelope.around(call, data), call.id)
end

--- POST /v1/audio/speech: the bytes themselves.
function speech.bytes(state, request)
  local call, format, make = speak(state, request)
  if call then
    replies.text(request, FORMATS[format][1], make(),
      { ["x-request-id"] = call.id })
  end
end

return speech
