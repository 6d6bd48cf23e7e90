-- The operations of the soak test. Each makes a call, compares what came with
-- what the server sent, and returns "right", "closed" or the call's error; what
-- differs is raised.
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local made_up = require "spec.soak.made_up"
local plan = require "spec.soak.plan"
local streams = require "spec.soak.streams"

local operations = {}

-- Seconds of silence after which a stalled answer, or a handshake, is given up.
local SHORT_IDLE = 0.5

---@class soak.Run what calls need of the run
---@field clients indoxhub.Client[]
---@field server table see servers.faults
---@field folder string for files

-- Where the server of a call is, which knows some faults by the name that it is
-- asked for.
local function root_of(run, call)
  local named = plan.NAMED[call.fault]
  if not named then
    return run.server.roots[call.transport]
  end
  return ("https://%s.soak.localhost:%s"):format(named == true
    and plan.mark(call):sub(1, -2) or named, run.server.ports[call.transport])
end

local function client_of(run, call)
  return run.clients[call.way % #run.clients + 1]:with {
    base_url = root_of(run, call) }
end

local function options_of(call, more)
  local options = more or {}
  if call.fault == "stall" then
    options.timeout = { idle = SHORT_IDLE }
  elseif call.fault == "hangs" then
    options.timeout = { connect = SHORT_IDLE }
  end
  return options
end

local function same(what, got, wanted)
  if got ~= wanted then
    error(streams.difference(what, got, wanted), 0)
  end
end

local function text_of(call, part)
  return table.concat(made_up.pieces(call.number, part or 0, call.size))
end

local function messages_of(call)
  return { { role = "user", content = plan.mark(call) } }
end

function operations.chat(run, call)
  local reply, err = client_of(run, call).chat:create({
    messages = messages_of(call) }, options_of(call))
  if not reply then
    return err
  end
  same("the reply", reply.data, text_of(call))
  return "right"
end

function operations.stream(run, call)
  local stream, err = client_of(run, call).chat:stream({
    messages = messages_of(call) }, options_of(call))
  if not stream then
    return err
  end
  return (streams.read(stream, call))
end

---------------------------------------------------------------------------
-- vectors

local function check_vector(call, vector, part, k)
  for i, wanted in ipairs { call.number, part, k, 0.5 } do
    if vector[i] ~= wanted then
      error(("number %d of vector %d is %s, and not %s"):format(i, k,
        tostring(vector[i]), tostring(wanted)), 0)
    end
  end
end

-- As numbers, as float32, and as float32 that was sent so.
local function vector_ways(call, fields)
  local way = call.way % 3
  if way == 2 then
    fields.additional_params = { encoding_format = "base64" }
  end
  return fields, options_of(call, { as = way > 0 and "vectors" or nil })
end

function operations.embeddings(run, call)
  local texts = {}
  for k = 1, call.size % 5 + 1 do
    texts[k] = plan.mark(call) .. " " .. k
  end
  local client = client_of(run, call)
  local reply, err = client.embeddings:create(vector_ways(call,
    { text = texts }))
  if not reply then
    return err
  end
  for k = 1, #texts do
    check_vector(call, reply.data[k], 0, k)
  end
  return "right"
end

-- Three requests, of which the second has the fault.
function operations.batch(run, call)
  local texts = {}
  for k = 1, 6 do
    local part = math.floor((k - 1) / 2)
    texts[k] = plan.mark(call, part, part ~= 1) .. " " .. k
  end
  local fields, options = vector_ways(call, { text = texts })
  options.size, options.concurrency = 2, call.way % 2 + 2
  local reply, err = client_of(run, call).embeddings:batch(fields, options)
  local missing = table.concat(err and err.missing or {}, " ")
  if err and missing ~= "3 4" then
    error(("a batch misses %q: %s"):format(missing, tostring(err)), 0)
  end
  for k, vector in ipairs((reply or err.partial).data) do
    if vector then
      check_vector(call, vector, math.floor((k - 1) / 2), k)
    end
  end
  return err or "right"
end

---------------------------------------------------------------------------
-- files

local function path_of(run, call)
  return ("%s/%d"):format(run.folder, call.number)
end

-- What is sent of a file's bytes, and the path of the file if it is one.
local function source_of(run, call, bytes)
  local way, at = call.way % 3, 1
  if way == 0 then
    local path = files.write(path_of(run, call), bytes)
    return indoxhub.file(path, { filename = "a.wav" }), path
  elseif way == 1 then
    return indoxhub.bytes(bytes, "a.wav")
  end
  local function read()
    local from = at
    at = at + 5000
    return from <= #bytes and bytes:sub(from, at - 1) or nil
  end
  return indoxhub.reader(read, { size = #bytes, filename = "a.wav",
    rewind = function() at = 1 end })
