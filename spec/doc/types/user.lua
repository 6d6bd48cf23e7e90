-- Code as users write it. Behind `-->` stands what the Lua language server must
-- find in the line; in all other lines it must find nothing.
local indoxhub = require "indoxhub"

local client = indoxhub.new { timeout = 30, max_retries = 0 }
local slow = client:with { timeout = { total = false, idle = 300 } }

-- What is misspelt.
indoxhub.new { api_kee = "indox-..." } --> assign-type-mismatch
indoxhub.new { trailing_slash = "onn" } --> assign-type-mismatch
indoxhub.new { timeout = "5" } --> assign-type-mismatch
indoxhub.new { timeout = { totl = 5 } } --> assign-type-mismatch
indoxhub.new { timout = { total = 5 } } --> missing-fields
indoxhub.new { heders = {} } --> missing-fields
indoxhub.new { heders = { ["X-Id"] = "1" } } --> missing-fields
client:wiht { timeout = 5 } --> undefined-field
client.chatt:create {} --> undefined-field
indoxhub.spwan(print) --> undefined-field

local reply, err = client.chat:create({
  messages = {
    { role = "system", content = "Answer briefly." },
    { role = "usr", content = "Hello" }, --> assign-type-mismatch
    { role = "user", content = { { type = "text", text = "Hello" } } },
  },
  max_tokens = "7", --> assign-type-mismatch
  temperature = 0.5, seed = 1, stop = { "." }, n = 1, logprobs = true,
  tool_choice = "auto", response_format = { type = "json_object" },
  tools = { { type = "function", ["function"] = { name = "clock" } } },
  anything_else = 1,
}, {
  timeout = 5,
  timout = 5, --> assign-type-mismatch
})

-- What may be nil.
print(reply.data) --> need-check-nil
if not reply then
  if err.kind == "network" then --> need-check-nil
    os.exit(1)
  end
  return
end
print(reply.data, reply.finish_reason == "stop", reply.usage)
client.chat:create {} --> missing-fields
client.chat:create() --> missing-parameter

local same = indoxhub.assert(client.chat:create { messages = {} })
print(same.data, same.success)

-- Streams.
local stream = indoxhub.assert(client.chat:stream({ messages = {} },
  { reasoning = true }))
for delta, kind in stream do
  io.write(delta, kind == "text" and "" or "~")
end
local piece, kind = stream:try_next()
print(piece, kind == "pending", stream.id)
local whole = indoxhub.assert(stream:reply())
print(whole.reasoning_content, whole.tool_calls)
stream:clsoe() --> undefined-field
client.chat:stream({ messages = {} }, { reasonning = true }) --> assign-type-mismatch

-- Conversations.
local talk = client:conversation { model = "openai/gpt-4o-mini",
  system = "Answer briefly.", max_tokens_context = 8000,
  count_tokens = function(message)
    return #message.role
  end }
talk.temperature = 0.5
talk.system = "Answer at length."
talk.sysem = "Answer at length." --> inject-field
talk.max_tokens_context = "8000" --> assign-type-mismatch
talk:send { "What is this?", { image = "photo.jpg" } }
talk:send { "What is this?", indoxhub.file "photo.jpg" }
talk:add { role = "tool", tool_call_id = "1", content = "12" }
print(talk:totals().requests, talk:messages()[1].role)

-- Files, images, audio, videos.
client.audio:transcribe { file = indoxhub.bytes("RIFF", "a.wav"),
  response_format = "srtt" } --> assign-type-mismatch
client.audio:transcribe({ file = "a.wav" }, { on_progress = function(sent)
  print(sent + 1)
end })
client.videos:generate({ prompt = "fog" }, { wait = { interval = 1 } })
client.videos:wait("vj_1", { intervall = 1 }) --> assign-type-mismatch
for job in client.videos:each_job { page_size = 5 } do
  print(job.job_id)
end

-- Vectors.
local vectors = indoxhub.assert(client.embeddings:create({ text = { "a" } },
  { as = "vectors" }))
local hits = indoxhub.assert(indoxhub.top_k({ 1 }, vectors.data, 2,
  { by = "cosine" }))
print(hits[1].score, vectors.dimensions)
indoxhub.top_k({ 1 }, { { 1 } }, 1, { by = "cosin" }) --> assign-type-mismatch

-- Analytics.
local rows = indoxhub.assert(client.analytics:query():last("30d"):by("model")
  :where { provider = "openai" }:fetch())
print(rows:table { width = 80 }, rows[1].model, rows.columns[1])
client.analytics:query():by("modle") --> param-type-mismatch
client.analytics:query():where { modle = "x" } --> assign-type-mismatch

-- Tasks and loops.
local task = indoxhub.spawn(function(a, b)
  return a + b
end, 1, 2)
print(task:status() == "done", task:await())
local results = indoxhub.gather({ function() end }, { concurrency = 2 })
print(results[1], indoxhub.step(0.002), slow)
local texts, failures = indoxhub.map({ "a" }, function(item, index)
  return item .. index
end, { concurrency = 2, resume = "a.jsonl", on_progress = print })
print(texts and texts[1], failures)
indoxhub.map({}, print, { resum = "a" }) --> assign-type-mismatch
indoxhub.use_loop "builtin"
indoxhub.use_loop "bultin" --> param-type-mismatch
indoxhub.on_error = function(failure, traceback)
  print(failure, traceback)
end

-- Any other endpoint.
client:request { path = "user/health", query = { limit = 1 } }
client:request { path = 1 } --> assign-type-mismatch
client:request { path = "user/health", qery = "x" } --> assign-type-mismatch
