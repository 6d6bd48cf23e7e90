---@meta

-- What comes back from calls.

--- What a call used. Tokens and cost stand under the first names here, whatever the server calls them; the others are as the server sent them.
---@class indoxhub.Usage
---@field tokens_prompt? integer Tokens of what was asked.
---@field tokens_completion? integer Tokens of the answer.
---@field tokens_total? integer Tokens of both.
---@field cost? number US dollars.
---@field latency? number How long the server took, as it told it: the unit is the server's.
---@field cache_read_tokens? integer Tokens of the question that the provider knew already.
---@field cache_write_tokens? integer Tokens of the question that the provider keeps for later calls.
---@field reasoning_tokens? integer Tokens that the model thought.
---@field web_search_count? integer Searches of the web.
---@field request_count? integer Requests to the provider.
---@field timestamp? string When that was, as the server told it.
---@field cost_breakdown? indoxhub.CostBreakdown What the cost is made of.
---@field type? string Of a transcript: what it is counted in, "tokens", "duration" or "audio".
---@field seconds? number Seconds of a recording.
---@field duration_seconds? number Seconds of a recording.
---@field characters? integer Characters of a text that was spoken.
---@field input_tokens? integer Tokens of the question, as some servers name them.
---@field output_tokens? integer Tokens of the answer, as some servers name them.
---@field prompt_tokens? integer Tokens of the question, as some servers name them.
---@field completion_tokens? integer Tokens of the answer, as some servers name them.
---@field total_tokens? integer Tokens of both, as some servers name them.
---@field input_tokens_details? table<string, integer> Of which kinds the tokens of the question were.
---@field output_tokens_details? table<string, integer> Of which kinds the tokens of the answer were.
---@field prompt_tokens_details? table<string, integer> Of which kinds the tokens of the question were.
---@field completion_tokens_details? table<string, integer> Of which kinds the tokens of the answer were.
---@field cost_usd? number US dollars, as some servers name them.
---@field latency_ms? number Milliseconds that the server took.
---@field [string] any Anything else that the server sent.

--- What the cost of a call is made of, in US dollars.
---@class indoxhub.CostBreakdown
---@field prompt_cost? number For what was asked.
---@field completion_cost? number For the answer.
---@field total_cost? number For both.
---@field [string] any Anything else that the server sent.

--- The fields that the reply of every generation has. What the server sent beside them is kept under its own names.
---@class indoxhub.Response
---@field request_id? string The server's name of the request.
---@field created_at? string|number When it was made, as the server sent it; `indoxhub.meta(reply).created` has it in seconds since 1970.
---@field duration_ms? number Milliseconds that the server took.
---@field provider? string Who answered.
---@field model? string Which model answered.
---@field success boolean Whether the server calls it a success: true unless it said otherwise.
---@field message? string What the server says about it.
---@field usage? indoxhub.Usage What it used.
---@field byok_api_key? boolean Whether a key of your own at the provider paid for it.
---@field raw_response? table What the provider sent to the server.
---@field id? string The server's name of the request; `request_id` has it in any case.
---@field object? string What OpenAI calls this kind of reply.
---@field created? number When it was made, as the server sent it; `created_at` has it in any case.
---@field [string] any Anything else that the server sent.

--- Why an answer ended; servers may have reasons of their own.
---@alias indoxhub.FinishReason "stop"|"length"|"tool_calls"|"content_filter"|"function_call"|string

--- The reply of `client.completions:create`.
---@class indoxhub.CompletionResponse: indoxhub.Response
---@field data string The text.
---@field finish_reason? indoxhub.FinishReason Why it ended, when the server said so.
---@field status? string The state that some servers tell, such as "completed".
---@field choices? indoxhub.Choice[] All answers, of servers that give several; `data` is the first.
---@field output? table[] The items of the answer, of servers that send such.
---@field images? indoxhub.Image[] Pictures in the answer.
---@field reasoning_content? string What the model thought.

