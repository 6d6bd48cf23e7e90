--- client:save: a result as a file, from a URL, base64 or a data URI.

local address = require "indoxhub.base.address"
local answers = require "indoxhub.api.reading.answer"
local answer_errors = require "indoxhub.api.errors.answer"
local auth = require "indoxhub.call.auth"
local calls = require "indoxhub.call"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local failure = require "indoxhub.api.reading.failure"
local json = require "indoxhub.base.json"
local options_of = require "indoxhub.api.params.options"
local recorded = require "indoxhub.call.recorded"
local requests = require "indoxhub.call.request"
local source_of = require "indoxhub.save.source"
local target = require "indoxhub.base.atomic_file"
local transfer_errors = require "indoxhub.api.errors.transfer"
local transfers = require "indoxhub.call.transfer"

local OPTIONS = { on_progress = "callback", timeout = "timeout",
  max_retries = "count" }

-- Bytes after which the attempts of a download are counted anew.
local PROGRESS = 64 * 1024

---------------------------------------------------------------------------
-- one download

---@class indoxhub.Download
---@field url string
---@field file indoxhub.Target
---@field counted integer bytes there were when attempts were counted anew
---@field validator? string what If-Range takes, to be sure of the same bytes
---@field etag? string
---@field modified? string
---@field total? integer bytes of the whole file
---@field content_type? string
---@field on_progress? fun(received: integer, total?: integer)

-- Whether a redirect may be followed: to https, or where it came from.
local function may_go(from, to)
  return to:lower():find("^https://") ~= nil
    or address.origin(from) == address.origin(to)
end

-- Bytes from where the file ends, of the file that was begun and no other.
local function range_headers(download)
  local goes_on = download.file.size > 0 and download.validator
  return { Accept = "*/*", ["If-Range"] = goes_on and download.validator or nil,
    Range = goes_on and ("bytes=%.0f-"):format(download.file.size) or nil }
end

-- The request for the file, or for the rest of it. Key and headers of the
-- program are for its own server only.
local function request_for(call, download, attempt, url)
  local settings, operation = call.caller.settings, call.operation
  operation.foreign = address.origin(url) ~= settings.base.origin
  operation.headers = range_headers(download)
  local request = requests.build(settings, operation, call.options,
    not operation.foreign and auth.at_hand(settings, operation) or false, url)
  request.paced, request.on_progress = true, nil
  recorded.prepare(request, attempt.take)
  request.total = attempt.deadline
    and math.max(0.001, attempt.deadline - core.now()) or nil
  return request
end

local function ask(call, download, attempt, url)
  local err
  attempt.request = request_for(call, download, attempt, url)
  attempt.transfer, err = transfers.submit(call.caller, attempt.request)
  if not attempt.transfer then
    return nil, err
  end
  attempt.answer, err = transfers.head(attempt.transfer, attempt.request)
  return attempt.answer, err
end

-- The answer that is no redirect; nil and an error.
local function ask_and_follow(call, download, attempt)
  local url = download.url
  for _ = 0, answers.MOST_REDIRECTS do
    local answer, err = ask(call, download, attempt, url)
    if not answer or not answers.is_redirect(answer) then
      return answer, err
    end
    attempt.transfer:cancel()
    local location = answer.headers.location or ""
    local to = location ~= "" and address.resolve(url, location)
    if not to or not may_go(url, to) then
      return nil, answer_errors.protocol("the server redirects to "
        .. address.shown(location), answer, "redirect")
    end
    url = to
  end
  return nil, errors.new("protocol", "the server redirects too often",
    { code = "redirect" })
end

-- A weak validator does not promise the same bytes.
local function validator_of(headers)
  local tag = headers.etag
  return tag and not tag:find("^W/") and tag or headers["last-modified"]
end

-- Whether a partial answer is the rest of the file that was begun. A part of
-- a compressed form is none.
local function is_rest(download, answer)
  local headers = answer.headers
  local first, total = (headers["content-range"] or "")
    :match("^bytes%s+(%d+)%-%d+/([%d*]+)$")
  return download.validator ~= nil and not answer.encoded
    and tonumber(first) == download.file.size
    and (total == "*" or tonumber(total) == download.total)
    and (headers.etag or download.etag) == download.etag
    and (headers["last-modified"] or download.modified) == download.modified
end

-- What is there is of no use: the next attempt begins at the first byte.
local function start_over(download, attempt)
  attempt.transfer:cancel()
  download.validator = nil
  local ok, err = target.restart(download.file)
  return nil, not ok and err or errors.new("truncated",
    "the server sent another part of the file than was asked for",
    { code = "range" })
end

-- Prepares for the file from its first byte on. One that is sent compressed is
-- never continued, because what there is of it is another form than a server
-- would go on with; and the length it announces is that form's.
local function begin_body(download, answer)
  local headers = answer.headers
  download.total = not answer.encoded and tonumber(headers["content-length"])
    or nil
  download.validator = headers["accept-ranges"] ~= "none"
    and download.total and validator_of(headers) or nil
  download.modified = headers["last-modified"]
  download.etag, download.content_type = headers.etag, headers["content-type"]
  return download.file.size == 0 or target.restart(download.file)
end

-- What the program's function raises leaves nothing behind.
local function show_progress(download, attempt)
  local ok, err = pcall(download.on_progress, download.file.size,
    download.total)
  if not ok then
    attempt.transfer:cancel()
    target.discard(download.file)
    error(err, 0)
  end
end

