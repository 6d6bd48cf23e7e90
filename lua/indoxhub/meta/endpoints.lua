---@meta

-- Made from lua/indoxhub/api/endpoints by spec/support/annotations.lua.

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
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function chat:create(fields, options) end

--- Answers a conversation. Streams the answer.
--- POST chat/completions; see the vendor's client-methods.txt, api-reference.md (Create Chat Completion).
---@param fields indoxhub.Chat.CreateFields
---@param options? indoxhub.StreamOptions
---@return indoxhub.Stream? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function chat:stream(fields, options) end

--- Stops a running stream on the server.
--- POST chat/stop-stream/{stream_id}; see the vendor's api-reference.md (Stop Stream).
---@param stream_id string|integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
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
---@return indoxhub.CompletionResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function completions:create(fields, options) end

--- Continues a text. Streams the answer.
--- POST completions; see the vendor's text-completions.txt, api-reference.md (Create Completion).
---@param fields indoxhub.Completions.CreateFields
---@param options? indoxhub.StreamOptions
---@return indoxhub.Stream? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function completions:stream(fields, options) end

--- Stops a running stream on the server.
--- POST completions/stop-stream/{stream_id}; see the vendor's text-completions.txt (Stop Stream).
---@param stream_id string|integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function completions:stop(stream_id, options) end

---@class indoxhub.Embeddings.CreateFields
---@field text string|string[] a text, or a list of texts
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field additional_params? table parameters of the provider, sent as they are
---@field byok_api_key? string your own key at the provider; never logged
---@field [string] any goes into additional_params

---@class indoxhub.Embeddings
local embeddings = {}

--- Turns texts into vectors.
--- POST embeddings; see the vendor's client-methods.txt, api-reference.md (Create Embedding).
---@param fields indoxhub.Embeddings.CreateFields
---@param options? indoxhub.EmbeddingOptions
---@return indoxhub.EmbeddingResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function embeddings:create(fields, options) end

---@class indoxhub.Images.GenerateFields
---@field prompt string what to draw
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field size? string such as "1024x1024"
---@field n? integer how many images
---@field quality? string such as "hd"
---@field style? string such as "vivid"
---@field response_format? string "url" or "b64_json"
---@field user? string your own name for the end user
---@field background? string OpenAI: transparent, opaque, auto
---@field moderation? string OpenAI: low, auto
---@field output_compression? integer OpenAI: 0 to 100
---@field output_format? string OpenAI: png, jpeg, webp
---@field negative_prompt? string Google: what not to draw
---@field guidance_scale? number Google
---@field seed? integer Google
---@field safety_filter_level? string Google
---@field person_generation? string Google: dont_allow, allow_adult, allow_all
---@field include_safety_attributes? boolean Google
---@field include_rai_reason? boolean Google
---@field language? string Google: language of the prompt
---@field output_mime_type? string Google
---@field add_watermark? boolean Google
---@field enhance_prompt? boolean Google
---@field aspect_ratio? string Google: such as "16:9"
---@field additional_params? table parameters of the provider, sent as they are
---@field byok_api_key? string your own key at the provider; never logged
---@field [string] any goes into additional_params

---@class indoxhub.Images
local images = {}

--- Draws images.
--- POST images/generations; see the vendor's client-methods.txt, api-reference.md (Create Image).
---@param fields indoxhub.Images.GenerateFields
---@param options? indoxhub.CallOptions
---@return indoxhub.ImageResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function images:generate(fields, options) end

---@class indoxhub.Audio.SpeakFields
---@field input string text to speak
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field voice? string such as "alloy"
---@field instructions? string how to speak
---@field response_format? string such as "mp3", the default
---@field speed? number 1 is normal; 0.25 to 4
---@field additional_params? table parameters of the provider, sent as they are
---@field byok_api_key? string your own key at the provider; never logged
---@field [string] any goes into additional_params

