--- Answers that come as a whole: one function per operation.

local failures = require "indoxhub.gateway.failures"
local fields_of = require "indoxhub.gateway.fields"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local owners = require "indoxhub.gateway.owners"
local upstreams = require "indoxhub.gateway.upstreams"

local unpack = table.unpack or unpack -- luacheck: ignore 143 113

local calls = {}

-- Prompts of one request.
local MOST_PROMPTS = 16

-- What an operation gives: a body (a table, or a text that is no JSON) and the
-- usage; nil and an error of the library, or nil, nil and a refusal.
local operations = {}

-- Makes a call, whose misuse is the request's.
local function ask(gateway, context, resource, method, ...)
  local arguments = { ... }
  local options = gateway.call_options(context)
  options.as = resource == "embeddings" and "vectors" or nil
  arguments[#arguments + 1] = options
  local ok, reply, err = pcall(upstreams.ask, gateway, context, function(one)
    local object = one.client[resource]
    return object[method](object, unpack(arguments))
  end)
  if not ok then
    return nil, nil, failures.misuse(reply, context)
  end
  return reply, err
end

function operations.chat(gateway, context, fields)
  local reply, err, refusal = ask(gateway, context, "chat", "create", fields)
  return reply and gateway.face(context).text(context, reply), err or
    reply and reply.usage, refusal
end

-- The usage of all replies together.
local function sum_of(replies)
  local sum = { calls = #replies }
  for _, reply in ipairs(replies) do
    for name, value in pairs(reply.usage or {}) do
      if type(value) == "number" then
        sum[name] = (sum[name] or 0) + value
      end
    end
  end
  return sum
end

function operations.completion(gateway, context, fields)
  local prompts = type(fields.prompt) == "table" and fields.prompt
    or { fields.prompt }
  if #prompts > MOST_PROMPTS then
    return nil, nil, { status = 400, type = "invalid_request_error",
      param = "prompt", message = ("prompt may have %d texts at most")
        :format(MOST_PROMPTS) }
  end
  local replies = {}
  for i = 1, math.max(1, #prompts) do
    local one = i < #prompts and fields_of.copy(fields) or fields
    one.prompt = prompts[i]
    local reply, err, refusal = ask(gateway, context, "completions", "create",
      one)
    if not reply then
      return nil, err, refusal
    end
    replies[i] = reply
  end
  local face = gateway.face(context)
  if replies[2] then
    return face.texts(context, replies), sum_of(replies)
  end
  return face.text(context, replies[1]), replies[1].usage
end

function operations.embeddings(gateway, context, fields)
  local reply, err, refusal = ask(gateway, context, "embeddings", "create",
    fields)
  return reply and gateway.face(context).embeddings(context, reply), err
    or reply and reply.usage, refusal
end

function operations.image(gateway, context, fields)
  local reply, err, refusal = ask(gateway, context, "images", "generate",
    fields)
  return reply and gateway.face(context).images(context, reply), err
    or reply and reply.usage, refusal
end

---------------------------------------------------------------------------
-- speech

local TYPES = { mp3 = "audio/mpeg", opus = "audio/ogg", aac = "audio/aac",
  flac = "audio/flac", wav = "audio/wav", pcm = "audio/pcm" }

-- Upstreams do not always give what was asked for.
local function type_of(bytes, format)
  if bytes:find("^RIFF") then
    return "audio/wav"
  elseif bytes:find("^OggS") then
    return "audio/ogg"
  elseif bytes:find("^fLaC") then
    return "audio/flac"
  end
  return TYPES[format] or "audio/mpeg"
end

-- The bytes of what was spoken, wherever they are. Should the request be ended
-- meanwhile, calls.leave removes the file.
local function bytes_of(gateway, context, reply)
  local name = os.tmpname()
  context.file_name = name
  local ok, err = context.upstream.client:save(reply, name,
    { timeout = gateway.call_options(context).timeout })
  local file = ok and io.open(name, "rb")
  local bytes = file and file:read("*a")
  if file then
    file:close()
  end
  calls.leave(context)
  return bytes, err
end

function operations.speech(gateway, context, fields)
  local reply, err, refusal = ask(gateway, context, "audio", "speak", fields)
  if not reply then
    return nil, err, refusal
  elseif context.is_native then
    return gateway.face(context).speech(context, reply), reply.usage
  end
  local bytes
  bytes, err = bytes_of(gateway, context, reply)
  if not bytes then
    return nil, err
  end
  context.answer_type = type_of(bytes, context.fields_format or "mp3")
  return bytes, reply.usage
end

local function listen(gateway, context, fields, method)
  local file = context.file
  local name = file.filename:gsub("[^%w%._ -]", "_"):match("[^ ].*$")
  fields.file = indoxhub.bytes(file.bytes, name or "recording")
  local reply, err, refusal = ask(gateway, context, "audio", method, fields)
  if not reply then
    return nil, err, refusal
  end
  local body = gateway.face(context).transcript(context, reply)
  if type(body) == "string" then
    context.answer_type = "text/plain; charset=utf-8"
  end
  return body, reply.usage
end

function operations.transcription(gateway, context, fields)
  return listen(gateway, context, fields, "transcribe")
end

function operations.translation(gateway, context, fields)
  return listen(gateway, context, fields, "translate")
end

---------------------------------------------------------------------------
-- videos: a job belongs to the key that made it

function operations.video(gateway, context, fields)
  local reply, err, refusal = ask(gateway, context, "videos", "generate",
    fields)
  if not reply then
    return nil, err, refusal
  end
  local id = type(reply.data) == "table" and reply.data.job_id
  if id and not owners.note(gateway, context, id) then
    return nil, nil, { status = 503, type = "store_unavailable",
      message = "whose job this is could not be kept" }
  end
  return gateway.face(context).video(context, reply), reply.usage
end

local function with_job(gateway, context, method)
  local is_owner, refusal = owners.check(gateway, context, context.argument)
  if not is_owner then
    return nil, nil, refusal
  end
  local reply, err
  reply, err, refusal = ask(gateway, context, "videos", method,
    context.argument)
  return reply, err, refusal
end

function operations.job(gateway, context)
  local reply, err, refusal = with_job(gateway, context, "job")
  return reply, err, refusal
end

function operations.cancel(gateway, context)
  local reply, err, refusal = with_job(gateway, context, "cancel")
  return reply, err, refusal
end

---------------------------------------------------------------------------

--- In the log phase, too: removes what a request has left on the disk.
---@param context table
function calls.leave(context)
  if context.file_name then
    os.remove(context.file_name)
    context.file_name = nil
  end
end

--- Makes the call of a request. Returns its answer, and the usage; nil and a
--- refusal.
---@param gateway table
---@param context table
---@param fields? table
---@return table? answer, table? usage_or_refusal
function calls.perform(gateway, context, fields)
  local ok, body, second, refusal = pcall(operations[context.operation],
    gateway, context, fields)
  if not ok then
    gateway.report(("request %s: %s"):format(context.request_id,
      tostring(body)))
    return nil, failures.FAULT
  elseif not body then
    if second then
      gateway.tell_failure(context, second)
    end
    return nil, refusal or failures.of(second)
  end
  return { status = 200, content_type = context.answer_type
      or "application/json",
    body = type(body) == "string" and body or json.encode(body) },
    type(second) == "table" and second or nil
end

return calls
