--- A call between a recording and the engine: what is there is played in place
--- of being sent, and what was sent is kept.
--
-- A played answer goes the whole way of one that came from a server, so nobody
-- who reads it knows. It only is no attempt: nothing is tried again.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local later = require "indoxhub.base.later"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local requests = require "indoxhub.call.request"
local upload = require "indoxhub.call.upload"

-- It was loaded with the client that records.
local recording = later.get "indoxhub.recording"

local recorded = {}

-- An answer that is larger is not kept: it would be written as text.
local MOST_KEPT = 64 * 1024 * 1024

-- What a file is read in to be digested.
local PIECE = 64 * 1024

-- So many bytes take a few milliseconds; then others go on.
local SHARE = 1024 * 1024

---------------------------------------------------------------------------
-- what is asked

-- Parts of a query that give access for a while, and are others each time.
local SIGNATURES = { "^x%-amz%-", "^x%-goog%-", "^x%-oss%-", "^signature$",
  "^expires$", "^policy$", "^key%-pair%-id$", "^awsaccesskeyid$",
  "^googleaccessid$", "^ossaccesskeyid$", "^sig$", "^s[vepr]$", "^sr$", "^st$",
  "^spr$", "^sks$", "^ske$", "^skt$", "^skv$", "^skoid$", "^sktid$", "^token$",
  "^hdnts$", "^hmac$" }

local function is_signature(name)
  for _, pattern in ipairs(SIGNATURES) do
    if name:lower():find(pattern) then
      return true
    end
  end
  return false
end

-- The query of a URL, as far as it says what is asked for.
local function query_of(text)
  local query = {}
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    if not is_signature(name) then
      query[name] = value
    end
  end
  return next(query) and query or nil
end

-- The path of a URL without its host, and its query: answers that were recorded
-- name the server that there was then.
local function split(url)
  local path, query = url:gsub("#.*$", ""):match("^([^?]*)%??(.*)$")
  return path:gsub("^%a[%w+.-]*://[^/]*", ""), query
end

local function too_large()
  return errors.new("limit", "what is sent is too large to be recorded",
    { code = "recording" })
end

local function digest_of_path(path)
  local known, why = core.read_file(path, 0) -- does not wait at a pipe
  local handle = known and io.open(path, "rb")
  if not handle then
    return nil, errors.new("file", ("cannot read %s: %s"):format(path,
      why or "it went away"), { code = "unreadable" })
  end
  local sum, size = core.sha256_sum(), 0
  for bytes in function() return handle:read(PIECE) end do
    sum:add(bytes)
    size = size + #bytes
    if size % SHARE == 0 then
      loop.let_others()
    end
  end
  handle:close()
  return sum:digest(), size
end

-- Makes a function give once more what it gave, and then go on.
local function give_back(source, pieces)
  local read, at = source.read, 0
  function source.read()
    at = at + 1
    local piece = pieces[at]
    pieces[at] = nil
    if piece then
      return piece
    end
    return read()
  end
  source.touched = false
end

