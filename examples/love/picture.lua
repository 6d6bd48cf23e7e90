-- How the scene looks, in a window of any size.

local letters = require "letters"

local SKY, HILL = { 0.09, 0.11, 0.20 }, { 0.14, 0.26, 0.22 }
local STAR = { 0.75, 0.80, 0.95 }
local PAPER, INK = { 0.97, 0.96, 0.91 }, { 0.14, 0.15, 0.20 }
local FAINT = { 0.45, 0.46, 0.50 }
local FIELD, PALE = { 0.05, 0.06, 0.11 }, { 0.70, 0.76, 0.88 }
local FACE = { 0.13, 0.16, 0.24 }
local LIGHT, ALARM = { 0.55, 0.95, 0.90 }, { 1.00, 0.48, 0.38 }
local WARNING = { 0.72, 0.20, 0.14 }

-- The robot's own measure: from its lamp to its feet, and its width.
local TALL, WIDE = 274, 156

local picture = { INK = INK, WARNING = WARNING, TALL = TALL }

local fonts

local function fonts_of()
  fonts = fonts or { speech = love.graphics.newFont(18),
    small = love.graphics.newFont(14) }
  return fonts
end

--- Where everything stands: the bubble above, the robot on the ground below it,
--- what is typed at the bottom.
---@return {width: number, height: number, ground: number, scale: number,
--- bubble: table, field: table}
function picture.layout()
  local width, height = love.graphics.getDimensions()
  local bubble = { x = 24, y = 40, width = width - 48, margin = 18,
    height = math.max(90, math.floor(height * 0.42)) }
  local field = { x = 20, y = height - 78, width = width - 40, height = 34 }
  local ground = field.y - 14
  local scale = math.max(0.2, (ground - bubble.y - bubble.height - 24) / TALL)
  return { width = width, height = height, bubble = bubble, field = field,
    ground = ground, scale = math.min(scale, 1.4) }
end

local function box(color, x, y, width, height, round)
  love.graphics.setColor(color)
  love.graphics.rectangle("fill", x, y, width, height, round)
end

local function draw_garden(place)
  local g = love.graphics
  g.clear(SKY)
  g.setColor(STAR)
  for i = 1, 60 do
    g.circle("fill", i * 137 % place.width, i * 89 % (place.height * 0.7),
      i % 3 == 0 and 1.6 or 0.9)
  end
  g.setColor(HILL)
  g.ellipse("fill", place.width / 2, place.height, place.width * 0.8,
    place.height - place.ground + 30)
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
  elseif mood == "happy" then
    g.arc("line", "open", x, y - 8, 14, math.pi * 0.2, math.pi * 0.8)
  else
    g.line(x - 14, y, x + 14, y)
  end
end

local function draw_head(mood, color, time, y)
  local g = love.graphics
  box(color, -12, y + 46, 24, 20)
  box(color, -64, y - 52, 128, 104, 22)
  box(color, -3, y - 76, 6, 26)
  box(FACE, -50, y - 36, 100, 72, 14)
  g.setColor(mood == "sad" and ALARM or LIGHT)
  local lit = mood ~= "thinking" or math.sin(time * 12) > 0
  g.circle(lit and "fill" or "line", 0, y - 82, 8)
  local blinks = time % 3.7 < 0.12
  for _, side in ipairs { -1, 1 } do
    g.ellipse("fill", side * 22, y - 10, 9, blinks and 1.5 or 11)
  end
  draw_mouth(mood, time, 0, y + 18)
end

-- Around a point above its feet, in its own measure.
local function draw_robot(robot, mood, time)
  local color, shade = robot.color, {}
  for i = 1, 3 do
    shade[i] = color[i] * 0.72
  end
  local stride = robot:is_walking() and math.sin(time * 12) * 8 or 0
  local waves = robot.gesture == "wave"
  for _, side in ipairs { -1, 1 } do
    box(shade, side * 23 - 11, -44 - math.max(0, side * stride), 22, 44, 6)
    local is_up = waves and side > 0
    local x = is_up and 78 + math.sin(time * 10) * 8 or side * 68
    box(shade, x - 10, is_up and -160 or -112, 20, 62, 10)
  end
  box(color, -54, -122, 108, 94, 16)
  draw_head(mood, color, time, -184 + math.sin(time * 2) * 3)
end

