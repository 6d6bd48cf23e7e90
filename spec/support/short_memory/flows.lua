-- Whole calls of a client, while memory runs out.
--
--     flows.lua NOW STEP URL FOLDER NAME...
--
-- URL is the base URL of a sandbox, FOLDER an empty folder, and NAME are the
-- things of below to be done. The last line printed is "N runs, N failed".
local core = require "indoxhub.core"
local exhaust = require "spec.support.short_memory.exhaust"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"

local STEP, FOLDER = tonumber(arg[2]), arg[4]

local OPTIONS = { base_url = arg[3], api_key = "any", max_retries = 1 }
local SIX_TIMES_SEVEN = { messages = { { role = "user",
  content = "What is 6 * 7?" } } }
local COUNT = { messages = { { role = "user", content = "count to 5" } } }

-- What an error may be when memory is short: OpenSSL and the resolver do not
-- tell what they were short of.
local KINDS = { limit = true, network = true }

-- Whether something may have been written.
local used

-- Raised to end a thing in its midst.
local SHORT = "not enough memory, says an error"

local function is_short(err)
  return type(err) == "table" and (KINDS[err.kind] or err.kind == "file"
    and err.message:find("Cannot allocate memory", 1, true) ~= nil)
end

-- The result of a call; one that fails may do so for want of memory.
local function good(strict, result, err)
  if result ~= nil and result ~= false then
    return result
  elseif not strict and is_short(err) then
    error(SHORT, 0)
  end
  error("unexpected: " .. tostring(err), 0)
end

local function equal(expected, got)
  if got ~= expected then
    error(("%s in place of %s"):format(tostring(got), tostring(expected)), 0)
  end
end

local things = {}

function things.create(strict)
  local client = indoxhub.new(OPTIONS)
  local reply = good(strict, client.chat:create(SIX_TIMES_SEVEN))
  equal("6 * 7 is 42.", reply.data)
  client:close()
end

function things.stream(strict)
  local client, pieces = indoxhub.new(OPTIONS), {}
  local stream = good(strict, client.chat:stream(COUNT))
  while true do
    local piece, err = stream:next()
    if not piece then
      good(strict, not err, err)
      break
    end
    pieces[#pieces + 1] = piece
  end
  equal("1 2 3 4 5", table.concat(pieces))
  equal("1 2 3 4 5", good(strict, stream:reply()).data)
end

function things.embeddings(strict)
  local client = indoxhub.new(OPTIONS)
  local reply = good(strict, client.embeddings:batch(
    { text = { "one", "two", "three", "four" } },
    { as = "vectors", size = 2, concurrency = 2 }))
  equal(4, #reply.data)
end

function things.save(strict)
  used = true
  local client = indoxhub.new(OPTIONS)
  local image = good(strict, client.images:generate { prompt = "A ferry" })
  local name = FOLDER .. "/saved"
  local saved = good(strict, client:save(image, name))
  local bytes = files.read(name) or error(SHORT, 0)
  equal(saved.bytes, #bytes)
end

function things.upload(strict)
  local client = indoxhub.new(OPTIONS)
  local reply = good(strict, client.audio:transcribe {
    file = indoxhub.bytes(("sound"):rep(2000), "a.wav") })
  equal("string", type(reply.data.text))
end

function things.conversation(strict)
  used = true
  local client = indoxhub.new(OPTIONS)
  local talk, name = client:conversation { system = "Be brief." },
    FOLDER .. "/talk"
  equal("6 * 7 is 42.", good(strict, talk:send "What is 6 * 7?").data)
  good(strict, talk:save(name))
  local again = good(strict, indoxhub.load_conversation(client, name))
  equal(2, #again:messages())
end

function things.tasks(strict)
  local client = indoxhub.new(OPTIONS)
  local function ask()
    return client.chat:create(SIX_TIMES_SEVEN)
  end
  local answers, errors = indoxhub.gather({ ask, ask, ask })
  for i = 1, 3 do
    equal("6 * 7 is 42.", good(strict, answers[i], errors and errors[i]).data)
  end
end

-- What was kept when memory ran out is found the next time.
function things.map(strict)
  used = true
  local client = indoxhub.new(OPTIONS)
  local questions = { "What is 6 * 7?", "What is 1 + 1?", "What is 2 + 2?" }
  local answers, errors = indoxhub.map(questions, function(question)
    local reply, err = client.chat:create { messages = { { role = "user",
      content = question } } }
    return reply and reply.data, err
  end, { concurrency = 2, resume = FOLDER .. "/kept" })
  good(strict, answers, errors)
  for i, answer in ipairs { "6 * 7 is 42.", "1 + 1 is 2.", "2 + 2 is 4." } do
    local err = errors and errors[i]
    if type(err) == "string" then
      error(err, 0)
    end
    equal(answer, good(strict, not err and answers[i], err))
  end
end

local RECORDINGS = FOLDER .. "/recordings"

function things.recorded(strict)
  used = true
  local client = indoxhub.new(OPTIONS):with { record = RECORDINGS }
  for _ = 1, 2 do
    equal("6 * 7 is 42.", good(strict, client.chat:create(SIX_TIMES_SEVEN))
      .data)
  end
end

function things.mcp(strict)
  local server = indoxhub.mcp { url = OPTIONS.base_url .. "/mcp" }
  local tools = good(strict, server:tools())
  equal("get_weather", tools[1]["function"].name)
  local result = good(strict, server:call("get_weather", { city = "Oslo" }))
  equal("Oslo: 17 degrees, drizzle", result.content[1].text)
  server:close()
end

-- An MCP server that says what it has to, whatever it is asked.
local PROGRAM = { "sh", "-c", [[
read -r line; echo '{"id":1,"result":{"protocolVersion":"2025-11-25"}}'
read -r line; read -r line; echo 'a word' >&2
echo '{"id":2,"result":{"content":[{"type":"text","text":"done"}]}}'
read -r line]] }

function things.program(strict)
  local server = indoxhub.mcp { command = PROGRAM, timeout = 10 }
  local result = good(strict, server:call "anything")
  equal("done", result.content[1].text)
  server:close()
end

-- Nothing but whole files stays, and nothing runs on.
local function close(wrong)
  collectgarbage()
  collectgarbage()
  local left = used and files.list(FOLDER) or ""
  used = false
  for _, name in ipairs(core.list_folder(RECORDINGS) or {}) do
    left = left .. name
    os.remove(RECORDINGS .. "/" .. name)
  end
  os.remove(FOLDER .. "/saved")
  os.remove(FOLDER .. "/talk")
  os.remove(FOLDER .. "/kept")
  local engine = loop.engine()
  engine:close()
  return not wrong and left:find(".part", 1, true) and "it left " .. left or nil
end

-- When memory of Lua runs out in a Lua function, LuaJIT up to October 2022
-- writes the message over the frame of that function, and may crash when it
-- unwinds (its fault 906). Later ones have versions without "beta".
local jit = rawget(_G, "jit")
local WHOSE = jit and jit.version:find("beta", 1, true) and { "c" } or nil

for i = 5, #arg do
  exhaust.all({ name = arg[i], run = things[arg[i]], close = close }, STEP,
    WHOSE)
end
exhaust.done()
