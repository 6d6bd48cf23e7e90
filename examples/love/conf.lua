-- What LÖVE reads before it opens the window.
function love.conf(t)
  t.identity = "indoxhub-example"
  t.window.title = "Ask the robot"
  t.window.width, t.window.height = 800, 600
  t.window.resizable = true
  t.window.minwidth, t.window.minheight = 420, 400
  t.modules.audio, t.modules.sound, t.modules.physics = false, false, false
  t.modules.joystick, t.modules.touch, t.modules.video = false, false, false
end
