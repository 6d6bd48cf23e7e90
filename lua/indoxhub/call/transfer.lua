--- A request and its answer on their way, seen by a task: submit, wait, read.
--
-- What went wrong comes back as nil and an error object without its operation,
-- which the caller knows.

local answers = require "indoxhub.api.reading.answer"
local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local loop = require "indoxhub.loop"
local mend = require "indoxhub.api.errors.cut"
local transfer_errors = require "indoxhub.api.errors.transfer"
local upload = require "indoxhub.call.upload"

local transfers = {}

-- What an engine answers when another process made it.
local FORKED, NO_MEMORY = "forked", "out of memory"

---@class indoxhub.HttpRequest a request as the engine takes it
---@field method string
---@field url string
---@field operation string for messages, such as "chat.create"
---@field headers string[]
---@field body? string
---@field form? table[] parts of a form
---@field sent? indoxhub.Body whose function gives bytes while it is sent
---@field expect? boolean send the body when the server says so
---@field on_progress? fun(sent: integer, total?: integer)
---@field connect? number seconds; so are the other three
---@field first_byte? number
---@field idle? number
---@field total? number
---@field hide indoxhub.Hide for what the answer says
---@field gate? indoxhub.core.Gate
---@field paced? boolean read while it arrives
---@field played? indoxhub.core.Played comes in place of an answer
---@field tape_bytes? integer of a copy of the answer

-- The engine a client works with: the one of its first call, for good, because
-- after a fork its connections are the parent's.
local function engine_of(owner)
  if not owner.engine then
    loop.settle_fork()
    local engine, message = loop.engine()
    if not engine then
      return nil, errors.new("network", message, { code = "engine" })
    end
    owner.engine = engine
  end
  return owner.engine
end

local function not_submitted(message, kind)
  if kind == "file" then
    return errors.new("file", message, { code = "unreadable" })
  elseif message == FORKED then
    return errors.forked()
  elseif message == NO_MEMORY then
    return errors.new("limit", message, { code = "memory" })
  end
  return errors.cancelled(message)
end

--- Hands a request to the engine.
---@param owner indoxhub.Caller remembers its engine and what runs
---@param request indoxhub.HttpRequest
---@return indoxhub.core.Transfer? transfer, indoxhub.Error? err
function transfers.submit(owner, request)
  local engine, err = engine_of(owner)
  if not engine then
    return nil, err
  end
  -- A stream that was dropped without a word counts until it is collected, and
  -- where a call blocks nothing else would collect it.
  if request.gate and request.gate:full() and loop.is_blocking() then
    collectgarbage()
  end
  request.progress = (request.on_progress or request.sent) and true or nil
  local transfer, message, kind = engine:submit(request)
  if not transfer then
    return nil, not_submitted(loop.is_parents(engine) and FORKED or message,
      kind)
  end
  owner.running[transfer] = true
  return transfer
end

--- Waits for news of a transfer. Ends it when the waiting task is cancelled.
---@return true? ok, indoxhub.Error? err
---@param transfer indoxhub.core.Transfer
---@param told integer transfer:told() before the last look at it
---@param what? string what the program has called, for messages
function transfers.wait(transfer, told, what)
  if loop.wait_for(transfer, told, what) then
    return true
  end
  transfer:cancel()
  return nil, errors.cancelled()
end

-- Calls a function of the program; when it raises, the transfer ends first.
local function guard(transfer, fn, ...)
  local ok, one, two = pcall(fn, ...)
  if not ok then
    transfer:cancel()
    error(one, 0)
  end
  return one, two
end

-- A file's function may yield.
local function next_bytes(transfer, file)
  if loop.YIELDS_IN_PCALL or not coroutine.running() then
    return guard(transfer, upload.next_bytes, file)
  end
  return upload.next_bytes(file)
end

-- LuaJIT and Lua 5.1 collect as much for an allocation of 64 KiB as for one of
-- 64 bytes, so pieces that were sent would pile up.
local LARGE = 4096