-- Only so much more than ever before is progress; or a file that breaks off
-- again and again would be asked for nearly without end.
local function note(call, download, attempt)
  if download.file.size >= download.counted + PROGRESS then
    call.failed, download.counted = 0, download.file.size
  end
  if download.on_progress then
    show_progress(download, attempt)
  end
end

-- What a transfer that has ended makes of the file.
local function finish(download, attempt, result)
  local err = transfers.failure(result, attempt.request)
  local total, size = download.total, download.file.size
  if not err and total and size < total then
    err = errors.new("truncated", "the server sent less than it announced",
      { code = "closed" })
  elseif not err and total and size > total then
    return start_over(download, attempt)
  elseif not err and result.unsaid then
    err = transfer_errors.unsaid()
  end
  return not err or nil, err
end

-- Writes what arrives until the transfer ends.
local function receive(call, download, attempt)
  local transfer = attempt.transfer
  while true do
    local told = transfer:told()
    local result = transfer:result()
    local bytes, err = target.write_from(download.file, transfer)
    if not bytes then
      transfer:cancel()
      return nil, err
    elseif bytes > 0 then
      note(call, download, attempt)
    elseif result then
      return finish(download, attempt, result)
    else
      local ok
      ok, err = transfers.wait(transfer, told, call.operation.name)
      if not ok then
        return nil, err
      end
    end
  end
end

-- The error of an answer that is no file.
local function refused(attempt, answer)
  local complete, err = transfers.body(attempt.transfer, answer,
    attempt.request)
  if not complete then
    return nil, err
  elseif complete.status < 400 then
    local is_page = answers.is_web_page(answer)
    return nil, answer_errors.protocol(is_page and "the server sent a web page"
      or "the server sent no file", complete, is_page and "html" or "status")
  end
  return nil, answer_errors.from_status(complete)
end

local function once(call, download, attempt)
  local answer, err = ask_and_follow(call, download, attempt)
  local status = answer and answer.status
  local begun = download.file.size > 0
  if not answer then
    return nil, err
  elseif begun and (status == 416
    or status == 206 and not is_rest(download, answer)) then
    return start_over(download, attempt)
  elseif answers.is_web_page(answer) then -- no result of the API is one
    return refused(attempt, answer)
  elseif status == 200 then
    local ok
    ok, err = begin_body(download, answer)
    if not ok then
      attempt.transfer:cancel()
      return nil, err
    end
  elseif status ~= 206 or not begun then
    return refused(attempt, answer)
  end
  return receive(call, download, attempt)
end

-- An error that the server calls a success has no more bytes than this.
local LARGEST_ERROR = 64 * 1024

-- The error that a downloaded file is in place of a result; then nothing was
-- downloaded.
local function error_in(download, answer)
  local file = download.file
  if not answers.is_json(answer) or file.size > LARGEST_ERROR then
    return nil
  end
  file.handle:flush()
  local value = json.decode(core.read_file(file.part) or "")
  if type(value) ~= "table" or not failure.is_told(value) then
    return nil
  end
  target.restart(file)
  return answer_errors.from_body(value, answer)
end

-- What came in one attempt is kept as it came, and anything else from the file.
local function keep(call, download)
  local file = download.file
  local whole
  if call.take and not call.recorded and call.last.answer.status ~= 200 then
    file.handle:flush()
    whole = core.read_file(file.part)
  end
  call:came(whole)
end

local function fetch(caller, told, file, options)
  local url = address.resolve(caller.settings.base.url, told)
  if not url then
    return nil, errors.new("protocol", "the result is at no URL",
      { code = "url" })
  end
  local call = calls.begin(caller, { name = "client.save",
    method = "GET", path = address.shown(url), key = "optional" }, options)
  call.operation.url, call.resumable = told, true
  local download = { url = url, file = file, counted = 0,
    on_progress = options.on_progress }
  local ok, err = calls.run(call, function(_, attempt)
    local came, why = once(call, download, attempt)
    why = why or came and error_in(download, attempt.answer)
    return not why and came or nil, why
  end)
  if ok then
    keep(call, download)
  end
  call:done(err)
  return ok, err, download.content_type
end

---------------------------------------------------------------------------
-- the method

local function check(item, path, options)
  if type(item) ~= "table" and type(item) ~= "string" then
    return "expects a reply, one element of its data, or a finished job, not "
      .. (item == nil and "nil" or "a " .. type(item))
  elseif type(path) ~= "string" or path == "" then
    return "path must be the name of the file to write, not "
      .. (path == "" and "an empty string" or "a " .. type(path))
  elseif path:find("%z") then
    return "path must not contain a NUL byte"
  end
  return options ~= nil and options_of.check(options, OPTIONS)
end

local function describe(err)
  err.operation = "client.save"
  return err
end

--- Saves a result to a file: see meta/helpers.lua.
---@param caller indoxhub.Caller
---@param item any a reply, one element of its data, or a finished job
---@param path string
---@param options? indoxhub.SaveOptions
---@return indoxhub.Saved? saved, indoxhub.Error? err
return function(caller, _, item, path, options)
  local wrong = check(item, path, options)
  if wrong then
    error("client.save: " .. wrong, 3)
  end
  local source, err = source_of(item)
  local file
  if source then
    file, err = target.open(path)
  end
  if not file then
    return nil, describe(err)
  end
  local content_type = source.content_type
  local ok
  if source.bytes then
    ok, err = target.write(file, source.bytes)
  else
    ok, err, content_type = fetch(caller, source.url, file, options or {})
  end
  if ok then
    ok, err = target.commit(file)
  end
  if not ok then
    target.discard(file)
    return nil, describe(err)
  end
  return { path = path, bytes = file.size, content_type = content_type }
end