---@class indoxhub.Audio.TranscribeFields
---@field file string|indoxhub.File path of an audio file, or what indoxhub.file, bytes or reader gave
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field prompt? string text that shows style or spelling
---@field response_format? "json"|"text"|"srt"|"verbose_json"|"vtt" default json
---@field temperature? number sampling temperature; 0 to 1
---@field byok_api_key? string your own key at the provider; never logged
---@field language? string language spoken, such as "en"
---@field timestamp_granularities? string[] list of "word" and "segment"

---@class indoxhub.Audio.TranslateFields
---@field file string|indoxhub.File path of an audio file, or what indoxhub.file, bytes or reader gave
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field prompt? string text that shows style or spelling
---@field response_format? "json"|"text"|"srt"|"verbose_json"|"vtt" default json
---@field temperature? number sampling temperature; 0 to 1
---@field byok_api_key? string your own key at the provider; never logged

---@class indoxhub.Audio
local audio = {}

--- Speaks a text.
--- POST audio/tts/generations; see the vendor's client-methods.txt, api-reference.md (Create Text To Speech).
---@param fields indoxhub.Audio.SpeakFields
---@param options? indoxhub.CallOptions
---@return indoxhub.AudioResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function audio:speak(fields, options) end

--- Writes down what a recording says.
--- POST audio/stt/transcriptions; see the vendor's client-methods.txt, api-reference.md (Create Transcription).
---@param fields indoxhub.Audio.TranscribeFields
---@param options? indoxhub.UploadOptions
---@return indoxhub.TranscriptResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits, file
function audio:transcribe(fields, options) end

--- Writes down in English what a recording says.
--- POST audio/stt/translations; see the vendor's client-methods.txt, api-reference.md (Create Translation).
---@param fields indoxhub.Audio.TranslateFields
---@param options? indoxhub.UploadOptions
---@return indoxhub.TranscriptResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits, file
function audio:translate(fields, options) end

---@class indoxhub.Videos.GenerateFields
---@field prompt string what to film
---@field model? string as "provider/model", such as "openai/gpt-4o-mini"
---@field provider? string provider name, when the model is given without
---@field aspect_ratio? string such as "16:9"
---@field resolution? string such as "720p"
---@field duration? integer seconds
---@field n? integer how many videos
---@field size? string such as "1280x720"
---@field input_image? string|indoxhub.File first picture
---@field reference_image? string|indoxhub.File picture to follow
---@field reference_images? (string|indoxhub.File)[] up to three of them
---@field generate_audio? boolean whether it has sound
---@field negative_prompt? string what not to film
---@field person_generation? string Google
---@field last_frame? string|indoxhub.File last picture
---@field video? string|indoxhub.File video to go on from
---@field response_format? string "url" or "b64_json"
---@field additional_params? table parameters of the provider, sent as they are
---@field byok_api_key? string your own key at the provider; never logged
---@field [string] any goes into additional_params

---@class indoxhub.Videos.JobsFields
---@field limit? integer most jobs to list
---@field skip? integer jobs to leave out before them

---@class indoxhub.Videos
local videos = {}

--- Starts a video; most models answer with a job to wait for.
--- POST videos/generations; see the vendor's client-methods.txt, api-reference.md (Create Video).
---@param fields indoxhub.Videos.GenerateFields
---@param options? indoxhub.VideoOptions
---@return indoxhub.VideoResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits, file
function videos:generate(fields, options) end

--- Tells how far a video is.
--- GET videos/jobs/{job_id}; see the vendor's response-schemas.txt (VideoJobStatus).
---@param job_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.VideoJobStatus? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function videos:job(job_id, options) end

--- Lists your videos.
--- GET videos/jobs; see the vendor's client-methods.txt, api-reference.md (Get User Video Jobs).
---@param fields? indoxhub.Videos.JobsFields
---@param options? indoxhub.CallOptions
---@return indoxhub.VideoJobList? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function videos:jobs(fields, options) end

