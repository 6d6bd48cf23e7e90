---@meta

-- Made from lua/indoxhub/endpoints.lua by spec/support/annotations.lua.

---@class indoxhub.Chat.CreateFields
---@field messages indoxhub.Message[] list of { role = "user", content = "..." }
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field temperature? number sampling temperature
---@field max_tokens? integer most tokens of the answer
---@field top_p? number nucleus sampling
---@field frequency_penalty? number penalty for frequent tokens
---@field presence_penalty? number penalty for present tokens
---@field additional_params? table parameters of the provider, sent as they are
---@field byok_api_key? string your own key at the provider; never logged
---@field [string] any goes into additional_params

---@class indoxhub.Chat
local chat = {}

--- Answers a conversation.
--- POST chat/completions; see the vendor's client-methods.txt, api-reference.md (Create Chat Completion).
---@param fields indoxhub.Chat.CreateFields
---@param options? indoxhub.CallOptions
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function chat:create(fields, options) end

--- Answers a conversation. Streams the answer.
--- POST chat/completions; see the vendor's client-methods.txt, api-reference.md (Create Chat Completion).
---@param fields indoxhub.Chat.CreateFields
---@param options? indoxhub.StreamOptions
---@return indoxhub.Stream? reply, indoxhub.Error? err
function chat:stream(fields, options) end

--- Stops a running stream on the server.
--- POST chat/stop-stream/{stream_id}; see the vendor's api-reference.md (Stop Stream).
---@param stream_id string|integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err
function chat:stop(stream_id, options) end

---@class indoxhub.Completions.CreateFields
---@field prompt string text to go on from
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field temperature? number sampling temperature
---@field max_tokens? integer most tokens of the answer
---@field top_p? number nucleus sampling
---@field frequency_penalty? number penalty for frequent tokens
---@field presence_penalty? number penalty for present tokens
---@field additional_params? table parameters of the provider, sent as they are
---@field byok_api_key? string your own key at the provider; never logged
---@field [string] any goes into additional_params

---@class indoxhub.Completions
local completions = {}

--- Continues a text.
--- POST completions; see the vendor's text-completions.txt, api-reference.md (Create Completion).
---@param fields indoxhub.Completions.CreateFields
---@param options? indoxhub.CallOptions
---@return indoxhub.CompletionResponse? reply, indoxhub.Error? err
function completions:create(fields, options) end

--- Continues a text. Streams the answer.
--- POST completions; see the vendor's text-completions.txt, api-reference.md (Create Completion).
---@param fields indoxhub.Completions.CreateFields
---@param options? indoxhub.StreamOptions
---@return indoxhub.Stream? reply, indoxhub.Error? err
function completions:stream(fields, options) end

--- Stops a running stream on the server.
--- POST completions/stop-stream/{stream_id}; see the vendor's text-completions.txt (Stop Stream).
---@param stream_id string|integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err
function completions:stop(stream_id, options) end

---@class indoxhub.Models
local models = {}

--- Lists providers, each with its models.
--- GET models/; see the vendor's client-methods.txt (Models).
---@param options? indoxhub.CallOptions
---@return indoxhub.Provider[]? reply, indoxhub.Error? err
function models:list(options) end

---@class indoxhub.User
local user = {}

--- Tells whether the API is up.
--- GET user/health; see the vendor's api-reference.md (User Health Check).
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err
function user:health(options) end

---@class indoxhub.Client
---@field chat indoxhub.Chat
---@field completions indoxhub.Completions
---@field models indoxhub.Models
---@field user indoxhub.User
