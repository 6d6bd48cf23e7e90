-- Writes and reads what calls write and read, this library and cjson in turn.
-- Prints the microseconds of each, and the ratio. Argument: rounds.
--
-- A ratio is taken within its round, where both have met the same machine; the
-- median of the rounds is what counts. Garbage is collected before a clock is
-- started, and while it runs as in any program.
local body = require "indoxhub.call.body"
local cjson = require("cjson").new()
local endpoints = require "indoxhub.api.endpoints"
local json = require "indoxhub.base.json"
local params = require "indoxhub.api.params"
local rows = require "spec.bench.rows"

local rounds = tonumber(arg[1])

local SENTENCE = "The quick brown fox said \"hello\" to the lazy dog,\nand "
  .. "went on to \195\184re\195\165 and back again. "

local messages = {}
for i = 1, 1000 do
  messages[i] = { role = i % 2 == 0 and "assistant" or "user",
    content = SENTENCE:rep(1 + i % 3) }
end

-- The same length without anything to be escaped, and as parts.
local plain, parts = {}, {}
for i, message in ipairs(messages) do
  plain[i] = { role = message.role, content = ("a plain word and "):rep(
    math.ceil(#message.content / 17)) }
  parts[i] = { role = message.role, content = { { type = "text",
    text = message.content } } }
end

local REPLY = [[{"id":"chatcmpl-123","object":"chat.completion",
"created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":
{"role":"assistant","content":"Hello there, how may I assist you?\nSay so.",
"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],
"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"cost":0.00123},
"service_tier":"default","system_fingerprint":"fp_44709d6fcb"}]]

-- Seconds of so many calls of fn(value).
local function measure(fn, value, times)
  collectgarbage()
  collectgarbage()
  local started = os.clock()
  for _ = 1, times do
    fn(value)
  end
  return os.clock() - started
end

local function median(values)
  table.sort(values)
  return values[math.floor(#values / 2) + 1]
end

local LUA = rawget(_G, "jit") and "LuaJIT" or _VERSION

local function compare(title, ours, theirs, value, times, most)
  local ones, others, ratios = {}, {}, {}
  for i = 1, rounds do
    ones[i] = measure(ours, value, times) / times * 1e6
    others[i] = measure(theirs, value, times) / times * 1e6
    ratios[i] = ones[i] / others[i]
  end
  print(("  %-34s %9.1f %9.1f us %6.2f x   (%.2f to %.2f)"):format(title,
    median(ones), median(others), median(ratios), ratios[1], ratios[#ratios]))
  if most then
    rows.add { work = title, on = LUA, ours = median(ones), unit = "µs",
      peer = "cjson", theirs = median(others), ratio = median(ratios),
      most = most }
  end
end

-- What a call does with its fields: chat:create and chat:stream alike.
local row = endpoints.find("chat", "create")

local function make_body(fields)
  return assert(body.make(params.place(row, fields, false), true)).text
end

local request = { model = "openai/gpt-4o-mini", messages = messages,
  temperature = 0.7, stream = true }
local delta = '{"id":"chatcmpl-123","choices":[{"index":0,"delta":{"content":'
  .. '" a few words"},"finish_reason":null}],"usage":null}'
local large = REPLY:gsub("Hello", function()
  return ("plain text of a long answer, of 1 MB; "):rep(28000)
end)
local escaped = REPLY:gsub("Hello", function()
  return ("a line of code\\n\\tand a \\\"word\\\", "):rep(32000)
end)
local numbers = {}
for i = 1, 1536 do
  numbers[i] = ("%.8g"):format(math.sin(i))
end

compare("write 1,000 chat messages", json.encode, cjson.encode, request, 50,
  1.3)
compare("check and write them, as chat does", make_body, cjson.encode, {
  model = request.model, messages = messages, temperature = 0.7 }, 50, 1.3)
compare("the same of plain text", make_body, cjson.encode, {
  model = request.model, messages = plain }, 50)
compare("the same, each a list of parts", make_body, cjson.encode, {
  model = request.model, messages = parts }, 50)
compare("read a delta of a stream", json.decode, cjson.decode, delta, 20000)
compare("read a chat reply", json.decode, cjson.decode, REPLY, 10000)
compare("read a reply of 1 MB", json.decode, cjson.decode, large, 50)
compare("read a reply of 1 MB with escapes", json.decode, cjson.decode, escaped,
  30)
compare("read 1,536 numbers", json.decode, cjson.decode,
  "[" .. table.concat(numbers, ",") .. "]", 200)
compare("write 1,536 numbers", json.encode, cjson.encode,
  cjson.decode("[" .. table.concat(numbers, ",") .. "]"), 200)
