--- Replies with speech: `data.url` or `data.audio` (base64), and transcripts:
--- `data.text`, which the server may send as JSON or as the body itself.

local answers = require "indoxhub.api.reading.answer"
local json = require "indoxhub.base.json"
local reply = require "indoxhub.api.replies.reply"

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

---------------------------------------------------------------------------
-- bodies that are the transcript itself

-- Response formats in which it is.
local TEXTS = { text = true, srt = true, vtt = true }

local BYTE_ORDER_MARK = "^\239\187\191"

local function of_text(text)
  return { data = { text = (text:gsub(BYTE_ORDER_MARK, "")) } }
end

-- The last object of a body that is framed as events; nil when it is not.
local function of_events(text)
  local found
  if answers.begins_events(text:match("^%s*(.*)$"), true) then
    for data in text:gmatch("data:([^\r\n]*)") do
      local value = json.decode(data)
      found = type(value) == "table" and value or found
    end
  end
  return found
end

-- The object of a list that has one, or begins with one that tells of an error.
local function of_list(list)
  local first = list[1]
  return type(first) == "table" and first[1] == nil
    and (#list == 1 or first.error ~= nil) and first or nil
end

-- What a body says that is an object of the API, also one in a list, in a JSON
-- string or in an event, or the text of a JSON string. Nil when it is neither.
local function of_json(text)
  local first = text:match("^%s*([{%[\"])")
  local value = first and json.decode(text)
  if not first then
    return of_events(text)
  elseif type(value) == "string" then
    return value:find("^%s*{") and of_json(value) or of_text(value)
  elseif type(value) == "table" then
    return first == "[" and of_list(value) or first == "{" and value or nil
  end
end

-- Nobody speaks what begins so.
local function is_markup(text)
  return text:find("^%s*{%s*[\"}]") ~= nil or text:find("^%s*<%?xml") ~= nil
end

-- Whether a body that was to be JSON must be.
local function must_be_json(text, answer)
  local named = (answer.headers["content-type"] or ""):lower()
  return not text:find("%S") or answers.is_json(answer)
    or named:find("html", 1, true) ~= nil
end

--- The body of a transcript. What it is, its bytes tell better than its type:
--- JSON where that was asked for, or the text itself, which may look like
--- anything but an object of the API or a web page.
---@param text string
---@param operation? indoxhub.Operation
---@param answer indoxhub.Answer
---@return any body, string? message
function audio.decode(text, operation, answer)
  text = text:gsub(BYTE_ORDER_MARK, "")
  local body = of_json(text)
  if body then
    return body
  elseif answers.is_web_page(answer) then
    return nil, "it is a web page"
  elseif is_markup(text) or not TEXTS[operation and operation.format]
    and must_be_json(text, answer) then
    return json.decode(text)
  end
  return of_text(text)
end

return audio
