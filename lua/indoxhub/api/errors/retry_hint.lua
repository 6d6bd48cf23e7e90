--- How long a server asks to wait before the next attempt, wherever it says so.

local answers = require "indoxhub.api.reading.answer"
local times = require "indoxhub.base.times"

-- Seconds, as a header or a body writes them; never less than 0.
local function seconds_of(value)
  if type(value) == "number" then
    return value >= 0 and value < math.huge and value or nil
  end
  return type(value) == "string" and times.decimal(value) or nil
end

-- From one moment to another, nil when it has passed: such a clock is wrong.
local function span(moment, now)
  return moment and moment >= now and moment - now or nil
end

---------------------------------------------------------------------------
-- when a limit begins anew

local DAY = 86400

-- Numbers from here on are no lengths but moments, in seconds since 1970, and
-- from there on in milliseconds.
local MOMENTS, MILLISECONDS = 1e9, 1e11

-- What a reset header says, as seconds from now. A wait beyond a day is not
-- believed.
local function reset_of(value, now)
  local seconds = times.decimal(value)
  if not seconds then
    seconds = times.duration(value)
      or span(times.epoch(value) or times.http_date(value), now)
  elseif seconds >= MOMENTS then
    seconds = span(seconds >= MILLISECONDS and seconds / 1000 or seconds, now)
  end
  return seconds and seconds <= DAY and seconds or nil
end

local function is_used_up(headers, name)
  local left = headers[(name:gsub("%f[%a]reset%f[%A]", "remaining"))]
  return times.decimal(left) == 0
end

-- Of several limits, that which is used up and takes longest; when none says
-- that it is, the one that begins anew first.
local function from_resets(headers, now)
  local longest, shortest
  for name, value in pairs(headers) do
    if name:find("rate%-?limit") and name:find("%f[%a]reset%f[%A]") then
      local seconds = reset_of(value, now)
      if seconds and is_used_up(headers, name) then
        longest = math.max(seconds, longest or 0)
      elseif seconds then
        shortest = math.min(seconds, shortest or seconds)
      end
    end
  end
  return longest or shortest
end

---------------------------------------------------------------------------
-- texts

local WORDS = { sec = 1, second = 1, min = 60, minute = 60, hour = 3600,
  day = 86400 }

-- Where people are told, they are told early.
local LONGEST_TEXT = 300

-- How many details are looked at.
local LONGEST_LIST = 20

-- "Try again in 20 seconds.", "in 1m12.5s" and the like.
local function from_text(text)
  text = (text or ""):sub(1, LONGEST_TEXT):lower()
    :gsub("%f[%a]retry after (%d)", "retry in %1")
  local number, unit = text:match("%f[%a]in (%d+%.?%d*) ?(%a+)")
  local length = WORDS[unit or ""] or WORDS[(unit or ""):match("^(.-)s$") or ""]
  if length then
    return times.decimal(number) * length
  end
  local written = text:match("%f[%a]in (%d[%d%.%a]*)")
  return written and times.duration(written:match("^(.-)%.*$"))
    or unit and times.duration(number .. unit)
end

---------------------------------------------------------------------------
-- bodies

local function table_or_empty(value)
  return type(value) == "table" and value or {}
end

-- What Google's servers list among the details of an error: "34s".
local function from_list(details)
  for i = 1, math.min(#details, LONGEST_LIST) do
    local delay = table_or_empty(details[i]).retryDelay
    local seconds = type(delay) == "string" and times.duration(delay)
    if seconds then
      return seconds
    end
  end
end

-- What a body says in its details, or those of its error, or beside them.
local function from_body(body, now)
  for _, level in ipairs { body, table_or_empty(body.error) } do
    local details = table_or_empty(level.details)
    local seconds = seconds_of(details.retry_after)
      or span(times.epoch(details.reset_time), now)
      or seconds_of(level.retry_after) or from_list(details)
    if seconds then
      return seconds
    end
  end
end

--- Seconds to wait, nil when the server does not say.
---@param answer indoxhub.Answer
---@param body table decoded, may be empty
---@param message? string for people
---@return number?
return function(answer, body, message)
  local headers = answer.headers
  local ms = seconds_of(headers["retry-after-ms"])
  -- The server's own clock, so that ours may be wrong.
  local now = times.http_date(headers.date) or os.time()
  return ms and ms / 1000
    or seconds_of(headers["retry-after"])
    or span(times.http_date(headers["retry-after"]), now)
    or from_body(body, now)
    or answer.status == 429 and from_resets(headers, now)
    or from_text(message or answers.is_plain_text(answer) and answer.text)
    or nil
end
