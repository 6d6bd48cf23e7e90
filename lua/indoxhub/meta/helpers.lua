---@meta

-- Methods that the helpers put on clients, resources and rows, and what they
-- take and give. The code is in the folders that are named after them.

---@class indoxhub.Client
local client = {}

--- Begins a conversation, which remembers what was said and asks with all of it. Nothing is sent yet.
---@param settings? indoxhub.ConversationSettings Its settings, and any other field of `client.chat:create`.
---@return indoxhub.Conversation conversation
function client:conversation(settings) end

--- Options of `client:save`.
---@class indoxhub.SaveOptions
---@field on_progress? fun(received: integer, total?: integer) Is told how many bytes came, and of how many; it must not wait.
---@field timeout? number|false|indoxhub.Timeouts Seconds, as in `indoxhub.Options`.
---@field max_retries? integer How many tries may bring less than 64 KiB. Default: 2.
---@field [string] indoxhub.NoSuchOption There is no other.

--- What `client:save` wrote.
---@class indoxhub.Saved
---@field path string The file.
---@field bytes integer Its size.
---@field content_type? string What it is, as the server or the data URI says.

--- Writes a result to a file: from a URL, base64 or a data URI. The file appears only when it is complete; a download that is cut off goes on where it was, when the server can do that. The API key goes to its own server only.
---@param item any A reply, one element of its `data`, or a finished video job.
---@param path string The file to write.
---@param options? indoxhub.SaveOptions
---@return indoxhub.Saved? saved, indoxhub.Error? err also of kind file, job_failed
function client:save(item, path, options) end

---------------------------------------------------------------------------
-- embeddings

--- Options of `client.embeddings:batch`.
---@class indoxhub.BatchOptions: indoxhub.CallOptions
---@field as? "vectors" Return float32 vectors in place of lists of numbers.
---@field size? integer Texts in a call. Default: 64.
---@field concurrency? integer Calls at a time. Default: 4.
---@field on_progress? fun(done: integer, total: integer) Is told how many texts have their vector, and of how many; it must not wait.
---@field resume? indoxhub.Error The error of an earlier batch of the same texts: asks for what is missing only.

---@class indoxhub.Embeddings
local embeddings = {}

--- Turns many texts into vectors, by several calls. The reply is that of `create`, with the vectors in the order of the texts and the usage summed up.
---
--- When some calls fail, `err.missing` lists the places of the texts without a vector, `err.partial` is the reply as far as it came, with `false` for those, and the same call with `resume = err` asks for them only. A wrong key, an empty account and the like end the batch at once; so does cancelling its task.
---@param fields indoxhub.Embeddings.CreateFields|string[] The fields of `create` with a list as text, or that list alone.
---@param options? indoxhub.BatchOptions
---@return indoxhub.EmbeddingResponse? reply, indoxhub.Error? err also of kind insufficient_credits
function embeddings:batch(fields, options) end

---------------------------------------------------------------------------
-- videos, and lists that come in pages

--- How to wait for a video.
---@class indoxhub.WaitOptions
---@field interval? number Seconds between two looks at first; the time grows. Default: 2.
---@field max_interval? number Seconds between two looks at most. Default: 15.
---@field timeout? number|false Seconds for all of it; false: no limit. Default: 1200.
---@field on_progress? fun(job: indoxhub.VideoJobStatus) Is called with the job after each look.
---@field cancel_job? boolean When the wait is cancelled or its time is over, cancel the job on the server, too. Default: false.
---@field headers? table<string, string|number> Headers of each look. Default: those of the call.
---@field max_retries? integer How often each look is tried again. Default: that of the client.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.Videos
local videos = {}

--- Waits until a video job is over, however long ago it was begun, and returns it. A reply whose videos came at once is returned as it is. Outside of tasks it blocks.
---
--- A job that failed, was cancelled or has expired is an error of kind "job_failed", whose code is the job's state. When the time is over it is an error of kind "timeout" with the code "job". Looks that fail in passing do not end the wait, unless the first one does, or ten in a row. `err.job` is the job as it was seen last, and can be waited for again.
---@param given string|integer|indoxhub.VideoResponse|indoxhub.VideoJobStatus The id of the job, or what `generate` or `job` returned, or `err.job`.
---@param options? indoxhub.WaitOptions
---@return indoxhub.VideoJobStatus|indoxhub.VideoResponse? job, indoxhub.Error? err also of kind job_failed
function videos:wait(given, options) end

--- Options of `client.videos:each_job` and `client.user:each_transaction`.
---@class indoxhub.PageOptions: indoxhub.CallOptions
---@field page_size? integer Items to ask for at a time. Default: 20.

--- Iterates over your videos, the newest first, and asks for the next page when it is needed.
---@param options? indoxhub.PageOptions
---@return indoxhub.Pages jobs
function videos:each_job(options) end

---@class indoxhub.UserCalls
local user = {}

--- Iterates over what you paid, the newest first, and asks for the next page when it is needed.
---@param options? indoxhub.PageOptions
---@return indoxhub.Pages transactions
function user:each_transaction(options) end

---------------------------------------------------------------------------
-- analytics

--- Options of `client.analytics:query`.
---@class indoxhub.QueryOptions
---@field clock? fun(): number Tells what time it is, in seconds since 1970. Default: os.time.
---@field [string] indoxhub.NoSuchOption There is no other.

---@class indoxhub.Analytics
local analytics = {}

