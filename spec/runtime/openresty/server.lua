-- nginx with the Lua module, for specs and benchmarks: a master and its workers
-- on a port the system chose.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local server = {}

local methods = {}
methods.__index = methods

local PROGRAM = "sh spec/support/openresty.sh run"

-- Without the code cache the workers load everything anew: they need the
-- environment, and to be of a user who can read it all.
local LOADING = "user root;\nenv INDOXHUB_API_KEY;\nenv INDOXHUB_BASE_URL;"

-- What nginx logs when something went wrong that no answer shows.
local BAD_NEWS = { "[emerg]", "[alert]", "[crit]", "[error]",
  "exited on signal", "exited with fatal" }

local function read(name)
  local file = io.open(name, "rb")
  local text = file and file:read("*a") or ""
  if file then
    file:close()
  end
  return text
end

local function write(name, text)
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
end

local function has_one(line, texts)
  for _, text in ipairs(texts) do
    if line:find(text, 1, true) then
      return true
    end
  end
  return false
end

--- Lines of a log that no run should have, but for those with one of the texts
--- in `expected`.
function server.bad_news(log, expected)
  local bad = {}
  for line in log:gmatch("[^\n]+") do
    if has_one(line, BAD_NEWS) and not has_one(line, expected or {}) then
      bad[#bad + 1] = line
    end
  end
  return table.concat(bad, "\n")
end

local function free_port()
  local raw = servers.raw()
  raw:stop()
  return raw.port
end

-- Whether a process runs; one that has ended and was not waited for does not.
local function is_alive(pid)
  local state = read("/proc/" .. pid .. "/stat"):match("%) (%a)")
  return state ~= nil and state ~= "Z"
end

server.is_alive = is_alive
server.read = read

--- Process ids of what a process has started.
function server.children(pid)
  local list = {}
  for child in read(("/proc/%s/task/%s/children"):format(pid, pid))
    :gmatch("%d+") do
    if is_alive(child) then
      list[#list + 1] = child
    end
  end
  return list
end

--- Starts it. `options.workers` is 1 unless told otherwise, `options.key` the
--- API key it finds in its environment, `options.base` the base URL there;
--- `options.measure` asks for /do/steps; `options.code_cache` is false for a
--- Lua state per request.
function server.start(options)
  options = options or {}
  local folder = os.tmpname()
  os.remove(folder)
  -- The workers may be of another user.
  assert(os.execute(("mkdir %s && chmod 755 %s"):format(folder, folder)))
  local self = setmetatable({ folder = folder, port = free_port() }, methods)
  local config = read("spec/runtime/openresty/nginx.conf")
    :gsub("@([%u_]+)@", { FOLDER = folder, PORT = self.port,
      WORKERS = tostring(options.workers or 1),
      CODE_CACHE = options.code_cache == false and "off" or "on",
      LOADING = options.code_cache == false and LOADING or "" })
  write(folder .. "/nginx.conf", config)
  self.url = "http://127.0.0.1:" .. self.port
  self.client = indoxhub.new { api_key = options.key, base_url = options.base }
  -- It ends with us, even if we cannot end it.
  self.pipe = assert(io.popen(("echo $$; exec env INDOXHUB_API_KEY=%s " ..
    "INDOXHUB_BASE_URL=%s %s LUA_PATH='./?.lua;%s' setpriv --pdeathsig TERM " ..
    "%s %s %s/nginx.conf 2>%s/stderr"):format(options.key or "indox-test",
    options.base or "http://127.0.0.1:1",
    options.measure and "INDOXHUB_MEASURE=1" or "", os.getenv "LUA_PATH",
    PROGRAM, folder, folder, folder)))
  self.pid = self.pipe:read("*l")
  servers.wait_until(function()
    return read(folder .. "/nginx.pid") ~= "" or not is_alive(self.pid)
  end, "nginx")
  if not is_alive(self.pid) then
    error("nginx did not start: " .. read(folder .. "/stderr") .. self:log())
  end
  servers.wait_until(function()
    return self:get("/ping") == "pong"
  end, "nginx to answer")
  return self
end

function methods:log()
  return read(self.folder .. "/error.log")
end

--- Process ids of the workers.
function methods:workers()
  return server.children(self.pid)
end

--- The only worker.
function methods:worker()
  local list = self:workers()
  assert(#list == 1, #list .. " workers")
  return list[1]
end

local function count(folder)
  local pipe = io.popen("ls " .. folder)
  local list = pipe:read("*a")
  pipe:close()
  return select(2, list:gsub("\n", ""))
end

--- Threads and descriptors of the only worker, and KiB of its memory.
function methods:usage()
  local process = "/proc/" .. self:worker()
  return count(process .. "/task"), count(process .. "/fd"),
    tonumber(read(process .. "/status"):match("VmRSS:%s*(%d+)"))
end

local function query(arguments)
  local list = {}
  for name, value in pairs(arguments or {}) do
    list[#list + 1] = name .. "=" .. tostring(value):gsub("[^%w._~-]",
      function(byte)
        return ("%%%02X"):format(byte:byte())
      end)
  end
  return #list > 0 and "?" .. table.concat(list, "&") or ""
end

--- The address of a request.
function methods:address(path, arguments)
  return self.url .. path .. query(arguments)
end

--- What a path answers, and with which status.
function methods:get(path, arguments)
  local status, body = servers.curl(("'%s'"):format(self:address(path,
    arguments)))
  return body, status
end

local visit_methods = {}
visit_methods.__index = visit_methods

--- A request that goes on beside us: `text()` is what has come so far,
--- `is_over()` whether it has ended, `leave()` goes away at once, `wait()`
--- waits for its end and returns all of it.
---@param flags? string more of curl's arguments
function methods:visit(path, arguments, flags)
  local name = os.tmpname()
  local pipe = assert(io.popen(("echo $$; exec setpriv --pdeathsig KILL " ..
    "curl -sN -m 60 %s -o %s '%s'"):format(flags or "", name,
    self:address(path, arguments))))
  return setmetatable({ name = name, pipe = pipe, pid = pipe:read("*l") },
    visit_methods)
end

function visit_methods:text()
  return read(self.name)
end

function visit_methods:is_over()
  return not is_alive(self.pid)
end

function visit_methods:wait_for(text)
  servers.wait_until(function()
    return self:text():find(text, 1, true)
  end, ("%q to come"):format(text))
end

function visit_methods:forget()
  if self.pipe then
    self.pipe:close()
    self.pipe = nil
    os.remove(self.name)
  end
end

function visit_methods:leave()
  os.execute("kill -9 " .. self.pid .. " 2>/dev/null")
  self:forget()
end

function visit_methods:wait()
  servers.wait_until(function()
    return self:is_over()
  end, "the end of an answer")
  local text = self:text()
  self:forget()
  return text
end

--- Leaves while a video is waited for, and waits until its job is cancelled.
function methods:leave_video(interval)
  local visit = self:visit("/do/wait_for_video", { interval = interval })
  visit:wait_for "pending\n"
  local id = visit:text():match "%S+"
  visit:leave()
  servers.wait_until(function()
    return self.client.videos:job(id).status == "cancelled"
  end, "the job to be cancelled")
end

--- Tells the master to "reload", "stop" or "quit".
function methods:signal(what)
  assert(os.execute(("%s %s %s/nginx.conf -s %s 2>/dev/null"):format(PROGRAM,
    self.folder, self.folder, what)))
end

--- Waits until a process is gone.
function methods.wait_for_end(_, pid)
  servers.wait_until(function()
    return not is_alive(pid)
  end, "process " .. pid .. " to end")
end

--- Ends it, if it still runs. Returns the bad news of its log.
function methods:stop(expected)
  if is_alive(self.pid) then
    os.execute("kill -TERM " .. self.pid)
  end
  self:wait_for_end(self.pid)
  self.pipe:close()
  local bad = server.bad_news(self:log(), expected)
  os.execute("rm -rf " .. self.folder)
  return bad
end

return server
