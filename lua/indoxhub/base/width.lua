--- How many cells of a terminal a text takes, and what of a text may go there.
--
-- Names and texts in a reply are not ours: what would move the cursor, change
-- colours, turn the direction of writing around or is no UTF-8 is replaced.

local ranges = require "indoxhub.base.width_ranges"
local utf8 = require "indoxhub.base.utf8"

local width = {}

local ELLIPSIS = "\226\128\166"

-- Signs that turn the direction of writing, and ends of lines and paragraphs.
local TURNS = { { 0x061C, 0x061C }, { 0x200E, 0x200F }, { 0x2028, 0x202E },
  { 0x2066, 0x2069 }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB } }

-- "1100-115F 23F0 ..." as a list of { first, last }.
local function read(text)
  local list = {}
  for first, last in text:gmatch("(%x+)%-?(%x*)") do
    list[#list + 1] = { tonumber(first, 16),
      tonumber(last ~= "" and last or first, 16) }
  end
  return list
end

local wide, without = read(ranges.wide), read(ranges.without)

-- Below it no character is in these ranges.
local FIRST_SPECIAL = 0x300

-- Whether a code point is in a list of ranges in order.
local function is_in(list, point)
  local low, high = 1, #list
  while low <= high do
    local middle = math.floor((low + high) / 2)
    local range = list[middle]
    if point < range[1] then
      high = middle - 1
    elseif point > range[2] then
      low = middle + 1
    else
      return true
    end
  end
  return false
end

-- What is shown of a character, and the cells it takes.
local function shown(text, at)
  local point, length = utf8.character(text, at)
  if not point then
    return utf8.REPLACEMENT, 1, 1
  elseif point == 9 or point == 10 or point == 13 then
    return " ", 1, 1
  elseif point < 0xA0 or is_in(TURNS, point) then
    return utf8.REPLACEMENT, 1, length
  end
  local piece = text:sub(at, at + length - 1)
  if point < FIRST_SPECIAL then
    return piece, 1, length
  end
  return piece, is_in(without, point) and 0 or is_in(wide, point) and 2 or 1,
    length
end

-- The next piece of a text: characters that need no look, as many as fit with
-- one cell left, or one character.
local function next_piece(text, at, room)
  local _, stop = text:find("^[\32-\126]+", at)
  if not stop then
    return shown(text, at)
  end
  stop = math.max(at, math.min(stop, at + room - 2))
  return text:sub(at, stop), stop - at + 1, stop - at + 1
end

--- A text as a terminal may have it, cut to some cells, and the cells it takes.
--- What was cut ends in an ellipsis.
---@param text string
---@param cells? integer 1 or more
---@return string shown, integer cells
function width.fit(text, cells)
  cells = cells or math.huge
  if #text <= cells and not text:find("[^\32-\126]") then
    return text, #text
  end
  local pieces, taken, at = {}, 0, 1
  local kept, kept_taken = 0, 0 -- what leaves a cell for the ellipsis
  while at <= #text do
    local piece, needs, length = next_piece(text, at, cells - taken)
    if taken + needs > cells then
      return table.concat(pieces, "", 1, kept) .. ELLIPSIS, kept_taken + 1
    end
    pieces[#pieces + 1], taken, at = piece, taken + needs, at + length
    if taken < cells then
      kept, kept_taken = #pieces, taken
    end
  end
  return table.concat(pieces), taken
end

--- The same with blanks to fill the cells.
---@param text string
---@param cells integer
---@param right? boolean the blanks come first
---@return string
function width.pad(text, cells, right)
  local fitted, taken = width.fit(text, cells)
  local blanks = (" "):rep(cells - taken)
  return right and blanks .. fitted or fitted .. blanks
end

return width
