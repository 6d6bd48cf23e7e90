--- Rows of text and of what stands for it: chat, completions and embeddings.
--- What a row says stands in init.lua.

local shared = require "indoxhub.api.endpoints.shared"

local MODEL, PROVIDER = shared.MODEL, shared.PROVIDER
local EXTRA, BYOK = shared.EXTRA, shared.BYOK
local list, reference = shared.list, shared.reference

-- How long what is written may take: a model may think for minutes before its
-- first word.
local TEXT_SECONDS = 600

-- What chat and completions have in common.
local GENERATION = {
  { "temperature", "number",
    about = "how much chance there is in the answer: 0 is none" },
  { "max_tokens", "integer", about = "most tokens of the answer" },
  { "top_p", "number",
    about = "only the likeliest tokens, which are so likely together: from " ..
      "0 to 1" },
  { "frequency_penalty", "number",
    about = "how much to avoid tokens the more often they came" },
  { "presence_penalty", "number",
    about = "how much to avoid tokens that came at all" },
}

return {
  {
    resource = "chat", name = "create", operation = "create_chat_completion",
    http = "POST", path = "chat/completions", key = "required",
    params = list({ { "messages", "messages", required = true,
      about = 'list of { role = "user", content = "..." }' } },
      MODEL, PROVIDER, GENERATION, EXTRA, BYOK),
    extra = "additional_params", first_byte = TEXT_SECONDS,
    reply = "chat", streams = "stop", costs = "call", fallback = true,
    summary = "Asks a model to answer messages.",
    returns = "indoxhub.ChatResponse",
    source = "client-methods.txt, api-reference.md (Create Chat Completion)",
  },
  {
    resource = "chat", name = "stop", operation = "stop_chat_stream",
    http = "POST", path = "chat/stop-stream/{stream_id}", key = "required",
    reply = "plain",
    summary = "Stops a running stream on the server, by its id.",
    returns = "indoxhub.Acknowledgement",
    source = reference("Stop Stream"),
  },
  {
    resource = "completions", name = "create", operation = "create_completion",
    http = "POST", path = "completions", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "the text to go on from" } },
      MODEL, PROVIDER, GENERATION, EXTRA, BYOK),
    extra = "additional_params", first_byte = TEXT_SECONDS,
    reply = "completion", streams = "stop", costs = "call", fallback = true,
    summary = "Asks a model to go on with a text.",
    returns = "indoxhub.CompletionResponse",
    source = "text-completions.txt, api-reference.md (Create Completion)",
  },
  {
    resource = "completions", name = "stop",
    operation = "stop_completion_stream",
    http = "POST", path = "completions/stop-stream/{stream_id}",
    key = "required", reply = "plain",
    summary = "Stops a running stream on the server, by its id.",
    returns = "indoxhub.Acknowledgement",
    source = "text-completions.txt (Stop Stream)",
  },
  {
    resource = "embeddings", name = "create", operation = "create_embedding",
    http = "POST", path = "embeddings", key = "required",
    params = list({ { "text", "texts", required = true, compatible = "input",
      about = "a text, or a list of texts" } },
      MODEL, PROVIDER, EXTRA, BYOK),
    extra = "additional_params", reply = "embeddings",
    as = { "vectors" }, costs = "call", fallback = true,
    summary = "Turns texts into vectors.",
    returns = "indoxhub.EmbeddingResponse",
    source = "client-methods.txt, api-reference.md (Create Embedding)",
  },
}
