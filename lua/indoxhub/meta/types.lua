---@meta

--- Options of `indoxhub.new` and `client:with`.
---@class indoxhub.Options
---@field api_key? string|fun(): string a function is called for each request; default INDOXHUB_API_KEY, INDOX_HUB_API_KEY or INDOX_ROUTER_API_KEY
---@field base_url? string default INDOXHUB_BASE_URL, or the vendor's service; without a path it gets `/api/v1`
---@field timeout? number|indoxhub.Timeouts a number is the total
---@field trailing_slash? "auto"|"on"|"off" whether paths end in a slash; auto: only for the vendor's service
---@field proxy? string URL of a proxy; default the *_proxy variables
---@field ca_file? string file of certificate authorities; default SSL_CERT_FILE, or the system's
---@field http_version? "1.1"|"2" the highest to offer over TLS; default "2"
---@field max_response_bytes? integer default 256 MiB
---@field max_event_bytes? integer of one event of a stream, default 64 MiB
---@field headers? table<string, string|number> sent with every call; `with` adds to them
---@field user_agent? string
---@field allow_http? boolean send the key over http:// to other machines, too

--- Seconds; false switches one off.
---@class indoxhub.Timeouts
---@field connect? number|false name, TCP and TLS; default 10
---@field first_byte? number|false from the request sent to the first byte of the body; default 120
---@field idle? number|false without a byte, while the request is sent and after the body began; default 120
---@field total? number|false the whole call; default false

---@class indoxhub.CallOptions
---@field timeout? number|indoxhub.Timeouts
---@field headers? table<string, string|number>

---@class indoxhub.StreamOptions: indoxhub.CallOptions
---@field reasoning? boolean hand out reasoning, too; default false

--- A call of an endpoint that has no method.
---@class indoxhub.Request
---@field path string what comes after base_url
---@field method? string default GET, with json POST
---@field query? table<string, string|number|boolean>
---@field json? any body, sent as JSON
---@field stream? boolean the answer is a stream of events

---@class indoxhub.Message
---@field role string "system", "user", "assistant", ...
---@field content any text, or a list of parts

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

---@class indoxhub.Provider
---@field id string
---@field name string
---@field models indoxhub.Model[]

---@class indoxhub.Model
---@field modelName? string the name to use in calls, behind the provider's
---@field name? string
---@field category? string
