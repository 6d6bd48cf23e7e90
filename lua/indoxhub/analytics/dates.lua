--- The days of a query: what people write, as the API wants it.
--
-- Days are whole numbers since 1970-01-01, in UTC as the API counts them.

local times = require "indoxhub.base.times"
local types = require "indoxhub.api.params.types"

local dates = {}

local DAY = 86400

local FIRST, LAST = times.days(1, 1, 1), times.days(9999, 12, 31)

local EXPECTED = 'must be a date such as "2026-01-31", or a time such as ' ..
  '"2026-01-31T18:00:00Z"'

-- Year, month and day of the month of a day.
local function calendar(day)
  local year, month = 1970 + math.floor(day / 365.2425), 1
  while times.days(year, 1, 1) > day do
    year = year - 1
  end
  while times.days(year + 1, 1, 1) <= day do
    year = year + 1
  end
  while times.days(year, month + 1, 1) <= day do
    month = month + 1
  end
  return year, month, day - times.days(year, month, 1) + 1
end

local function month_length(year, month)
  return times.days(year, month + 1, 1) - times.days(year, month, 1)
end

--- A day as the API writes it, YYYY-MM-DD.
---@param day integer
---@return string
function dates.text(day)
  return ("%04d-%02d-%02d"):format(calendar(day))
end

-- Seconds from UTC of a zone as a time ends with it; nil when it is none.
local function zone_offset(zone)
  if zone == "" or zone == "Z" or zone == "z" then
    return 0
  end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d?%d?)$")
  if not sign or #minutes == 1 or tonumber(hours) > 23
    or (tonumber(minutes) or 0) > 59 then
    return nil
  end
  local seconds = tonumber(hours) * 3600 + (tonumber(minutes) or 0) * 60
  return sign == "+" and seconds or -seconds
end

-- Seconds since midnight in UTC of what follows a date; nil when it is no time.
local function seconds_of(text)
  local hour, minute, rest = text:match("^[Tt ](%d%d):(%d%d)(.*)$")
  if not hour or tonumber(hour) > 23 or tonumber(minute) > 59 then
    return nil
  end
  local second, zone = rest:match("^:(%d%d)%.?%d*(.*)$")
  local offset = zone_offset(zone or rest)
  if not offset or tonumber(second or 0) > 60 then -- 60: a leap second
    return nil
  end
  return tonumber(hour) * 3600 + tonumber(minute) * 60
    + math.min(59, tonumber(second or 0)) - offset
end

local function of_text(text)
  local year, month, day, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)(.*)$")
  local seconds = year and (rest == "" and 0 or seconds_of(rest))
  if not seconds then
    return nil, EXPECTED .. ", not " .. types.show(text)
  end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if month < 1 or month > 12 then
    return nil, ("has no month %02d: %s"):format(month, types.show(text))
  elseif day < 1 or day > month_length(year, month) then
    return nil, ("has no day %02d, as that month has %d days: %s")
      :format(day, month_length(year, month), types.show(text))
  end
  return times.days(year, month, day) + math.floor(seconds / DAY)
end

--- The day of a date or time: an ISO text, or seconds since 1970.
---@param value any
---@return integer? day, string? wrong
function dates.day(value)
  local day, wrong
  if type(value) == "string" then
    day, wrong = of_text(value)
  elseif type(value) == "number" and value == value
    and math.abs(value) < math.huge then
    day = math.floor(value / DAY)
  else
    wrong = EXPECTED .. ", not " .. types.show(value)
  end
  if day and (day < FIRST or day > LAST) then
    return nil, "must be in the years 1 to 9999, not " .. types.show(value)
  end
  return day, wrong
end

---------------------------------------------------------------------------
-- periods

-- Unit -> seconds, or months.
local SECONDS = { h = 3600, d = DAY, w = 7 * DAY }
local MONTHS = { m = 1, y = 12 }

---@class indoxhub.Period
---@field count integer
---@field unit string one of h, d, w, m, y

--- Reads how far a period reaches back, such as "30d".
---@param text any
---@return indoxhub.Period? period, string? wrong
function dates.period(text)
  local count, unit = tostring(text):match("^(%d+)(%a)$")
  count = tonumber(count)
  if type(text) ~= "string" or not count or count < 1
    or not (SECONDS[unit] or MONTHS[unit]) then
    return nil, 'must be a number and a unit, such as "30d" (h hours, ' ..
      "d days, w weeks, m months, y years), not " .. types.show(text)
  end
  return { count = count, unit = unit }
end

-- The same day some months before, or the last of a month that is shorter.
local function months_before(day, count)
  local year, month, date = calendar(day)
  month = month - count
  year, month = year + math.floor((month - 1) / 12), (month - 1) % 12 + 1
  if year < 1 then
    return nil
  end
  return times.days(year, month, math.min(date, month_length(year, month)))
end

--- The first day of a period that ends at a moment.
---@param period indoxhub.Period
---@param moment number seconds since 1970
---@return integer? day, string? wrong
function dates.back(period, moment)
  local seconds = SECONDS[period.unit]
  local day
  if seconds then
    day = math.floor((moment - period.count * seconds) / DAY)
  else
    day = months_before(math.floor(moment / DAY),
      period.count * MONTHS[period.unit])
  end
  if not day or day < FIRST then
    return nil, ("%.0f%s goes back before the year 1"):format(period.count,
      period.unit)
  end
  return day
end

--- The moment at which a day ends.
---@param day integer
---@return number seconds since 1970
function dates.ending(day)
  return day * DAY + DAY - 1
end

return dates
