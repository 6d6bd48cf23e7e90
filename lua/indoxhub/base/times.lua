--- Times as servers write them, as seconds since 1970.

local number = require "indoxhub.base.number"

local times = {}

--- A number from 0 as headers write it, such as "1.5"; nil for any other text.
--- Lua itself reads one by the locale of the process.
---@param text any
---@return number?
function times.decimal(text)
  local written = tostring(text):match("^%s*(%d+%.?%d*)%s*$")
  return written and #written < 40 and number.read(written) or nil
end

local UNITS = { ns = 1e-9, us = 1e-6, ["\194\181s"] = 1e-6, ms = 0.001, s = 1,
  m = 60, h = 3600, d = 86400 }

--- Seconds of a length of time such as "6m0s", "1h2m3.5s" or "120ms".
---@param text any
---@return number?
function times.duration(text)
  local seconds, at = 0, 1
  text = tostring(text):lower():gsub("%s+", "")
  repeat
    local written, unit, after = text:match("^([%d%.]+)([a-z\194\181]+)()", at)
    local count, length = times.decimal(written), UNITS[unit or ""]
    if not count or not length then
      return nil
    end
    seconds, at = seconds + count * length, after
  until at > #text
  return seconds
end

--- Days from 1970-01-01 to a date of the Gregorian calendar. A thirteenth month
--- is the first of the next year.
---@param year number
---@param month number
---@param day number
---@return number
function times.days(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  return 365 * year + math.floor(year / 4) - math.floor(year / 100)
    + math.floor(year / 400) + math.floor((153 * month - 457) / 5)
    + day - 719469
end

--- Seconds since 1970 of a time as servers write it: a number, or ISO 8601,
--- which without a zone means UTC.
---@param value any
---@return number?
function times.epoch(value)
  if type(value) == "number" then
    return value
  elseif type(value) ~= "string" then
    return nil
  end
  local year, month, day, hour, minute, second, zone = value:match(
    "^(%d%d%d%d)-(%d%d)-(%d%d)[Tt ](%d%d):(%d%d):(%d%d%.?%d*)(.*)$")
  if not year then
    return nil
  end
  local days = times.days(tonumber(year), tonumber(month), tonumber(day))
  local seconds = days * 86400 + tonumber(hour) * 3600
    + tonumber(minute) * 60 + times.decimal(second)
  if zone == "" or zone:lower() == "z" then
    return seconds
  end
  local sign, zone_hour, zone_minute = zone:match("^([+-])(%d%d):?(%d?%d?)$")
  if not sign or #zone ~= 3 and #zone_minute ~= 2 then
    return nil
  end
  local offset = tonumber(zone_hour) * 3600
    + (tonumber(zone_minute) or 0) * 60
  return sign == "+" and seconds - offset or seconds + offset
end

local MONTHS = { jan = 1, feb = 2, mar = 3, apr = 4, may = 5, jun = 6, jul = 7,
  aug = 8, sep = 9, oct = 10, nov = 11, dec = 12 }

-- The three forms in which servers may write a date, and in which order its
-- parts stand: day, month, year and time, or month, day, time and year.
local DATES = {
  "^%a+, (%d%d)[ -](%a%a%a)[ -](%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$",
  "^%a+, (%d%d)-(%a%a%a)-(%d%d) (%d%d):(%d%d):(%d%d) GMT$",
}
local OF_C = "^%a%a%a (%a%a%a) ([ %d]%d) (%d%d):(%d%d):(%d%d) (%d%d%d%d)$"

local function parts_of(text)
  for _, form in ipairs(DATES) do
    local day, name, year, hour, minute, second = text:match(form)
    if day then
      return day, name, year, hour, minute, second
    end
  end
  local name, day, hour, minute, second, year = text:match(OF_C)
  return day, name, year, hour, minute, second
end

-- A year of two digits is one of these hundred.
local function full_year(year)
  return #year == 2 and tonumber(year) + (year < "70" and 2000 or 1900)
    or tonumber(year)
end

--- Seconds since 1970 of a date in a header, such as
--- "Sun, 06 Nov 1994 08:49:37 GMT".
---@param text any
---@return number?
function times.http_date(text)
  local day, name, year, hour, minute, second = parts_of(tostring(text))
  local month = MONTHS[(name or ""):lower()]
  return month and times.days(full_year(year), month, tonumber(day)) * 86400
    + tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second)
end

return times
