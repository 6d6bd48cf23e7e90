-- Plays the example: loads its main file, sends the events of a player, and
-- checks what can be seen. The program whose name it is given returns what the
-- player does, as a function that runs beside the frames:
--
--     return function(player) player.type "Hello" ... end

local picture = require "picture"
local scenes = require "scene"

local new = scenes.new
local player = { picture = picture }

-- The example keeps its scene to itself.
function scenes.new(...)
  player.scene = new(...)
  return player.scene
end

dofile "examples/love/main.lua"

local load, update = love.load, love.update

--- Waits for the next frame.
function player.frame()
  coroutine.yield()
end

--- Waits until a condition holds. Only a broken game comes to the end of it.
function player.wait_until(condition, what)
  local deadline = love.timer.getTime() + 20
  while not condition() do
    if love.timer.getTime() > deadline then
      error("waited too long for " .. what, 2)
    end
    player.frame()
  end
end

--- Types a text, as the window system tells it.
function player.type(text)
  for letter in text:gmatch("[%z\1-\127\194-\244][\128-\191]*") do
    love.event.push("textinput", letter)
  end
end

--- Presses a key, or holds it until it repeats, and waits until the game has
--- taken it.
function player.press(key, is_repeat)
  love.event.push("keypressed", key, key, is_repeat or false)
  player.frame()
end

--- How many points of the bubble are written on, in a colour of the picture.
function player.ink(color)
  local count, bubble = nil, picture.layout().bubble
  local red, green = (color or picture.INK)[1], (color or picture.INK)[2]
  love.graphics.captureScreenshot(function(image)
    count = 0
    for x = bubble.x + 10, bubble.x + bubble.width - 10 do
      for y = bubble.y + 10, bubble.y + bubble.height - 10 do
        local r, g = image:getPixel(x, y)
        if math.abs(r - red) < 0.1 and math.abs(g - green) < 0.1 then
          count = count + 1
        end
      end
    end
  end)
  player.wait_until(function()
    return count
  end, "a picture")
  return count
end

local play

function love.load(arguments)
  load(arguments)
  play = coroutine.create(assert(loadfile(arguments[1]))())
end

function love.update(dt)
  update(dt)
  if coroutine.status(play) == "suspended" then
    local ok, err = coroutine.resume(play, player)
    if not ok then
      io.stderr:write(debug.traceback(play, tostring(err)), "\n")
      love.event.quit(1)
    end
  end
end
