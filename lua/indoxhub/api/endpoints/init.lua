--- The API as data: one row per endpoint. Methods, argument checks, annotations
--- and the reference are made from the rows.
--
-- A row:
--   resource, name   client.<resource>:<name>(...)
--   operation        the endpoint's name in the OpenAPI document
--   http, path       `{name}` in a path is a positional argument
--   argument         the type of these arguments; default "string"
--   joined           two arguments may be given as one, "first/second"
--   key              "required", or "optional" where the API answers without
--   params           fields of the request, see below; nil: none
--   place            where they go: "query", "form" (multipart); default JSON
--   extra            where fields go that no param names: the field that takes
--                    them; nil: they are refused
--   first_byte       seconds that the answer may take to begin, if unusual
--   reply            the kind of api/replies that makes the reply
--   as               others that the option `as` may name in its place
--   streams          whether `:stream` exists beside it; the call that stops it
--   summary, returns, source   for people; source is the vendor's document
--
-- A param: { name, type, required =, one_of =, range = { least, most },
--            compatible = its name on an OpenAI-compatible base,
--            unsent = true when it is for us only, about = }.
-- Types are those of api/params.

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

-- How long what is written or drawn, and what is filmed or spoken, may take: a
-- model may think for minutes before its first word.
local TEXT_SECONDS, IMAGE_SECONDS, MEDIA_SECONDS = 600, 600, 1200

local START = { "start_date", "date", about = "first day, as YYYY-MM-DD" }
local END = { "end_date", "date", about = "last day, as YYYY-MM-DD" }

-- What the two calls that listen to speech have in common.
local SPEECH = {
  { "file", "file", required = true,
    about = "path of an audio file, or what indoxhub.file, bytes or reader " ..
      "gave" },
  MODEL, PROVIDER,
  { "prompt", "string", about = "text that shows style or spelling" },
  { "response_format", "string",
    one_of = { "json", "text", "srt", "verbose_json", "vtt" },
    about = "default json" },
  { "temperature", "number", range = { 0, 1 },
    about = "sampling temperature" },
  BYOK,
}

-- A section of the vendor's API reference.
local function reference(title)
  return ("api-reference.md (%s)"):format(title)
end

-- The rows that list the models of a provider that can do one thing.
local function category(name, operation, what)
  local title = what:gsub("%f[%a]%l", string.upper)
  return {
    resource = "models", name = name, operation = operation, http = "GET",
    path = "models/{provider_id}/" .. name, key = "optional",
    reply = "model_list", returns = "indoxhub.Model[]",
    summary = ("Lists the %s models of a provider."):format(what),
    source = reference(("Get %s Models"):format(title)),
  }
end

-- The rows that change one API key.
local function key_row(name, operation, http, path, title, summary)
  return {
    resource = "user", name = name, operation = operation, http = http,
    path = "user/api-keys/{api_key_id}" .. path, argument = "integer",
    key = "required", reply = "plain", returns = "table", summary = summary,
    source = reference(title),
  }
end

