-- LÖVE without anything that needs a display or a sound card.
local NEEDED = { event = true, thread = true, timer = true }

function love.conf(t)
  for name in pairs(t.modules) do
    t.modules[name] = NEEDED[name] or false
  end
end
