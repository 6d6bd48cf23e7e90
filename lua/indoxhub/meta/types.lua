---@meta

--- Options of `indoxhub.new` and `client:with`.
---@class indoxhub.Options
---@field api_key? string|fun(): string a function is called for each request; default INDOXHUB_API_KEY, INDOX_HUB_API_KEY or INDOX_ROUTER_API_KEY
---@field base_url? string default INDOXHUB_BASE_URL, or the vendor's service; without a path it gets `/api/v1`
---@field timeout? number|indoxhub.Timeouts a number is the total
---@field trailing_slash? "auto"|"on"|"off" whether paths end in a slash; default "auto", as the server turns out to want it
---@field proxy? string URL of a proxy; default the *_proxy variables
---@field ca_file? string file of certificate authorities; default SSL_CERT_FILE, or the system's
---@field insecure_skip_verify? boolean believe whoever answers; tells the log a warning; default false
---@field http_version? "1.1"|"2" the highest to offer over TLS; default "2"
---@field max_connections? integer how many calls run at the same time, the others wait; default no limit
---@field max_response_bytes? integer default 256 MiB
---@field max_event_bytes? integer of one event of a stream, default 64 MiB
---@field headers? table<string, string|number> sent with every call; `with` adds to them
---@field user_agent? string
---@field allow_http? boolean send the key over http:// to other machines, too
---@field auth? "key"|"exchange" exchange: asks the server for a token in place of the key; default "key"
---@field max_retries? integer attempts after the first; default 2
---@field log? fun(event: indoxhub.LogEvent) receives what happens to calls, without secrets
---@field log_bodies? boolean tells bodies, too; default false

--- Seconds; false switches one off.
---@class indoxhub.Timeouts
---@field connect? number|false name, TCP and TLS; default 10
---@field first_byte? number|false from the request sent to the first byte of the body; default 120, of text and images 600, of audio and videos 1200
---@field idle? number|false without a byte, while the request is sent and after the body began; default 120
---@field total? number|false the whole call with all its attempts; default false

---@class indoxhub.CallOptions
---@field timeout? number|indoxhub.Timeouts
---@field headers? table<string, string|number>
---@field max_retries? integer attempts after the first
---@field retry_unsafe? boolean send again also what may have been billed; default false

---@class indoxhub.UploadOptions: indoxhub.CallOptions
---@field on_progress? fun(sent: integer, total?: integer) bytes of the body

---@class indoxhub.StreamOptions: indoxhub.CallOptions
---@field reasoning? boolean hand out reasoning, too; default false

--- A call of an endpoint that has no method.
---@class indoxhub.Request
---@field path string what comes after base_url
---@field method? string default GET, with json POST
---@field query? table<string, string|number|boolean>
---@field json? any body, sent as JSON
---@field form? table<string, string|number|boolean|indoxhub.File> body, sent as multipart form
---@field stream? boolean the answer is a stream of events

--- What a server wants to see again with the results of tools, by its own names.
---@class indoxhub.Echoed
---@field reasoning_content? any
---@field reasoning? any
---@field thinking? any
---@field reasoning_details? table[]
---@field signature? any
---@field extra_content? any

---@class indoxhub.Message: indoxhub.Echoed
---@field role string "system", "user", "assistant", "tool", ...
---@field content any text, or a list of parts
---@field tool_calls? table[] that the assistant made
---@field tool_call_id? string of the call that a tool's result is of
---@field partial? boolean in a conversation: the answer broke off; never sent
---@field images? indoxhub.Image[] in a conversation: those of the answer; never sent

--- What a conversation is asked with; beside these any field of
--- client.chat:create but messages, and of the provider.
---@class indoxhub.ConversationSettings
---@field model? string
---@field system? string the system message, sent first
---@field max_tokens_context? integer leave out the oldest exchanges above this; default: none
---@field count_tokens? fun(message: indoxhub.Message): number in place of the estimate
---@field echo? boolean whether a message that called tools goes back with what its server wants to see again (reasoning, signatures); default true
---@field image_parts? "image_url"|"image" the form in which pictures are sent; default image_url

