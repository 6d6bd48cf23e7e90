--- From a request to what answers it. Paths and methods come from the endpoint
--- table; every row has one handler here, under its operation.

local access = require "indoxhub.sandbox.access"
local account = require "indoxhub.sandbox.account"
local analytics = require "indoxhub.sandbox.analytics"
local embeddings = require "indoxhub.sandbox.embeddings"
local endpoints = require "indoxhub.api.endpoints"
local files = require "indoxhub.sandbox.files"
local generation = require "indoxhub.sandbox.generation"
local http = require "indoxhub.sandbox.http"
local images = require "indoxhub.sandbox.images"
local keys = require "indoxhub.sandbox.keys"
local mcp = require "indoxhub.sandbox.mcp"
local models = require "indoxhub.sandbox.models"
local speech = require "indoxhub.sandbox.speech"
local transcripts = require "indoxhub.sandbox.transcripts"
local videos = require "indoxhub.sandbox.videos"

local routes = {}

-- Operation -> handler(state, request).
routes.handlers = {
  create_chat_completion = generation.chat,
  create_completion = generation.completion,
  stop_chat_stream = generation.stop,
  stop_completion_stream = generation.stop,
  create_embedding = embeddings.create,
  create_image = images.create,
  create_text_to_speech = speech.create,
  create_transcription = transcripts.transcribe,
  create_translation = transcripts.translate,
  create_video = videos.create,
  get_video_job_status = videos.job,
  get_user_video_jobs = videos.jobs,
  cancel_video_job = videos.cancel,
  get_providers = models.list,
  get_trending_models_data = models.trending,
  get_provider_info = models.provider,
  get_model_info = models.model,
  get_text_completion_models = models.category,
  get_embedding_models = models.category,
  get_image_generation_models = models.category,
  get_text_to_speech_models = models.category,
  get_speech_to_text_models = models.category,
  get_video_generation_models = models.category,
  get_usage_data = analytics.usage,
  get_session_data = analytics.sessions,
  get_model_performance = analytics.models,
  user_health_check = account.health,
  get_current_user_details = account.me,
  list_transactions = account.transactions,
  get_usage_stats = account.usage,
  delete_user_account = account.delete,
  list_api_keys = keys.list,
  create_new_api_key = keys.create,
  delete_api_key = keys.delete,
  revoke_user_api_key = keys.revoke,
  enable_user_api_key = keys.enable,
}

-- Besides the endpoints: the exchange of a key for a token.
local EXCHANGES = {
  { http = "POST", path = "auth/api-key", handler = access.exchange_key },
  { http = "POST", path = "auth/token", handler = access.exchange_password },
}

-- What OpenAI's own clients ask below /v1, and the vendor has elsewhere or not
-- at all. `like` names the operation whose fields it takes.
local OPENAI = {
  { http = "GET", path = "models", handler = models.openai_list },
  { http = "GET", path = "models/{model}", handler = models.openai_model },
  { http = "POST", path = "completions", handler = generation.completion,
    like = "create_completion", prompts = true },
  { http = "POST", path = "audio/speech", handler = speech.bytes,
    like = "create_text_to_speech" },
  { http = "POST", path = "audio/transcriptions",
    handler = transcripts.transcribe, like = "create_transcription" },
  { http = "POST", path = "audio/translations",
    handler = transcripts.translate, like = "create_translation" },
  { http = "POST", path = "responses", handler = generation.response,
    params = { { "input", "any", required = true },
      { "stream", "boolean" } } },
}

local FILES = { row = { key = "optional" }, handler = files.serve }

-- Of this path every method.
local MCP_PATH = "mcp"
local MCP = { row = { key = "optional" }, handler = mcp.answer }

-- "models/{provider_id}" as a pattern, and the names of what it captures.
local function compile(row, handler)
  local names = {}
  local pattern = row.path:gsub("/$", ""):gsub("[%-%.]", "%%%0")
    :gsub("{(.-)}", function(name)
      names[#names + 1] = name
      return "([^/]+)"
    end)
  return { row = row, handler = handler, names = names,
    pattern = "^" .. pattern .. "$" }
end

local compiled, of_openai, rows = {}, {}, {}
for _, row in ipairs(endpoints.rows) do
  rows[row.operation] = row
end
-- The params of completions, which may have several prompts here.
local function with_prompts(params)
  local list = {}
  for i, param in ipairs(params) do
    list[i] = param[1] == "prompt" and { "prompt", "texts", required = true }
      or param
  end
  return list
end

for i, row in ipairs(OPENAI) do
  local like = rows[row.like] or { key = "required" }
  row.params = row.params or row.prompts and with_prompts(like.params) or nil
  of_openai[i] = compile(setmetatable(row, { __index = like }), row.handler)
end
-- Names of models have slashes.
of_openai[2].pattern = "^models/(.+)$"
for _, row in ipairs(endpoints.rows) do
  compiled[#compiled + 1] = compile(row, routes.handlers[row.operation])
end
for _, row in ipairs(EXCHANGES) do
  compiled[#compiled + 1] = compile(row, row.handler)
end
-- Words come before arguments: models/trending is no provider.
for i, route in ipairs(compiled) do
  route.order = #route.names * 1000 + i
end
table.sort(compiled, function(a, b)
  return a.order < b.order
end)

local function arguments_of(route, captured)
  local arguments = {}
  for i, name in ipairs(route.names) do
    arguments[name] = http.decode(captured[i])
  end
  return arguments
end

--- The part of a path that names an endpoint: what comes after either base,
--- without a slash at its end; nil for other paths.
---@param path string
---@return string?
function routes.below_base(path)
  local rest = path:match("^/api/v1/(.*)$") or path:match("^/v1/(.*)$")
  return rest and (rest:gsub("(.)/$", "%1"))
end

--- What answers a request: its row, handler and arguments; nil and whether
--- another method would do.
---@return table? route, table|boolean arguments
function routes.find(method, path)
  local file = path:match("^/media/(.*)$")
  if file and (method == "GET" or method == "HEAD") then
    return FILES, { name = file }
  elseif file then
    return nil, true
  end
  local rest, other_method = routes.below_base(path), false
  if rest == MCP_PATH then
    return MCP, {}
  end
  local lists = { path:find("^/v1/") and of_openai or {}, compiled }
  for _, list in ipairs(rest and lists or {}) do
    for _, route in ipairs(list) do
      local captured = { rest:match(route.pattern) }
      if captured[1] and route.row.http == method then
        return route, arguments_of(route, captured)
      end
      other_method = other_method or captured[1] ~= nil
    end
  end
  return nil, other_method
end

return routes
