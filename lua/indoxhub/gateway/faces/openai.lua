--- Answers in OpenAI's form, whatever dialect the upstream speaks.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"

local openai = {}

local null = json.null

-- Usage as OpenAI names it, with the cost, if it is known.
local function usage_of(usage)
  usage = type(usage) == "table" and usage or {}
  local prompt, completion = usage.tokens_prompt or 0,
    usage.tokens_completion or 0
  return {
    prompt_tokens = prompt, completion_tokens = completion,
    total_tokens = usage.tokens_total or prompt + completion,
    completion_tokens_details = { reasoning_tokens =
      usage.reasoning_tokens or 0 },
    prompt_tokens_details = { cached_tokens = usage.cache_read_tokens or 0 },
    cost = usage.cost,
  }
end

--- Calls of tools as OpenAI writes them; nil for none.
---@param calls? indoxhub.ToolCall[]
---@param is_delta? boolean whether they need an index
function openai.tool_calls(calls, is_delta)
  if not calls or not calls[1] then
    return nil
  end
  local list = {}
  for i, call in ipairs(calls) do
    list[i] = { index = is_delta and i - 1 or nil, id = call.id,
      type = "function", ["function"] = { name = call.name,
        arguments = call.arguments } }
  end
  return list
end

local function reason_of(reply)
  return reply.finish_reason
    or (reply.tool_calls and "tool_calls") or "stop"
end

local function text_of(data)
  if type(data) == "string" then
    return data
  end
  return data ~= nil and json.encode(data) or ""
end

-- Pictures of a chat's answer, in the form that most servers give them.
local function pictures_of(reply)
  local list = {}
  for i, image in ipairs(reply.images or {}) do
    local url = image.url or image.b64_json and ("data:%s;base64,%s"):format(
      image.mime_type or "image/png", image.b64_json)
    list[i] = { type = "image_url", image_url = { url = url } }
  end
  return list[1] and list or nil
end

-- Calls of tools, or the one call that older models make.
local function calls_of(reply, is_delta)
  if reply.function_call then
    return nil, { name = reply.function_call.name,
      arguments = reply.function_call.arguments }
  end
  return openai.tool_calls(reply.tool_calls, is_delta)
end

-- The first answer as an upstream sent it that speaks OpenAI's form.
local function sent(reply)
  local choice = type(reply.choices) == "table" and reply.choices[1]
  return type(choice) == "table" and choice or {}
end

local function message_of(reply)
  local calls, call = calls_of(reply)
  local text = text_of(reply.data)
  local message = type(sent(reply).message) == "table" and sent(reply).message
    or {}
  return { role = "assistant", refusal = reply.refusal or null,
    content = (calls or call) and text == "" and null or text,
    tool_calls = calls, function_call = call, images = pictures_of(reply),
    reasoning_content = reply.reasoning_content,
    annotations = message.annotations, audio = message.audio }
end

local function choices_of(context, reply)
  if reply.choices and reply.choices[2] then
    for i, choice in ipairs(reply.choices) do
      choice.index = i - 1
      choice.finish_reason = choice.finish_reason or "stop"
    end
    return reply.choices
  end
  local choice = { index = 0, finish_reason = reason_of(reply),
    logprobs = sent(reply).logprobs or null }
  if context.operation == "chat" then
    choice.message = message_of(reply)
  else
    choice.text = text_of(reply.data)
  end
  return { choice }
end

local function name_of(context)
  return (context.operation == "chat" and "chatcmpl-" or "cmpl-")
    .. context.request_id
end

--- The body of a chat or a completion.
---@param context table
---@param reply indoxhub.ChatResponse
---@return table
function openai.text(context, reply)
  return { id = name_of(context), created = context.created,
    object = context.operation == "chat" and "chat.completion"
      or "text_completion",
    model = context.model or reply.model or "unknown",
    choices = choices_of(context, reply), usage = usage_of(reply.usage) }
end

