---@meta

-- Made from lua/indoxhub/api/endpoints by `make reference`.

--- Fields of `client.chat:create` that may be left out.
---@class indoxhub.Chat.Settings
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field temperature? number How much chance there is in the answer: 0 is none.
---@field max_tokens? integer Most tokens of the answer.
---@field top_p? number Only the likeliest tokens, which are so likely together: from 0 to 1.
---@field frequency_penalty? number How much to avoid tokens the more often they came.
---@field presence_penalty? number How much to avoid tokens that came at all.
---@field additional_params? table Parameters of the provider, which are sent as they are.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.
---@field tools? indoxhub.Tool[] Of the provider: tools that the model may call.
---@field tool_choice? indoxhub.ToolChoice Of the provider: whether and which tools it calls.
---@field parallel_tool_calls? boolean Of the provider: whether it may call several tools at once.
---@field response_format? indoxhub.ResponseFormat Of the provider: the form of the answer.
---@field stop? string|string[] Of the provider: texts at which the answer ends.
---@field stop_sequences? string[] Of the provider: the same, as Anthropic names it.
---@field seed? integer Of the provider: the same seed gives the same answer, as far as possible.
---@field n? integer Of the provider: how many answers.
---@field max_completion_tokens? integer Of the provider: most tokens of the answer, with what the model thinks.
---@field max_output_tokens? integer Of the provider: the same, as Google and newer APIs of OpenAI name it.
---@field reasoning_effort? "none"|"minimal"|"low"|"medium"|"high"|string Of the provider: how much the model thinks first.
---@field reasoning? table Of the provider: how the model thinks, by OpenAI's or OpenRouter's names.
---@field thinking? table Of the provider: how the model thinks, by Anthropic's names.
---@field verbosity? "low"|"medium"|"high"|string Of the provider: how much the model writes.
---@field logprobs? boolean|integer Of the provider: tell how likely the tokens were; of completions: for how many.
---@field top_logprobs? integer Of the provider: tell it of so many tokens at each place, from 0 to 20.
---@field logit_bias? table<string, number> Of the provider: make tokens likelier or less likely, from -100 to 100.
---@field top_k? integer Of the provider: only so many likeliest tokens.
---@field top_a? number Of the provider: only tokens that are likely enough beside the likeliest.
---@field min_p? number Of the provider: only tokens with that share of the likeliest one's chance.
---@field typical_p? number Of the provider: only tokens about as likely as is typical.
---@field repetition_penalty? number Of the provider: how much to avoid what came; 1 is not at all.
---@field mirostat? integer Of the provider: the sampler of that name.
---@field num_ctx? integer Of the provider: tokens of context, as Ollama names it.
---@field grammar? string Of the provider: a grammar that the answer must fit.
---@field candidate_count? integer Of the provider: how many answers, as Google names it.
---@field safety_settings? table[] Of the provider: what Google leaves out.
---@field modalities? string[] Of the provider: what the answer may be, such as "text" and "image".
---@field prediction? table Of the provider: a text that most of the answer is likely to be.
---@field web_search_options? table Of the provider: how the model searches the web.
---@field metadata? table<string, string> Of the provider: what the provider keeps with the request.
---@field store? boolean Of the provider: whether the provider keeps the answer.
---@field service_tier? string Of the provider: how fast, and at what price.
---@field session_id? string Of the provider: a name under which the calls are counted together.
---@field user? string Of the provider: your name for the end user.
---@field system? string Of the provider: a system message, where the provider has a field for it.
---@field stream_options? table Of the provider: what a stream tells besides the text.

--- Fields of `client.chat:create`. Any other field goes into `additional_params`.
---@class indoxhub.Chat.CreateFields: indoxhub.Chat.Settings
---@field messages indoxhub.Message[] List of { role = "user", content = "..." }.

---@class indoxhub.Chat
local chat = {}

