-- A conversation in the terminal, which goes on where it was left:
--     lua examples/chat.lua [FILE]
-- What is said is kept in FILE, if one is named. An empty line forgets the last
-- question, Ctrl-C stops an answer (the second one the program), Ctrl-D leaves.
local indoxhub = require "indoxhub"

local path = arg[1]
local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY

local function complain(err)
  io.stderr:write(tostring(err), "\n")
end

local function open()
  local file = path and io.open(path)
  if not file then
    return client:conversation { model = "openai/gpt-4o-mini",
      system = "Answer in a few sentences." }
  end
  file:close()
  return indoxhub.assert(indoxhub.load_conversation(client, path))
end

-- Shows an answer as it comes.
local function show(stream)
  while true do
    local delta, err = stream:next()
    if not delta then
      return err
    end
    io.write(delta)
    io.flush()
  end
end

local function ask(talk, question)
  local stream, err = talk:stream(question)
  if stream then
    -- Lua raises "interrupted!" at Ctrl-C. What came so far is remembered.
    local ok, why = pcall(show, stream)
    stream:close()
    err = why
    if not ok and tostring(why):find("interrupted!", 1, true) then
      err = "(stopped)"
    end
    print()
  end
  if err then
    complain(err)
  end
end

local function read()
  io.write("> ")
  io.flush()
  local line = io.read("*l")
  return line -- here, within `pcall`, Lua raises after Ctrl-C
end

local talk = open()
if #talk:messages() > 0 then
  print(("(%d messages so far)"):format(#talk:messages()))
end
while true do
  local ok, question = pcall(read)
  if not ok or not question then
    break -- not ok: after Ctrl-C at the prompt
  elseif question:find("%S") then
    ask(talk, question)
  else
    local forgotten = talk:undo()
    print(forgotten and "(forgotten: " .. forgotten .. ")"
      or "(nothing to forget)")
  end
  if path then
    local kept, err = talk:save(path)
    if not kept then
      complain(err)
    end
  end
end
print()
