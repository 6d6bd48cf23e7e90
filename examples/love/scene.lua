-- The scene: what the robot is asked, what it says, and what it remembers.
--
-- A question starts a task, which reads the answer as it comes. It waits
-- without holding up a frame: `indoxhub.step` in the frame loop lets it go on.

local indoxhub = require "indoxhub"
local letters = require "letters"
local robots = require "robot"
local speech = require "speech"

local CHARACTER = "You are a friendly robot in a garden at night. " ..
  "Answer in a few sentences, without any markup. " .. robots.abilities()

local GREETING = "Hello! What would you like to know?"

-- Tokens of what was said before that go along with a question.
local MEMORY = 2000

-- Bytes of a question.
local LONGEST_QUESTION = 200

---@class Scene
---@field question string what the player has typed
---@field asked? string the question that was asked last
---@field speech Speech
---@field robot Robot
---@field failure? string why there is no more of an answer
local scene_methods = {}
local scene_mt = { __index = scene_methods }

local function new_speech(self)
  return speech.new(function(word)
    self.robot:hear(word)
  end)
end

--- A scene whose robot answers through a client.
---@param client indoxhub.Client
---@return Scene
local function new(client)
  local self = setmetatable({ question = "", robot = robots.new(), time = 0,
    frames = {}, talk = client:conversation { model = "openai/gpt-4o-mini",
      system = CHARACTER, max_tokens_context = MEMORY } }, scene_mt)
  self.speech = new_speech(self)
  self.speech:add(GREETING)
  return self
end

---------------------------------------------------------------------------
-- asking

-- Reads no faster than the robot speaks: what waits stays with the server.
-- Returns an error if there is one.
local function read(stream, said)
  while true do
    local piece, err = stream:next()
    if not piece then
      return err
    end
    said:add(piece)
    while said:has_enough() do
      local go_on, cancelled = indoxhub.sleep(0.05)
      if not go_on then
        return cancelled
      end
    end
  end
end

-- The task of a question. A conversation is asked one thing at a time, and an
-- answer that was stopped may need a moment to end.
local function answer(self, question, said)
  while self.is_busy do
    if not indoxhub.sleep(0.01) then
      return
    end
  end
  self.is_busy = true
  local stream, err = self.talk:stream(question)
  if stream then
    err = read(stream, said)
    stream:close()
  end
  self.is_busy = false
  if err and err.kind ~= "cancelled" and said == self.speech then
    self.failure = tostring(err)
  end
end

--- Asks the robot.
---@param question string
function scene_methods:ask(question)
  self:stop()
  self.asked, self.speech, self.failure = question, new_speech(self), nil
  self.task = indoxhub.spawn(answer, self, question, self.speech)
end

---@return boolean
function scene_methods:is_asking()
  return self.task ~= nil and self.task:status() == "pending"
end

--- Stops the answer. Returns whether there was one.
---@return boolean
function scene_methods:stop()
  local busy = self:is_asking() or not self.speech:is_silent()
  if self.task then
    self.task:cancel()
  end
  self.speech:hush()
  return busy
end

--- How the robot feels.
---@return "sad"|"happy"|"speaking"|"thinking"|"waiting"
function scene_methods:mood()
  if not self.speech:is_silent() then
    return "speaking"
  elseif self.failure then
    return "sad"
  end
  return self:is_asking() and "thinking" or self.robot.mood or "waiting"
end

---------------------------------------------------------------------------
-- the keyboard

--- Takes what the player types or pastes.
---@param text string
function scene_methods:type(text)
  for letter in letters.valid(text):gsub("%c+", " ")
    :gmatch(letters.PATTERN) do
    if #self.question + #letter > LONGEST_QUESTION then
      return
    end
    self.question = self.question .. letter
  end
end

local KEYS = {
  backspace = function(self)
    self.question = letters.drop_last(self.question)
  end,
  ["return"] = function(self)
    if self.question:find("%S") then
      self:ask(self.question)
      self.question = ""
    end
  end,
}
KEYS.kpenter = KEYS["return"]

--- Takes a key. False when the player wants to leave.
---@param key string
---@return boolean
function scene_methods:press(key)
  if key == "escape" then
    return self:stop()
  elseif KEYS[key] then
    KEYS[key](self)
  end
  return true
end

---------------------------------------------------------------------------
-- time

--- Lets a frame of dt seconds go by.
---@param dt number
function scene_methods:update(dt)
  local frames = self.frames
  self.time = self.time + dt
  self.speech:update(dt, not self:is_asking())
  self.robot:update(dt)
  frames[#frames + 1] = { at = self.time, seconds = dt }
  while frames[1].at < self.time - 1 do
    table.remove(frames, 1)
  end
end

--- Seconds of the longest frame within the last second.
---@return number
function scene_methods:worst_frame()
  local worst = 0
  for _, frame in ipairs(self.frames) do
    worst = math.max(worst, frame.seconds)
  end
  return worst
end

return { new = new }