--- Asks a model to answer messages.
---
--- `POST chat/completions`
---@param fields indoxhub.Chat.CreateFields What to send.
---@param options? indoxhub.ChatOptions
---@return indoxhub.ChatResponse? reply, indoxhub.Error? err
function chat:create(fields, options) end

--- Asks a model to answer messages. Returns the answer as a stream, while it is made.
---
--- `POST chat/completions`
---@param fields indoxhub.Chat.CreateFields What to send.
---@param options? indoxhub.ChatStreamOptions
---@return indoxhub.Stream? reply, indoxhub.Error? err
function chat:stream(fields, options) end

--- Stops a running stream on the server, by its id.
---
--- `POST chat/stop-stream/{stream_id}`
---@param stream_id string|integer The id of the stream: `stream.id`.
---@param options? indoxhub.CallOptions
---@return indoxhub.Acknowledgement? reply, indoxhub.Error? err
function chat:stop(stream_id, options) end

--- Fields of `client.completions:create`. Any other field goes into `additional_params`.
---@class indoxhub.Completions.CreateFields
---@field prompt string The text to go on from.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field temperature? number How much chance there is in the answer: 0 is none.
---@field max_tokens? integer Most tokens of the answer.
---@field top_p? number Only the likeliest tokens, which are so likely together: from 0 to 1.
---@field frequency_penalty? number How much to avoid tokens the more often they came.
---@field presence_penalty? number How much to avoid tokens that came at all.
---@field additional_params? table Parameters of the provider, which are sent as they are.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.
---@field stop? string|string[] Of the provider: texts at which the answer ends.
---@field stop_sequences? string[] Of the provider: the same, as Anthropic names it.
---@field seed? integer Of the provider: the same seed gives the same answer, as far as possible.
---@field n? integer Of the provider: how many answers.
---@field logprobs? boolean|integer Of the provider: tell how likely the tokens were; of completions: for how many.
---@field logit_bias? table<string, number> Of the provider: make tokens likelier or less likely, from -100 to 100.
---@field top_k? integer Of the provider: only so many likeliest tokens.
---@field top_a? number Of the provider: only tokens that are likely enough beside the likeliest.
---@field min_p? number Of the provider: only tokens with that share of the likeliest one's chance.
---@field typical_p? number Of the provider: only tokens about as likely as is typical.
---@field repetition_penalty? number Of the provider: how much to avoid what came; 1 is not at all.
---@field mirostat? integer Of the provider: the sampler of that name.
---@field num_ctx? integer Of the provider: tokens of context, as Ollama names it.
---@field grammar? string Of the provider: a grammar that the answer must fit.
---@field session_id? string Of the provider: a name under which the calls are counted together.
---@field user? string Of the provider: your name for the end user.
---@field stream_options? table Of the provider: what a stream tells besides the text.
---@field best_of? integer Of the provider: choose the best of so many answers.
---@field echo? boolean Of the provider: whether the prompt stands before the answer.
---@field suffix? string Of the provider: what comes behind the answer.

---@class indoxhub.Completions
local completions = {}

--- Asks a model to go on with a text.
---
--- `POST completions`
---@param fields indoxhub.Completions.CreateFields What to send.
---@param options? indoxhub.ModelOptions
---@return indoxhub.CompletionResponse? reply, indoxhub.Error? err
function completions:create(fields, options) end

--- Asks a model to go on with a text. Returns the answer as a stream, while it is made.
---
--- `POST completions`
---@param fields indoxhub.Completions.CreateFields What to send.
---@param options? indoxhub.StreamOptions
---@return indoxhub.Stream? reply, indoxhub.Error? err
function completions:stream(fields, options) end

--- Stops a running stream on the server, by its id.
---
--- `POST completions/stop-stream/{stream_id}`
---@param stream_id string|integer The id of the stream: `stream.id`.
---@param options? indoxhub.CallOptions
---@return indoxhub.Acknowledgement? reply, indoxhub.Error? err
function completions:stop(stream_id, options) end