---@class indoxhub.RegenerateOptions: indoxhub.StreamOptions
---@field stream? boolean return a stream; default false

--- What a call used. Tokens and cost are there under the first names here,
--- whatever the server calls them; the others are as it sent them.
---@class indoxhub.Usage
---@field tokens_prompt? integer
---@field tokens_completion? integer
---@field tokens_total? integer
---@field cost? number US dollars
---@field latency? number as the server sent it
---@field cache_read_tokens? integer
---@field cache_write_tokens? integer
---@field reasoning_tokens? integer
---@field web_search_count? integer
---@field request_count? integer
---@field timestamp? string
---@field cost_breakdown? indoxhub.CostBreakdown
---@field type? string of a transcript: what it is counted in, "tokens", "duration" or "audio"
---@field seconds? number of a recording
---@field duration_seconds? number of a recording
---@field characters? integer of a text that was spoken
---@field input_tokens? integer
---@field output_tokens? integer
---@field prompt_tokens? integer
---@field completion_tokens? integer
---@field total_tokens? integer
---@field input_tokens_details? table<string, integer>
---@field output_tokens_details? table<string, integer>
---@field prompt_tokens_details? table<string, integer>
---@field completion_tokens_details? table<string, integer>
---@field cost_usd? number
---@field latency_ms? number
---@field [string] any what else the server sent

---@class indoxhub.CostBreakdown
---@field prompt_cost? number US dollars, as all of these
---@field completion_cost? number
---@field total_cost? number
---@field [string] any what else the server sent

--- An image has a URL, which may be a data URI, or base64.
---@class indoxhub.Image
---@field url? string
---@field b64_json? string
---@field index integer from 0
---@field revised_prompt? string what was drawn in place of the prompt
---@field type? string "image_url" in parts of a message
---@field image_url? string|{url: string} where the server had the URL
---@field mime_type? string
---@field width? integer
---@field height? integer
---@field [string] any what else the server sent

---@class indoxhub.ToolCall: indoxhub.Echoed
---@field id? string
---@field name string
---@field arguments string JSON

--- A call in the form that older models make: one, and without an id.
---@class indoxhub.FunctionCall
---@field name string
---@field arguments string JSON

--- One of several answers, in OpenAI's form.
---@class indoxhub.Choice
---@field index? integer from 0
---@field message? indoxhub.ChoiceMessage
---@field text? string of a completion
---@field finish_reason? string
---@field logprobs? table
---@field [string] any what else the server sent

---@class indoxhub.ChoiceMessage
---@field role? string
---@field content? any text, or a list of parts
---@field refusal? string
---@field reasoning_content? string
---@field tool_calls? table[] as the server sent them
---@field images? table[]
---@field [string] any what else the server sent

--- The fields of every generation; what the server sent beside them is kept.
---@class indoxhub.Response
---@field request_id? string
---@field created_at? string|number as sent; see indoxhub.meta for the epoch
---@field duration_ms? number
---@field provider? string
---@field model? string
---@field success boolean
---@field message? string
---@field usage? indoxhub.Usage
---@field byok_api_key? boolean whether a key of your own paid for it
---@field raw_response? table
---@field id? string as the server sent it; request_id in any case
---@field object? string what OpenAI calls it
---@field created? number as the server sent it; created_at in any case
---@field [string] any what else the server sent

---@class indoxhub.CompletionResponse: indoxhub.Response
---@field data string the text
---@field finish_reason? string
---@field status? string of a Responses object
---@field choices? indoxhub.Choice[] all answers; `data` is the first
---@field output? table[] items of a Responses object
---@field images? indoxhub.Image[]
---@field reasoning_content? string

---@class indoxhub.ChatResponse: indoxhub.CompletionResponse
---@field data any the text; a table when the server sent no text
---@field refusal? string why the model does not answer, in its words
---@field reasoning_details? table[] reasoning as the server sent it, with its signatures
---@field tool_calls? indoxhub.ToolCall[]
---@field function_call? indoxhub.FunctionCall

