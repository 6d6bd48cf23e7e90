-- A robot that answers, remembers, and does what it says: type a question and
-- press Return. No frame ever waits for the network. Esc stops the answer, and
-- leaves when there is none; Ctrl-V pastes.
--     eval "$(make -s env LUA=luajit)" && love examples/love
-- Without a key, ask a sandbox, to which "echo: I jump to the right and turn
-- red" shows what the robot can do:
--     indoxhub sandbox --port 8080 &
--     export INDOXHUB_API_KEY=any
--     export INDOXHUB_BASE_URL=http://127.0.0.1:8080/api/v1
local indoxhub = require "indoxhub"
local picture = require "picture"
local scenes = require "scene"

-- Seconds of each frame that the network may have.
local BUDGET = 0.002

local scene

function love.load()
  love.keyboard.setKeyRepeat(true)
  scene = scenes.new(indoxhub.new())
end

function love.update(dt)
  indoxhub.step(BUDGET)
  scene:update(dt)
end

function love.draw()
  picture.draw(scene)
end

function love.textinput(text)
  scene:type(text)
end

function love.keypressed(key, _, is_repeat)
  if is_repeat and key ~= "backspace" then
    return -- whoever holds Esc a moment longer does not want to leave
  elseif key == "v" and love.keyboard.isDown("lctrl", "rctrl") then
    scene:type(love.system.getClipboardText())
  elseif not scene:press(key) then
    love.event.quit()
  end
end
