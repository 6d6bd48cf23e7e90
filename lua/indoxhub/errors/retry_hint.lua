--- How long a server asks to wait before the next try, wherever it says so.

local answers = require "indoxhub.answer"
local times = require "indoxhub.times"

-- Seconds, as a header or a body writes them; never less than 0.
local function seconds_of(value)
  if type(value) == "number" then
    return value >= 0 and value < math.huge and value or nil
  end
  local seconds = type(value) == "string" and #value < 40
    and value:match("^%s*(%d+%.?%d*)%s*$")
  return seconds and tonumber(seconds) or nil
end

-- From one moment to another, nil when it has passed: such a clock is wrong.
local function span(moment, now)
  return moment and moment >= now and moment - now or nil
end

local UNITS = { ms = 0.001, s = 1, sec = 1, second = 1, min = 60, minute = 60,
  m = 60, h = 3600, hour = 3600, d = 86400, day = 86400 }

-- Where people are told, they are told early.
local LONGEST_TEXT = 300

-- "Try again in 20 seconds." and the like.
local function from_text(text)
  local number, unit = (text or ""):sub(1, LONGEST_TEXT):lower()
    :match("%f[%a]in (%d+%.?%d*) ?(%a+)")
  local length = unit and (UNITS[unit] or UNITS[unit:match("^(.-)s$") or ""])
  return length and tonumber(number) * length
end

--- Seconds to wait, nil when the server does not say.
---@param answer indoxhub.Answer
---@param body table decoded, may be empty
---@param message? string for people
---@return number?
return function(answer, body, message)
  local headers = answer.headers
  local details = type(body.details) == "table" and body.details or {}
  -- The server's own clock, so that ours may be wrong.
  local now = times.http_date(headers.date) or os.time()
  return seconds_of(headers["retry-after"])
    or span(times.http_date(headers["retry-after"]), now)
    or seconds_of(details.retry_after)
    or span(times.epoch(details.reset_time), now)
    or answer.status == 429
      and span(seconds_of(headers["x-ratelimit-reset"]), now)
    or from_text(message or answers.is_plain_text(answer) and answer.text)
    or nil
end