---@class indoxhub.Client
---@field conversation fun(self: indoxhub.Client, settings?: indoxhub.ConversationSettings): indoxhub.Conversation see conversation/init.lua
---@field save fun(self: indoxhub.Client, item: any, path: string, options?: indoxhub.SaveOptions): indoxhub.Saved?, indoxhub.Error? see save/init.lua

---@class indoxhub.EmbeddingOptions: indoxhub.CallOptions
---@field as? "vectors" float32 vectors in place of lists of numbers

---@class indoxhub.EmbeddingResponse: indoxhub.Response
---@field data number[][]|indoxhub.Vector[] a vector for each text
---@field dimensions integer

---@class indoxhub.Hit
---@field index integer the place of the vector
---@field score number

---@class indoxhub.Embeddings
---@field batch fun(self: indoxhub.Embeddings, fields: indoxhub.Embeddings.CreateFields|string[], options?: indoxhub.BatchOptions): indoxhub.EmbeddingResponse?, indoxhub.Error? see embeddings/batch.lua

---@class indoxhub.ImageResponse: indoxhub.Response
---@field data indoxhub.Image[]

---@class indoxhub.Speech
---@field url? string
---@field audio? string base64
---@field audio_url? string where the server had the URL
---@field format? string such as "mp3"
---@field voice? string
---@field speed? number
---@field character_count? integer
---@field [string] any what else the server sent

---@class indoxhub.AudioResponse: indoxhub.Response
---@field data indoxhub.Speech

---@class indoxhub.Transcript
---@field text string the words, or the subtitles that were asked for
---@field language? string
---@field duration? number seconds
---@field words? {word: string, start: number, ["end"]: number}[]
---@field segments? {text: string, start: number, ["end"]: number, id?: integer}[]
---@field [string] any what else the server sent

---@class indoxhub.TranscriptResponse: indoxhub.Response
---@field data indoxhub.Transcript
---@field text? string where the server had it; data.text in any case, as with these
---@field language? string
---@field duration? number
---@field words? table[]
---@field segments? table[]

---@class indoxhub.VideoResponse: indoxhub.Response
---@field data indoxhub.VideoJob|indoxhub.Video[] a job, or videos that came at once

---@class indoxhub.VideoJob
---@field job_id string for videos:job, wait and cancel
---@field status? string
---@field is_async? boolean
---@field provider_video_id? string
---@field [string] any what else the server sent

---@class indoxhub.Video
---@field url? string
---@field b64_json? string
---@field file_name? string
---@field file_size? integer
---@field content_type? string
---@field s3_key? string
---@field duration? number seconds
---@field [string] any what else the server sent

---@class indoxhub.VideoJobStatus
---@field job_id string
---@field status string pending, in_progress, completed, failed; some servers: queued, processing, cancelled
---@field progress? integer 0 to 100
---@field provider? string
---@field model? string
---@field prompt? string
---@field created_at? string
---@field updated_at? string
---@field completed_at? string
---@field result? table for client:save
---@field error? any why it failed: a text, or what the server sent
---@field [string] any what else the server sent

--- Options of videos:generate.
---@class indoxhub.VideoOptions: indoxhub.CallOptions
---@field wait? boolean|indoxhub.WaitOptions return the finished job; see videos/wait.lua

---@class indoxhub.Videos
---@field wait fun(self: indoxhub.Videos, given: string|integer|indoxhub.VideoResponse|indoxhub.VideoJobStatus, options?: indoxhub.WaitOptions): indoxhub.VideoJobStatus|indoxhub.VideoResponse?, indoxhub.Error? see videos/wait.lua
---@field each_job fun(self: indoxhub.Videos, options?: indoxhub.PageOptions): indoxhub.Pages see client/pages.lua

---@class indoxhub.VideoJobList
---@field [integer] indoxhub.VideoJobStatus
---@field total integer how many there are, listed or not
---@field limit? integer how many were asked for
---@field skip? integer how many were left out before them
---@field [string] any what else the server sent