--- The body of several completions, one for each prompt.
---@param context table
---@param replies indoxhub.CompletionResponse[]
---@return table
function openai.texts(context, replies)
  local body = openai.text(context, replies[1])
  local sum = body.usage
  body.choices = {}
  for i, reply in ipairs(replies) do
    for _, choice in ipairs(choices_of(context, reply)) do
      choice.index = #body.choices
      body.choices[#body.choices + 1] = choice
    end
    local usage = usage_of(reply.usage)
    for name, value in pairs(i > 1 and usage or {}) do
      if type(value) == "number" then
        sum[name] = (sum[name] or 0) + value
      end
    end
  end
  return body
end

---------------------------------------------------------------------------
-- streams

-- What stands around the only thing that differs between two chunks.
local function frame_of(context)
  local head = ('{"id":%s,"object":%s,"created":%d,"model":%s,"choices":['):
    format(json.encode(name_of(context)),
      context.operation == "chat" and '"chat.completion.chunk"'
        or '"text_completion"', context.created,
      json.encode(context.model or "unknown"))
  return head, "]}"
end

--- What a stream says, as data of its events.
---@param context table
function openai.stream(context)
  local head, tail = frame_of(context)
  local is_chat = context.operation == "chat"
  local before = head .. (is_chat and '{"index":0,"delta":{"content":'
    or '{"index":0,"text":')
  local after = (is_chat and '},"finish_reason":null}'
    or ',"logprobs":null,"finish_reason":null}') .. tail
  local stream = {}

  local function chunk(index, delta, reason)
    local choice = { index = index, finish_reason = reason or null }
    if is_chat then
      choice.delta = delta
    else
      choice.text, choice.logprobs = delta.content or "", null
    end
    return head .. json.encode(choice) .. tail
  end

  function stream.first()
    return is_chat and { chunk(0, { role = "assistant", content = "" }) } or {}
  end

  -- Of most pieces in three strings, of which another one is made soon.
  function stream.piece(text, kind)
    if kind == "text" then
      return before, json.encode(text), after
    elseif kind == "reasoning" then
      return chunk(0, { reasoning_content = text })
    end
    return chunk(0, { refusal = text })
  end

  --- What comes when the upstream has ended: calls of tools and pictures,
  --- answers besides the first, why it ended, the usage if that was asked for.
  function stream.last(reply)
    local list = {}
    local calls, call = calls_of(reply, true)
    local images = pictures_of(reply)
    if is_chat and (calls or call or images) then
      list[1] = chunk(0, { tool_calls = calls, function_call = call,
        images = images })
    end
    for i = 2, #(reply.choices or {}) do
      local choice = reply.choices[i]
      local message = choice.message or { content = choice.text }
      list[#list + 1] = chunk(i - 1, { role = is_chat and "assistant" or nil,
        content = text_of(message.content), tool_calls = message.tool_calls,
        reasoning_content = message.reasoning_content,
        refusal = message.refusal, images = message.images })
      list[#list + 1] = chunk(i - 1, {}, choice.finish_reason or "stop")
    end
    list[#list + 1] = chunk(0, {}, reason_of(reply))
    if context.tells_usage then
      list[#list + 1] = head .. '],"usage":'
        .. json.encode(usage_of(reply.usage)) .. "}"
    end
    return list
  end

  return stream
end

---------------------------------------------------------------------------
-- other answers

local function packed(vector)
  return core.base64(vector:bytes())
end

--- The body of embeddings.
---@param context table
---@param reply indoxhub.EmbeddingResponse with vectors
function openai.embeddings(context, reply)
  local list = json.array()
  for i, vector in ipairs(reply.data) do
    list[i] = { object = "embedding", index = i - 1,
      embedding = context.fields_format == "base64" and packed(vector)
        or vector:table() }
  end
  local usage = usage_of(reply.usage)
  return { object = "list", data = list, model = context.model
    or reply.model or "unknown", usage = { prompt_tokens = usage.prompt_tokens,
      total_tokens = usage.total_tokens, cost = usage.cost } }
end

--- The body of pictures.
function openai.images(context, reply)
  local list = json.array()
  for i, image in ipairs(reply.data) do
    list[i] = { url = image.url, b64_json = image.b64_json,
      revised_prompt = image.revised_prompt }
  end
  return { created = context.created, data = list }
end

--- The body of a transcript; a text where one was asked for.
function openai.transcript(context, reply)
  local data, format = reply.data, context.fields_format or "json"
  if format == "verbose_json" then
    return { task = context.operation == "translation" and "translate"
      or "transcribe", text = data.text, language = data.language,
      duration = data.duration, words = data.words, segments = data.segments }
  elseif format == "json" then
    return { text = data.text }
  end
  return data.text
end

--- An error.
---@param refusal indoxhub.gateway.Refusal
function openai.failure(refusal)
  return { error = { message = refusal.message, type = refusal.type,
    param = refusal.param or null, code = refusal.code or null } }
end

return openai
