-- What nginx does for the specs and benchmarks, each in a request of its own:
-- /do/NAME?base=... runs handlers.NAME with the arguments of the query.
--
-- Everything is loaded before there are workers, which may be of a user who can
-- read none of it.
local indoxhub = require "indoxhub"
local scenes = require "spec.runtime.scenes"
local use_all_helpers = require "spec.support.all_helpers"

local handlers, actions = {}, {}

local told = ngx.shared.told

local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }

-- Made before there are workers, which do not see the environment.
local default_client = indoxhub.new { max_retries = 0 }
local KEY = os.getenv "INDOXHUB_API_KEY"

-- Base URL -> client.
local clients = {}

local function client_of(base)
  if not base then
    return default_client
  end
  clients[base] = clients[base] or indoxhub.new { api_key = KEY,
    base_url = base, max_retries = 0 }
  return clients[base]
end

---------------------------------------------------------------------------
-- what is done

--- Everything that user code does; see scenes.lua.
function actions.scenes(arguments, say)
  local ticks, over = 0, false
  local ticker = ngx.thread.spawn(function()
    repeat
      ngx.sleep(0.001)
      ticks = ticks + 1
    until over
  end)
  scenes.run { sandbox = arguments.base, raw = arguments.raw, say = say,
    way_out = "ngx.timer.at",
    ticks = function() return ticks end }
  over = true
  ngx.thread.wait(ticker)
end

--- A whole answer.
function actions.chat(arguments, say)
  local reply, err = client_of(arguments.base).chat:create {
    messages = { { role = "user", content = arguments.q
      or MESSAGES[1].content } } }
  say(reply and reply.data or tostring(err))
end

--- The same with a client made of one that has its key and its address from the
--- environment.
function actions.derived(_, say)
  local reply, err = default_client:with { timeout = 30 }.chat:create {
    messages = MESSAGES }
  say(reply and reply.data or tostring(err))
end

--- Relays a stream: what came is sent at once.
function actions.stream(arguments, say)
  local stream, err = client_of(arguments.base).chat:stream {
    messages = { { role = "user", content = arguments.q
      or MESSAGES[1].content } } }
  if not stream then
    return say(tostring(err))
  end
  while true do
    local delta, failure = stream:next()
    if delta then
      if not ngx.print(delta) or not ngx.flush(true) then
        return stream:close()
      end
    else
      return failure and say(" (" .. failure.kind .. ")")
    end
  end
end

--- The same, with a handler for a client that goes away.
function actions.stream_on_abort(arguments, say)
  local task = indoxhub.spawn(actions.stream, arguments, say)
  assert(ngx.on_abort(function()
    task:cancel()
  end))
  task:await()
end

--- The same as the page of nginx shows it: the handler closes the stream, so
--- that the service is told.
function actions.close_on_abort(arguments, say)
  local stream, err = client_of(arguments.base).chat:stream {
    messages = MESSAGES }
  if not stream then
    return say(tostring(err))
  end
  assert(ngx.on_abort(function()
    stream:close()
  end))
  while true do
    local delta, failure = stream:next()
    if failure and not delta then
      return say("\nThis is not all: ", tostring(failure))
    elseif not delta then
      return say()
    end
    ngx.print(delta)
    ngx.flush(true)
  end
end

--- The same in a task, while the request does something else: it waits for
--- another task, or sleeps.
function actions.stream_in_task(arguments, say)
  local task = indoxhub.spawn(actions.stream, arguments, say)
  if arguments.sleep then
    ngx.sleep(tonumber(arguments.sleep))
  else
    indoxhub.gather { function()
      return task:await()
    end }
  end
end

--- The same in several tasks at once; it waits for all.
function actions.streams_in_tasks(arguments, say)
  local fns = {}
  for i = 1, tonumber(arguments.count) do
    fns[i] = function()
      return actions.stream(arguments, say)
    end
  end
  indoxhub.gather(fns)
end

--- Streams for several items, of which those that end are kept in a file.
function actions.map(arguments, say)
  local _, errors = indoxhub.map({ 1, 2, 3 }, function(item)
    if item > 1 then
      actions.stream(arguments, say)
    end
    return item
  end, { resume = arguments.file })
  say(errors and tostring(errors) or "all")
end

--- What needs more than one call.
function actions.helpers(arguments, say)
  use_all_helpers(indoxhub, client_of(arguments.base))
  say "all"
end

