--- One HTTP exchange in the engine, seen by a task: submit, wait, read.
--
-- What went wrong comes back as nil and an error object without its operation,
-- which the caller knows.

local errors = require "indoxhub.errors"
local loop = require "indoxhub.loop"
local transfer_errors = require "indoxhub.errors.transfer"

local transport = {}

-- What an engine answers when another process made it.
local FORKED, NO_MEMORY = "forked", "out of memory"

---@class indoxhub.Exchange a request as the engine takes it
---@field method string
---@field url string
---@field headers string[]
---@field body? string
---@field timeouts table by phase, false for none
---@field hide indoxhub.Hide for what the answer says
---@field paced? boolean read while it arrives

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

--- Hands a request to the engine.
---@param owner indoxhub.Caller remembers its engine and what runs
---@param exchange indoxhub.Exchange
---@return indoxhub.core.Transfer? transfer, indoxhub.Error? err
function transport.submit(owner, exchange)
  local engine, err = engine_of(owner)
  if not engine then
    return nil, err
  end
  local timeouts = exchange.timeouts
  local transfer, message = engine:submit {
    method = exchange.method, url = exchange.url, headers = exchange.headers,
    body = exchange.body, paced = exchange.paced,
    connect = timeouts.connect or nil, first_byte = timeouts.first_byte or nil,
    idle = timeouts.idle or nil, total = timeouts.total or nil,
    proxy = exchange.proxy, ca_file = exchange.ca_file,
    http1 = exchange.http1, max_bytes = exchange.max_bytes,
    max_event_bytes = exchange.max_event_bytes,
  }
  if not transfer then
    if message == FORKED then
      return nil, errors.forked()
    elseif message == NO_MEMORY then
      return nil, errors.new("limit", message, { code = "memory" })
    end
    return nil, errors.cancelled(message)
  end
  owner.running[transfer] = true
  return transfer
end

--- Waits for news of a transfer. Ends it when the waiting task is cancelled.
---@return true? ok, indoxhub.Error? err
---@param transfer indoxhub.core.Transfer
---@param told integer transfer:told() before the last look at it
function transport.wait(transfer, told)
  if loop.wait_for(transfer, told) then
    return true
  end
  transfer:cancel()
  return nil, errors.cancelled()
end

-- Header lines to {name in lower case = value}; repeated ones joined.
local function parse_headers(lines)
  local headers = {}
  for name, value in lines:gmatch("([^\r\n:]+):[ \t]*([^\r\n]*)") do
    name = name:lower()
    value = value:gsub("%s+$", "")
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
  return headers
end

--- Waits for the head of the answer.
---@param transfer indoxhub.core.Transfer
---@param exchange indoxhub.Exchange
---@return indoxhub.Answer? answer without its text, indoxhub.Error? err
function transport.head(transfer, exchange)
  local hide = exchange.hide
  local told = transfer:told()
  while not transfer:status() and not transfer:result() do
    local ok, err = transport.wait(transfer, told)
    if not ok then
      return nil, err
    end
    told = transfer:told()
  end
  if not transfer:status() then
    -- libcurl takes an end within the headers for the end of the answer.
    return nil, transfer_errors.from_result(transfer:result(), hide,
      (exchange.proxy or "") ~= "")
      or errors.new("truncated", "the answer ended within its headers",
        { code = "closed" })
  end
  local lines = transfer:head()
  return { status = transfer:status(), hide = hide,
    http_version = lines:match("^HTTP/(%S+)"), headers = parse_headers(lines) }
end

--- Waits for the whole body and adds it to the answer as `text`.
---@return indoxhub.Answer? answer, indoxhub.Error? err
function transport.body(transfer, answer)
  transfer:whole()
  local told = transfer:told()
  local result = transfer:result()
  while not result do
    local ok, err = transport.wait(transfer, told)
    if not ok then
      return nil, err
    end
    told = transfer:told()
    result = transfer:result()
  end
  answer.text = transfer:read()
  answer.result = result
  local err = transfer_errors.from_result(result, answer.hide)
  if err then
    err.status = answer.status
    return nil, err
  end
  return answer
end

return transport
