-- A frame loop, as games have it: the answer grows while frames go on, and no
-- frame ever waits for the network.
--     lua examples/frame_loop.lua
local indoxhub = require "indoxhub"

local client = indoxhub.new()
local talk -- the coroutine of the running answer
local failure
local text, frames = "", 0

-- Opening a stream waits for its head, so a task does it.
indoxhub.spawn(function()
  local stream, err = client.chat:stream {
    messages = { { role = "user", content = "Write a haiku about rain" } },
  }
  talk = stream and stream:coroutine { wait = false }
  failure = err
end)

local function is_over()
  return failure or talk and coroutine.status(talk) == "dead"
end

local function update()
  indoxhub.step(0.002) -- at most 2 ms of network work in a frame
  while talk and not is_over() do
    local ok, delta, kind = coroutine.resume(talk)
    if not ok then
      failure = delta
    elseif kind == "pending" then
      break -- nothing more in this frame
    elseif not is_over() then
      text = text .. delta
    end
  end
end

repeat
  update()
  frames = frames + 1
  os.execute("sleep 0.016") -- draw, and wait for the screen
until is_over()
print(text)
if failure then
  io.stderr:write(tostring(failure), "\n")
  os.exit(1)
end
print(("(%d frames)"):format(frames))