--- Ends without having closed its stream.
function actions.leave_stream(arguments, say)
  local stream = indoxhub.assert(client_of(arguments.base).chat:stream {
    messages = MESSAGES })
  say((stream:next()))
end

--- Ends while a task of it still reads.
function actions.leave_task(arguments, say)
  local task = indoxhub.spawn(actions.stream, arguments, say)
  indoxhub.sleep(0.001)
  say(task:status())
  ngx.exit(200)
end

--- Sleeps in the way of the library, under a client that may go away.
function actions.sleep(arguments, say)
  ngx.print("sleeping\n")
  ngx.flush(true)
  indoxhub.sleep(tonumber(arguments.seconds))
  say("slept")
end

--- Asks when the worker has been told to leave.
function actions.late(arguments, say)
  ngx.say("waiting")
  ngx.flush(true)
  repeat
    ngx.sleep(0.01)
  until ngx.worker.exiting()
  actions.chat(arguments, say)
end

--- Waits for a job that takes very long and tells its id and state; with
--- `fails` until its own function raises.
function actions.wait_for_video(arguments, say)
  local videos = default_client.videos
  local made = indoxhub.assert(videos:generate({ prompt = "an owl" },
    { headers = { ["X-Sandbox-Job-Seconds"] = 600 } }))
  local waited = pcall(videos.wait, videos, made, { cancel_job = true,
    interval = tonumber(arguments.interval), max_interval = 1000,
    on_progress = function(job)
      ngx.say(job.job_id, " ", job.status)
      ngx.flush(true)
      assert(not arguments.fails)
    end })
  say(waited and "over" or "failed")
end

--- Sends something, and waits in the way of nginx.
function actions.wait(arguments, say)
  ngx.print("begun ")
  ngx.flush(true)
  ngx.sleep(tonumber(arguments.seconds))
  say("over")
end

--- Reads every event of a stream, decoded, and tells how many there were.
function actions.drain(arguments, say)
  local stream = indoxhub.assert(client_of(arguments.base).chat:stream(
    { messages = MESSAGES }, arguments.bench
      and { headers = { ["X-Bench"] = arguments.bench } } or {}))
  local count = 0
  for _ in stream:events() do
    count = count + 1
  end
  say(count)
end

--- Relays a stream whose deltas nobody looks at: all that has come at once.
function actions.relay(arguments, say)
  local stream = indoxhub.assert(client_of(arguments.base).chat:stream(
    { messages = MESSAGES }, arguments.bench
      and { headers = { ["X-Bench"] = arguments.bench } } or {}))
  while true do
    local text, failure = stream:next_batch()
    if not text then
      return failure and say(" (" .. failure.kind .. ")")
    elseif not ngx.print(text) or not ngx.flush(true) then
      return stream:close()
    end
  end
end

--- What a program does without such a library: libcurl blocks the worker.
function actions.blocking(arguments, say)
  local ffi = require "ffi"
  pcall(ffi.cdef, [[
    void *curl_easy_init(void);
    int curl_easy_setopt(void *easy, int option, ...);
    int curl_easy_perform(void *easy);
    void curl_easy_cleanup(void *easy);
    void *curl_slist_append(void *list, const char *line);
    void curl_slist_free_all(void *list);
    void *fopen(const char *name, const char *mode);
    int fclose(void *file);
  ]])
  local WRITEDATA, URL, POSTFIELDS, HTTPHEADER = 10001, 10002, 10015, 10023
  local curl = ffi.load("curl.so.4")
  local easy, sink = curl.curl_easy_init(), ffi.C.fopen("/dev/null", "wb")
  local headers = curl.curl_slist_append(nil, "X-Bench: " .. arguments.bench)
  curl.curl_easy_setopt(easy, URL, ffi.cast("const char *",
    arguments.base .. "/chat/completions"))
  curl.curl_easy_setopt(easy, POSTFIELDS, ffi.cast("const char *", "{}"))
  curl.curl_easy_setopt(easy, HTTPHEADER, headers)
  curl.curl_easy_setopt(easy, WRITEDATA, sink)
  local code = curl.curl_easy_perform(easy)
  curl.curl_easy_cleanup(easy)
  curl.curl_slist_free_all(headers)
  ffi.C.fclose(sink)
  say(code)
end

---------------------------------------------------------------------------
-- what is told

--- The worker's process id.
function actions.pid(_, say)
  say(ngx.worker.pid())
end

--- What was told under a name.
function actions.told(arguments, say)
  say(told:get(arguments.name) or "")
end

local loaded_early

