-- LÖVE without a window: its frames take what the program takes, and a
-- millisecond of sleep.
local NEEDED = { event = true, timer = true }

function love.conf(t)
  for name in pairs(t.modules) do
    t.modules[name] = NEEDED[name] or false
  end
end
