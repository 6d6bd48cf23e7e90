--- Requests of nginx that end, and what ends with them.
--
-- nginx ends a request whose client has gone away without a word to its Lua,
-- but calls what was registered for its end: a callback of the core's, which
-- makes the engine's descriptor readable (see csrc/net/notice.h).

local base = require "resty.core.base"
local core = require "indoxhub.core"
local ffi = require "ffi"
local loop = require "indoxhub.loop"

local ngx = rawget(_G, "ngx")

local requests = {}

ffi.cdef [[
  typedef struct indoxhub_cleanup {
    void (*handler)(void *);
    void *data;
    struct indoxhub_cleanup *next;
  } indoxhub_cleanup;
  indoxhub_cleanup *ngx_http_cleanup_add(void *request, size_t size);
]]

-- What tells of ends.
local notices

-- Number of a notice -> the transfers that its request has waited for, with
-- their tokens (of one that was collected only that can be said), and functions
-- to be called.
local begun = {}

-- How many functions there are.
local awaited = 0

local WEAK = { __mode = "k" }

-- An nginx that was linked without names for its modules cannot be asked: there
-- a call ends with its next piece, by the semaphore.
local is_told = pcall(function()
  return ffi.C.ngx_http_cleanup_add
end)

-- What a request has waited for is kept where it finds it again: there.
local OF_REQUEST = {}

-- Whether the end of the request that runs will be told under a number.
local function register(record)
  local request = is_told and base.get_request()
  local cleanup = request and ffi.C.ngx_http_cleanup_add(request, 0)
  if not cleanup or cleanup == nil then
    return false
  end
  local number, callback, argument = notices:add()
  if not number then
    return false -- without memory; an empty handler is none
  end
  cleanup.handler = ffi.cast("void (*)(void *)", callback)
  cleanup.data = argument
  begun[number] = record
  return true
end

local function of_request()
  local context = ngx.ctx
  local record = context[OF_REQUEST]
  if not record then
    record = { transfers = setmetatable({}, WEAK), fns = {} }
    record.is_told = register(record)
    context[OF_REQUEST] = record
  end
  return record
end

--- Has an engine become readable when a request ends.
function requests.watch(engine)
  if not notices then
    notices = assert(core.notices())
    assert(engine:watch(notices:fd()))
  end
end

--- Declares that a transfer is to end with the request that runs.
function requests.keep(transfer)
  of_request().transfers[transfer] = transfer:token()
end

--- Calls a function when the request that runs has ended, in the light thread
--- that drives the engine, which must not be made to wait. Returns what takes
--- that back, nil where ends are not told.
function requests.at_end(fn)
  local record = of_request()
  if not record.is_told then
    return nil
  end
  record.fns[fn] = true
  awaited = awaited + 1
  return function()
    if record.fns[fn] then
      record.fns[fn] = nil
      awaited = awaited - 1
    end
  end
end

--- Whether an end is awaited, although no transfer may run.
function requests.is_awaited()
  return awaited > 0
end

local function clear(record, report)
  for transfer, token in pairs(record.transfers) do
    if not loop.is_left(token) then
      transfer:cancel()
    end
  end
  for fn in pairs(record.fns) do
    awaited = awaited - 1
    local ok, err = pcall(fn)
    if not ok then
      report("indoxhub: " .. tostring(err))
    end
  end
  record.fns = {}
end

--- Ends what requests that have ended still wait for.
---@param report fun(line: string) shows an error
function requests.clear_up(report)
  local number = notices:take()
  while number do
    local record = begun[number]
    begun[number] = nil
    if record then
      clear(record, report)
    end
    number = notices:take()
  end
end

return requests
