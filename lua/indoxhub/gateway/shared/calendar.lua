--- Minutes, days and months in UTC, for limits.
--
-- Redis has a clock and no calendar, so the text of this function is a part of
-- the script that runs there; a machine without Redis runs the same.

local calendar = {}

--- windows(now) returns, of seconds since 1970: the minute, the day and the
--- month (as numbers that name them), and the seconds until each is over.
calendar.TEXT = [[
local LENGTHS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function windows(now)
  local floor = math.floor
  local of_day = now % 86400
  local days = floor(now / 86400) + 719468 -- since the 1st of March of year 0
  local era = floor(days / 146097)
  local of_era = days - era * 146097
  local year = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524)
    - floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + floor(year / 4) - floor(year / 100))
  local from_march = floor((5 * of_year + 2) / 153)
  local day = of_year - floor((153 * from_march + 2) / 5) + 1
  local month = from_march < 10 and from_march + 3 or from_march - 9
  year = year + era * 400 + (month <= 2 and 1 or 0)
  local length = LENGTHS[month]
  if month == 2 and year % 4 == 0
    and (year % 100 ~= 0 or year % 400 == 0) then
    length = 29
  end
  return floor(now / 60), floor(now / 86400), year * 12 + month - 1,
    60 - now % 60, 86400 - of_day, (length - day + 1) * 86400 - of_day
end
]]

local load = loadstring or load -- luacheck: ignore 113

--- The same here.
---@type fun(now: integer): integer, integer, integer, integer, integer, integer
calendar.windows = assert(load(calendar.TEXT .. "return windows",
  "=indoxhub.gateway.shared.calendar"))()

return calendar
