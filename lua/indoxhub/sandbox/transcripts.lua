--- Transcriptions and translations: the text says what was received. A
--- recording of the sandbox's own speech is understood, too.

local calls = require "indoxhub.sandbox.calls"
local envelope = require "indoxhub.sandbox.shapes.envelope"
local json = require "indoxhub.base.json"
local number = require "indoxhub.base.number"
local media = require "indoxhub.sandbox.media"
local replies = require "indoxhub.sandbox.replies"

local transcripts = {}

local COST_PER_SECOND = 1e-4
-- For files whose length the sandbox cannot read.
local BYTES_PER_SECOND = 16000
local WORDS_PER_SEGMENT = 6

local function round(seconds)
  return math.floor(seconds * 100 + 0.5) / 100
end

-- Seconds of a recording, and what it says when that can be known.
local function listen(file)
  local seconds, comment = media.read_wav(file.head, file.size)
  return round(seconds or file.size / BYTES_PER_SECOND), comment
end

local function describe(verb, file, seconds, comment)
  local shown = number.format("%.2f", seconds):gsub("%.?0+$", "")
  local text = ("%s %s seconds of %s (%d bytes) from %s"):format(verb, shown,
    file.content_type, file.size, file.file_name)
  return text .. (comment and ": " .. comment or "")
end

-- Words are spread evenly over the recording.
local function words_of(text, seconds)
  local words = json.array()
  for word in text:gmatch("%S+") do
    words[#words + 1] = { word = word }
  end
  for i, word in ipairs(words) do
    word.start = round((i - 1) / #words * seconds)
    word["end"] = round(i / #words * seconds)
  end
  return words
end

local function segments_of(words)
  local segments = json.array()
  for first = 1, #words, WORDS_PER_SEGMENT do
    local last = math.min(first + WORDS_PER_SEGMENT - 1, #words)
    local texts = {}
    for i = first, last do
      texts[#texts + 1] = words[i].word
    end
    segments[#segments + 1] = { id = #segments, start = words[first].start,
      ["end"] = words[last]["end"], text = table.concat(texts, " ") }
  end
  return segments
end

local function clock(seconds, separator)
  local whole = math.floor(seconds)
  return ("%02d:%02d:%02d%s%03d"):format(math.floor(whole / 3600),
    math.floor(whole / 60) % 60, whole % 60, separator,
    math.floor((seconds - whole) * 1000 + 0.5))
end

local function subtitles(segments, separator, numbered)
  local blocks = {}
  for i, segment in ipairs(segments) do
    blocks[i] = ("%s%s --> %s\n%s\n"):format(numbered and i .. "\n" or "",
      clock(segment.start, separator), clock(segment["end"], separator),
      segment.text)
  end
  return table.concat(blocks, "\n")
end

-- Response format -> content type and text of bodies that are no JSON.
local TEXTS = {
  text = function(heard)
    return "text/plain; charset=utf-8", heard.text .. "\n"
  end,
  srt = function(heard)
    return "application/x-subrip; charset=utf-8",
      subtitles(segments_of(heard.words), ",", true)
  end,
  vtt = function(heard)
    return "text/vtt; charset=utf-8",
      "WEBVTT\n\n" .. subtitles(segments_of(heard.words), ".", false)
  end,
}

-- The form's other fields, as they came.
local function echo(fields)
  local others = {}
  for name, value in pairs(fields) do
    if name ~= "file" and name ~= "byok_api_key" then
      others[name] = value
    end
  end
  return others
end

-- Words or segments are in the answer when they were asked for.
local function wants(fields, what, default)
  if fields.response_format ~= "verbose_json" then
    return false
  elseif not fields.timestamp_granularities then
    return default
  end
  for _, asked in ipairs(fields.timestamp_granularities) do
    if asked == what then
      return true
    end
  end
  return false
end

local function data_of(fields, heard)
  local file = fields.file
  return { text = heard.text, language = fields.language or "en",
    duration = heard.seconds,
    words = wants(fields, "word", false) and heard.words or json.null,
    segments = wants(fields, "segment", true) and segments_of(heard.words)
      or json.null,
    file_name = file.file_name, content_type = file.content_type,
    size = file.size, sha256 = file.sha256, fields = echo(fields) }
end

-- OpenAI's own form has nothing around it.
local function as_openai(fields, heard)
  if fields.response_format ~= "verbose_json" then
    return { text = heard.text, usage = { type = "duration",
      seconds = heard.seconds } }
  end
  return { text = heard.text, language = fields.language or "en",
    duration = heard.seconds, task = "transcribe",
    words = wants(fields, "word", false) and heard.words or nil,
    segments = wants(fields, "segment", true) and segments_of(heard.words)
      or nil }
end

local function answer(state, request, verb)
  local call = calls.begin(state, request, "transcript")
  if not call then
    return
  end
  local fields = request.fields
  local seconds, comment = listen(fields.file)
  local text = describe(verb, fields.file, seconds, comment)
  local heard = { text = text, seconds = seconds,
    words = words_of(text, seconds) }
  call.cost = COST_PER_SECOND * seconds
  calls.charge(state, request, call, fields.file.file_name, text)
  local as_text = TEXTS[fields.response_format]
  if as_text then
    local content_type, body = as_text(heard)
    return replies.text(request, content_type, body,
      { ["x-request-id"] = call.id })
  end
  if request.compatible then
    return replies.json(request, as_openai(fields, heard), call.id)
  end
  local body = envelope.around(call, data_of(fields, heard))
  body.usage.type, body.usage.seconds = "audio", seconds
  if request.context.shape.top then
    body.text, body.language = text, body.data.language
    body.segments, body.data = body.data.segments, nil
  end
  replies.json(request, body, call.id)
end

--- POST /audio/stt/transcriptions
function transcripts.transcribe(state, request)
  answer(state, request, "heard")
end

--- POST /audio/stt/translations
function transcripts.translate(state, request)
  answer(state, request, "translated")
end

return transcripts