--- The reply of `client.chat:create`, and of a stream in the end.
---@class indoxhub.ChatResponse: indoxhub.CompletionResponse
---@field data any The text of the answer; a table when the server sent no text.
---@field refusal? string Why the model does not answer, in its own words.
---@field reasoning_details? table[] What the model thought, as the server sent it, with its signatures.
---@field tool_calls? indoxhub.ToolCall[] Tools that the model wants to have called.
---@field function_call? indoxhub.FunctionCall The same in the form of older models.
---@field parsed? any With the option `schema`: the decoded answer, which fits it.
---@field steps? indoxhub.Step[] Of a conversation that runs tools: the answers before this one that called some.

--- A tool that the model wants to have called.
---@class indoxhub.ToolCall: indoxhub.Echoed
---@field id? string Names the call, for the message with its result.
---@field name string The tool.
---@field arguments string Its arguments, as JSON text.

--- A call in the form that older models make: only one, and without an id.
---@class indoxhub.FunctionCall
---@field name string The function.
---@field arguments string Its arguments, as JSON text.

--- One of several answers, in OpenAI's form.
---@class indoxhub.Choice
---@field index? integer Its place, from 0.
---@field message? indoxhub.ChoiceMessage The answer of a chat.
---@field text? string The answer of a completion.
---@field finish_reason? indoxhub.FinishReason Why it ended.
---@field logprobs? table How likely its tokens were.
---@field [string] any Anything else that the server sent.

--- The message of one of several answers.
---@class indoxhub.ChoiceMessage
---@field role? string Who says it.
---@field content? any A text, or a list of parts.
---@field refusal? string Why the model does not answer.
---@field reasoning_content? string What the model thought.
---@field tool_calls? table[] Tools to call, as the server sent them.
---@field images? table[] Pictures, as the server sent them.
---@field [string] any Anything else that the server sent.

--- The kind of a piece of a stream.
---@alias indoxhub.PieceKind
---| "text" # What the model says.
---| "reasoning" # What it thinks, when that was asked for.
---| "refusal" # Why it does not answer.

--- The reply of `client.embeddings:create` and `:batch`.
---@class indoxhub.EmbeddingResponse: indoxhub.Response
---@field data number[][]|indoxhub.Vector[] A vector for each text, in their order.
---@field dimensions integer How many numbers each of them has.

--- Something that `indoxhub.top_k` found.
---@class indoxhub.Hit
---@field index integer The place of the vector in the list.
---@field score number How near it is: the cosine, or the product.

--- A picture that a model drew: a URL, which may be a data URI, or base64.
---@class indoxhub.Image
---@field url? string Where it is, or a data URI.
---@field b64_json? string The picture as base64.
---@field index integer Its place, from 0.
---@field revised_prompt? string What was drawn in place of the prompt.
---@field type? string "image_url" in parts of a message.
---@field image_url? string|{url: string} Where some servers have the URL.
---@field mime_type? string Its content type.
---@field width? integer Pixels.
---@field height? integer Pixels.
---@field [string] any Anything else that the server sent.

--- The reply of `client.images:generate`.
---@class indoxhub.ImageResponse: indoxhub.Response
---@field data indoxhub.Image[] The pictures.

--- A text that was spoken: a URL or base64.
---@class indoxhub.Speech
---@field url? string Where the recording is.
---@field audio? string The recording as base64.
---@field audio_url? string Where some servers have the URL.
---@field format? string Its format, such as "mp3".
---@field voice? string The voice.
---@field speed? number The speed.
---@field character_count? integer Characters that were spoken.
---@field [string] any Anything else that the server sent.

--- The reply of `client.audio:speak`.
---@class indoxhub.AudioResponse: indoxhub.Response
---@field data indoxhub.Speech The recording, for `client:save`.

--- What a recording says.
---@class indoxhub.Transcript
---@field text string The words, or the subtitles that were asked for.
---@field language? string The language that is spoken.
---@field duration? number Seconds of the recording.
---@field words? {word: string, start: number, ["end"]: number}[] The words with their times in seconds.
---@field segments? {text: string, start: number, ["end"]: number, id?: integer}[] The sentences with their times in seconds.
---@field [string] any Anything else that the server sent.

