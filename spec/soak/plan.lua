-- What each call of a run is: its operation, what the server does wrong, and
-- all that differs from call to call, by a seed and the number of the call
-- alone. So a call can be made again by itself.
local made_up = require "spec.soak.made_up"

local plan = {}

---@class soak.Call
---@field number integer
---@field operation string
---@field transport "plain"|"tls"|"h2"
---@field fault string what the server does wrong, "none" most often
---@field times integer to how many of its requests
---@field size integer pieces of a text, or bytes of a file
---@field way integer a number that decides what else differs
---@field reader string of its stream: see streams.lua
---@field alone boolean whether it is made outside of all tasks

-- How many of a hundred calls are of an operation.
local SHARES = {
  { "chat", 18 }, { "stream", 26 }, { "embeddings", 8 }, { "batch", 4 },
  { "upload", 9 }, { "health", 9 }, { "download", 9 }, { "image", 4 },
  { "conversation", 5 }, { "delete", 3 }, { "cancel", 5 },
}

-- What can go wrong with anything, whatever carries it,
local ANYWHERE = { "limit_hint", "limit", "unavailable", "failed", "stall",
  "garbage", "page", "leave", "slow", "hints", "trailers" }
-- over some transports only,
local HTTP1 = { "reset_before", "closed_before", "reset_head", "reset_body",
  "cut_chunk", "wrong_length" }
local TLS = { "dies", "hangs", "stranger", "no_notify" }
local OVER = {
  plain = { HTTP1 },
  tls = { HTTP1, TLS, { "no_notify_chunk", "notify_chunk", "notify_length",
    "forged", "until_end" } },
  h2 = { TLS, { "refuse_before", "internal_before", "cancel_before",
    "refuse_head", "internal_head", "refuse_body", "internal_body",
    "cancel_body", "goaway_without", "goaway_twice", "goaway_with",
    "goaway_body", "killed_before", "killed_body", "short", "chatty",
    "single", "narrow" } },
}
-- and with some operations only.
local ONLY_OF = {
  stream = { "asked", "error_event", "refused" },
  chat = { "asked" }, embeddings = { "asked" },
}
local HANDSHAKE = { dies = true, hangs = true, stranger = true }
-- Any bytes are a good file. A handshake is that of all parts of a call.
local NOT_OF = { download = { garbage = true }, batch = HANDSHAKE,
  conversation = HANDSHAKE }
-- What is done to a connection by the name that is asked for: by those of the
-- calls themselves, or by one for all.
plan.NAMED = { dies = true, hangs = true, stranger = true, single = "single",
  narrow = "narrow" }
-- A file that is sent byte by byte is a short one.
local LONGEST_NARROW = 3000

local TRANSPORTS = { "plain", "tls", "h2" }

local FILES = { upload = true, download = true, image = true, cancel = true }
-- One in so many calls is made alone.
local ALONE = 40
-- More tries than any call has.
plan.ALWAYS = 99

-- How streams are read. In tasks of PUC Lua 5.1 no iterator can wait.
local READERS = { "next", "try_next", "reply", "close", "each", "events" }
local READER_COUNT = _VERSION == "Lua 5.1" and not rawget(_G, "jit") and 4
  or #READERS

local function faults_of(operation, transport)
  local list = {}
  local function add(names)
    for _, name in ipairs(names) do
      if not (NOT_OF[operation] or {})[name] then
        list[#list + 1] = name
      end
    end
  end
  add(ANYWHERE)
  add(ONLY_OF[operation] or {})
  for _, names in ipairs(OVER[transport]) do
    add(names)
  end
  return list
end

--- Whether there is such a way to make calls.
---@param name string
---@return boolean
function plan.is_transport(name)
  return OVER[name] ~= nil or name == "mix"
end

local function operation_of(share)
  for _, row in ipairs(SHARES) do
    share = share - row[2]
    if share < 0 then
      return row[1]
    end
  end
end

-- A function that gives numbers from 0 to n - 1.
local function numbers(seed, number)
  local x = (seed * 7919 + number * 104729 + 1) % 2147483647
  return function(n)
    for _ = 1, 3 do
      x = made_up.next(x)
    end
    return math.floor(x / 7) % n
  end
end

-- Small ones most often.
local function size_of(operation, next_number)
  if FILES[operation] then
    return next_number(10) == 0 and 200000 + next_number(100000)
      or 10 + next_number(6000)
  end
  return next_number(10) == 0 and 200 + next_number(800) or 4 + next_number(40)
end

--- The call of a number.
---@param options {seed: integer, transport: string, faults: number} the last is
--- how many of a hundred calls have a fault
---@param number integer
---@return soak.Call
function plan.call(options, number)
  local next_number = numbers(options.seed, number)
  local call = { number = number, fault = "none", times = 0,
    operation = operation_of(next_number(100)), way = next_number(1000000),
    reader = READERS[next_number(#READERS) % READER_COUNT + 1],
    alone = next_number(ALONE) == 0 }
  call.size = size_of(call.operation, next_number)
  call.transport = options.transport == "mix"
    and TRANSPORTS[next_number(#TRANSPORTS) + 1] or options.transport
  if call.operation == "cancel" then
    call.fault, call.times = "late", plan.ALWAYS
    call.alone = false
  elseif next_number(1000) < options.faults * 10 then
    local faults = faults_of(call.operation, call.transport)
    call.fault = faults[next_number(#faults) + 1]
    call.times = next_number(2) == 0 and 1 or plan.ALWAYS
  end
  if call.fault == "stranger" then
    call.times = plan.ALWAYS
  elseif call.fault == "narrow" and call.size > LONGEST_NARROW then
    call.size = call.size % LONGEST_NARROW + 10
  end
  return call
end

--- What tells the server all it has to know.
---@param call soak.Call
---@param part? integer of those that it needs; default 0
---@param right? boolean this part goes well
---@return string
function plan.mark(call, part, right)
  return ("soak-%d-%d-%s-%d-%d."):format(call.number, part or 0,
    right and "none" or call.fault, right and 0 or call.times, call.size)
end

return plan
