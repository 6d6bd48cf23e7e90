--- An answer as a recording keeps it, and as it is played again.
--
-- Its bytes are kept as they were handed out: decoded, in the pieces in which
-- they came, each a text where it is one. Never kept are cookies, keys, and
-- what a header says of a connection that is gone.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local redact = require "indoxhub.base.redact"
local utf8 = require "indoxhub.base.utf8"

local answers = {}

---@class indoxhub.RecordedAnswer
---@field status integer
---@field http_version? string
---@field headers table<string, string>
---@field sent? integer bytes that were sent for it
---@field times? integer how often it came, one after the other; absent: once
---@field pieces (string|{base64: string})[]
---@field seconds number[] when each piece came, since the beginning

---@class indoxhub.Came an answer that came, and is to be kept
---@field status integer
---@field http_version? string
---@field headers table<string, string>
---@field sent? integer
---@field body string
---@field marks number[] seconds and length of each piece in turn
---@field secrets string[]

-- What is true of one connection, or of one moment, only.
local PASSING = { connection = true, ["keep-alive"] = true, date = true,
  ["transfer-encoding"] = true, ["content-encoding"] = true, trailer = true,
  server = true, via = true, age = true, ["alt-svc"] = true, upgrade = true,
  vary = true, nel = true, ["report-to"] = true }

-- Parts of names of headers whose values may give access to something.
local SECRET_NAMES = { "cookie", "authoriz", "authentic", "token", "secret",
  "session", "key", "signature", "credential", "csrf", "nonce" }

local function may_be_kept(name)
  if PASSING[name] then
    return false
  elseif name:find("^x%-ratelimit%-") then
    return true
  end
  for _, part in ipairs(SECRET_NAMES) do
    if name:find(part, 1, true) then
      return false
    end
  end
  return true
end

-- Shorter ones are made up, such as "any" for a sandbox, and stand in
-- sentences.
local SHORTEST_SECRET = 8

-- Fields whose values are keys, in any answer.
local KEY_FIELDS = { "access_token", "refresh_token", "api_key",
  "client_secret", "byok_api_key" }

-- The same in answers to calls about keys.
local MORE_KEY_FIELDS = { "key", "token", "secret" }

-- Such a field of JSON, up to its value. One with stars is no whole key.
local function pattern_of(field)
  return '("' .. field .. '"%s*:%s*")([^"*]*)"'
end

