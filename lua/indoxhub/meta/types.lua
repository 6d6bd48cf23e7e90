---@meta

--- Options of `indoxhub.new` and `client:with`.
---@class indoxhub.Options
---@field api_key? string|fun(): string a function is called for each request; default INDOXHUB_API_KEY, INDOX_HUB_API_KEY or INDOX_ROUTER_API_KEY
---@field base_url? string default INDOXHUB_BASE_URL, or the vendor's service; without a path it gets `/api/v1`
---@field timeout? number|indoxhub.Timeouts a number is the total
---@field trailing_slash? "auto"|"on"|"off" whether paths end in a slash; auto: only for the vendor's service
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
---@field max_retries? integer tries after the first; default 2
---@field log? fun(event: indoxhub.LogEvent) receives what happens to calls, without secrets
---@field log_bodies? boolean tells bodies, too; default false

--- Seconds; false switches one off.
---@class indoxhub.Timeouts
---@field connect? number|false name, TCP and TLS; default 10
---@field first_byte? number|false from the request sent to the first byte of the body; default 120, of text and images 600, of audio and videos 1200
---@field idle? number|false without a byte, while the request is sent and after the body began; default 120
---@field total? number|false the whole call with all its tries; default false

---@class indoxhub.CallOptions
---@field timeout? number|indoxhub.Timeouts
---@field headers? table<string, string|number>
---@field max_retries? integer tries after the first
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

---@class indoxhub.Message
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
---@field echo? boolean whether a message with calls of tools goes back with what its server wants to see again (reasoning, signatures); default true
---@field image_parts? "image_url"|"image" the form in which pictures are sent; default image_url

---@class indoxhub.RegenerateOptions: indoxhub.StreamOptions
---@field stream? boolean return a stream; default false

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

---@class indoxhub.Image
---@field url? string
---@field b64_json? string
---@field index integer from 0

---@class indoxhub.ToolCall
---@field id? string
---@field name string
---@field arguments string JSON

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
---@field finish_reason? string
---@field raw_response? table

---@class indoxhub.ChatResponse: indoxhub.Response
---@field data any the text; a table when the server sent no text
---@field images? indoxhub.Image[]
---@field reasoning_content? string
---@field tool_calls? indoxhub.ToolCall[]

---@class indoxhub.CompletionResponse: indoxhub.Response
---@field data string
---@field images? indoxhub.Image[]

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
---@field batch fun(self: indoxhub.Embeddings, fields: indoxhub.Embeddings.CreateFields|string[], options?: indoxhub.BatchOptions): indoxhub.EmbeddingResponse?, indoxhub.Error? see embeddings_batch.lua

---@class indoxhub.ImageResponse: indoxhub.Response
---@field data indoxhub.Image[]

---@class indoxhub.Speech
---@field url? string
---@field audio? string base64

---@class indoxhub.AudioResponse: indoxhub.Response
---@field data indoxhub.Speech

---@class indoxhub.Transcript
---@field text string the words, or the subtitles that were asked for
---@field language? string
---@field duration? number seconds
---@field words? {word: string, start: number, ["end"]: number}[]
---@field segments? {text: string, start: number, ["end"]: number}[]

---@class indoxhub.TranscriptResponse: indoxhub.Response
---@field data indoxhub.Transcript

---@class indoxhub.VideoResponse: indoxhub.Response
---@field data {job_id: string, status?: string}|{url: string}[] a job, or videos that came at once

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
---@field error? string

--- Options of videos:generate.
---@class indoxhub.VideoOptions: indoxhub.CallOptions
---@field wait? boolean|indoxhub.WaitOptions return the finished job; see videos/wait.lua

---@class indoxhub.Videos
---@field wait fun(self: indoxhub.Videos, given: string|integer|indoxhub.VideoResponse|indoxhub.VideoJobStatus, options?: indoxhub.WaitOptions): indoxhub.VideoJobStatus|indoxhub.VideoResponse?, indoxhub.Error? see videos/wait.lua
---@field each_job fun(self: indoxhub.Videos, options?: indoxhub.PageOptions): indoxhub.Pages see pages.lua

---@class indoxhub.VideoJobList
---@field [integer] indoxhub.VideoJobStatus
---@field total integer how many there are, listed or not

---@class indoxhub.Provider
---@field id string
---@field name string
---@field models indoxhub.Model[]

---@class indoxhub.Model
---@field modelName? string the name to use in calls, behind the provider's
---@field name? string
---@field category? string

---@class indoxhub.Analytics
---@field query fun(self: indoxhub.Analytics, options?: indoxhub.QueryOptions): indoxhub.Query see analytics/init.lua

--- Rows of `results` are groups, or single calls.
---@class indoxhub.AnalyticsResponse
---@field start_date string
---@field end_date string
---@field results table[]

---@class indoxhub.User
---@field id integer
---@field username string
---@field email string
---@field is_active boolean
---@field credits number
---@field app_credit? integer
---@field account_tier string
---@field created_at string

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

---@class indoxhub.User
---@field each_transaction fun(self: indoxhub.User, options?: indoxhub.PageOptions): indoxhub.Pages see pages.lua

---@class indoxhub.TransactionList
---@field transactions indoxhub.Transaction[]
---@field total_count integer

---@class indoxhub.UsageResponse
---@field total_requests integer
---@field total_cost number US dollars
---@field remaining_credits? number
---@field total_tokens? {input: integer, output: integer, total: integer}
---@field endpoints? table<string, table>
---@field providers? table<string, table>
---@field models? table<string, table>
---@field daily_usage? table[]

---@class indoxhub.ApiKey
---@field id integer
---@field api_key string whole in the reply of create_api_key only
---@field name string
---@field is_active boolean
---@field created_at string
---@field expires_at? string absent: never
---@field last_used_at? string

---@class indoxhub.ApiKeyList
---@field keys indoxhub.ApiKey[]
