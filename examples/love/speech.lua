-- What the robot says, letter by letter: pieces go in as the network brings
-- them, letters come out as fast as the robot speaks. Whoever wants to hear the
-- words gets each as soon as it was said.

local letters = require "letters"
local utf8 = require "utf8"

-- Letters a second. The robot hurries when more than a second's worth waits.
local PACE = 45

-- Bytes: whoever brings more should wait while so many are still to be said.
local ENOUGH = 2000

-- Bytes that stay in the bubble.
local LONGEST = 900

local WORD = "[%w'\128-\255]+"

---@class Speech
---@field said string what can be seen
---@field unsaid string what is still to be said
---@field heard string the word that is just being said
local speech_methods = {}
local speech_mt = { __index = speech_methods }

---@param on_word? fun(word: string)
local function new(on_word)
  return setmetatable({ said = "", unsaid = "", cut = "", due = 0, heard = "",
    on_word = on_word }, speech_mt)
end

--- Adds what is to be said.
---@param piece string
function speech_methods:add(piece)
  local text, cut = letters.valid(self.cut .. piece)
  self.unsaid, self.cut = self.unsaid .. text, cut
end

--- Says nothing more of what waits.
function speech_methods:hush()
  self.unsaid, self.cut, self.heard = "", "", ""
end

---@return boolean
function speech_methods:has_enough()
  return #self.unsaid > ENOUGH
end

---@return boolean
function speech_methods:is_silent()
  return self.unsaid == ""
end

-- Tells of words that have ended; the last one may go on, unless all is over.
local function tell(self, text, is_over)
  local all = self.heard .. text
  self.heard = is_over and "" or all:match(WORD .. "$") or ""
  for word in all:sub(1, #all - #self.heard):gmatch(WORD) do
    if self.on_word then
      self.on_word(word)
    end
  end
end

-- Drops what has scrolled out of the bubble, whole words of it.
local function shorten(text)
  if #text <= LONGEST then
    return text
  end
  local from = utf8.offset(text, 0, #text - LONGEST + 1)
  return "... " .. (text:match("%s(%S.*)$", from) or text:sub(from))
end

--- Lets dt seconds go by. Nothing more comes when it is over.
---@param dt number
---@param is_over boolean
function speech_methods:update(dt, is_over)
  local due = self.due + dt * math.max(PACE, #self.unsaid)
  local count = math.floor(due)
  local rest = utf8.offset(self.unsaid, count + 1) or #self.unsaid + 1
  local now = self.unsaid:sub(1, rest - 1)
  self.due = due - count
  self.said, self.unsaid = shorten(self.said .. now), self.unsaid:sub(rest)
  tell(self, now, is_over and self.unsaid == "")
end

return { new = new }
