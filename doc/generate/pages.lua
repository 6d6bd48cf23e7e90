--- The pages of the reference: what stands on which, in which order, and what
--- is said between the entries.
--
-- A page: { file, title, about, text, sections = { { title, text, names } } }.
-- Names are those of functions ("client.chat:create", "indoxhub.new"), classes
-- and aliases ("indoxhub.Options") and values ("indoxhub.null").

local media = require "doc.generate.pages_media"

return {
  {
    file = "client", title = "Module and clients",
    about = "the module, `indoxhub.new` and its options, what every call takes",
    text = [[
`require "indoxhub"` gives the module. A client holds a key, an address and
options; it costs nothing to make, and sends nothing before its first call.]],
    sections = {
      { "Clients", nil, { "indoxhub.new", "client:with", "client:close",
        "client:spent", "indoxhub.Spent", "client:request",
        "indoxhub.Client" } },
      { "Options of clients", [[
Time limits that are not given: 10 seconds to connect, 120 without a byte, no
limit for the whole call. The first byte may take 120 seconds, but 600 of text
and images, and 1200 of audio and videos.]],
        { "indoxhub.Options", "indoxhub.Timeouts", "indoxhub.Budget",
          "indoxhub.LogEvent" } },
      { "Options of calls", [[
Every method that calls the API takes a second table. An option that there is
not raises, and so does a value of the wrong type.]],
        { "indoxhub.CallOptions", "indoxhub.ModelOptions",
          "indoxhub.UploadOptions", "indoxhub.StreamOptions",
          "indoxhub.Request" } },
      { "Other things of the module", nil, { "indoxhub.assert",
        "indoxhub.meta", "indoxhub.Meta", "indoxhub.array", "indoxhub.null",
        "indoxhub._VERSION" } },
      { "Types for editors", [[
An option that is misspelt gets a warning of the Lua language server, because
its value does not fit a type of this name:]],
        { "indoxhub.NoSuchOption" } },
    },
  },
  {
    file = "chat", title = "Chat, completions and streams",
    about = "`client.chat`, `client.completions`, messages, tools, replies",
    text = [[
A request has a table of fields and a table of options. Fields that the API
does not know go to the provider: see `additional_params`. One that looks like a
misspelling of a known one raises.]],
    sections = {
      { "client.chat", nil, { "client.chat:create", "client.chat:stream",
        "client.chat:stop", "indoxhub.Chat.Settings", "indoxhub.ChatOptions",
        "indoxhub.ChatStreamOptions" } },
      { "client.completions", nil, { "client.completions:create",
        "client.completions:stream", "client.completions:stop" } },
      { "Messages", nil, { "indoxhub.Message", "indoxhub.Role",
        "indoxhub.Part", "indoxhub.Echoed" } },
      { "Tools and forms of answers", nil, { "indoxhub.Tool",
        "indoxhub.ToolFunction", "indoxhub.ToolChoice", "indoxhub.ToolCall",
        "indoxhub.FunctionCall", "indoxhub.ResponseFormat" } },
      { "Streams", [[
A stream hands out the pieces of an answer while it is made. One that breaks
off is an error, and never looks finished. `for delta, kind in stream do` reads
it, and raises the error of a broken one; the methods return it.

A stream that is not read to its end must be closed. In Lua 5.4 `local stream
<close> = ...` does so.]],
        { "stream:next", "stream:try_next", "stream:next_batch",
          "stream:events", "stream:reply", "stream:elements",
          "stream:next_element",
          "stream:coroutine", "stream:close", "stream.id", "indoxhub.Stream",
          "indoxhub.PieceKind", "indoxhub.CoroutineOptions" } },
      { "Replies", [[
The fields are the same whatever the server's dialect is, in the reply of
`create` and in that of a stream.]],
        { "indoxhub.ChatResponse", "indoxhub.CompletionResponse",
          "indoxhub.Response", "indoxhub.FinishReason", "indoxhub.Usage",
          "indoxhub.CostBreakdown", "indoxhub.Choice",
          "indoxhub.ChoiceMessage", "indoxhub.Acknowledgement" } },
    },
  },
  {
    file = "conversations", title = "Conversations",
    about = "`client:conversation`: history, tools, context, files",
    text = [[
A conversation remembers what was said, and asks with all of it. A question
enters the history together with its answer, so that nothing is left of a call
that failed. It asks one question at a time; a fork can be asked meanwhile.

Its settings are fields, which may be read and changed at any time:
`talk.model = "openai/gpt-4o-mini"`.]],
    sections = {
      { "Asking", nil, { "client:conversation", "conversation:send",
        "conversation:stream", "conversation:regenerate" } },
      { "The history", nil, { "conversation:add", "conversation:undo",
        "conversation:messages", "conversation:window", "conversation:fork",
        "conversation:totals" } },
      { "Tools that are run", [[
A model that calls a tool with a function gets its result, and is asked again,
until it answers in words.]],
        { "indoxhub.tool", "indoxhub.ToolOptions", "indoxhub.ToolRun",
          "indoxhub.Step" } },
      { "Servers of tools", [[
A server that speaks the Model Context Protocol offers tools that others have
written. Nothing is sent to it, or started, before its tools are asked for.]],
        { "indoxhub.mcp", "server:tools", "server:call", "server:close",
          "indoxhub.McpServer", "indoxhub.McpOptions",
          "indoxhub.McpCallOptions", "indoxhub.McpProgress",
          "indoxhub.McpResult" } },
      { "Files", nil, { "conversation:save", "indoxhub.load_conversation" } },
      { "What they take and give", nil, { "indoxhub.ConversationSettings",
        "indoxhub.TalkOptions", "indoxhub.TalkStreamOptions",
        "indoxhub.Question", "indoxhub.Picture", "indoxhub.RegenerateOptions",
        "indoxhub.ConversationTotals", "indoxhub.Conversation" } },
    },
  },
  {
    file = "embeddings", title = "Embeddings and vectors",
    about = "`client.embeddings`, vectors, matrices, search",
    text = [[
With `as = "vectors"` embeddings come as float32, in one block of memory. A
vector is read like a list: `#v`, `v[i]`; it never changes. A matrix is many
vectors of one size.]],
    sections = {
      { "client.embeddings", nil, { "client.embeddings:create",
        "client.embeddings:batch", "indoxhub.EmbeddingOptions",
        "indoxhub.BatchOptions", "indoxhub.EmbeddingResponse" } },
      { "Search", nil, { "indoxhub.top_k", "indoxhub.SearchOptions",
        "indoxhub.Hit" } },
      { "Vectors", nil, { "indoxhub.vector", "indoxhub.vectors.matrix",
        "indoxhub.vectors.from_bytes", "indoxhub.vectors.save",
        "indoxhub.vectors.open", "indoxhub.Vector", "vector:dot",
        "vector:cosine", "vector:bytes", "vector:table", "indoxhub.Matrix",
        "matrix:dimensions", "matrix:bytes", "matrix:table" } },
    },
  },
  media,
  {
    file = "models", title = "Models", about = "`client.models`",
    text = [[
In calls a model is named by its `modelName` behind the `id` of its provider,
as "openai/gpt-4o-mini".]],
    sections = {
      { "client.models", nil, { "client.models:list", "client.models:provider",
        "client.models:get", "client.models:trending",
        "client.models:text_completions", "client.models:embeddings",
        "client.models:image_generation", "client.models:text_to_speech",
        "client.models:speech_to_text", "client.models:video_generation" } },
      { "Replies", nil, { "indoxhub.Provider", "indoxhub.Model",
        "indoxhub.TrendingModel" } },
    },
  },
  {
    file = "account", title = "Analytics and account",
    about = "`client.analytics` with its queries, `client.user`",
    text = [[
Some servers want a token in place of the key for these calls: make the client
with `auth = "exchange"`.]],
    sections = {
      { "Queries", [[
A query never changes: each method returns another one, so that one can be kept
and gone on from. What the API does not take raises where it is said. A date is
an ISO date, a time, which stands for its day in UTC, or seconds since 1970.]],
        { "client.analytics:query", "query:last", "query:from", "query:to",
          "query:between", "query:by", "query:where", "query:content",
          "query:sessions", "query:models", "query:fetch",
          "indoxhub.QueryOptions", "indoxhub.Filters",
          "indoxhub.Group", "indoxhub.Query" } },
      { "Rows", nil, { "indoxhub.Rows", "rows:table", "rows:chart", "rows:csv",
        "indoxhub.TableOptions", "indoxhub.ChartOptions",
        "indoxhub.CsvOptions", "indoxhub.ColumnType" } },
      { "client.analytics", "What the queries ask with.",
        { "client.analytics:usage", "client.analytics:sessions",
          "client.analytics:models", "indoxhub.AnalyticsResponse" } },
      { "client.user", nil, { "client.user:health", "client.user:me",
        "client.user:usage", "client.user:transactions",
        "client.user:each_transaction", "client.user:api_keys",
        "client.user:create_api_key", "client.user:revoke_api_key",
        "client.user:enable_api_key", "client.user:delete_api_key",
        "client.user:delete_account" } },
      { "Replies", nil, { "indoxhub.Health", "indoxhub.User",
        "indoxhub.UsageResponse", "indoxhub.UsageStats", "indoxhub.DailyUsage",
        "indoxhub.TransactionList", "indoxhub.Transaction",
        "indoxhub.ApiKeyList", "indoxhub.ApiKey" } },
    },
  },
  {
    file = "errors", title = "Errors",
    about = "the error object, and its kinds",
    text = [[
What a program does wrong raises a text, which names the field and the fix.
What the world does wrong is returned: `nil` and an error object, which
`tostring` turns into one line that says what failed, why, and what to do.]],
    sections = {
      { "The error", nil, { "indoxhub.Error", "indoxhub.FailedTry" } },
      { "Kinds", [[
Any call may return these: {any_call}. Each method names the others.]],
        { "indoxhub.ErrorKind" } },
    },
  },
  {
    file = "tasks", title = "Tasks and loops",
    about = "several things at once, and event loops",
    text = [[
Inside a task a call suspends the task; anywhere else it blocks, as any input
and output of Lua does. In Neovim, nginx, luv and cqueues the loop is recognised
by itself.]],
    sections = {
      { "Tasks", nil, { "indoxhub.spawn", "indoxhub.run", "indoxhub.gather",
        "indoxhub.map", "indoxhub.sleep", "indoxhub.on_error", "task:await",
        "task:cancel", "task:status", "task.cancelled",
        "indoxhub.GatherOptions", "indoxhub.MapOptions", "indoxhub.OnError",
        "indoxhub.Task" } },
      { "Loops", nil, { "indoxhub.step", "indoxhub.fd", "indoxhub.use_loop",
        "indoxhub.LoopName", "indoxhub.Adapter" } },
    },
  },
  { file = "command", title = "Command line",
    about = "the command `indoxhub`: its commands, options and exit codes" },
  {
    file = "gateway", title = "The gateway",
    about = "options of a gateway in nginx, its keys and prices",
    text = [[
`require("indoxhub.gateway").new(options)`, in `init_by_lua`, gives a gateway:
`init_worker`, `access`, `content` and `log` are called in the phases of these
names, and `health`, `metrics` and `too_large` in the content phase of locations
of their own. None takes an argument. The module is for nginx only. Options that
are wrong raise, so that nginx does not start.]],
    sections = {
      { "Options", nil, { "indoxhub.GatewayOptions", "indoxhub.GatewayKey",
        "indoxhub.GatewayVisitors", "indoxhub.GatewayPrice",
        "indoxhub.GatewayUpstream", "indoxhub.GatewayCacheRule" } },
    },
  },
  {
    file = "core", title = "C core",
    about = "`require \"indoxhub.core\"`: the parts without the client",
    examples = [[
local core = require "indoxhub.core"]],
    text = [[
For tests, and for programs that want the parts without the client. What is
wrong with arguments raises; what the world refuses is `nil, message`. Names
here may change with any version, other than those of the client.]],
    sections = {
      { "Event streams", nil, { "core.sse", "sse:feed", "sse:retry",
        "sse:last_id", "indoxhub.core.Event", "indoxhub.core.Sse" } },
      { "JSON and texts", nil, { "core.json_decode", "core.json_encode",
        "core.json_array", "core.json_raw", "core.json_with_raw",
        "core.not_utf8", "core.number", "core.headers", "core.base64",
        "core.unbase64", "core.sha256", "core.sha256_sum",
        "sha256:add", "sha256:digest", "indoxhub.core.Sha256" } },
      { "The engine", nil, { "core.engine", "engine:fd", "engine:step",
        "engine:submit", "engine:alarm", "engine:running", "engine:busy",
        "engine:forked", "engine:closed", "engine:wake_on_interrupt",
        "engine:watch", "engine:close", "indoxhub.core.Engine",
        "indoxhub.core.Request", "indoxhub.core.Part",
        "indoxhub.core.Played", "core.gate",
        "gate:full", "indoxhub.core.Gate" } },
      { "Transfers", nil, { "indoxhub.core.Transfer", "transfer:token",
        "transfer:told", "transfer:status", "transfer:head", "transfer:read",
        "transfer:write_to", "transfer:drop", "transfer:encoded",
        "transfer:waiting", "transfer:peek", "transfer:whole", "transfer:take",
        "transfer:rest", "transfer:heard", "transfer:learn", "transfer:append",
        "transfer:text", "transfer:hungry", "transfer:feed", "transfer:sent",
        "transfer:result", "transfer:cancel", "transfer:linger",
        "transfer:tape", "indoxhub.core.Result" } },
      { "Programs", nil, { "engine:spawn", "indoxhub.core.Program",
        "indoxhub.core.Child", "child:token", "child:write", "child:unsent",
        "child:close_input", "child:line", "child:over", "child:ended",
        "child:want", "child:signal", "child:close" } },
      { "Vectors", nil, { "core.vector", "core.vector_from", "core.matrix",
        "core.matrix_from", "core.read_matrix", "core.take_vectors",
        "core.search", "search:scan", "search:best",
        "indoxhub.core.Search" } },
      { "Files", nil, { "core.read_file", "core.create_file",
        "draft:keep", "indoxhub.core.Draft",
        "core.match_mode", "core.sync_file", "core.read_link",
        "core.make_folder", "core.list_folder", "core.lock", "core.journal",
        "journal:read", "journal:append", "journal:cut", "journal:sync",
        "journal:close",
        "indoxhub.core.Journal" } },
      { "Terminals and signals", nil, { "core.isatty", "core.terminal_width",
        "core.guard_terminal", "core.catch_interrupts", "core.interrupted",
        "core.ending", "core.await_input", "core.read_input",
        "core.ignore_broken_pipes", "core.fill_descriptors" } },
      { "For loops", nil, { "core.waker", "waker:path", "waker:accept",
        "waker:rearm", "waker:hang_up", "waker:close", "indoxhub.core.Waker",
        "core.notices", "notices:fd", "notices:add", "notices:take",
        "notices:close", "indoxhub.core.Notices" } },
      { "Versions and times", nil, { "core.version", "core.curl_version",
        "core.now", "core.can_suspend" } },
    },
  },
}
