--- The API as data: one row per endpoint. Methods, argument checks, annotations
--- and the reference are made from the rows.
--
-- A row:
--   resource, name   client.<resource>:<name>(...)
--   operation        the endpoint's name in the OpenAPI document
--   http, path       `{name}` in a path is a positional argument
--   key              "required", or "optional" where the API answers without
--   params           fields of the request, see below; nil: none
--   extra            where fields go that no param names: the field that takes
--                    them; nil: they are refused
--   reply            the normaliser of resources/ that makes the reply
--   streams          whether `:stream` exists beside it; the call that stops it
--   summary, returns, source   for people; source is the vendor's document
--
-- A param: { name, type, required =, one_of =, about = }. Types are those of
-- params.lua.

local MODEL = { "model", "string",
  about = 'as "provider/model", such as "openai/gpt-4o-mini"' }
local PROVIDER = { "provider", "string",
  about = "provider name, when the model is given without" }
local EXTRA = { "additional_params", "object",
  about = "parameters of the provider, sent as they are" }
local BYOK = { "byok_api_key", "string",
  about = "your own key at the provider; never logged" }

-- What chat and completions have in common.
local GENERATION = {
  { "temperature", "number", about = "sampling temperature" },
  { "max_tokens", "integer", about = "most tokens of the answer" },
  { "top_p", "number", about = "nucleus sampling" },
  { "frequency_penalty", "number", about = "penalty for frequent tokens" },
  { "presence_penalty", "number", about = "penalty for present tokens" },
}

local function list(...)
  local all = {}
  for _, part in ipairs { ... } do
    if type(part[1]) == "table" then
      for _, param in ipairs(part) do
        all[#all + 1] = param
      end
    else
      all[#all + 1] = part
    end
  end
  return all
end

local endpoints = {}

--- Fields that providers take besides those of the API. Written correctly, they
--- are not mistaken for a misspelling of a known field.
endpoints.provider_params = {
  "best_of", "candidate_count", "echo", "fps", "grammar", "logit_bias",
  "logprobs", "max_completion_tokens", "max_output_tokens", "metadata",
  "min_p", "mirostat", "modalities", "n", "num_ctx", "parallel_tool_calls",
  "prediction", "reasoning", "reasoning_effort", "repetition_penalty",
  "response_format", "safety_settings", "seed", "service_tier", "session_id",
  "stop", "stop_sequences", "store", "stream_options", "suffix", "system",
  "thinking", "tool_choice", "tools", "top_a", "top_k", "top_logprobs",
  "typical_p", "user", "verbosity", "web_search_options",
}

endpoints.rows = {
  {
    resource = "chat", name = "create", operation = "create_chat_completion",
    http = "POST", path = "chat/completions", key = "required",
    params = list({ { "messages", "messages", required = true,
      about = 'list of { role = "user", content = "..." }' } },
      MODEL, PROVIDER, GENERATION, EXTRA, BYOK),
    extra = "additional_params",
    reply = "chat", streams = "stop",
    summary = "Answers a conversation.", returns = "indoxhub.ChatResponse",
    source = "client-methods.txt, api-reference.md (Create Chat Completion)",
  },
  {
    resource = "chat", name = "stop", operation = "stop_chat_stream",
    http = "POST", path = "chat/stop-stream/{stream_id}", key = "required",
    reply = "plain",
    summary = "Stops a running stream on the server.", returns = "table",
    source = "api-reference.md (Stop Stream)",
  },
  {
    resource = "completions", name = "create", operation = "create_completion",
    http = "POST", path = "completions", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "text to go on from" } },
      MODEL, PROVIDER, GENERATION, EXTRA, BYOK),
    extra = "additional_params",
    reply = "completion", streams = "stop",
    summary = "Continues a text.", returns = "indoxhub.CompletionResponse",
    source = "text-completions.txt, api-reference.md (Create Completion)",
  },
  {
    resource = "completions", name = "stop",
    operation = "stop_completion_stream",
    http = "POST", path = "completions/stop-stream/{stream_id}",
    key = "required", reply = "plain",
    summary = "Stops a running stream on the server.", returns = "table",
    source = "text-completions.txt (Stop Stream)",
  },
  {
    resource = "models", name = "list", operation = "get_providers",
    http = "GET", path = "models/", key = "optional", reply = "providers",
    summary = "Lists providers, each with its models.",
    returns = "indoxhub.Provider[]",
    source = "client-methods.txt (Models)",
  },
  {
    resource = "user", name = "health", operation = "user_health_check",
    http = "GET", path = "user/health", key = "optional", reply = "plain",
    summary = "Tells whether the API is up.", returns = "table",
    source = "api-reference.md (User Health Check)",
  },
}

--- The row of a call.
---@return table?
function endpoints.find(resource, name)
  for _, row in ipairs(endpoints.rows) do
    if row.resource == resource and row.name == name then
      return row
    end
  end
end

return endpoints
