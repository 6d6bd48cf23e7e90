---@meta

-- What programs give to the library: options, messages, and the parts of them.
-- The fields of requests are made from the endpoint table, in endpoints.lua.

--- Stands for an option that there is not. Where an editor says that a value cannot be assigned to it, or that a field of it is missing, the name of the option is misspelt.
---@class indoxhub.NoSuchOption
---@field no_such_option true Nothing has it, so that tables do not pass either.

--- Options of `indoxhub.new` and `client:with`.
---@class indoxhub.Options
---@field api_key? string|fun(): string The API key, or a function that returns it and is called for each request. Default: the variable INDOXHUB_API_KEY, INDOX_HUB_API_KEY or INDOX_ROUTER_API_KEY.
---@field base_url? string The address of the API. Without a path, as in `https://example.com`, it gets `/api/v1`. One whose path ends in `/v1` (and not in `/api/v1`) is treated as OpenAI-compatible. Default: the variable INDOXHUB_BASE_URL, or the vendor's service.
---@field timeout? number|false|indoxhub.Timeouts Seconds. A number is the time for the whole call; a table sets single phases; false switches the limit of the whole call off. Default: those of `indoxhub.Timeouts`.
---@field trailing_slash? "auto"|"on"|"off" Whether paths end in a slash. With "auto" the client finds out what the server wants, and remembers it. Default: "auto".
---@field proxy? string The URL of a proxy. Default: the variables https_proxy, http_proxy, all_proxy and no_proxy.
---@field ca_file? string A file of certificate authorities. Default: the variable SSL_CERT_FILE, or the system's authorities.
---@field insecure_skip_verify? boolean Believe whoever answers, without a look at the certificate. The log gets a warning. Default: false.
---@field http_version? "1.1"|"2" The highest version of HTTP to offer over TLS. Default: "2".
---@field max_connections? integer How many calls of this client may run at the same time; the others wait their turn. A stream counts until it ends or is closed. Default: no limit.
---@field max_response_bytes? integer The most bytes of a reply; it does not hold for streams and for `client:save`. Default: 268435456 (256 MiB).
---@field max_event_bytes? integer The most bytes of one event of a stream. Default: 67108864 (64 MiB).
---@field headers? table<string, string|number> Headers to send with every call. `client:with` adds to them.
---@field user_agent? string The User-Agent header. Default: the name and version of the library.
---@field allow_http? boolean Send the key over http:// to other machines, too. Default: false.
---@field auth? "key"|"exchange" How to prove who you are. With "exchange" the server gives a token for the key, which is renewed when it has expired; account calls of some servers want that. Default: "key".
---@field max_retries? integer How often a failed call is tried again. Default: 2.
---@field fallback? string[]|false Models to ask, one after the other, when the one of a call does not answer: of chat, completions, embeddings and images. Default: none.
---@field fallback_after? number Seconds that a wait between two tries may take while there is another model to ask. Default: 5.
---@field budget? indoxhub.Budget What the client, and those that derive from it, may use: a call that would begin when that is used up is refused. Default: no limit.
---@field log? fun(event: indoxhub.LogEvent) A function that is told what happens to calls. It never sees a key.
---@field log_bodies? boolean Whether the log is also told what is sent and received. Default: false.
---@field record? string|false A folder in which answers are kept, and from which they are given again without asking the server. Only its owner can read what is there. Default: the variable INDOXHUB_RECORD, or none; `false` records nothing.
---@field record_mode? "auto"|"new"|"replay" "auto" asks for what is not in the folder, and keeps it; "new" asks for everything, and replaces what is there; "replay" never asks, and needs no key: what is not there is an error of kind "not_recorded". Default: the variable INDOXHUB_RECORD_MODE, or "auto".
---@field record_pace? number How long a recorded answer takes to come: 0 for at once, else a factor of the time that it took. Default: 0.
---@field [string] indoxhub.NoSuchOption There is no other.