-- Reads a function to its end, or until that is too much. What cannot be read
-- again is sent from memory.
local function digest_of_reader(body, part)
  local source, sum, size, pieces = body.source, core.sha256_sum(), 0, {}
  while true do
    local bytes, err = upload.next_bytes(source)
    if err then
      return nil, err
    elseif not bytes then
      break
    end
    sum:add(bytes)
    size = size + #bytes
    pieces[#pieces + 1] = not source.rewind and bytes or nil
    if size > MOST_KEPT then
      if not source.rewind then
        give_back(source, pieces)
      end
      return nil, too_large()
    end
  end
  if source.size and source.size ~= size then
    return nil, upload.wrong_size(source, size)
  end
  if not source.rewind then
    part.data, part.pull, part.size = table.concat(pieces), nil, nil
    body.source = nil
  end
  return sum:digest(), size
end

-- A part of a form by what it carries; nil and an error when that cannot be
-- read. Bytes of a file count, whatever it is called.
local function describe_part(body, part)
  local digest, size
  if part.path then
    digest, size = digest_of_path(part.path)
  elseif part.pull then
    digest, size = digest_of_reader(body, part)
  elseif part.filename then
    digest, size = core.sha256(part.data), #part.data
  else
    return { name = part.name, value = part.data }
  end
  if not digest then
    return nil, size
  end
  return { name = part.name, sha256 = digest, bytes = size }
end

local function ask(call)
  local operation = call.operation
  local body = operation.body or {}
  local asked = { method = operation.method, path = operation.path,
    query = operation.query, text = body.text, parts = nil }
  if operation.url then
    local path, query = split(operation.url)
    asked.path, asked.query, asked.is_file = path, query_of(query), true
  end
  if body.form then
    asked.parts = {}
    for i, part in ipairs(body.form) do
      local described, err = describe_part(body, part)
      if not described then
        return nil, err
      end
      asked.parts[i] = described
    end
  end
  asked.path = asked.path:gsub("/+$", "")
  return asked
end

---------------------------------------------------------------------------
-- a call

local function warn(call, message)
  log.tell(call.caller.settings.options, { name = "warning",
    message = message })
end

-- What gives access is neither kept nor played.
local function is_access(operation)
  return operation.private or operation.path:find("^auth/") ~= nil
end

--- Looks whether a call is recorded, once. `call.recorded` then tells that it
--- is played; nil and an error when it must not be sent and is not there.
---@param call indoxhub.Call
---@return true? ok, indoxhub.Error? err
function recorded.begin(call)
  local place = call.caller.settings.recording
  if not place or call.take or place.mode ~= "replay"
    and is_access(call.operation) then
    return true
  end
  local asked, err = ask(call)
  if asked then
    call.take, err = recording().begin(place, asked)
  end
  if not call.take and err.code == "recording" and err.kind == "limit"
    and place.mode ~= "replay" then
    warn(call, err.message)
    return true
  elseif not call.take then
    return nil, err
  end
  call.recorded = call.take.answer ~= nil or nil
  return true
end

--- Has a request played, or kept.
---@param request indoxhub.HttpRequest
---@param take? indoxhub.Take
function recorded.prepare(request, take)
  if take and take.answer then
    request.played = recording().play(take)
    request.gate, request.body, request.form = nil, nil, nil
    request.sent, request.headers = nil, {}
  elseif take then
    request.tape_bytes = MOST_KEPT
  end
end

local function keep(call, attempt, whole)
  local transfer, answer = attempt.transfer, attempt.answer
  local body, marks = whole, whole and { 0, #whole }
  if not whole then
    body, marks = transfer:tape()
  end
  if not body or #body > MOST_KEPT then
    return warn(call, "the answer is too large to be recorded")
  end
  local headers = {}
  for name, value in pairs(answer.headers) do
    headers[name] = value
  end
  if whole then
    headers["content-range"], headers["content-length"] = nil, tostring(#whole)
  end
  local _, sent = transfer:sent()
  local ok, err = recording().keep(call.take, { body = body, marks = marks,
    status = whole and 200 or answer.status, headers = headers,
    http_version = answer.http_version,
    sent = call.operation.body and sent ~= 0 and sent or nil,
    secrets = requests.secrets(call.caller.settings, call.operation,
      call.options, attempt.bearer) })
  if not ok then
    warn(call, "the answer was not recorded: " .. err.message)
  end
end

--- Keeps the answer of a call's last attempt, which came to its end.
---@param call indoxhub.Call
---@param whole? string what came of it in several attempts
function recorded.keep(call, whole)
  local take, attempt = call.take, call.last
  if take and not call.recorded and attempt and attempt.answer then
    keep(call, attempt, whole)
  end
  call.take, call.last = nil, nil
end

-- Refusals that may be others a moment later, or with another key.
local PASSING = { [401] = true, [402] = true, [403] = true, [407] = true,
  [408] = true, [429] = true }

--- Keeps the answer of a call that the server refused, if it would refuse that
--- again.
---@param call indoxhub.Call
function recorded.keep_refusal(call)
  local answer = call.last and call.last.answer
  local status = answer and answer.status or 0
  local place = call.caller.settings.recording
  if status >= 400 and status < 500 and answer.result
    and answer.result.ended == "complete"
    and (place and place.mode == "new" or not PASSING[status])
    and status ~= 408 and status ~= 429 then
    recorded.keep(call)
  end
end

--- Whether nothing at all may be sent.
---@param caller indoxhub.Caller
---@return boolean
function recorded.sends_nothing(caller)
  local place = caller.settings.recording
  return place ~= nil and place.mode == "replay"
end

return recorded
