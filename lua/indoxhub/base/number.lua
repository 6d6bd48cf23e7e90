--- Numbers as text and back, whatever the locale of the process is: a host may
--- set one with a decimal comma at any time.

local core = require "indoxhub.core"

local number = {}

--- What tonumber() says of a decimal number with a point; a number itself.
---@type fun(value: any): number?
number.read = core.number

--- The shortest text that reads as the same number; whole ones have no point.
--- What is infinite or no number is raised.
---@param value number
---@return string
function number.text(value)
  return core.json_encode(value)
end

--- A number in a format such as "%.2f", with a point.
---@param format string
---@param value number
---@return string
function number.format(format, value)
  return (format:format(value):gsub("(%d)[^%w+-]+(%d)", "%1.%2"))
end

return number