--- Gives a video up.
--- POST videos/jobs/{job_id}/cancel; see the vendor's client-methods.txt, api-reference.md (Cancel Video Job).
---@param job_id string|integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function videos:cancel(job_id, options) end

---@class indoxhub.Models.TrendingFields
---@field days? integer days to look back
---@field limit? integer most models to list

---@class indoxhub.Models
local models = {}

--- Lists providers, each with its models.
--- GET models/; see the vendor's client-methods.txt (Models).
---@param options? indoxhub.CallOptions
---@return indoxhub.Provider[]? reply, indoxhub.Error? err of kind authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:list(options) end

--- Lists the models that are used most.
--- GET models/trending; see the vendor's api-reference.md (Get Trending Models Data).
---@param fields? indoxhub.Models.TrendingFields
---@param options? indoxhub.CallOptions
---@return indoxhub.TrendingModel[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:trending(fields, options) end

--- Describes a provider and its models.
--- GET models/{provider_id}; see the vendor's api-reference.md (Get Provider Info).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Provider? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:provider(provider_id, options) end

--- Describes a model, named in two arguments or as "provider/model".
--- GET models/{provider_id}/{model_id}; see the vendor's client-methods.txt (Models).
---@param provider_id string|integer
---@param model_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:get(provider_id, model_id, options) end

--- Lists the text completion models of a provider.
--- GET models/{provider_id}/text_completions; see the vendor's api-reference.md (Get Text Completion Models).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:text_completions(provider_id, options) end

--- Lists the embedding models of a provider.
--- GET models/{provider_id}/embeddings; see the vendor's api-reference.md (Get Embedding Models).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:embeddings(provider_id, options) end

--- Lists the image generation models of a provider.
--- GET models/{provider_id}/image_generation; see the vendor's api-reference.md (Get Image Generation Models).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:image_generation(provider_id, options) end

--- Lists the text to speech models of a provider.
--- GET models/{provider_id}/text_to_speech; see the vendor's api-reference.md (Get Text To Speech Models).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:text_to_speech(provider_id, options) end

--- Lists the speech to text models of a provider.
--- GET models/{provider_id}/speech_to_text; see the vendor's api-reference.md (Get Speech To Text Models).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:speech_to_text(provider_id, options) end

--- Lists the video generation models of a provider.
--- GET models/{provider_id}/video_generation; see the vendor's api-reference.md (Get Video Generation Models).
---@param provider_id string|integer
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function models:video_generation(provider_id, options) end

---@class indoxhub.Analytics.UsageFields
---@field start_date? string first day, as YYYY-MM-DD
---@field end_date? string last day, as YYYY-MM-DD
---@field group_by? "date"|"model"|"provider"|"endpoint"|"session_id"|"client_ip" what a row is
---@field provider? string only this provider
---@field model? string only this model
---@field session_id? string only this session
---@field endpoint? "chat"|"completion"|"embedding"|"image" only these calls
---@field include_content? boolean requests and answers, too, when rows are not grouped

---@class indoxhub.Analytics.SessionsFields
---@field start_date? string first day, as YYYY-MM-DD
---@field end_date? string last day, as YYYY-MM-DD
---@field session_id? string only this session

---@class indoxhub.Analytics.ModelsFields
---@field start_date? string first day, as YYYY-MM-DD
---@field end_date? string last day, as YYYY-MM-DD
---@field provider? string only this provider

---@class indoxhub.Analytics
local analytics = {}

--- Counts your calls, their tokens and cost.
--- GET analytics/usage; see the vendor's api-reference.md (Get Usage Data).
---@param fields? indoxhub.Analytics.UsageFields
---@param options? indoxhub.CallOptions
---@return indoxhub.AnalyticsResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function analytics:usage(fields, options) end

--- Counts the same by session.
--- GET analytics/sessions; see the vendor's api-reference.md (Get Session Data).
---@param fields? indoxhub.Analytics.SessionsFields
---@param options? indoxhub.CallOptions
---@return indoxhub.AnalyticsResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function analytics:sessions(fields, options) end

--- Compares the models you used.
--- GET analytics/models; see the vendor's api-reference.md (Get Model Performance).
---@param fields? indoxhub.Analytics.ModelsFields
---@param options? indoxhub.CallOptions
---@return indoxhub.AnalyticsResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function analytics:models(fields, options) end

---@class indoxhub.User.TransactionsFields
---@field limit? integer most transactions to list
---@field offset? integer transactions to leave out before them

---@class indoxhub.User.UsageFields
---@field start_date? string first day, as YYYY-MM-DD
---@field end_date? string last day, as YYYY-MM-DD

---@class indoxhub.User.Create_api_keyFields
---@field name? string default "API Key"
---@field expiration_time? integer days it is good for; indoxhub.null: for ever

---@class indoxhub.User.Delete_accountFields
---@field confirm true true, because nothing brings it back

---@class indoxhub.UserCalls
local user = {}

--- Tells whether the API is up.
--- GET user/health; see the vendor's api-reference.md (Health Check).
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:health(options) end

--- Describes your account.
--- GET user/me; see the vendor's api-reference.md (Get Current User Details).
---@param options? indoxhub.CallOptions
---@return indoxhub.User? reply, indoxhub.Error? err of kind authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:me(options) end

--- Lists what you paid.
--- GET user/transactions; see the vendor's api-reference.md (List Transactions).
---@param fields? indoxhub.User.TransactionsFields
---@param options? indoxhub.CallOptions
---@return indoxhub.TransactionList? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:transactions(fields, options) end

--- Sums up what you used and what is left.
--- GET user/usage; see the vendor's api-reference.md (Get Usage Stats).
---@param fields? indoxhub.User.UsageFields
---@param options? indoxhub.CallOptions
---@return indoxhub.UsageResponse? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:usage(fields, options) end

--- Lists your API keys, masked.
--- GET user/api-keys; see the vendor's api-reference.md (List Api Keys).
---@param options? indoxhub.CallOptions
---@return indoxhub.ApiKeyList? reply, indoxhub.Error? err of kind authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:api_keys(options) end

--- Makes an API key; only this reply ever holds all of it.
--- POST user/api-keys; see the vendor's api-reference.md (Create New Api Key).
---@param fields? indoxhub.User.Create_api_keyFields
---@param options? indoxhub.CallOptions
---@return indoxhub.ApiKey? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled, insufficient_credits
function user:create_api_key(fields, options) end

--- Deletes an API key.
--- DELETE user/api-keys/{api_key_id}; see the vendor's api-reference.md (Delete Api Key Endpoint).
---@param api_key_id integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:delete_api_key(api_key_id, options) end

--- Switches an API key off.
--- POST user/api-keys/{api_key_id}/revoke; see the vendor's api-reference.md (Revoke User Api Key).
---@param api_key_id integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:revoke_api_key(api_key_id, options) end

--- Switches an API key on again.
--- POST user/api-keys/{api_key_id}/enable; see the vendor's api-reference.md (Enable User Api Key).
---@param api_key_id integer
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:enable_api_key(api_key_id, options) end

--- Deletes your account for good.
--- DELETE user/account; see the vendor's api-reference.md (Delete User Account).
---@param fields indoxhub.User.Delete_accountFields
---@param options? indoxhub.CallOptions
---@return table? reply, indoxhub.Error? err of kind invalid_request, validation, authentication, permission, not_found, rate_limit, server, unavailable, server_timeout, network, timeout, protocol, limit, cancelled
function user:delete_account(fields, options) end

---@class indoxhub.Client
---@field chat indoxhub.Chat
---@field completions indoxhub.Completions
---@field embeddings indoxhub.Embeddings
---@field images indoxhub.Images
---@field audio indoxhub.Audio
---@field videos indoxhub.Videos
---@field models indoxhub.Models
---@field analytics indoxhub.Analytics
---@field user indoxhub.UserCalls