--- Fields of `client.embeddings:create`. Any other field goes into `additional_params`.
---@class indoxhub.Embeddings.CreateFields
---@field text string|string[] A text, or a list of texts.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field additional_params? table Parameters of the provider, which are sent as they are.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.
---@field user? string Of the provider: your name for the end user.
---@field dimensions? integer Of the provider: how many numbers each vector has.
---@field encoding_format? "float"|"base64" Of the provider: how the vectors come; base64 is decoded.

---@class indoxhub.Embeddings
local embeddings = {}

--- Turns texts into vectors.
---
--- `POST embeddings`
---@param fields indoxhub.Embeddings.CreateFields What to send.
---@param options? indoxhub.EmbeddingOptions
---@return indoxhub.EmbeddingResponse? reply, indoxhub.Error? err
function embeddings:create(fields, options) end

--- Fields of `client.images:generate`. Any other field goes into `additional_params`.
---@class indoxhub.Images.GenerateFields
---@field prompt string What to draw.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field size? string Pixels, such as "1024x1024".
---@field n? integer How many images.
---@field quality? string Such as "hd".
---@field style? string Such as "vivid".
---@field response_format? string How the images come: "url" or "b64_json".
---@field user? string Your name for the end user.
---@field background? string OpenAI: "transparent", "opaque" or "auto".
---@field moderation? string OpenAI: "low" or "auto".
---@field output_compression? integer OpenAI: percent, from 0 to 100.
---@field output_format? string OpenAI: "png", "jpeg" or "webp".
---@field negative_prompt? string Google: what not to draw.
---@field guidance_scale? number Google: how closely to follow the prompt.
---@field seed? integer Google: the same seed draws the same.
---@field safety_filter_level? string Google: how much to leave out.
---@field person_generation? string Google: "dont_allow", "allow_adult" or "allow_all".
---@field include_safety_attributes? boolean Google: tell how safe each image is.
---@field include_rai_reason? boolean Google: tell why an image was left out.
---@field language? string Google: the language of the prompt.
---@field output_mime_type? string Google: such as "image/png".
---@field add_watermark? boolean Google: whether there is a watermark.
---@field enhance_prompt? boolean Google: whether to improve the prompt.
---@field aspect_ratio? string Google: such as "16:9".
---@field additional_params? table Parameters of the provider, which are sent as they are.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.

---@class indoxhub.Images
local images = {}

--- Asks a model to draw.
---
--- `POST images/generations`
---@param fields indoxhub.Images.GenerateFields What to send.
---@param options? indoxhub.ModelOptions
---@return indoxhub.ImageResponse? reply, indoxhub.Error? err
function images:generate(fields, options) end

--- Fields of `client.audio:speak`. Any other field goes into `additional_params`.
---@class indoxhub.Audio.SpeakFields
---@field input string The text to speak.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field voice? string Such as "alloy".
---@field instructions? string How to speak.
---@field response_format? string Such as "wav". Default: "mp3".
---@field speed? number 1 is normal. From 0.25 to 4.
---@field additional_params? table Parameters of the provider, which are sent as they are.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.

--- Fields of `client.audio:transcribe`.
---@class indoxhub.Audio.TranscribeFields
---@field file string|indoxhub.File Path of the recording, or what indoxhub.file, bytes or reader gave.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field prompt? string A text that shows style or spelling.
---@field response_format? "json"|"text"|"srt"|"verbose_json"|"vtt" What to write: JSON with the text, or subtitles. Default: "json".
---@field temperature? number How much chance there is in the answer. From 0 to 1. Default: 0.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.
---@field language? string The language that is spoken, such as "en".
---@field timestamp_granularities? string[] What to tell the times of: a list of "word" and "segment".
---@field [string] indoxhub.NoSuchOption There is no other.