--- What the calls of a client may use, as far as answers tell. `{}` has no limit, and makes a client that derives from another count by itself.
---@class indoxhub.Budget
---@field cost? number Most US dollars, as `usage.cost` tells them. Default: no limit.
---@field tokens? number Most tokens. Default: no limit.
---@field [string] indoxhub.NoSuchOption There is no other.

--- What the calls of a client have used, as far as answers told.
---@class indoxhub.Spent
---@field cost number US dollars: the sum of `usage.cost`.
---@field tokens number The sum of `usage.tokens_total`.
---@field requests integer How many requests were sent, each try of a call counted.

--- Limits of the phases of a call, in seconds. A phase that is not named keeps its limit, and `false` switches one off.
---@class indoxhub.Timeouts
---@field connect? number|false Seconds for finding the name, TCP and TLS. Default: 10.
---@field first_byte? number|false Seconds from the request sent to the first byte of an answer. Default: 120; 600 for text and images, 1200 for audio and videos.
---@field idle? number|false Seconds without a byte, while the request is sent and after the answer began. Default: 120.
---@field total? number|false Seconds for the whole call, with all its tries and the waits between them. Default: false.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of a single call, in its second table.
---@class indoxhub.CallOptions
---@field timeout? number|false|indoxhub.Timeouts Seconds, as in `indoxhub.Options`. Default: that of the client.
---@field headers? table<string, string|number> Headers to send beside those of the client.
---@field max_retries? integer How often the call is tried again. Default: that of the client.
---@field retry_unsafe? boolean Try again also when the call may have been carried out, and billed, already. Default: false.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of a call that another model can answer.
---@class indoxhub.ModelOptions: indoxhub.CallOptions
---@field fallback? string[]|false Models to ask, one after the other, when the one of the call does not answer; false or {} for none. Default: those of the client.
---@field fallback_after? number Seconds that a wait between two tries may take while there is another model to ask. Default: that of the client, or 5.

--- Options of a call that sends a file.
---@class indoxhub.UploadOptions: indoxhub.CallOptions
---@field on_progress? fun(sent: integer, total?: integer) Is told how many bytes of the request were sent, and of how many; `total` is nil when that is not known.

--- Options of a call whose answer is a stream.
---@class indoxhub.StreamOptions: indoxhub.ModelOptions
---@field reasoning? boolean Hand out what the model thinks, too, with the kind "reasoning". Default: false.

--- Options of a call whose answer is to be data.
---@class indoxhub.ChatOptions: indoxhub.ModelOptions
---@field schema? table A JSON Schema that the answer has to fit; the reply then has `parsed`. A keyword that is not checked raises.
---@field schema_mode? "json_schema"|"json_object"|"prompt"|"tool" How the model is asked for it. Default: "json_schema".
---@field repairs? integer How often the model is asked again when its answer does not fit. Default: 1.

--- Options of a stream whose answer is to be data.
---@class indoxhub.ChatStreamOptions: indoxhub.StreamOptions
---@field schema? table A JSON Schema that the answer has to fit; the reply then has `parsed`. A keyword that is not checked raises.
---@field schema_mode? "json_schema"|"json_object"|"prompt"|"tool" How the model is asked for it. Default: "json_schema".

--- Options of `conversation:send`.
---@class indoxhub.TalkOptions: indoxhub.ChatOptions
---@field fields? table Fields to send for this turn only, in place of the settings, such as { tool_choice = "none" }.

--- Options of `conversation:stream`.
---@class indoxhub.TalkStreamOptions: indoxhub.ChatStreamOptions
---@field fields? table Fields to send for this turn only, in place of the settings, such as { tool_choice = "none" }.

--- Options of `client.embeddings:create`.
---@class indoxhub.EmbeddingOptions: indoxhub.ModelOptions
---@field as? "vectors" Return float32 vectors in place of lists of numbers.

--- Options of `client.videos:generate`.
---@class indoxhub.VideoOptions: indoxhub.CallOptions
---@field wait? boolean|indoxhub.WaitOptions Wait for the job and return it when it is finished; a table says how to wait. Default: false.

