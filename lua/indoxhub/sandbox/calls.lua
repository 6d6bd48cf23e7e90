--- One paid call: who is asked, what it costs, and the common parts of its
--- reply. What was charged is what usage and analytics count.

local json = require "indoxhub.base.json"
local refusals = require "indoxhub.sandbox.refusals"
local states = require "indoxhub.sandbox.state"

local calls = {}

-- Kind -> the model that answers unless one is named.
local DEFAULT_MODELS = {
  chat = "openai/gpt-4o-mini", completion = "openai/gpt-4o-mini",
  embedding = "openai/text-embedding-3-small", image = "openai/gpt-image-1",
  speech = "openai/tts-1", transcript = "openai/whisper-1",
  video = "google/veo-3.0-generate-001",
}

-- Kind -> what analytics call it.
local ENDPOINTS = { speech = "audio", transcript = "audio" }

local COST_PER_TOKEN = 6e-7

-- How much of a request and of its answer analytics can show.
local LONGEST_CONTENT = 2000

---@class indoxhub.sandbox.Call
---@field id string
---@field kind string
---@field provider string
---@field model string without the provider
---@field created integer seconds since 1970
---@field byok boolean paid with a key of the caller's own
---@field prompt_tokens integer
---@field completion_tokens integer
---@field cost? number when it does not follow from the tokens

--- A rough number of tokens.
---@param text string
---@return integer
function calls.tokens(text)
  return math.ceil(#text / 4)
end

-- The first slash parts provider and model.
local function split_model(kind, fields)
  local name = fields.model or DEFAULT_MODELS[kind]
  local provider, model = name:match("^([^/]+)/(.+)$")
  return provider or fields.provider or "openai", model or name
end

--- Begins a call; nil when it was refused, and the refusal sent.
---@param kind string
---@return indoxhub.sandbox.Call?
function calls.begin(state, request, kind)
  local fields = request.fields
  local provider, model = split_model(kind, fields)
  local byok = fields.byok_api_key ~= nil
  if model:find("unknown", 1, true) then
    return refusals.refuse(state, request, 404,
      ("Model '%s' not found for provider '%s'"):format(model, provider))
  elseif request.account.credits <= 0 and not byok then
    return refusals.refuse(state, request, 402, refusals.message(402))
  end
  local extra = fields.additional_params or {}
  return { id = states.new_id(state), kind = kind, provider = provider,
    model = model, created = os.time(), started = state.clock(), byok = byok,
    session = extra.session_id or fields.session_id, prompt_tokens = 0,
    completion_tokens = 0 }
end

--- Charges a call that was answered.
---@param call indoxhub.sandbox.Call
---@param asked string what analytics show of the request
---@param answered string
function calls.charge(state, request, call, asked, answered)
  local account = request.account
  local cost = call.byok and 0 or call.cost
    or (call.prompt_tokens + call.completion_tokens) * COST_PER_TOKEN
  call.cost, call.latency = cost, state.clock() - call.started
  account.credits = account.credits - cost
  local record = {
    endpoint = ENDPOINTS[call.kind] or call.kind, provider = call.provider,
    model = call.model, prompt = call.prompt_tokens,
    completion = call.completion_tokens, cost = cost, latency = call.latency,
    time = call.created, session = call.session, ip = request.client_ip,
    request = asked:sub(1, LONGEST_CONTENT),
    response = answered:sub(1, LONGEST_CONTENT),
  }
  table.insert(account.calls, record)
  table.insert(state.asked, { provider = call.provider, model = call.model,
    time = call.created, tokens = call.prompt_tokens + call.completion_tokens })
end

--- What a reply says about the cost of its call.
---@param call indoxhub.sandbox.Call
---@return table
function calls.usage(call)
  return {
    tokens_prompt = call.prompt_tokens,
    tokens_completion = call.completion_tokens,
    tokens_total = call.prompt_tokens + call.completion_tokens,
    cost = call.cost, latency = call.latency,
    timestamp = states.stamp(call.created), cache_read_tokens = 0,
    cache_write_tokens = 0, reasoning_tokens = call.reasoning_tokens or 0,
    web_search_count = 0, request_count = 1, cost_breakdown = json.null,
  }
end

--- The envelope around the data of a reply.
---@param call indoxhub.sandbox.Call
---@param data any
---@return table
function calls.envelope(call, data)
  return {
    request_id = call.id, provider = call.provider, model = call.model,
    created_at = states.stamp(call.created),
    duration_ms = call.latency * 1000, success = true, message = "",
    usage = calls.usage(call), raw_response = json.null, data = data,
    byok_api_key = call.byok,
  }
end

return calls