--- Fields of `client.audio:translate`.
---@class indoxhub.Audio.TranslateFields
---@field file string|indoxhub.File Path of the recording, or what indoxhub.file, bytes or reader gave.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field prompt? string A text that shows style or spelling.
---@field response_format? "json"|"text"|"srt"|"verbose_json"|"vtt" What to write: JSON with the text, or subtitles. Default: "json".
---@field temperature? number How much chance there is in the answer. From 0 to 1. Default: 0.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.Audio
local audio = {}

--- Has a text spoken.
---
--- `POST audio/tts/generations`
---@param fields indoxhub.Audio.SpeakFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.AudioResponse? reply, indoxhub.Error? err
function audio:speak(fields, options) end

--- Writes down what a recording says.
---
--- `POST audio/stt/transcriptions`
---@param fields indoxhub.Audio.TranscribeFields What to send.
---@param options? indoxhub.UploadOptions
---@return indoxhub.TranscriptResponse? reply, indoxhub.Error? err
function audio:transcribe(fields, options) end

--- Writes down in English what a recording says.
---
--- `POST audio/stt/translations`
---@param fields indoxhub.Audio.TranslateFields What to send.
---@param options? indoxhub.UploadOptions
---@return indoxhub.TranscriptResponse? reply, indoxhub.Error? err
function audio:translate(fields, options) end

--- Fields of `client.videos:generate`. Any other field goes into `additional_params`.
---@class indoxhub.Videos.GenerateFields
---@field prompt string What to film.
---@field model? string The model, as "provider/model", such as "openai/gpt-4o-mini". Default: the server chooses.
---@field provider? string The provider, when the model is given without it.
---@field aspect_ratio? string Such as "16:9".
---@field resolution? string Such as "720p".
---@field duration? integer Seconds.
---@field n? integer How many videos.
---@field size? string Pixels, such as "1280x720".
---@field input_image? string|indoxhub.File The first picture.
---@field reference_image? string|indoxhub.File A picture to follow.
---@field reference_images? (string|indoxhub.File)[] Up to three of them.
---@field generate_audio? boolean Whether it has sound.
---@field negative_prompt? string What not to film.
---@field person_generation? string Google: "dont_allow", "allow_adult" or "allow_all".
---@field last_frame? string|indoxhub.File The last picture.
---@field video? string|indoxhub.File A video to go on from.
---@field response_format? string How the videos come: "url" or "b64_json".
---@field additional_params? table Parameters of the provider, which are sent as they are.
---@field byok_api_key? string Your own key at the provider. It is never logged, nor saved.
---@field fps? integer Of the provider: pictures in a second.

--- Fields of `client.videos:jobs`.
---@class indoxhub.Videos.JobsFields
---@field limit? integer Most jobs to list.
---@field skip? integer Jobs to leave out before them.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.Videos
local videos = {}

--- Begins a video. Most models answer with a job to wait for.
---
--- `POST videos/generations`
---@param fields indoxhub.Videos.GenerateFields What to send.
---@param options? indoxhub.VideoOptions
---@return indoxhub.VideoResponse|indoxhub.VideoJobStatus? reply, indoxhub.Error? err
function videos:generate(fields, options) end

--- Tells how far a video is.
---
--- `GET videos/jobs/{job_id}`
---@param job_id string|integer The id of the job.
---@param options? indoxhub.CallOptions
---@return indoxhub.VideoJobStatus? reply, indoxhub.Error? err
function videos:job(job_id, options) end

--- Lists your videos.
---
--- `GET videos/jobs`
---@param fields? indoxhub.Videos.JobsFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.VideoJobList? reply, indoxhub.Error? err
function videos:jobs(fields, options) end

--- Gives a video up.
---
--- `POST videos/jobs/{job_id}/cancel`
---@param job_id string|integer The id of the job.
---@param options? indoxhub.CallOptions
---@return indoxhub.CancelledJob? reply, indoxhub.Error? err
function videos:cancel(job_id, options) end

--- Fields of `client.models:trending`.
---@class indoxhub.Models.TrendingFields
---@field days? integer Days to look back.
---@field limit? integer Most models to list.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.Models
local models = {}

