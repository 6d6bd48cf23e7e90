-- The scene: what the robot is asked, and what it says.
--
-- A question starts a task, which reads the answer as it comes. It waits
-- without holding up a frame: `indoxhub.step` in the frame loop lets it go on.

local indoxhub = require "indoxhub"
local speech = require "speech"
local utf8 = require "utf8"

local CHARACTER = "You are a friendly robot in a garden at night. " ..
  "Answer in a few sentences, without any markup."

local GREETING = "Hello! What would you like to know?"

-- Messages that the robot remembers, of the player and its own.
local MEMORY = 12

-- Bytes of a question.
local LONGEST_QUESTION = 200

---@class Scene
---@field question string what the player has typed
---@field asked? string the question that was asked last
---@field speech Speech
---@field failure? string why there is no more of an answer
local scene_methods = {}
local scene_mt = { __index = scene_methods }

--- A scene whose robot answers through a client.
---@param client indoxhub.Client
---@return Scene
local function new(client)
  local self = setmetatable({ client = client, history = {}, question = "",
    speech = speech.new(), time = 0, frames = {} }, scene_mt)
  self.speech:add(GREETING)
  return self
end

---------------------------------------------------------------------------
-- asking

local function remember(self, role, text)
  table.insert(self.history, { role = role, content = text })
  if #self.history > MEMORY then
    table.remove(self.history, 1)
  end
end

local function messages_with(self, question)
  local messages = { { role = "system", content = CHARACTER } }
  for _, message in ipairs(self.history) do
    messages[#messages + 1] = message
  end
  table.insert(messages, { role = "user", content = question })
  return messages
end

-- Reads no faster than the robot speaks: what waits stays with the server.
-- Returns the reply, or nil and the error.
local function read(stream, said)
  while true do
    local piece, err = stream:next()
    if not piece then
      stream:close()
      return not err and stream:reply() or nil, err
    end
    said:add(piece)
    while said:has_enough() do
      local go_on, cancelled = indoxhub.sleep(0.05)
      if not go_on then
        stream:close()
        return nil, cancelled
      end
    end
  end
end

local function answer(self, question)
  local said = self.speech
  local stream, err = self.client.chat:stream {
    messages = messages_with(self, question) }
  local reply
  if stream then
    reply, err = read(stream, said)
  end
  if reply then
    remember(self, "user", question)
    remember(self, "assistant", reply.data)
  elseif err.kind ~= "cancelled" then
    self.failure = tostring(err)
  end
end

--- Asks the robot.
---@param question string
function scene_methods:ask(question)
  self:stop()
  self.asked, self.speech, self.failure = question, speech.new(), nil
  self.task = indoxhub.spawn(answer, self, question)
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
---@return "sad"|"speaking"|"thinking"|"waiting"
function scene_methods:mood()
  if not self.speech:is_silent() then
    return "speaking"
  elseif self.failure then
    return "sad"
  end
  return self:is_asking() and "thinking" or "waiting"
end

---------------------------------------------------------------------------
-- the keyboard

--- Takes what the player types.
---@param text string
function scene_methods:type(text)
  if #self.question + #text <= LONGEST_QUESTION then
    self.question = self.question .. text
  end
end

local KEYS = {
  backspace = function(self)
    self.question = self.question:sub(1, (utf8.offset(self.question, -1)
      or 1) - 1)
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
  self.speech:update(dt)
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
