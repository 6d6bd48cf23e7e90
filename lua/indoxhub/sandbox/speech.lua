--- Speech: a tone for each letter of the text. Always WAV, whatever was asked
--- for: the sandbox has no encoder.

local calls = require "indoxhub.sandbox.calls"
local core = require "indoxhub.core"
local media = require "indoxhub.sandbox.media"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local speech = {}

local COST_PER_LETTER = 1.5e-5

--- POST /audio/tts/generations
function speech.create(state, request)
  local call = calls.begin(state, request, "speech")
  if not call then
    return
  end
  local fields, shape = request.fields, request.context.shape
  local text, speed = fields.input, fields.speed or 1
  call.cost = COST_PER_LETTER * #text
  calls.charge(state, request, call, text, "speech")
  local function make()
    return media.wav(text, speed)
  end
  local data
  if shape.base64 then
    data = { audio = core.base64(make()), format = "wav",
      voice = fields.voice or "alloy", speed = speed,
      character_count = #text }
  else
    data = { [shape.url and "url" or "audio_url"] = "http://" .. request.host
      .. states.add_file(state, "wav", make) }
  end
  replies.json(request, calls.envelope(call, data), call.id)
end

return speech
