-- What the robot does: it acts on the words that it says. "I jump to the left
-- and turn red" is done while it is said.

-- Seconds that a gesture or a mood takes.
local A_WHILE = 2.5

-- Parts of the ground per second, and heights of a jump.
local PACE, JUMP, GRAVITY = 0.35, 2.2, 6

local COLORS = {
  red = { 0.80, 0.32, 0.30 }, orange = { 0.86, 0.53, 0.25 },
  yellow = { 0.82, 0.72, 0.30 }, green = { 0.35, 0.64, 0.42 },
  blue = { 0.42, 0.55, 0.70 }, purple = { 0.58, 0.42, 0.70 },
  violet = { 0.58, 0.42, 0.70 }, pink = { 0.84, 0.52, 0.64 },
  white = { 0.86, 0.88, 0.90 }, grey = { 0.52, 0.55, 0.60 },
  gray = { 0.52, 0.55, 0.60 }, black = { 0.24, 0.26, 0.30 },
  gold = { 0.80, 0.66, 0.28 }, brown = { 0.55, 0.42, 0.32 },
}

-- Word -> where on the ground, from 0 to 1.
local PLACES = { left = 0.12, right = 0.88, middle = 0.5, centre = 0.5,
  center = 0.5 }

-- Word -> gesture.
local GESTURES = { wave = "wave", waves = "wave", hello = "wave",
  goodbye = "wave", dance = "dance", dances = "dance", music = "dance" }

local JUMPS = { jump = true, jumps = true, hop = true, hooray = true }

-- Word -> mood.
local MOODS = { happy = "happy", glad = "happy", great = "happy",
  wonderful = "happy", love = "happy", sorry = "sad", sad = "sad",
  unfortunately = "sad" }

---@class Robot
---@field x number where it stands, from 0 to 1
---@field height number above the ground, in its own heights
---@field color number[]
---@field gesture? "wave"|"dance"
---@field mood? "happy"|"sad"
local robot_methods = {}
local robot_mt = { __index = robot_methods }

local function new()
  return setmetatable({ x = 0.3, target = 0.3, height = 0, speed = 0,
    color = COLORS.blue, gesture_ends = 0, mood_ends = 0, time = 0 }, robot_mt)
end

--- What the robot can be told to do, for whoever makes up its words.
---@return string
local function abilities()
  return "You can move: when you say left, right or middle you walk there, "
    .. "when you say jump, wave or dance you do so, and when you name a colour "
    .. "you take it. Use these words only for what you do."
end

--- Hears a word of its own, and acts on it.
---@param word string
function robot_methods:hear(word)
  word = word:lower()
  self.target = PLACES[word] or self.target
  self.color = COLORS[word] or self.color
  if GESTURES[word] then
    self.gesture, self.gesture_ends = GESTURES[word], self.time + A_WHILE
  end
  if MOODS[word] then
    self.mood, self.mood_ends = MOODS[word], self.time + A_WHILE
  end
  if JUMPS[word] and self.height == 0 then
    self.speed = JUMP
  end
end

---@return boolean
function robot_methods:is_walking()
  return self.x ~= self.target
end

--- Lets dt seconds go by.
---@param dt number
function robot_methods:update(dt)
  self.time = self.time + dt
  local way, step = self.target - self.x, PACE * dt
  self.x = math.abs(way) <= step and self.target
    or self.x + (way > 0 and step or -step)
  self.height = math.max(0, self.height + self.speed * dt)
  self.speed = self.height > 0 and self.speed - GRAVITY * dt or 0
  if self.time > self.gesture_ends then
    self.gesture = nil
  end
  if self.time > self.mood_ends then
    self.mood = nil
  end
end

return { new = new, abilities = abilities }
