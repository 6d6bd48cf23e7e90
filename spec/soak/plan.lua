-- What each call of a run is: its operation, what the server does wrong, and
-- all that differs from call to call, by a seed and the number of the call
-- alone. So a call can be made again by itself.
local made_up = require "spec.soak.made_up"

local plan = {}

---@class soak.Call
---@field number integer
---@field operation string
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

-- What can go wrong with anything, and with some operations only.
local ANYWHERE = { "reset_before", "closed_before", "reset_head", "reset_body",
  "cut_chunk", "wrong_length", "limit_hint", "limit", "unavailable", "failed",
  "stall", "garbage", "page", "leave", "slow" }
local ONLY_OF = {
  stream = { "asked", "error_event", "refused" },
  chat = { "asked" }, embeddings = { "asked" },
}
-- Any bytes are a good file.
local NOT_OF = { download = { garbage = true } }

local FILES = { upload = true, download = true, image = true, cancel = true }
-- One in so many calls is made alone.
local ALONE = 40
-- More tries than any call has.
plan.ALWAYS = 99

-- How streams are read. In tasks of PUC Lua 5.1 no iterator can wait.
local READERS = { "next", "try_next", "reply", "close", "each", "events" }
local READER_COUNT = _VERSION == "Lua 5.1" and not rawget(_G, "jit") and 4
  or #READERS

local function faults_of(operation)
  local list = {}
  for _, names in ipairs { ANYWHERE, ONLY_OF[operation] or {} } do
    for _, name in ipairs(names) do
      if not (NOT_OF[operation] or {})[name] then
        list[#list + 1] = name
      end
    end
  end
  return list
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
---@param seed integer
---@param number integer
---@param percent number of calls with a fault
---@return soak.Call
function plan.call(seed, number, percent)
  local next_number = numbers(seed, number)
  local call = { number = number, fault = "none", times = 0,
    operation = operation_of(next_number(100)), way = next_number(1000000),
    reader = READERS[next_number(#READERS) % READER_COUNT + 1],
    alone = next_number(ALONE) == 0 }
  call.size = size_of(call.operation, next_number)
  if call.operation == "cancel" then
    call.fault, call.times = "late", plan.ALWAYS
    call.alone = false
  elseif next_number(1000) < percent * 10 then
    local faults = faults_of(call.operation)
    call.fault = faults[next_number(#faults) + 1]
    call.times = next_number(2) == 0 and 1 or plan.ALWAYS
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
