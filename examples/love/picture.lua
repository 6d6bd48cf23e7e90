-- How the scene looks.

local WIDTH, HEIGHT = 800, 600

local SKY, HILL = { 0.09, 0.11, 0.20 }, { 0.14, 0.26, 0.22 }
local STAR = { 0.75, 0.80, 0.95 }
local PAPER, INK = { 0.97, 0.96, 0.91 }, { 0.14, 0.15, 0.20 }
local FIELD, PALE = { 0.05, 0.06, 0.11 }, { 0.70, 0.76, 0.88 }
local BODY, SHADE = { 0.42, 0.55, 0.70 }, { 0.30, 0.40, 0.53 }
local FACE = { 0.13, 0.16, 0.24 }
local LIGHT, ALARM = { 0.55, 0.95, 0.90 }, { 1.00, 0.48, 0.38 }

local ROBOT = { x = 150, y = 330 }
local BUBBLE = { x = 280, y = 60, width = 480, height = 330, margin = 18 }

local picture = { BUBBLE = BUBBLE, INK = INK }

local fonts

local function fonts_of()
  fonts = fonts or { speech = love.graphics.newFont(18),
    small = love.graphics.newFont(14) }
  return fonts
end

local function box(color, x, y, width, height, round)
  love.graphics.setColor(color)
  love.graphics.rectangle("fill", x, y, width, height, round)
end

local function draw_garden()
  local g = love.graphics
  g.clear(SKY)
  g.setColor(STAR)
  for i = 1, 60 do
    g.circle("fill", i * 137 % WIDTH, i * 89 % 420, i % 3 == 0 and 1.6 or 0.9)
  end
  g.setColor(HILL)
  g.ellipse("fill", 250, 640, 620, 170)
end

---------------------------------------------------------------------------
-- the robot

local function draw_mouth(mood, time, x, y)
  local g = love.graphics
  g.setLineWidth(3)
  if mood == "speaking" then
    g.ellipse("fill", x, y, 16, 3 + 8 * math.abs(math.sin(time * 14)))
  elseif mood == "sad" then
    g.arc("line", "open", x, y + 12, 14, math.pi * 1.2, math.pi * 1.8)
  else
    g.line(x - 14, y, x + 14, y)
  end
end

local function draw_robot(mood, time, x, y)
  local g = love.graphics
  for _, side in ipairs { -1, 1 } do
    box(SHADE, x + side * 23 - 11, y + 140, 22, 44, 6)
    box(SHADE, x + side * 68 - 10, y + 72, 20, 62, 10)
  end
  box(BODY, x - 54, y + 62, 108, 94, 16)
  y = y + math.sin(time * 2) * 3
  box(BODY, x - 12, y + 46, 24, 20)
  box(BODY, x - 64, y - 52, 128, 104, 22)
  box(BODY, x - 3, y - 76, 6, 26)
  box(FACE, x - 50, y - 36, 100, 72, 14)
  g.setColor(mood == "sad" and ALARM or LIGHT)
  local lit = mood ~= "thinking" or math.sin(time * 12) > 0
  g.circle(lit and "fill" or "line", x, y - 82, 8)
  local blinks = time % 3.7 < 0.12
  for _, side in ipairs { -1, 1 } do
    g.ellipse("fill", x + side * 22, y - 10, 9, blinks and 1.5 or 11)
  end
  draw_mouth(mood, time, x, y + 18)
end

---------------------------------------------------------------------------
-- texts

-- The last lines that have room.
local function lines_of(text, font, width, height)
  local _, lines = font:getWrap(text, width)
  local room = math.floor(height / font:getHeight())
  return table.concat(lines, "\n", math.max(1, #lines - room + 1))
end

local function draw_bubble(text)
  local g, b = love.graphics, BUBBLE
  local width, height = b.width - 2 * b.margin, b.height - 2 * b.margin
  box(PAPER, b.x, b.y, b.width, b.height, 20)
  g.polygon("fill", b.x + 4, b.y + 190, b.x + 4, b.y + 240, b.x - 50, b.y + 245)
  g.setColor(INK)
  g.setFont(fonts_of().speech)
  g.print(lines_of(text, fonts_of().speech, width, height), b.x + b.margin,
    b.y + b.margin)
end

local function draw_question(text, time)
  local g, font = love.graphics, fonts_of().speech
  local cursor = time % 1 < 0.5 and "_" or ""
  box(FIELD, 20, HEIGHT - 78, WIDTH - 40, 34, 8)
  g.setColor(PALE)
  g.setFont(font)
  -- The end of a long question stays in sight.
  local shift = math.min(0, WIDTH - 76 - font:getWidth("> " .. text .. "_"))
  g.setScissor(30, HEIGHT - 78, WIDTH - 60, 34)
  g.print("> " .. text .. cursor, 32 + shift, HEIGHT - 72)
  g.setScissor()
end

local function draw_notes(scene)
  local g = love.graphics
  g.setFont(fonts_of().small)
  g.setColor(PALE)
  g.print(("frame %.1f ms, worst of the last second %.1f ms"):format(
    love.timer.getDelta() * 1000, scene:worst_frame() * 1000), 20, 14)
  g.printf("Return asks, Esc stops the answer or leaves", 20, HEIGHT - 32,
    WIDTH - 40, "right")
  if scene.asked then
    g.print("You asked: " .. scene.asked, 24, HEIGHT - 102)
  end
  if scene.failure then
    g.setColor(ALARM)
    g.printf(scene.failure, BUBBLE.x, BUBBLE.y + BUBBLE.height + 14,
      BUBBLE.width)
  end
end

--- Draws a scene.
---@param scene Scene
function picture.draw(scene)
  draw_garden()
  draw_robot(scene:mood(), scene.time, ROBOT.x, ROBOT.y)
  draw_bubble(scene.speech.said)
  draw_question(scene.question, scene.time)
  draw_notes(scene)
end

return picture