--- Lists providers, each with its models.
---
--- `GET models/`
---@param options? indoxhub.CallOptions
---@return indoxhub.Provider[]? reply, indoxhub.Error? err
function models:list(options) end

--- Lists the models that are used most.
---
--- `GET models/trending`
---@param fields? indoxhub.Models.TrendingFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.TrendingModel[]? reply, indoxhub.Error? err
function models:trending(fields, options) end

--- Describes a provider and its models.
---
--- `GET models/{provider_id}`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Provider? reply, indoxhub.Error? err
function models:provider(provider_id, options) end

--- Describes a model, named in two arguments or as "provider/model".
---
--- `GET models/{provider_id}/{model_id}`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param model_id string|integer|nil The `modelName` of the model; nothing when the first has it.
---@param options? indoxhub.CallOptions
---@return indoxhub.Model? reply, indoxhub.Error? err
---@overload fun(self: indoxhub.Models, name: string, options?: indoxhub.CallOptions): indoxhub.Model?, indoxhub.Error?
function models:get(provider_id, model_id, options) end

--- Lists the text completion models of a provider.
---
--- `GET models/{provider_id}/text_completions`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err
function models:text_completions(provider_id, options) end

--- Lists the embedding models of a provider.
---
--- `GET models/{provider_id}/embeddings`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err
function models:embeddings(provider_id, options) end

--- Lists the image generation models of a provider.
---
--- `GET models/{provider_id}/image_generation`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err
function models:image_generation(provider_id, options) end

--- Lists the text to speech models of a provider.
---
--- `GET models/{provider_id}/text_to_speech`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err
function models:text_to_speech(provider_id, options) end

--- Lists the speech to text models of a provider.
---
--- `GET models/{provider_id}/speech_to_text`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err
function models:speech_to_text(provider_id, options) end

--- Lists the video generation models of a provider.
---
--- `GET models/{provider_id}/video_generation`
---@param provider_id string|integer The `id` of the provider, such as "openai".
---@param options? indoxhub.CallOptions
---@return indoxhub.Model[]? reply, indoxhub.Error? err
function models:video_generation(provider_id, options) end

--- Fields of `client.analytics:usage`.
---@class indoxhub.Analytics.UsageFields
---@field start_date? string The first day, as YYYY-MM-DD.
---@field end_date? string The last day, as YYYY-MM-DD.
---@field group_by? "date"|"model"|"provider"|"endpoint"|"session_id"|"client_ip" What a row is.
---@field provider? string Only this provider.
---@field model? string Only this model.
---@field session_id? string Only this session.
---@field endpoint? "chat"|"completion"|"embedding"|"image" Only these calls.
---@field include_content? boolean What was asked and answered, too; the rows are single calls.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Fields of `client.analytics:sessions`.
---@class indoxhub.Analytics.SessionsFields
---@field start_date? string The first day, as YYYY-MM-DD.
---@field end_date? string The last day, as YYYY-MM-DD.
---@field session_id? string Only this session.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Fields of `client.analytics:models`.
---@class indoxhub.Analytics.ModelsFields
---@field start_date? string The first day, as YYYY-MM-DD.
---@field end_date? string The last day, as YYYY-MM-DD.
---@field provider? string Only this provider.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.Analytics
local analytics = {}

--- Counts your calls, their tokens and cost.
---
--- `GET analytics/usage`
---@param fields? indoxhub.Analytics.UsageFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.AnalyticsResponse? reply, indoxhub.Error? err
function analytics:usage(fields, options) end

--- Counts the same by session.
---
--- `GET analytics/sessions`
---@param fields? indoxhub.Analytics.SessionsFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.AnalyticsResponse? reply, indoxhub.Error? err
function analytics:sessions(fields, options) end

--- Compares the models you used.
---
--- `GET analytics/models`
---@param fields? indoxhub.Analytics.ModelsFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.AnalyticsResponse? reply, indoxhub.Error? err
function analytics:models(fields, options) end