--- A call of an endpoint that has no method.
---@class indoxhub.Request
---@field path string What comes after `base_url` in the address, such as "models/trending".
---@field method? string The HTTP method. Default: "GET", or "POST" when there is a body.
---@field query? table<string, string|number|boolean> What stands behind the question mark of the address.
---@field json? any A body that is sent as JSON.
---@field form? table<string, string|number|boolean|indoxhub.File> A body that is sent as a multipart form.
---@field stream? boolean Whether the answer is a stream of events. Default: false.
---@field [string] indoxhub.NoSuchOption There is no other.

---------------------------------------------------------------------------
-- messages

--- Who says a message.
---@alias indoxhub.Role
---| "system" # Instructions for the model.
---| "user" # Whoever asks.
---| "assistant" # The model.
---| "tool" # The result of a call that the model made.
---| "function" # The result of a call, in the form of older models.
---| "developer" # Instructions, as newer models of OpenAI name them.

--- A part of a message that is more than a text. It is sent as it is; which types there are is up to the server.
---@class indoxhub.Part
---@field type string What it is, such as "text", "image_url" or "image".
---@field text? string The text of a part of type "text".
---@field image_url? string|{url: string, detail: string?} The picture of a part of type "image_url", as a URL or a data URI.
---@field image? any The picture of a part of type "image".
---@field [string] any Anything else that the server takes.

--- A picture in a question of a conversation.
---@class indoxhub.Picture
---@field image string|indoxhub.File A path, a URL, or what `indoxhub.file` or `indoxhub.bytes` gave.

--- What a conversation can be asked: a text, or a list of texts, pictures and parts.
---@alias indoxhub.Question string|(string|indoxhub.Picture|indoxhub.File|indoxhub.Part)[]

--- What a server wants to see again together with the results of tools, by its own names. A conversation sends it back by itself.
---@class indoxhub.Echoed
---@field reasoning_content? any What the model thought.
---@field reasoning? any The same under another name.
---@field thinking? any The same under another name.
---@field reasoning_details? table[] What the model thought, in parts that may be signed.
---@field signature? any The server's signature of it.
---@field extra_content? any What else the server attached.

--- One message of a chat.
---@class indoxhub.Message: indoxhub.Echoed
---@field role indoxhub.Role Who says it.
---@field content? string|indoxhub.Part[] What is said: a text, or a list of parts. Only the message of an assistant that calls tools has none.
---@field name? string The name of who says it, where there are several of one role.
---@field tool_calls? table[] Calls that the assistant made, in the API's form.
---@field tool_call_id? string The call that this is the result of, for the role "tool".
---@field partial? boolean In a conversation: the answer broke off here. It is never sent.
---@field images? indoxhub.Image[] In a conversation: pictures of the answer. They are never sent.

---------------------------------------------------------------------------
-- tools

--- A tool that the model may call.
---@class indoxhub.Tool
---@field type string "function" for a function of yours; providers have others of their own.
---@field function? indoxhub.ToolFunction What the function is.
---@field [string] any Anything else that the provider takes.

--- A function that the model may call.
---@class indoxhub.ToolFunction
---@field name string Its name: letters, digits, "_" and "-".
---@field description? string What it is for, in words for the model.
---@field parameters? table Its arguments, as a JSON Schema.
---@field strict? boolean Whether the arguments must fit the schema exactly.

--- What `indoxhub.tool` takes.
---@class indoxhub.ToolOptions
---@field name string Its name: letters, digits, "_" and "-", at most 64.
---@field description? string When to call it and what it does, in words for the model.
---@field parameters? table Its arguments, as a JSON Schema whose type is "object". Default: any object.
---@field run? fun(arguments: table, call: indoxhub.ToolRun): any, any Does it: what it returns goes to the model, a text as it is and anything else as JSON; nil and a message, or an error that it raises, go there as an error. Without it the program gets the call.
---@field strict? boolean Sent along, for servers that know it.
---@field [string] indoxhub.NoSuchOption There is no other.

--- One call of a tool that a conversation runs.
---@class indoxhub.ToolRun
---@field id? string The server's name of the call.
---@field name string The tool.
---@field arguments any Decoded; the text itself when it is no JSON.
---@field result? string What went back to the model, once it is known.
---@field error? string Why there is no result; the model was told this.
---@field seconds? number Seconds that it took, with the approval.