--- Modules that were loaded after the workers began.
function actions.loaded_late(_, say)
  for name in pairs(package.loaded) do
    if not loaded_early[name] then
      say(name)
    end
  end
end

--- KiB of memory of the worker, and of its Lua state after a full collection.
function actions.memory(_, say)
  collectgarbage()
  collectgarbage()
  local file = assert(io.open("/proc/self/status"))
  local status = file:read("*a")
  file:close()
  say(status:match("VmRSS:%s*(%d+)"), " ", math.floor(collectgarbage("count")))
end

--- What is said to who wants to start a program that is an MCP server.
function actions.start_program(_, say)
  say(select(2, pcall(indoxhub.mcp, { command = { "true" } })))
end

--- Has as many timers run as nginx runs at a time, for some seconds.
function actions.fill_timers(arguments, say)
  for _ = 1, 256 do
    assert(ngx.timer.at(0, function()
      ngx.sleep(tonumber(arguments.seconds))
    end))
  end
  ngx.sleep(0.01)
  say(ngx.timer.running_count())
end

-- What the engine's steps took.
local steps = { count = 0, seconds = 0, longest = 0 }

-- Measures each step from now on, in CPU time of the thread.
local function measure_steps()
  local ffi, loop = require "ffi", require "indoxhub.loop"
  ffi.cdef [[
    struct indoxhub_time { long seconds, nanoseconds; };
    int clock_gettime(int clock, struct indoxhub_time *time);
  ]]
  local THREAD_CPUTIME = 3
  local time, pump = ffi.new "struct indoxhub_time", loop.pump
  local function now()
    ffi.C.clock_gettime(THREAD_CPUTIME, time)
    return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
  end
  function loop.pump(...)
    local start = now()
    pump(...)
    local seconds = now() - start
    steps.count = steps.count + 1
    steps.seconds = steps.seconds + seconds
    steps.longest = math.max(steps.longest, seconds)
  end
end

--- Searches eight million numbers and says how often another thread had its
--- turn meanwhile.
function actions.search(_, say)
  local turns, searching = 0, true
  local other = ngx.thread.spawn(function()
    while searching do
      turns = turns + 1
      ngx.sleep(0.001)
    end
  end)
  local dimensions = 1000
  local matrix = indoxhub.vectors.from_bytes(
    ("\0\0\128\63"):rep(dimensions * 8000), dimensions)
  local found = indoxhub.top_k(matrix[1], matrix, 1)
  searching = false
  ngx.thread.wait(other)
  say(("found %d in %s"):format(found[1].index,
    turns > 3 and "turns" or "one go"))
end

--- What the steps took so far.
function actions.steps(_, say)
  say(("%d steps, %.3f ms of CPU on average, %.3f ms the longest"):format(
    steps.count, steps.seconds / math.max(1, steps.count) * 1e3,
    steps.longest * 1e3))
end

---------------------------------------------------------------------------
-- where it is done

local function action_of(uri)
  return assert(actions[uri:match("[^/]+$")], "no such action")
end

--- Does what the path names.
function handlers.run()
  action_of(ngx.var.uri)(ngx.req.get_uri_args(), ngx.say)
  return ngx.exit(ngx.HTTP_OK)
end

--- Does it in a timer and keeps what it says under `name`, then "end".
function handlers.run_in_timer()
  local arguments, action = ngx.req.get_uri_args(), action_of(ngx.var.uri)
  assert(ngx.timer.at(0, function()
    local lines = {}
    local ok, err = pcall(action, arguments, function(...)
      lines[#lines + 1] = table.concat({ ... }) .. "\n"
    end)
    lines[#lines + 1] = ok and "end\n" or "raised " .. tostring(err) .. "\n"
    told:set(arguments.name, table.concat(lines))
  end))
end

--- Tries to ask where that is impossible, and keeps what was raised.
function handlers.try(phase)
  local ok, err = pcall(default_client.chat.create, default_client.chat,
    { messages = MESSAGES })
  local _, spawning = pcall(indoxhub.spawn, function() end)
  local _, sleeping = pcall(indoxhub.sleep, 0)
  told:set(phase, ok and "raised nothing" or table.concat({ tostring(err),
    tostring(spawning), tostring(sleeping) }, "\n"))
end

function handlers.init()
  if os.getenv "INDOXHUB_MEASURE" then
    measure_steps()
  end
  loaded_early = {}
  for name in pairs(package.loaded) do
    loaded_early[name] = true
  end
  handlers.try("init")
end

function handlers.init_worker()
  handlers.try("init_worker")
end

return handlers
