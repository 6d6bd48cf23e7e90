--- Halves of characters, which JSON calls surrogates: `\ud83d` in one piece and
--- `\ude00` in the next are one character, and alone they are none.
--
-- json.decode_piece leaves a half as the three bytes that UTF-8 would have for
-- it if it were a character.

local utf8 = require "indoxhub.base.utf8"

local halves = {}

local HIGH, LOW = "\237[\160-\175][\128-\191]", "\237[\176-\191][\128-\191]"

-- The ten bits that a half holds.
local function bits(half)
  local _, second, third = half:byte(1, 3)
  return second % 16 * 64 + third % 64
end

-- The four bytes of the character that two halves are.
local function join_two(pair)
  local point = 0x10000 + bits(pair:sub(1, 3)) * 1024
    + (bits(pair:sub(4, 6)) % 1024)
  return string.char(0xF0 + math.floor(point / 0x40000),
    0x80 + math.floor(point / 0x1000) % 64, 0x80 + math.floor(point / 64) % 64,
    0x80 + point % 64)
end

--- A text whose halves are joined, or replaced where one is alone.
---@param text string
---@return string
function halves.whole(text)
  if not text:find("\237[\160-\191]") then
    return text
  end
  text = text:gsub(HIGH .. LOW, join_two)
  return (text:gsub("\237[\160-\191][\128-\191]", utf8.REPLACEMENT))
end

--- The same for a piece of a text: a half at its end waits for the next.
---@param waiting? string what the piece before left
---@param piece string
---@return string piece, string? waiting
function halves.piece(waiting, piece)
  piece = (waiting or "") .. piece
  local rest, half = piece:match("^(.*)(" .. HIGH .. ")$")
  return halves.whole(rest or piece), half
end

--- Mends all texts of a table, in place, and the names of its fields.
---@generic T
---@param value T
---@return T
function halves.mend(value)
  if type(value) == "string" then
    return halves.whole(value)
  elseif type(value) == "table" then
    local renamed = {}
    for name, item in pairs(value) do
      value[name] = halves.mend(item)
      if type(name) == "string" and halves.whole(name) ~= name then
        renamed[name] = halves.whole(name)
      end
    end
    for name, whole in pairs(renamed) do
      value[whole], value[name] = value[name], nil
    end
  end
  return value
end

return halves