--- The reply of `client.audio:transcribe` and `:translate`.
---@class indoxhub.TranscriptResponse: indoxhub.Response
---@field data indoxhub.Transcript What the recording says.
---@field text? string Where some servers have the text; `data.text` has it in any case.
---@field language? string Where some servers have it; `data.language` has it in any case.
---@field duration? number Where some servers have it; `data.duration` has it in any case.
---@field words? table[] Where some servers have them; `data.words` has them in any case.
---@field segments? table[] Where some servers have them; `data.segments` has them in any case.

--- The reply of `client.videos:generate`.
---@class indoxhub.VideoResponse: indoxhub.Response
---@field data indoxhub.VideoJob|indoxhub.Video[] A job to wait for, or the videos when they came at once.

--- A job that makes a video.
---@class indoxhub.VideoJob
---@field job_id string Its name, for `client.videos:job`, `:wait` and `:cancel`.
---@field status? indoxhub.JobState Its state.
---@field is_async? boolean Whether it is waited for.
---@field provider_video_id? string The provider's name of it.
---@field [string] any Anything else that the server sent.

--- The state of a job; servers may have states of their own.
---@alias indoxhub.JobState "pending"|"in_progress"|"completed"|"failed"|"queued"|"processing"|"cancelled"|"expired"|string

--- A video that came at once.
---@class indoxhub.Video
---@field url? string Where it is.
---@field b64_json? string The video as base64.
---@field file_name? string Its name.
---@field file_size? integer Bytes.
---@field content_type? string Its content type.
---@field s3_key? string Its name in the server's storage.
---@field duration? number Seconds.
---@field [string] any Anything else that the server sent.

--- How far a job is.
---@class indoxhub.VideoJobStatus
---@field job_id string Its name.
---@field status indoxhub.JobState Its state.
---@field progress? integer Percent, from 0 to 100.
---@field provider? string Who makes the video.
---@field model? string Which model makes it.
---@field prompt? string What was asked for.
---@field created_at? string When it began, as the server sent it.
---@field updated_at? string When it was looked at last.
---@field completed_at? string When it was over.
---@field result? table The video, for `client:save`.
---@field error? any Why it failed: a text, or what the server sent.
---@field [string] any Anything else that the server sent.

--- Jobs, the newest first.
---@class indoxhub.VideoJobList
---@field [integer] indoxhub.VideoJobStatus A job.
---@field total integer How many there are, listed or not.
---@field limit? integer How many were asked for.
---@field skip? integer How many were left out before them.
---@field [string] any Anything else that the server sent.

--- What a server says about a job that was given up.
---@class indoxhub.CancelledJob: indoxhub.Acknowledgement
---@field job_id? string The job.

--- What a server says when it has done as it was told.
---@class indoxhub.Acknowledgement
---@field success? boolean Whether it was done.
---@field status? string The state, such as "success".
---@field message? string The server's words.
---@field [string] any Anything else that the server sent.

--- A provider and its models.
---@class indoxhub.Provider
---@field id string Its name in calls.
---@field name string Its name for people.
---@field models indoxhub.Model[] All its models.
---@field description? string What the server says about it.
---@field file? string A name of the server's own.
---@field text_completions? indoxhub.Model[] Its models that write, where the server sorts them.
---@field embeddings? indoxhub.Model[] Its models that make vectors.
---@field image_generation? indoxhub.Model[] Its models that draw.
---@field text_to_speech? indoxhub.Model[] Its models that speak.
---@field speech_to_text? indoxhub.Model[] Its models that listen.
---@field video_generation? indoxhub.Model[] Its models that film.
---@field capabilities? string[] What its models can do.
---@field metadata? table What else is known.
---@field [string] any Anything else that the server sent.

--- A model. In calls it is named by its `modelName` behind the `id` of its provider, as "openai/gpt-4o-mini".
---@class indoxhub.Model
---@field modelName? string Its name in calls, behind the provider's.
---@field name? string Its name for people.
---@field category? string What it does, such as "text_completions".
---@field id? string A name of the server's own.
---@field provider? string Its provider.
---@field type? string What it does, such as "Text Generation".
---@field description? string What the server says about it.
---@field capabilities? string[] What it can do.
---@field pricing? table What it costs.
---@field specs? table What is known of it.
---@field max_tokens? integer Most tokens of an answer.
---@field context_length? integer Most tokens of a question and its answer.
---@field created? integer When it was made, in seconds since 1970.
---@field object? string What OpenAI calls it.
---@field owned_by? string Whose it is.
---@field metadata? table What else is known.
---@field number? string A number of the server's own.
---@field is_disabled? boolean Whether it cannot be asked.
---@field byok? boolean Whether a key of your own at the provider may pay.
---@field [string] any Anything else that the server sent.

