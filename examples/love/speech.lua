-- What the robot says, letter by letter: pieces go in as the network brings
-- them, letters come out as fast as the robot speaks.

local utf8 = require "utf8"

-- Letters a second. The robot hurries when more than a second's worth waits.
local PACE = 45

-- Bytes: whoever brings more should wait while so many are still to be said.
local ENOUGH = 2000

-- Bytes that stay in the bubble.
local LONGEST = 900

---@class Speech
---@field said string what can be seen
---@field unsaid string what is still to be said
local speech_methods = {}
local speech_mt = { __index = speech_methods }

local function new()
  return setmetatable({ said = "", unsaid = "", cut = "", due = 0 }, speech_mt)
end

-- A model may send anything, and LÖVE raises when it is to draw what is not
-- UTF-8. Returns what can be drawn, and the beginning of a letter that was cut.
local function make_valid(text)
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

--- Adds what is to be said.
---@param piece string
function speech_methods:add(piece)
  local text, cut = make_valid(self.cut .. piece)
  self.unsaid, self.cut = self.unsaid .. text, cut
end

--- Says nothing more of what waits.
function speech_methods:hush()
  self.unsaid, self.cut = "", ""
end

---@return boolean
function speech_methods:has_enough()
  return #self.unsaid > ENOUGH
end

---@return boolean
function speech_methods:is_silent()
  return self.unsaid == ""
end

-- Drops what has scrolled out of the bubble, whole words of it.
local function shorten(text)
  if #text <= LONGEST then
    return text
  end
  local from = utf8.offset(text, 0, #text - LONGEST + 1)
  return "... " .. (text:match("%s(%S.*)$", from) or text:sub(from))
end

--- Lets dt seconds go by.
---@param dt number
function speech_methods:update(dt)
  local due = self.due + dt * math.max(PACE, #self.unsaid)
  local letters = math.floor(due)
  local rest = utf8.offset(self.unsaid, letters + 1) or #self.unsaid + 1
  self.due = due - letters
  self.said = shorten(self.said .. self.unsaid:sub(1, rest - 1))
  self.unsaid = self.unsaid:sub(rest)
end

return { new = new }
