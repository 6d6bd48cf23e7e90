--- indoxhub.file, indoxhub.bytes, indoxhub.reader, indoxhub.ReaderOptions,
--- client.audio:transcribe
local speech = indoxhub.assert(client.audio:speak {
  input = "Mind the gap.",
})
local name = os.tmpname()
indoxhub.assert(client:save(speech, name))
local file = assert(io.open(name, "rb"))
local data = file:read("*a")
file:close()

local at = 0
local function next_bytes() -- nil at the end
  local piece = data:sub(at + 1, at + 8192)
  at = at + #piece
  return piece ~= "" and piece or nil
end

for _, recording in ipairs {
  indoxhub.file(name, { filename = "gap.wav" }),
  indoxhub.bytes(data, "gap.wav"),
  indoxhub.reader(next_bytes, { filename = "gap.wav" }),
} do
  local reply = indoxhub.assert(client.audio:transcribe {
    file = recording,
  })
  print(reply.data.text:match("%.wav"))
end
--> .wav
--> .wav
--> .wav
os.remove(name)