--- An answer that called tools.
---@class indoxhub.Step
---@field data? any What was said beside the calls.
---@field calls indoxhub.ToolRun[] The calls, each with its result or error.
---@field usage? indoxhub.Usage What this answer used.

--- What `indoxhub.mcp` takes: the `url` of a server, or the `command` that starts one.
---@class indoxhub.McpOptions
---@field url? string Where the server is: its endpoint of Streamable HTTP, such as "https://example.com/mcp".
---@field headers? table<string, string|number> Of `url`: headers to send along, such as { Authorization = "Bearer ..." }. No key of a client is sent.
---@field ca_file? string Of `url`: a file of certificates to trust, in place of the system's. Default: the variable SSL_CERT_FILE.
---@field proxy? string Of `url`: a proxy, in place of what the environment says.
---@field command? string[] The program that is the server, and its arguments. There is no shell, and it does not work in nginx.
---@field cwd? string Of `command`: the folder to start it in. Default: that of the program.
---@field env? table<string, string> Of `command`: variables it gets besides PATH, HOME, USER, LANG, TERM, SHELL and TMPDIR. It gets no others.
---@field timeout? number Seconds for a request, after which it is cancelled. Default: 60.
---@field allow? string[] Names of those tools of the server that may be used, as the server calls them. Default: all.
---@field prefix? string What the names of its tools begin with for the model, such as "files_".
---@field on_progress? fun(progress: indoxhub.McpProgress) Is told how far a tool is; it must not wait.
---@field log? fun(event: indoxhub.LogEvent) Is told what the server says besides replies: its log, its lines on stderr. It must not wait.
---@field max_response_bytes? integer The largest message of the server. Default: 16 MiB.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of `server:call`.
---@class indoxhub.McpCallOptions
---@field timeout? number Seconds, in place of the server's.
---@field on_progress? fun(progress: indoxhub.McpProgress) Is told how far the tool is, in place of the server's.
---@field [string] indoxhub.NoSuchOption There is no other.

--- How far a tool of an MCP server is.
---@class indoxhub.McpProgress
---@field tool string The tool, by the server's name for it.
---@field progress number How far: it grows.
---@field total? number Where it ends, if the server knows.
---@field message? string What is being done.

--- What a tool of an MCP server gave, as the server wrote it.
---@class indoxhub.McpResult
---@field content? table[] Parts with a `type`: "text" with `text`; "image" and "audio" with `data` in base64 and `mimeType`; "resource" and "resource_link".
---@field structuredContent? table The same as data.
---@field isError? boolean Whether the tool has failed; the content says why.

--- Whether and which tools the model calls: "auto" lets it choose, "none" forbids them, "required" demands one, and a table names one.
---@alias indoxhub.ToolChoice "auto"|"none"|"required"|{type: "function", function: {name: string}}|table

--- The form of the answer.
---@class indoxhub.ResponseFormat
---@field type "text"|"json_object"|"json_schema" A text, any JSON object, or JSON that fits a schema.
---@field json_schema? {name: string, schema: table, strict: boolean?, description: string?} The schema, for "json_schema".

---------------------------------------------------------------------------
-- conversations

--- What a conversation is asked with: its own settings, and any other field of `client.chat:create`. They may be changed at any time as fields of the conversation.
---@class indoxhub.ConversationSettings: indoxhub.Chat.Settings
---@field system? string The system message. It is sent first, and always.
---@field max_tokens_context? integer Leave out the oldest exchanges of what is sent when it would be more tokens than this. Default: no limit.
---@field count_tokens? fun(message: indoxhub.Message): number Counts the tokens of a message, once for each. Default: an estimate.
---@field max_steps? integer How many answers a question may take while tools are called. Default: 10.
---@field approve? fun(call: indoxhub.ToolRun): boolean, string? Is asked before each call of a tool, and may wait: true, or false and a reason for the model.
---@field on_call? fun(call: indoxhub.ToolRun) Is told that a tool begins.
---@field on_result? fun(call: indoxhub.ToolRun) Is told that a call has its result, or its error.
---@field on_tool_error? fun(call: indoxhub.ToolRun, message: string) Is told that a call has no result because of a mistake.
---@field fallback? string[]|false Models to ask, one after the other, when `model` does not answer; false or {} for none. Default: those of the client.
---@field fallback_after? number Seconds that a wait between two tries may take while there is another model to ask. Default: that of the client, or 5.
---@field echo? boolean Whether a message that called tools goes back with what its server wants to see again, such as reasoning and signatures. Default: true.
---@field image_parts? "image_url"|"image" The form in which pictures are sent. Default: "image_url".