-- Those that a body has.
local function fields_of(is_about_keys, body)
  local found = {}
  for _, fields in ipairs { KEY_FIELDS, is_about_keys and MORE_KEY_FIELDS or {}
  } do
    for _, field in ipairs(fields) do
      if body:find('"' .. field .. '"', 1, true) then
        found[#found + 1] = field
      end
    end
  end
  return found
end

-- The secrets that are long enough, with what an answer itself gives away.
local function long_ones(secrets, body, fields)
  local long = {}
  local function add(secret)
    if #secret >= SHORTEST_SECRET then
      long[#long + 1] = secret
    end
  end
  for _, secret in ipairs(secrets) do
    add(secret)
  end
  for _, field in ipairs(fields) do
    for _, value in body:gmatch(pattern_of(field)) do
      add(value)
    end
  end
  return long
end

-- What is longer is looked at in a quicker way first, as a picture takes
-- seconds otherwise. Bytes.
local LARGE = 64 * 1024

-- Of what has no escape in it so much is left at its ends: a secret is shorter.
local END = 4096

-- Whether a text certainly has nothing in it that has to be hidden: no secret
-- as it is, nor one that is written with escapes, which bytes that are no text
-- do not have.
local function is_harmless(text, secrets, hide)
  if #text < LARGE then
    return false
  end
  local most = END
  for _, secret in ipairs(secrets) do
    most = math.max(most, 2 * #secret)
    if text:find(secret, 1, true) then
      return false
    end
  end
  if text:find("indox-", 1, true) then
    return false
  elseif utf8.wrong(text) then
    return true
  end
  local shorter = text:gsub("[^%%\\&]+", function(run)
    return #run > 2 * most and run:sub(1, most) .. "\n" .. run:sub(-most) or run
  end)
  return #shorter < #text / 2 and hide(shorter) == shorter
end

--- What takes secrets out of what is kept.
---@param secrets string[]
---@param body string an answer that may tell more of them
---@param is_about_keys? boolean
---@return indoxhub.Hide
function answers.hide(secrets, body, is_about_keys)
  local fields = fields_of(is_about_keys, body)
  local long = long_ones(secrets, body, fields)
  local hide = redact.new(long)
  return function(text)
    for _, field in ipairs(fields) do
      text = text:gsub(pattern_of(field), '%1[redacted]"')
    end
    return is_harmless(text, long, hide) and text or hide(text)
  end
end

local function hidden_headers(came, hide, length)
  local headers = {}
  for name, value in pairs(came.headers) do
    if may_be_kept(name) and not value:find("[%z\1-\8\10-\31\127]")
      and not utf8.wrong(value) and not utf8.wrong(name) then
      headers[name] = hide(value)
    end
  end
  -- Of a body that was compressed nobody was told how long it is.
  headers["content-length"] = headers["content-length"]
    and not came.headers["content-encoding"] and ("%.0f"):format(length) or nil
  return headers
end

-- The pieces of a body, and when each came.
local function cut(body, marks)
  local pieces, seconds, at = {}, {}, 0
  for i = 1, #marks, 2 do
    pieces[#pieces + 1] = body:sub(at + 1, at + marks[i + 1])
    seconds[#seconds + 1] = math.floor(marks[i] * 1000 + 0.5) / 1000
    at = at + marks[i + 1]
  end
  return pieces, seconds
end

-- Without secrets. One that was cut in two is found in the whole only, which is
-- then one piece.
local function hide_pieces(pieces, seconds, hide)
  local whole = table.concat(pieces)
  local shown = hide(whole)
  if shown == whole then
    return pieces, seconds
  end
  local each = {}
  for i, piece in ipairs(pieces) do
    each[i] = hide(piece)
  end
  if table.concat(each) == shown then
    return each, seconds
  end
  return { shown }, { seconds[#seconds] }
end

--- What is kept of an answer.
---@param came indoxhub.Came
---@param hide indoxhub.Hide
---@return indoxhub.RecordedAnswer
function answers.of(came, hide)
  local pieces, seconds = cut(came.body, came.marks)
  pieces, seconds = hide_pieces(pieces, seconds, hide)
  local length, kept = 0, json.array()
  for i, piece in ipairs(pieces) do
    length = length + #piece
    kept[i] = utf8.wrong(piece) and { base64 = core.base64(piece) } or piece
  end
  return { status = came.status, http_version = came.http_version,
    headers = hidden_headers(came, hide, length), sent = came.sent,
    pieces = kept, seconds = json.array(seconds) }
end

--- How many bytes an answer takes in a file, about.
---@param self indoxhub.RecordedAnswer
---@return integer
function answers.size(self)
  local size = 0
  for _, piece in ipairs(self.pieces) do
    size = size + #(type(piece) == "table" and piece.base64 or piece)
  end
  return size
end

--- Whether two answers say the same.
---@param one indoxhub.RecordedAnswer
---@param other indoxhub.RecordedAnswer
---@return boolean
function answers.are_equal(one, other)
  if one.status ~= other.status or #one.pieces ~= #other.pieces then
    return false
  end
  for i, piece in ipairs(one.pieces) do
    local second = other.pieces[i]
    if type(piece) == "table" and type(second) == "table" then
      piece, second = piece.base64, second.base64
    end
    if piece ~= second then
      return false
    end
  end
  return true
end

---------------------------------------------------------------------------
-- playing

local function is_line(text)
  return type(text) == "string" and not text:find("[%z\r\n]")
end

local function is_count(value)
  return type(value) == "number" and value >= 0 and value == math.floor(value)
    and value < 2 ^ 53
end

local function check_headers(headers)
  if type(headers) ~= "table" then
    return "headers must be an object"
  end
  for name, value in pairs(headers) do
    if not is_line(name) or name == "" or name:find(":") or not is_line(value)
    then
      return "headers must be names and texts of one line"
    end
  end
end

local function bytes_of(piece)
  if type(piece) == "table" and type(piece.base64) == "string" then
    return (core.unbase64(piece.base64))
  end
  return type(piece) == "string" and piece or nil
end

local function check_pieces(self)
  if type(self.pieces) ~= "table" or type(self.seconds) ~= "table"
    or #self.pieces ~= #self.seconds then
    return "pieces and seconds must be two lists of the same length"
  end
  for i, piece in ipairs(self.pieces) do
    if not bytes_of(piece) then
      return ("pieces[%d] must be a text, or { \"base64\": ... }"):format(i)
    end
    local at = self.seconds[i]
    if type(at) ~= "number" or at < 0 or at < (self.seconds[i - 1] or 0) then
      return ("seconds[%d] must be a number, and not before the one in front")
        :format(i)
    end
  end
end

--- What is wrong with an answer that was read from a file.
---@param self any
---@return string? wrong
function answers.check(self)
  if type(self) ~= "table" then
    return "must be an object"
  elseif not is_count(self.status) or self.status < 200 or self.status > 599
  then
    return "status must be one of HTTP, from 200 to 599"
  elseif self.sent ~= nil and not is_count(self.sent) then
    return "sent must be a number of bytes"
  elseif self.times ~= nil and not (is_count(self.times) and self.times > 0)
  then
    return "times must be a number above 0"
  elseif self.http_version ~= nil and not is_line(self.http_version) then
    return "http_version must be a text of one line"
  end
  return check_headers(self.headers) or check_pieces(self)
end

-- Whoever edits a recording need not count.
local function head_of(self, body)
  local lines = {}
  for name, value in pairs(self.headers) do
    lines[#lines + 1] = name .. ": "
      .. (name == "content-length" and ("%.0f"):format(#body) or value)
  end
  table.sort(lines)
  table.insert(lines, 1, ("HTTP/%s %d"):format(self.http_version or "1.1",
    self.status))
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

--- What the engine plays.
---@param self indoxhub.RecordedAnswer checked
---@param pace number 0: at once; else a factor of the time that it took
---@return indoxhub.core.Played
function answers.play(self, pace)
  local bytes, marks = {}, {}
  for i, piece in ipairs(self.pieces) do
    bytes[i] = bytes_of(piece)
    marks[2 * i - 1], marks[2 * i] = self.seconds[i] * pace, #bytes[i]
  end
  local body = table.concat(bytes)
  return { status = self.status, head = head_of(self, body), body = body,
    marks = marks, sent = self.sent }
end

return answers