endpoints.rows = {
  {
    resource = "chat", name = "create", operation = "create_chat_completion",
    http = "POST", path = "chat/completions", key = "required",
    params = list({ { "messages", "messages", required = true,
      about = 'list of { role = "user", content = "..." }' } },
      MODEL, PROVIDER, GENERATION, EXTRA, BYOK),
    extra = "additional_params", first_byte = TEXT_SECONDS,
    reply = "chat", streams = "stop",
    summary = "Answers a conversation.", returns = "indoxhub.ChatResponse",
    source = "client-methods.txt, api-reference.md (Create Chat Completion)",
  },
  {
    resource = "chat", name = "stop", operation = "stop_chat_stream",
    http = "POST", path = "chat/stop-stream/{stream_id}", key = "required",
    reply = "plain",
    summary = "Stops a running stream on the server.", returns = "table",
    source = reference("Stop Stream"),
  },
  {
    resource = "completions", name = "create", operation = "create_completion",
    http = "POST", path = "completions", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "text to go on from" } },
      MODEL, PROVIDER, GENERATION, EXTRA, BYOK),
    extra = "additional_params", first_byte = TEXT_SECONDS,
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
    resource = "embeddings", name = "create", operation = "create_embedding",
    http = "POST", path = "embeddings", key = "required",
    params = list({ { "text", "texts", required = true, compatible = "input",
      about = "a text, or a list of texts" } },
      MODEL, PROVIDER, EXTRA, BYOK),
    extra = "additional_params", reply = "embeddings",
    as = { "vectors" },
    summary = "Turns texts into vectors.",
    returns = "indoxhub.EmbeddingResponse",
    source = "client-methods.txt, api-reference.md (Create Embedding)",
  },
  {
    resource = "images", name = "generate", operation = "create_image",
    http = "POST", path = "images/generations", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "what to draw" } }, MODEL, PROVIDER, {
      { "size", "string", about = 'such as "1024x1024"' },
      { "n", "integer", about = "how many images" },
      { "quality", "string", about = 'such as "hd"' },
      { "style", "string", about = 'such as "vivid"' },
      { "response_format", "string", about = '"url" or "b64_json"' },
      { "user", "string", about = "your own name for the end user" },
      { "background", "string", about = "OpenAI: transparent, opaque, auto" },
      { "moderation", "string", about = "OpenAI: low, auto" },
      { "output_compression", "integer", about = "OpenAI: 0 to 100" },
      { "output_format", "string", about = "OpenAI: png, jpeg, webp" },
      { "negative_prompt", "string", about = "Google: what not to draw" },
      { "guidance_scale", "number", about = "Google" },
      { "seed", "integer", about = "Google" },
      { "safety_filter_level", "string", about = "Google" },
      { "person_generation", "string",
        about = "Google: dont_allow, allow_adult, allow_all" },
      { "include_safety_attributes", "boolean", about = "Google" },
      { "include_rai_reason", "boolean", about = "Google" },
      { "language", "string", about = "Google: language of the prompt" },
      { "output_mime_type", "string", about = "Google" },
      { "add_watermark", "boolean", about = "Google" },
      { "enhance_prompt", "boolean", about = "Google" },
      { "aspect_ratio", "string", about = 'Google: such as "16:9"' },
    }, EXTRA, BYOK),
    extra = "additional_params", first_byte = IMAGE_SECONDS, reply = "images",
    summary = "Draws images.", returns = "indoxhub.ImageResponse",
    source = "client-methods.txt, api-reference.md (Create Image)",
  },
  {
    resource = "audio", name = "speak", operation = "create_text_to_speech",
    http = "POST", path = "audio/tts/generations", key = "required",
    params = list({ { "input", "string", required = true,
      about = "text to speak" } }, MODEL, PROVIDER, {
      { "voice", "string", about = 'such as "alloy"' },
      { "instructions", "string", about = "how to speak" },
      { "response_format", "string", about = 'such as "mp3", the default' },
      { "speed", "number", range = { 0.25, 4 }, about = "1 is normal" },
    }, EXTRA, BYOK),
    extra = "additional_params", first_byte = MEDIA_SECONDS, reply = "speech",
    summary = "Speaks a text.", returns = "indoxhub.AudioResponse",
    source = "client-methods.txt, api-reference.md (Create Text To Speech)",
  },
  {
    resource = "audio", name = "transcribe", operation = "create_transcription",
    http = "POST", path = "audio/stt/transcriptions", key = "required",
    place = "form",
    params = list(SPEECH, {
      { "language", "string", about = "language spoken, such as \"en\"" },
      { "timestamp_granularities", "strings",
        about = 'list of "word" and "segment"' },
    }),
    first_byte = MEDIA_SECONDS, reply = "transcript",
    summary = "Writes down what a recording says.",
    returns = "indoxhub.TranscriptResponse",
    source = "client-methods.txt, api-reference.md (Create Transcription)",
  },
  {
    resource = "audio", name = "translate", operation = "create_translation",
    http = "POST", path = "audio/stt/translations", key = "required",
    place = "form", params = list(SPEECH),
    first_byte = MEDIA_SECONDS, reply = "transcript",
    summary = "Writes down in English what a recording says.",
    returns = "indoxhub.TranscriptResponse",
    source = "client-methods.txt, api-reference.md (Create Translation)",
  },
  {
    resource = "videos", name = "generate", operation = "create_video",
    http = "POST", path = "videos/generations", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "what to film" } }, MODEL, PROVIDER, {
      { "aspect_ratio", "string", about = 'such as "16:9"' },
      { "resolution", "string", about = 'such as "720p"' },
      { "duration", "integer", about = "seconds" },
      { "n", "integer", about = "how many videos" },
      { "size", "string", about = 'such as "1280x720"' },
      { "input_image", "media", about = "first picture" },
      { "reference_image", "media", about = "picture to follow" },
      { "reference_images", "media_list", about = "up to three of them" },
      { "generate_audio", "boolean", about = "whether it has sound" },
      { "negative_prompt", "string", about = "what not to film" },
      { "person_generation", "string", about = "Google" },
      { "last_frame", "media", about = "last picture" },
      { "video", "media", about = "video to go on from" },
      { "response_format", "string", about = '"url" or "b64_json"' },
    }, EXTRA, BYOK),
    extra = "additional_params", first_byte = MEDIA_SECONDS, reply = "video",
    summary = "Starts a video; most models answer with a job to wait for.",
    returns = "indoxhub.VideoResponse",
    source = "client-methods.txt, api-reference.md (Create Video)",
  },
  {
    resource = "videos", name = "job", operation = "get_video_job_status",
    http = "GET", path = "videos/jobs/{job_id}", key = "required",
    reply = "job", summary = "Tells how far a video is.",
    returns = "indoxhub.VideoJobStatus",
    source = "response-schemas.txt (VideoJobStatus)",
  },
  {
    resource = "videos", name = "jobs", operation = "get_user_video_jobs",
    http = "GET", path = "videos/jobs", key = "required", place = "query",
    params = {
      { "limit", "integer", about = "most jobs to list" },
      { "skip", "integer", about = "jobs to leave out before them" },
    },
    reply = "jobs", summary = "Lists your videos.",
    returns = "indoxhub.VideoJobList",
    source = "client-methods.txt, api-reference.md (Get User Video Jobs)",
  },
  {
    resource = "videos", name = "cancel", operation = "cancel_video_job",
    http = "POST", path = "videos/jobs/{job_id}/cancel", key = "required",
    reply = "cancelled_job", summary = "Gives a video up.",
    returns = "table",
    source = "client-methods.txt, api-reference.md (Cancel Video Job)",
  },
  {
    resource = "models", name = "list", operation = "get_providers",
    http = "GET", path = "models/", key = "optional", reply = "providers",
    summary = "Lists providers, each with its models.",
    returns = "indoxhub.Provider[]",
    source = "client-methods.txt (Models)",
  },
  {
    resource = "models", name = "trending",
    operation = "get_trending_models_data",
    http = "GET", path = "models/trending", key = "optional", place = "query",
    params = {
      { "days", "integer", about = "days to look back" },
      { "limit", "integer", about = "most models to list" },
    },
    reply = "trending", summary = "Lists the models that are used most.",
    returns = "indoxhub.TrendingModel[]",
    source = reference("Get Trending Models Data"),
  },
  {
    resource = "models", name = "provider", operation = "get_provider_info",
    http = "GET", path = "models/{provider_id}", key = "optional",
    reply = "provider", summary = "Describes a provider and its models.",
    returns = "indoxhub.Provider", source = reference("Get Provider Info"),
  },
  {
    resource = "models", name = "get", operation = "get_model_info",
    http = "GET", path = "models/{provider_id}/{model_id}", joined = true,
    key = "optional", reply = "model",
    summary = "Describes a model, named in two arguments or as " ..
      '"provider/model".',
    returns = "indoxhub.Model", source = "client-methods.txt (Models)",
  },
  category("text_completions", "get_text_completion_models", "text completion"),
  category("embeddings", "get_embedding_models", "embedding"),
  category("image_generation", "get_image_generation_models",
    "image generation"),
  category("text_to_speech", "get_text_to_speech_models", "text to speech"),
  category("speech_to_text", "get_speech_to_text_models", "speech to text"),
  category("video_generation", "get_video_generation_models",
    "video generation"),
  {
    resource = "analytics", name = "usage", operation = "get_usage_data",
    http = "GET", path = "analytics/usage", key = "required", place = "query",
    params = {
      START, END,
      { "group_by", "string", one_of = { "date", "model", "provider",
        "endpoint", "session_id", "client_ip" }, about = "what a row is" },
      { "provider", "string", about = "only this provider" },
      { "model", "string", about = "only this model" },
      { "session_id", "string", about = "only this session" },
      { "endpoint", "string",
        one_of = { "chat", "completion", "embedding", "image" },
        about = "only these calls" },
      { "include_content", "boolean",
        about = "requests and answers, too, when rows are not grouped" },
    },
    reply = "plain", summary = "Counts your calls, their tokens and cost.",
    returns = "indoxhub.AnalyticsResponse",
    source = reference("Get Usage Data"),
  },
  {
    resource = "analytics", name = "sessions", operation = "get_session_data",
    http = "GET", path = "analytics/sessions", key = "required",
    place = "query",
    params = { START, END,
      { "session_id", "string", about = "only this session" } },
    reply = "plain", summary = "Counts the same by session.",
    returns = "indoxhub.AnalyticsResponse",
    source = reference("Get Session Data"),
  },
  {
    resource = "analytics", name = "models",
    operation = "get_model_performance",
    http = "GET", path = "analytics/models", key = "required",
    place = "query",
    params = { START, END,
      { "provider", "string", about = "only this provider" } },
    reply = "plain", summary = "Compares the models you used.",
    returns = "indoxhub.AnalyticsResponse",
    source = reference("Get Model Performance"),
  },
  {
    resource = "user", name = "health", operation = "user_health_check",
    http = "GET", path = "user/health", key = "optional", reply = "plain",
    summary = "Tells whether the API is up.", returns = "table",
    source = reference("Health Check"),
  },
  {
    resource = "user", name = "me", operation = "get_current_user_details",
    http = "GET", path = "user/me", key = "required", reply = "plain",
    summary = "Describes your account.", returns = "indoxhub.User",
    source = reference("Get Current User Details"),
  },
  {
    resource = "user", name = "transactions", operation = "list_transactions",
    http = "GET", path = "user/transactions", key = "required",
    place = "query",
    params = {
      { "limit", "integer", about = "most transactions to list" },
      { "offset", "integer", about = "transactions to leave out before them" },
    },
    reply = "plain", summary = "Lists what you paid.",
    returns = "indoxhub.TransactionList",
    source = reference("List Transactions"),
  },
  {
    resource = "user", name = "usage", operation = "get_usage_stats",
    http = "GET", path = "user/usage", key = "required", place = "query",
    params = { START, END },
    reply = "plain", summary = "Sums up what you used and what is left.",
    returns = "indoxhub.UsageResponse", source = reference("Get Usage Stats"),
  },
  {
    resource = "user", name = "api_keys", operation = "list_api_keys",
    http = "GET", path = "user/api-keys", key = "required", reply = "plain",
    summary = "Lists your API keys, masked.", returns = "indoxhub.ApiKeyList",
    source = reference("List Api Keys"),
  },
  {
    resource = "user", name = "create_api_key",
    operation = "create_new_api_key",
    http = "POST", path = "user/api-keys", key = "required",
    params = {
      { "name", "string", about = 'default "API Key"' },
      { "expiration_time", "integer",
        about = "days it is good for; indoxhub.null: for ever" },
    },
    reply = "plain", returns = "indoxhub.ApiKey",
    summary = "Makes an API key; only this reply ever holds all of it.",
    source = reference("Create New Api Key"),
  },
  key_row("delete_api_key", "delete_api_key", "DELETE", "",
    "Delete Api Key Endpoint", "Deletes an API key."),
  key_row("revoke_api_key", "revoke_user_api_key", "POST", "/revoke",
    "Revoke User Api Key", "Switches an API key off."),
  key_row("enable_api_key", "enable_user_api_key", "POST", "/enable",
    "Enable User Api Key", "Switches an API key on again."),
  {
    resource = "user", name = "delete_account",
    operation = "delete_user_account",
    http = "DELETE", path = "user/account", key = "required", place = "query",
    params = { { "confirm", "boolean", required = true, one_of = { true },
      unsent = true, about = "true, because nothing brings it back" } },
    reply = "plain", summary = "Deletes your account for good.",
    returns = "table", source = reference("Delete User Account"),
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