--- Fields of `client.user:transactions`.
---@class indoxhub.User.TransactionsFields
---@field limit? integer Most transactions to list.
---@field offset? integer Transactions to leave out before them.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Fields of `client.user:usage`.
---@class indoxhub.User.UsageFields
---@field start_date? string The first day, as YYYY-MM-DD.
---@field end_date? string The last day, as YYYY-MM-DD.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Fields of `client.user:create_api_key`.
---@class indoxhub.User.CreateApiKeyFields
---@field name? string What to call it. Default: "API Key".
---@field expiration_time? integer Days that it is good for. Default: for ever, as with indoxhub.null.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Fields of `client.user:delete_account`.
---@class indoxhub.User.DeleteAccountFields
---@field confirm true True, because nothing brings it back.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.UserCalls
local user = {}

--- Tells whether the API is up.
---
--- `GET user/health`
---@param options? indoxhub.CallOptions
---@return indoxhub.Health? reply, indoxhub.Error? err
function user:health(options) end

--- Describes your account.
---
--- `GET user/me`
---@param options? indoxhub.CallOptions
---@return indoxhub.User? reply, indoxhub.Error? err
function user:me(options) end

--- Lists what you paid.
---
--- `GET user/transactions`
---@param fields? indoxhub.User.TransactionsFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.TransactionList? reply, indoxhub.Error? err
function user:transactions(fields, options) end

--- Sums up what you used and what is left.
---
--- `GET user/usage`
---@param fields? indoxhub.User.UsageFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.UsageResponse? reply, indoxhub.Error? err
function user:usage(fields, options) end

--- Lists your API keys, masked.
---
--- `GET user/api-keys`
---@param options? indoxhub.CallOptions
---@return indoxhub.ApiKeyList? reply, indoxhub.Error? err
function user:api_keys(options) end

--- Makes an API key; only this reply ever holds all of it.
---
--- `POST user/api-keys`
---@param fields? indoxhub.User.CreateApiKeyFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.ApiKey? reply, indoxhub.Error? err
function user:create_api_key(fields, options) end

--- Deletes an API key.
---
--- `DELETE user/api-keys/{api_key_id}`
---@param api_key_id integer The number of the key: its `id` in the list.
---@param options? indoxhub.CallOptions
---@return indoxhub.Acknowledgement? reply, indoxhub.Error? err
function user:delete_api_key(api_key_id, options) end

--- Switches an API key off.
---
--- `POST user/api-keys/{api_key_id}/revoke`
---@param api_key_id integer The number of the key: its `id` in the list.
---@param options? indoxhub.CallOptions
---@return indoxhub.Acknowledgement? reply, indoxhub.Error? err
function user:revoke_api_key(api_key_id, options) end

--- Switches an API key on again.
---
--- `POST user/api-keys/{api_key_id}/enable`
---@param api_key_id integer The number of the key: its `id` in the list.
---@param options? indoxhub.CallOptions
---@return indoxhub.Acknowledgement? reply, indoxhub.Error? err
function user:enable_api_key(api_key_id, options) end

--- Deletes your account for good.
---
--- `DELETE user/account`
---@param fields indoxhub.User.DeleteAccountFields What to send.
---@param options? indoxhub.CallOptions
---@return indoxhub.Acknowledgement? reply, indoxhub.Error? err
function user:delete_account(fields, options) end

---@class indoxhub.Client
---@field chat indoxhub.Chat Calls of `chat`.
---@field completions indoxhub.Completions Calls of `completions`.
---@field embeddings indoxhub.Embeddings Calls of `embeddings`.
---@field images indoxhub.Images Calls of `images`.
---@field audio indoxhub.Audio Calls of `audio`.
---@field videos indoxhub.Videos Calls of `videos`.
---@field models indoxhub.Models Calls of `models`.
---@field analytics indoxhub.Analytics Calls of `analytics`.
---@field user indoxhub.UserCalls Calls of `user`.