end

function operations.upload(run, call)
  local bytes = made_up.file(call.number, 0, call.size)
  local source, path = source_of(run, call, bytes)
  local reply, err = client_of(run, call).audio:transcribe({ file = source,
    prompt = plan.mark(call) }, options_of(call))
  if path then
    os.remove(path)
  end
  if not reply then
    return err
  end
  same("what the server heard", reply.data.text, "heard " .. plan.mark(call))
  return "right"
end

-- Saves and compares. An error leaves no file.
local function save(run, call, item)
  local path = path_of(run, call)
  local saved, err = client_of(run, call):save(item, path, options_of(call))
  local got = files.read(path)
  os.remove(path)
  if saved then
    same("the file", got, made_up.file(call.number, 0, call.size))
  elseif got then
    error("a file that could not be saved is there", 0)
  end
  return err or "right"
end

function operations.download(run, call)
  return save(run, call, root_of(run, call) .. "/files/" .. plan.mark(call))
end

function operations.image(run, call)
  local reply, err = client_of(run, call).images:generate({
    prompt = plan.mark(call), response_format = "b64_json" },
    options_of(call))
  return reply and save(run, call, reply) or err
end

---------------------------------------------------------------------------
-- the rest

local function by_header(call)
  return options_of(call, { headers = { ["X-Soak"] = plan.mark(call) } })
end

local function check_status(call, reply, err)
  if not reply then
    return err
  end
  same("the status", reply.status, text_of(call))
  return "right"
end

function operations.health(run, call)
  return check_status(call, client_of(run, call).user:health(by_header(call)))
end

function operations.delete(run, call)
  return check_status(call, client_of(run, call).user:delete_api_key(
    call.number, by_header(call)))
end

-- What a history must hold after a question that had a fault: what came of the
-- answer, which of a closed stream may be more than was read.
local function check_history(call, talk, outcome, text)
  local said = talk:messages()
  local whole, closed = text_of(call, 1), outcome == "closed"
  if closed and said[4] then
    local kept = said[4].content
    text = #kept >= #text and whole:sub(1, #kept) or text
  end
  local wanted = (outcome == "right" or text ~= "") and 4 or 2
  if #said ~= wanted then
    error(("the history has %d messages, and not %d, after %s"):format(#said,
      wanted, tostring(outcome)), 0)
  elseif wanted == 4 then
    same("the history", said[4].content, text)
    if (said[4].partial == true) ~= (outcome ~= "right") then
      error("an answer is marked wrongly as partial or whole", 0)
    end
  end
end

-- The second question, which has the fault.
local function ask_with_fault(talk, call)
  if call.way % 2 == 0 then
    local reply, err = talk:send(plan.mark(call, 1), options_of(call))
    if not reply then
      return err, err.partial or ""
    end
    same("the second answer", reply.data, text_of(call, 1))
    return "right", reply.data
  end
  local stream, err = talk:stream(plan.mark(call, 1), options_of(call))
  if not stream then
    return err, ""
  end
  call.part = 1
  return streams.read(stream, call)
end

local function kept(run, call, talk)
  local path = path_of(run, call)
  indoxhub.assert(talk:save(path))
  local loaded = indoxhub.assert(indoxhub.load_conversation(
    client_of(run, call), path))
  os.remove(path)
  return loaded
end

-- Three questions; one conversation in three is kept in a file meanwhile.
function operations.conversation(run, call)
  local talk = client_of(run, call):conversation { system = "Be brief." }
  local reply = indoxhub.assert(talk:send(plan.mark(call, 0, true)))
  same("the first answer", reply.data, text_of(call, 0))
  local outcome, text = ask_with_fault(talk, call)
  check_history(call, talk, outcome, text)
  if call.way % 3 == 0 then
    talk = kept(run, call, talk)
  end
  reply = indoxhub.assert(talk:send(plan.mark(call, 2, true)))
  same("the third answer", reply.data, text_of(call, 2))
  return outcome
end

local CANCELLED = { "chat", "stream", "upload", "download" }

-- A task that is cancelled before or after its answer.
function operations.cancel(run, call)
  local name = CANCELLED[call.way % #CANCELLED + 1]
  local task = indoxhub.spawn(operations[name], run, call)
  indoxhub.sleep(call.way % 40 / 1000)
  task:cancel()
  local outcome, err = task:await()
  return outcome or err
end

return operations