--- A model, and how much it is used.
---@class indoxhub.TrendingModel
---@field provider? string Its provider.
---@field model? string Its name.
---@field request_count? integer Calls.
---@field total_tokens? integer Tokens.
---@field [string] any Anything else that the server sent.

--- What was counted. Rows of `results` are groups, or single calls.
---@class indoxhub.AnalyticsResponse
---@field start_date string The first day.
---@field end_date string The last day.
---@field results table[] The rows.
---@field group_by? string What a row is.
---@field filters? table What was asked for.
---@field [string] any Anything else that the server sent.

--- Whether the service is up, in its own words.
---@class indoxhub.Health
---@field status? string Such as "ok".
---@field router? string Which part of the service answered.
---@field [string] any Anything else that the server sent.

--- Your account.
---@class indoxhub.User
---@field id integer Its number.
---@field username string Your name there.
---@field email string Your address.
---@field is_active boolean Whether the account may be used.
---@field credits number What is left.
---@field app_credit? integer Credits of another kind.
---@field account_tier string The kind of account, such as "free".
---@field created_at string When it was made.
---@field first_name? string Your first name.
---@field last_name? string Your last name.
---@field avatar_url? string Your picture.
---@field has_password? boolean Whether it has a password.
---@field has_model_restrictions? boolean Whether some models may not be asked.
---@field metadata? table What else is known.
---@field [string] any Anything else that the server sent.

--- Something that was paid.
---@class indoxhub.Transaction
---@field id integer Its number.
---@field transaction_id string Its name.
---@field amount number How much.
---@field currency string Of what, such as "USD".
---@field transaction_type string What for.
---@field status string Its state.
---@field payment_method string How it was paid.
---@field description? string What the server says about it.
---@field created_at string When that was.
---@field [string] any Anything else that the server sent.

--- What you paid, the newest first.
---@class indoxhub.TransactionList
---@field transactions indoxhub.Transaction[] Those that were asked for.
---@field total_count integer How many there are, listed or not.
---@field [string] any Anything else that the server sent.

--- What you used, and what is left.
---@class indoxhub.UsageResponse
---@field total_requests integer Calls.
---@field total_cost number US dollars.
---@field remaining_credits? number What is left.
---@field total_tokens? integer|{input: integer, output: integer, total: integer} Tokens.
---@field endpoints? table<string, indoxhub.UsageStats> The same for each endpoint.
---@field providers? table<string, indoxhub.UsageStats> The same for each provider.
---@field models? table<string, indoxhub.UsageStats> The same for each model.
---@field daily_usage? indoxhub.DailyUsage[] The same for each day.
---@field current_period? table What some servers have in place of these.
---@field by_model? table The same.
---@field by_provider? table The same.
---@field [string] any Anything else that the server sent.

--- What was used of something.
---@class indoxhub.UsageStats
---@field requests integer Calls.
---@field cost number US dollars.
---@field tokens {input: integer, output: integer, total: integer} Tokens.
---@field model? string Of which model.
---@field provider? string Of which provider.
---@field [string] any Anything else that the server sent.

--- What was used on a day.
---@class indoxhub.DailyUsage: indoxhub.UsageStats
---@field date string The day.

--- An API key.
---@class indoxhub.ApiKey
---@field id integer Its number, for the calls that change it.
---@field api_key string The key: masked, but in the reply of `create_api_key`, which is the only one that holds all of it.
---@field name string What you called it.
---@field is_active boolean Whether it may be used.
---@field created_at string When it was made.
---@field expires_at? string When it ends; absent: never.
---@field last_used_at? string When it was used last; absent: never.
---@field [string] any Anything else that the server sent.

--- Your API keys.
---@class indoxhub.ApiKeyList
---@field keys indoxhub.ApiKey[] The keys, masked.
