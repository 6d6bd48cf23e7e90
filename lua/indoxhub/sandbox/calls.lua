--- One paid call: who is asked, and what it costs. What was charged is what
--- usage and analytics count.

local catalogue = require "indoxhub.sandbox.catalogue"
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

-- Kind -> the list of models that can do it.
local CATEGORIES = {
  chat = "text_completions", completion = "text_completions",
  embedding = "embeddings", image = "image_generation",
  speech = "text_to_speech", transcript = "speech_to_text",
  video = "video_generation",
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
---@field stamp string the same, as the API writes it
---@field byok boolean paid with a key of the caller's own
---@field prompt_tokens integer
---@field completion_tokens integer
---@field cost? number when it does not follow from the tokens

-- The first slash parts provider and model.
local function split_model(kind, fields)
  local name = fields.model or DEFAULT_MODELS[kind]
  local provider, model = name:match("^([^/]+)/(.+)$")
  return provider or fields.provider or catalogue.provider_of(name) or "openai",
    model or name
end

-- Why a model cannot do what is asked; nil when it can.
local function missing(kind, provider, model)
  local category = catalogue.category(provider, model)
  if not category then
    return ("Model '%s' not found for provider '%s'"):format(model, provider)
  elseif category ~= CATEGORIES[kind] then
    return ("Model '%s' of provider '%s' is not for this: it is one of %s")
      :format(model, provider, category)
  end
end

--- Begins a call; nil when it was refused, and the refusal sent.
---@param kind string
---@return indoxhub.sandbox.Call?
function calls.begin(state, request, kind)
  local fields = request.fields
  local provider, model = split_model(kind, fields)
  local byok = fields.byok_api_key ~= nil
  local wrong = missing(kind, provider, model)
  if wrong then
    return refusals.refuse(state, request, 404, wrong, nil,
      "model_not_found")
  elseif request.account.credits <= 0 and not byok then
    return refusals.refuse(state, request, 402, refusals.message(402))
  end
  local extra = fields.additional_params or {}
  local now = os.time()
  return { id = states.new_id(state), kind = kind, provider = provider,
    model = model, created = now, stamp = states.stamp(now),
    started = state.clock(), byok = byok,
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

return calls
