-- Draws, speaks, listens and films; writes what it gets into a folder.
--     lua examples/media.lua [FOLDER]
local indoxhub = require "indoxhub"

local folder = arg[1] or "."
local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY

local function save(item, name)
  local saved = indoxhub.assert(client:save(item, folder .. "/" .. name))
  print(("  %s (%d bytes)"):format(name, saved.bytes))
end

print("An image:")
local image = indoxhub.assert(client.images:generate {
  prompt = "a lighthouse at dusk" })
save(image, "lighthouse.png")

print("Speech:")
local speech = indoxhub.assert(client.audio:speak {
  input = "The ferry leaves at nine." })
save(speech, "ferry.wav")

print("What was said:")
local heard = indoxhub.assert(client.audio:transcribe(
  { file = folder .. "/ferry.wav" },
  { on_progress = function(sent, total)
    if sent == total then
      print(("  sent %d bytes"):format(sent))
    end
  end }))
print("  " .. heard.data.text)

print("A video:")
local job = indoxhub.assert(client.videos:generate({
  prompt = "a ferry leaves the harbour",
}, {
  wait = { interval = 1, on_progress = function(seen)
    print(("  %s, %d %%"):format(seen.status, seen.progress or 0))
  end },
}))
save(job, "ferry.mp4")

local usage = indoxhub.assert(client.user:usage())
print(("%d requests so far, for $%.4f"):format(usage.total_requests,
  usage.total_cost))