local function let_go(bytes)
  if #bytes >= LARGE then
    collectgarbage("step", math.floor(#bytes / 1024))
  end
end

-- Gives a transfer what it wants of a file whose bytes come from a function;
-- the third result tells that the function has nothing yet. Not before the form
-- has begun to leave: until then the server may refuse it, or not be there, and
-- the function need not start over for another attempt.
local function feed(transfer, file)
  while transfer:hungry() and transfer:sent() > 0 do
    local bytes, err = next_bytes(transfer, file)
    if err then
      transfer:cancel()
      return nil, err
    end
    transfer:feed(bytes)
    if bytes == "" then
      return true, nil, true
    end
    let_go(bytes or "") -- nil at the end
  end
  return true
end

local function show_progress(transfer, request)
  local sent, total = transfer:sent()
  if sent ~= (request.shown or 0) then
    request.shown = sent
    guard(transfer, request.on_progress, sent, total)
  end
end

-- Waits until `look()` finds something, and meanwhile sends what is to be sent.
local function wait_until(transfer, request, look)
  while true do
    local told = transfer:told()
    local found = look()
    if request.on_progress then
      show_progress(transfer, request)
    end
    if found then
      return found
    end
    local ok, err, again = true, nil, nil
    if request.sent then
      ok, err, again = feed(transfer, request.sent.source)
    end
    if ok and not again then
      ok, err = transfers.wait(transfer, told, request.operation)
    end
    if not ok then
      return nil, err
    end
  end
end

--- What went wrong with a transfer that ended; nil when nothing did.
---@param result table transfer:result()
---@param request indoxhub.HttpRequest
---@return indoxhub.Error?
function transfers.failure(result, request)
  return transfer_errors.from_result(result, request.hide,
    (request.proxy or "") ~= "")
end

-- The same for one that ended before its head was complete.
local function no_head(transfer, request)
  local err = transfers.failure(transfer:result(), request)
  if err and err.kind == "truncated" and transfer:head() == "" then
    -- So libcurl puts it when a server of HTTP/2 leaves meanwhile.
    return errors.new("network", "the connection ended without an answer",
      { code = "reset" })
  end
  -- libcurl takes an end within the headers for the end of the answer.
  return err or errors.new("truncated", "the answer ended within its headers",
      { code = "closed" })
end

--- Waits for the head of the answer.
---@param transfer indoxhub.core.Transfer
---@param request indoxhub.HttpRequest
---@return indoxhub.Answer? answer without its text
---@return indoxhub.Error? err
function transfers.head(transfer, request)
  local found, err = wait_until(transfer, request, function()
    return transfer:status() or transfer:result()
  end)
  if not found then
    return nil, err
  elseif not transfer:status() then
    return nil, no_head(transfer, request)
  end
  local lines = transfer:head()
  return { status = transfer:status(), hide = request.hide,
    encoded = transfer:encoded() or nil,
    recorded = request.played and true or nil,
    http_version = lines:match("^HTTP/(%S+)"), headers = core.headers(lines) }
end

-- Blanks in front of a body that are waited for; more could fill the queue.
local MOST_BLANKS = 32 * 1024

--- How the body is to be read, by its first bytes; nil when they do not tell
--- yet.
---@param transfer indoxhub.core.Transfer
---@param answer indoxhub.Answer
---@return "events"|"whole"|nil
function transfers.look_at_form(transfer, answer)
  return answers.form(answer, transfer:peek(), transfer:result() ~= nil
    or transfer:waiting() >= MOST_BLANKS)
end

--- Waits until the first bytes of the body tell how it is to be read.
---@param transfer indoxhub.core.Transfer
---@param answer indoxhub.Answer
---@param request indoxhub.HttpRequest
---@return "events"|"whole"|nil form, indoxhub.Error? err
function transfers.form(transfer, answer, request)
  return wait_until(transfer, request, function()
    return transfers.look_at_form(transfer, answer)
  end)
end

-- More of a body that did not arrive whole is of no use to anybody.
local LARGEST_REMAINS = 1024 * 1024

-- What came of a body, taken out of the transfer.
local function take_body(transfer, err)
  if err and transfer:waiting() > LARGEST_REMAINS then
    transfer:drop()
  end
  return transfer:read()
end

-- The reason of a failed answer stands at its beginning, as a rule.
local function mended(text)
  if not text:find("^%s*[{%[]") then
    return text
  end
  local longer, shorter = mend(text)
  return json.decode(longer) and longer or json.decode(shorter) and shorter
    or text
end

-- What a failed answer says, when its body was cut or cannot be decoded.
local function remains(text, result)
  if result.ended ~= "cut" and text == "" then
    return result.text
  end
  return mended(text)
end

local NOT_WHOLE = { cut = true, encoding = true, encoding_cut = true }

--- Waits for the whole body and adds it to the answer as `text`. Of one that is
--- no success there may be less, as far as it came and could be decoded.
---@param transfer indoxhub.core.Transfer
---@param answer indoxhub.Answer
---@param request indoxhub.HttpRequest
---@return indoxhub.Answer? answer, indoxhub.Error? err
function transfers.body(transfer, answer, request)
  transfer:whole()
  local result, err = wait_until(transfer, request, function()
    return transfer:result()
  end)
  if not result then
    return nil, err
  end
  err = transfers.failure(result, request)
  answer.text = take_body(transfer, err)
  answer.result = result
  if NOT_WHOLE[result.ended] and not answers.is_success(answer) then
    answer.text = remains(answer.text, result)
  elseif err then
    err.status = answer.status
    return nil, err
  end
  return answer
end

--- Whether a transfer ended before its request was sent as a whole, or the
--- server has said that it did nothing about it.
---@param transfer? indoxhub.core.Transfer nil when there never was one
---@return boolean
function transfers.is_unsent(transfer)
  local result = transfer and transfer:result()
  return not transfer or result ~= nil
    and (not result.sent_all or result.unprocessed)
end

return transfers
