--- Undoes the escapes by which texts are written inside of others: those of
--- addresses (%2D), of JSON and programs (\u002d, \x2d, \n) and of HTML
--- (&#45;).

local utf8 = require "indoxhub.base.utf8"

local escapes = {}

local LETTERS = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
  ['"'] = '"', ["'"] = "'", ["\\"] = "\\", ["/"] = "/" }

local NAMES = { amp = "&", apos = "'", gt = ">", lt = "<", quot = '"' }

-- The two halves of a character beyond U+FFFF; nil when they are none.
local function joined(high, low)
  if high >= 0xD800 and high <= 0xDBFF and low >= 0xDC00 and low <= 0xDFFF then
    return 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00)
  end
end

-- These return what an escape stands for, and its last byte; nil when what
-- begins there is none.

local function percent(text, at)
  local digits = text:match("^%x%x", at + 1)
  return digits and string.char(tonumber(digits, 16)), at + 2
end

local function backslash(text, at)
  local letter = LETTERS[text:sub(at + 1, at + 1)]
  if letter then
    return letter, at + 1
  end
  local digits = text:match("^x(%x%x)", at + 1)
  if digits then
    return string.char(tonumber(digits, 16)), at + 3
  end
  digits = text:match("^u(%x%x%x%x)", at + 1)
  if not digits then
    return nil
  end
  local point, to = tonumber(digits, 16), at + 5
  local second = text:match("^\\u(%x%x%x%x)", at + 6)
  local whole = second and joined(point, tonumber(second, 16))
  if whole then
    point, to = whole, at + 11
  end
  return utf8.encode(point), to
end

local function entity(text, at)
  local body, to = text:match("^([#%w]+);()", at + 1)
  if not body then
    return nil
  end
  local digits, hexadecimal = body:match("^#0*(%d+)$"), nil
  if not digits then
    hexadecimal = body:match("^#[xX]0*(%x+)$")
  end
  if #(digits or hexadecimal or "") > 7 then
    return nil
  elseif digits or hexadecimal then
    return utf8.encode(tonumber(digits or hexadecimal, digits and 10 or 16)),
      to - 1
  end
  return NAMES[body], to - 1
end

local READERS = { ["%"] = percent, ["\\"] = backslash, ["&"] = entity }
local BEGINNING = "[%%\\&]"

-- Which of the escapes, whose places go up, is the last that begins at or
-- before a byte; 0 when there is none.
local function last_before(places, byte)
  local low, high = 0, #places
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    if places[middle] <= byte then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

--- A text with its escapes undone, once; and a function that tells which bytes
--- of the text some bytes of that came from. Nil when it has none.
---@param text string
---@return string? undone
---@return (fun(first: integer, last: integer): integer, integer)? origin
function escapes.undo(text)
  -- Of each escape: where what it stands for begins and ends in the new text,
  -- and where it stands itself.
  local places, ends, from, to = {}, {}, {}, {}
  local pieces, length, at = {}, 0, 1
  local start = text:find(BEGINNING)
  while start do
    local bytes, last = READERS[text:sub(start, start)](text, start)
    if bytes then
      pieces[#pieces + 1] = text:sub(at, start - 1)
      pieces[#pieces + 1] = bytes
      local n = #places + 1
      places[n] = length + start - at + 1
      length = places[n] + #bytes - 1
      ends[n], from[n], to[n], at = length, start, last, last + 1
    end
    start = text:find(BEGINNING, bytes and at or start + 1)
  end
  if not places[1] then
    return nil
  end
  pieces[#pieces + 1] = text:sub(at)
  return table.concat(pieces), function(first, last)
    local i, j = last_before(places, first), last_before(places, last)
    return i > 0 and (first <= ends[i] and from[i] or to[i] + first - ends[i])
      or first,
      j > 0 and (last <= ends[j] and to[j] or to[j] + last - ends[j]) or last
  end
end

return escapes