--- Begins a query: what was used, asked in words. As it is it asks for everything by day, of the time that the server chooses. Nothing is sent before `fetch`.
---@param options? indoxhub.QueryOptions
---@return indoxhub.Query query
function analytics:query(options) end

--- What a row of analytics is.
---@alias indoxhub.Group "date"|"model"|"provider"|"endpoint"|"session_id"|"client_ip"

--- Calls to choose, for `query:where`.
---@class indoxhub.Filters
---@field provider? string Only this provider.
---@field model? string Only this model, which may have its provider in front.
---@field session_id? string Only this session.
---@field endpoint? "chat"|"completion"|"embedding"|"image" Only these calls.
---@field [string] indoxhub.NoSuchOption There is no other.

--- What a query found: a list of rows, whose columns have types. No control character of a reply gets into what its methods write.
---@class indoxhub.Rows
---@field [integer] table<string, any> A row: values by the names of columns.
---@field columns string[] The names of the columns; the first is what the rows are grouped by.
---@field types table<string, indoxhub.ColumnType> What each column holds.
---@field reply indoxhub.AnalyticsResponse The reply as it came.
local rows = {}

--- What a column holds. Dates and times are texts, integers are integers where Lua has them, money is US dollars.
---@alias indoxhub.ColumnType "text"|"date"|"time"|"integer"|"money"|"number"|"boolean"|"table"

--- Options of `rows:table`.
---@class indoxhub.TableOptions
---@field columns? string[]|"all" The columns to show, in this order. Default: the ones that say most.
---@field width? integer Most characters of a line; longer texts are cut. Default: no limit.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Writes the rows as a table: numbers at the right, a line for each row, and no line end at the last.
---@param options? indoxhub.TableOptions
---@return string text
function rows:table(options) end

--- Options of `rows:chart`.
---@class indoxhub.ChartOptions
---@field column? string The column to draw; it must hold numbers. Default: the first there is of total_cost, cost and count.
---@field width? integer Most characters of a line. Default: 80.
---@field style? "bars"|"spark" Bars, or one line of small ones. Default: "bars".
---@field ascii? boolean Draw with ASCII characters only. Default: false.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Draws one column with the characters of a terminal. Bars of negative values are shaded; a value that is no number has none.
---@param options? indoxhub.ChartOptions
---@return string text
function rows:chart(options) end

--- Options of `rows:csv`.
---@class indoxhub.CsvOptions
---@field columns? string[] The columns to write, in this order. Default: all.
---@field newline? "\n"|"\r\n" What ends a line. Default: "\n".
---@field raw? boolean Write texts as they are, also where a spreadsheet would take them for a formula; else these get an apostrophe in front. Default: false.
---@field [string] indoxhub.NoSuchOption There is no other.

--- Writes the rows as comma-separated values, quoted as RFC 4180 has it, the names of the columns first. Every line has its end.
---@param options? indoxhub.CsvOptions
---@return string text
function rows:csv(options) end

---------------------------------------------------------------------------
-- what else a program is told

--- What happens to a call, as the option `log` is told. Nothing in it is a key.
---@class indoxhub.LogEvent
---@field name "attempt"|"retry"|"fallback"|"done"|"warning"|"server"|"stdout"|"stderr" What happened: a try ended, another one follows, another model is asked, the call is over, or something is odd. The last three are of an MCP server: its log, a line of its output that is no message, and one of its errors.
---@field method? string The HTTP method; absent in a warning.
---@field path? string What comes after `base_url`; absent in a warning. Of an MCP server: its address or program.
---@field status? integer The HTTP status.
---@field kind? indoxhub.ErrorKind The kind of the error, when it failed.
---@field seconds? number Seconds that it took.
---@field bytes_out? integer Bytes of the body that was sent.
---@field bytes_in? integer Bytes of the body that came.
---@field wait? number Seconds until the next try.
---@field recorded? boolean Whether the answer came from a recording, and nobody was asked.
---@field failed_model? string Of "fallback": the model that did not answer, when the call named it.
---@field model? string Of "fallback": the one that is asked next.
---@field message? string What is odd, or what an MCP server said.
---@field request_body? string What was sent, with the option `log_bodies`.
---@field response_body? string What came, with the option `log_bodies`.

--- What `indoxhub.meta` knows about a reply.
---@class indoxhub.Meta
---@field status integer The HTTP status.
---@field http_version string "1.1" or "2".
---@field headers table<string, string> The headers, with names in lower case.
---@field request_id? string The server's name of the request.
---@field attempts integer How often the request was sent.
---@field fallback? string The model of the option `fallback` that answered, as it is named there; absent: the first one did.
---@field created? number When the answer was made, in seconds since 1970.
---@field ratelimit? {limit?: number, remaining?: number, reset?: number} How many calls are allowed, how many of them are left, and when that is counted anew.
---@field timing? table<string, number> Seconds from the start to the end of each phase: name, connect, tls, request, total.
---@field bytes_in? number Bytes of the body that came.
---@field bytes_out? number Bytes of the body that was sent.
---@field recorded? boolean Whether it came from a recording, and nobody was asked.

--- What a conversation used.
---@class indoxhub.ConversationTotals
---@field requests integer Answers that came, also those that broke off.
---@field tokens_prompt number Tokens of what was asked, as far as the server told.
---@field tokens_completion number Tokens of the answers.
---@field tokens_total number Tokens of both.
---@field cost? number US dollars; absent when no reply told any.
