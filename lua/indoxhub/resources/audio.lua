--- Replies with speech: `data.url` or `data.audio` (base64), and transcripts:
--- `data.text`.

local reply = require "indoxhub.reply"

local audio = {}

local URLS = { "url", "audio_url" }
local BYTES = { "audio", "audio_content", "b64_json" }

-- What there is to a transcript besides its text.
local FACTS = { "language", "duration", "words", "segments" }

-- Data as a table: a text in its place is a URL or base64.
local function data_of(body)
  local data = body.data
  if type(data) == "string" and data ~= "" then
    return data:find("^%a[%w+.-]*:") and { url = data } or { audio = data }
  end
  return type(data) == "table" and (data[1] or data) or body
end

--- Whether a body holds speech.
---@param body table
---@return boolean
function audio.is_speech(body)
  local data = data_of(body)
  return type(data) == "table"
    and (reply.first_text(data, URLS) or reply.first_text(data, BYTES)) ~= nil
end

---@param body table
---@return table
function audio.speech(body)
  reply.envelope(body)
  local data = data_of(body)
  local url, bytes = reply.first_text(data, URLS), reply.first_text(data, BYTES)
  if data == body then -- fields beside the envelope
    data = {}
  end
  data.url, data.audio = url, bytes
  body.data = data
  return body
end

-- The text of a transcript in the places servers put it.
local function text_of(body)
  local data = body.data
  return type(data) == "table" and type(data.text) == "string" and data.text
    or type(body.text) == "string" and body.text
    or type(data) == "string" and data
    or nil
end

--- Whether a body holds a transcript.
---@param body table
---@return boolean
function audio.is_transcript(body)
  return text_of(body) ~= nil
end

---@param body table
---@return table
function audio.transcript(body)
  reply.envelope(body)
  local data = type(body.data) == "table" and body.data or {}
  data.text = text_of(body)
  for _, name in ipairs(FACTS) do
    if data[name] == nil then
      data[name] = body[name]
    end
  end
  body.data = data
  return body
end

--- A body that is the transcript itself, such as subtitles.
---@param text string
---@return table
function audio.of_text(text)
  return { data = { text = text } }
end

return audio