--- Options of `conversation:regenerate`.
---@class indoxhub.RegenerateOptions: indoxhub.TalkStreamOptions
---@field stream? boolean Return a stream. Default: false.

---------------------------------------------------------------------------
-- files, streams, tasks and loops

--- Options of `indoxhub.file`.
---@class indoxhub.FileOptions
---@field filename? string The name that the server is told. Default: the last part of the path.
---@field content_type? string What it is, such as "audio/wav". Default: guessed from the name or the bytes.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of `indoxhub.reader`.
---@class indoxhub.ReaderOptions
---@field size? integer How many bytes there are. Without it their number is not announced to the server.
---@field filename? string The name that the server is told.
---@field content_type? string What it is, such as "audio/wav". Default: guessed from the name or the bytes.
---@field rewind? fun(): any, string? Starts over, so that the call can be tried again; returns nil and a message when it cannot.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of `stream:coroutine`.
---@class indoxhub.CoroutineOptions
---@field wait? boolean Whether resuming it waits for the next piece. Default: true.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Is told of a task that failed while nobody awaited it: what it raised, and where. Without one a line is written where the host shows errors, or to stderr.
---@alias indoxhub.OnError fun(err: any, traceback: string)

--- Options of `indoxhub.gather`.
---@class indoxhub.GatherOptions
---@field concurrency? integer How many functions may run at a time. Default: all.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of `indoxhub.map`.
---@class indoxhub.MapOptions
---@field concurrency? integer How many calls may run at a time. Default: 8.
---@field on_progress? fun(done: integer, total: integer, failed: integer, index?: integer, err?: any) Is called after each item: how many are over, of how many, and how many of those failed; then the place of this one, and its error. When the file of `resume` had some, it is called once before, without a place. It must not wait; what it raises `indoxhub.on_error` is told, and then it is not called any more.
---@field resume? string A file that keeps the results, as lines of JSON that only its owner can read. Made when it is missing. Default: none.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Options of `indoxhub.top_k`.
---@class indoxhub.SearchOptions
---@field by? "cosine"|"dot" What the score is: the cosine, or the product. Default: "cosine".
---@field [string] indoxhub.NoSuchOption There is no other.

--- The loops that the library knows.
---@alias indoxhub.LoopName
---| "builtin" # No loop of a host: for plain programs and frame loops.
---| "uv" # Neovim, and programs that have luv.
---| "nginx" # nginx with its Lua module, OpenResty.
---| "cqueues" # Programs that have cqueues.

--- What drives the library in a loop of yours, for `indoxhub.use_loop`. A slot is a table whose field `ready` says whether what it stands for has happened.
---@class indoxhub.Adapter
---@field spawn fun(fn: function, failed: fun(err: any, traceback: string)) Runs a function as a task, and calls `failed` when it raises.
---@field wait fun(slot: table, seconds?: number): boolean? Returns when `slot.ready`, or after some seconds (nil: never); false when the user interrupts it.
---@field wake fun(slot: table): boolean? Is told that `slot.ready` has become true; returns false when whoever waited was ended meanwhile.
---@field sleep fun(seconds: number): boolean? Waits.
---@field start fun(engine: indoxhub.core.Engine, pump: function) The engine has something to do: until `engine:busy()` is false, `pump()` is to be called whenever `engine:fd()` is readable. It is called repeatedly.