---@class indoxhub.Provider
---@field id string
---@field name string
---@field models indoxhub.Model[] all of them
---@field description? string
---@field file? string
---@field text_completions? indoxhub.Model[]
---@field embeddings? indoxhub.Model[]
---@field image_generation? indoxhub.Model[]
---@field text_to_speech? indoxhub.Model[]
---@field speech_to_text? indoxhub.Model[]
---@field video_generation? indoxhub.Model[]
---@field capabilities? string[]
---@field metadata? table
---@field [string] any what else the server sent

---@class indoxhub.Model
---@field modelName? string the name to use in calls, behind the provider's
---@field name? string
---@field category? string
---@field id? string
---@field provider? string
---@field type? string such as "Text Generation"
---@field description? string
---@field capabilities? string[]
---@field pricing? table
---@field specs? table
---@field max_tokens? integer
---@field context_length? integer
---@field created? integer
---@field object? string
---@field owned_by? string
---@field metadata? table
---@field number? string
---@field is_disabled? boolean
---@field byok? boolean whether a key of your own may pay
---@field [string] any what else the server sent

---@class indoxhub.TrendingModel
---@field provider? string
---@field model? string
---@field request_count? integer
---@field total_tokens? integer
---@field [string] any what else the server sent

---@class indoxhub.Analytics
---@field query fun(self: indoxhub.Analytics, options?: indoxhub.QueryOptions): indoxhub.Query see analytics/init.lua

--- Rows of `results` are groups, or single calls.
---@class indoxhub.AnalyticsResponse
---@field start_date string
---@field end_date string
---@field results table[]
---@field group_by? string
---@field filters? table
---@field [string] any what else the server sent

--- Your account.
---@class indoxhub.User
---@field id integer
---@field username string
---@field email string
---@field is_active boolean
---@field credits number
---@field app_credit? integer
---@field account_tier string
---@field created_at string
---@field first_name? string
---@field last_name? string
---@field avatar_url? string
---@field has_password? boolean
---@field has_model_restrictions? boolean
---@field metadata? table
---@field [string] any what else the server sent

---@class indoxhub.Transaction
---@field id integer
---@field transaction_id string
---@field amount number
---@field currency string
---@field transaction_type string
---@field status string
---@field payment_method string
---@field description? string
---@field created_at string
---@field [string] any what else the server sent

---@class indoxhub.UserCalls
---@field each_transaction fun(self: indoxhub.UserCalls, options?: indoxhub.PageOptions): indoxhub.Pages see client/pages.lua

---@class indoxhub.TransactionList
---@field transactions indoxhub.Transaction[]
---@field total_count integer
---@field [string] any what else the server sent

---@class indoxhub.UsageResponse
---@field total_requests integer
---@field total_cost number US dollars
---@field remaining_credits? number
---@field total_tokens? integer|{input: integer, output: integer, total: integer}
---@field endpoints? table<string, indoxhub.UsageStats>
---@field providers? table<string, indoxhub.UsageStats>
---@field models? table<string, indoxhub.UsageStats>
---@field daily_usage? indoxhub.DailyUsage[]
---@field current_period? table what some servers have in place of these
---@field by_model? table
---@field by_provider? table
---@field [string] any what else the server sent

---@class indoxhub.UsageStats
---@field requests integer
---@field cost number US dollars
---@field tokens {input: integer, output: integer, total: integer}
---@field model? string
---@field provider? string
---@field [string] any what else the server sent

---@class indoxhub.DailyUsage: indoxhub.UsageStats
---@field date string

---@class indoxhub.ApiKey
---@field id integer
---@field api_key string whole in the reply of create_api_key only
---@field name string
---@field is_active boolean
---@field created_at string
---@field expires_at? string absent: never
---@field last_used_at? string
---@field [string] any what else the server sent

---@class indoxhub.ApiKeyList
---@field keys indoxhub.ApiKey[]