-- Where the middle of the robot is in the window.
local function middle_of(robot, place)
  local half = WIDE / 2 * place.scale
  return half + robot.x * (place.width - 2 * half)
end

local function place_robot(scene, place)
  local g, robot = love.graphics, scene.robot
  g.push()
  g.translate(middle_of(robot, place),
    place.ground - robot.height * TALL * 0.3 * place.scale)
  g.scale(place.scale)
  if robot.gesture == "dance" then
    g.rotate(math.sin(scene.time * 8) * 0.12)
  end
  draw_robot(robot, scene:mood(), scene.time)
  g.pop()
end

---------------------------------------------------------------------------
-- texts

-- As much of a text as one line has room for.
local function one_line(text, font, width)
  if font:getWidth(text) <= width then
    return text
  end
  while text ~= "" and font:getWidth(text .. "...") > width do
    text = letters.drop_last(text)
  end
  return text .. "..."
end

-- The bubble's texts, as { text, color, font }.
local function texts_of(scene)
  local dots = ("."):rep(1 + math.floor(scene.time * 3) % 3)
  local said = scene.speech.said
  if said == "" and scene:mood() == "thinking" then
    said = dots
  end
  local failure = scene.failure
    and (said == "" and "I have no answer. " or "I cannot go on. ")
    .. scene.failure
  return said, failure
end

-- Prints the last lines of a text that have room. Returns where they end.
local function print_end(text, font, color, x, y, width, height)
  local _, lines = font:getWrap(letters.drawable(font, text), width)
  local room = math.max(1, math.floor(height / font:getHeight()))
  local first = math.max(1, #lines - room + 1)
  love.graphics.setColor(color)
  love.graphics.setFont(font)
  love.graphics.print(table.concat(lines, "\n", first), x, y)
  return y + (#lines - first + 1) * font:getHeight()
end

local function draw_bubble(scene, place)
  local g, b, all = love.graphics, place.bubble, fonts_of()
  local x, y, width = b.x + b.margin, b.y + b.margin, b.width - 2 * b.margin
  local middle = math.min(math.max(middle_of(scene.robot, place), b.x + 30),
    b.x + b.width - 30)
  box(PAPER, b.x, b.y, b.width, b.height, 20)
  g.polygon("fill", middle - 16, b.y + b.height - 1, middle + 16,
    b.y + b.height - 1, middle, b.y + b.height + 18)
  if scene.asked then
    local asked = letters.drawable(all.small, "You: " .. scene.asked)
    y = print_end(one_line(asked, all.small, width), all.small, FAINT, x, y - 6,
      width, 20) + 6
  end
  local said, failure = texts_of(scene)
  local bottom = b.y + b.height - b.margin
  local below = 0
  if failure then
    local _, lines = all.small:getWrap(letters.drawable(all.small, failure),
      width)
    below = math.min(#lines, 4) * all.small:getHeight()
  end
  if said ~= "" then
    y = print_end(said, all.speech, INK, x, y, width, bottom - y - below) + 4
  end
  if failure then
    print_end(failure, all.small, WARNING, x, y, width, bottom - y)
  end
end

local function draw_question(scene, place)
  local g, font, f = love.graphics, fonts_of().speech, place.field
  local text = letters.drawable(font, "> " .. scene.question)
  box(FIELD, f.x, f.y, f.width, f.height, 8)
  g.setColor(PALE)
  g.setFont(font)
  -- The end of a long question stays in sight.
  local shift = math.min(0, f.width - 36 - font:getWidth(text .. "_"))
  g.setScissor(f.x + 10, f.y, math.max(0, f.width - 20), f.height)
  g.print(text .. (scene.time % 1 < 0.5 and "_" or ""), f.x + 12 + shift,
    f.y + 6)
  g.setScissor()
end

local function draw_notes(scene, place)
  local g = love.graphics
  g.setFont(fonts_of().small)
  g.setColor(PALE)
  g.print(("frame %.1f ms, worst of the last second %.1f ms"):format(
    love.timer.getDelta() * 1000, scene:worst_frame() * 1000), 20, 14)
  g.printf("Return asks, Esc stops the answer or leaves", 20,
    place.height - 32, place.width - 40, "right")
end

--- Draws a scene.
---@param scene Scene
function picture.draw(scene)
  local place = picture.layout()
  draw_garden(place)
  place_robot(scene, place)
  draw_bubble(scene, place)
  draw_question(scene, place)
  draw_notes(scene, place)
end

return picture
