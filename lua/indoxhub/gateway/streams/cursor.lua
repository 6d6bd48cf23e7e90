--- Where a reader goes on: the number of the last event that it has got, as the
--- header Last-Event-ID tells it.

local cursor = {}

-- A number of more digits is none that a writer gave.
local MOST_DIGITS = 15

--- What is said of a number that no event of the stream has.
cursor.BEYOND = "Last-Event-ID is the id of no event of this stream."

--- Reads the header. Without one, or with an empty one, it is 0: from the
--- beginning. Nil and what is wrong for what no writer ever gave as an id, as
--- to take that for the beginning would repeat the whole answer.
---@param value? string|string[] as nginx gives it: a list of several headers
---@return integer? number, string? wrong
function cursor.read(value)
  if value == nil or value == "" then
    return 0
  elseif type(value) ~= "string" then
    return nil, "Last-Event-ID came more than once."
  elseif value ~= "0" and not value:find("^[1-9]%d*$")
    or #value > MOST_DIGITS then
    return nil, "Last-Event-ID must be the id of an event of this stream, a "
      .. "whole number, or empty for the beginning."
  end
  return tonumber(value)
end

return cursor
