-- Letters, as they can be drawn. What comes from a model or a keyboard may be
-- anything, and LÖVE raises when it is to draw what is not UTF-8.

local utf8 = require "utf8"

local letters = {}

-- One letter of UTF-8.
letters.PATTERN = "[%z\1-\127\194-\244][\128-\191]*"

-- What stands for a letter that the font does not have.
local MISSING = "?"

-- Letters without a shape of their own: variants, joiners, directions, marks of
-- the byte order.
local SHAPELESS = { ["\239\184\142"] = true, ["\239\184\143"] = true,
  ["\226\128\139"] = true, ["\226\128\140"] = true, ["\226\128\141"] = true,
  ["\226\128\142"] = true, ["\226\128\143"] = true, ["\239\187\191"] = true }

--- Valid UTF-8, and the beginning of a letter that was cut, if the text ends
--- with one.
---@param text string
---@return string valid, string cut
function letters.valid(text)
  while true do
    local _, wrong = utf8.len(text)
    if not wrong then
      return text, ""
    elseif #text - wrong < 3
      and text:find("^[\194-\244][\128-\191]*$", wrong) then
      return text:sub(1, wrong - 1), text:sub(wrong)
    end
    text = text:sub(1, wrong - 1) .. "?" .. text:sub(wrong + 1)
  end
end

--- A text without its last letter.
---@param text string
---@return string
function letters.drop_last(text)
  return text:sub(1, (utf8.offset(text, -1) or 1) - 1)
end

-- Font -> letter -> what is drawn.
local shapes = setmetatable({}, { __mode = "k" })

local function shape_of(font, letter)
  if SHAPELESS[letter] or letter:find("^%c$") and letter ~= "\n" then
    return letter == "\t" and " " or ""
  end
  return (letter == "\n" or font:hasGlyphs(letter)) and letter or MISSING
end

--- A text as a font can draw it.
---@param font love.Font
---@param text string valid UTF-8
---@return string
function letters.drawable(font, text)
  local known = shapes[font] or {}
  shapes[font] = known
  return (text:gsub(letters.PATTERN, function(letter)
    local shape = known[letter] or shape_of(font, letter)
    known[letter] = shape
    return shape
  end))
end

return letters
