-- Servers of the specs, each a process of its own on a port the system chose.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"

local servers = {}

local running = {}

-- What the specs run under is not for programs that others wrote.
local FREE = "env -u LD_PRELOAD "

servers.FREE = FREE

-- What a process has started, and what that has, as a list of ids.
local function descendants(pid)
  local list = {}
  local children = files.read(("/proc/%s/task/%s/children"):format(pid, pid))
  for child in (children or ""):gmatch "%d+" do
    list[#list + 1] = child
    for _, other in ipairs(descendants(child)) do
      list[#list + 1] = other
    end
  end
  return list
end

--- Ends a server, at once and without its consent, with what it has started: of
--- an nginx its workers, which nobody else would end. The server comes first,
--- as it would start others in their place.
function servers.kill(server)
  if running[server] then
    running[server] = nil
    os.execute(("kill -9 %s %s 2>/dev/null"):format(server.pid,
      table.concat(descendants(server.pid), " ")))
    server.pipe:close()
  end
end

-- Ends a server that a failed test forgot: Lua would wait for it at its end. A
-- finalizer of its own, in any Lua, which runs before that of the older pipe.
local function guard(server)
  local function on_collect()
    servers.kill(server)
  end
  local newproxy = rawget(_G, "newproxy") -- luacheck: ignore 113
  if newproxy then
    server.guard = newproxy(true)
    getmetatable(server.guard).__gc = on_collect
  else
    server.guard = setmetatable({}, { __gc = on_collect })
  end
end

-- Starts a shell command that prints its process id and says nothing more.
local function start_silent(command)
  local pipe = assert(io.popen("echo $$; exec " .. command, "r"))
  local server = { pid = assert(pipe:read("*l")), pipe = pipe }
  running[server] = true
  guard(server)
  return server
end

servers.start_silent = start_silent

-- The same for one that then has something to say.
local function start(command)
  local server = start_silent(command)
  server.said = server.pipe:read("*l")
  if not server.said then
    error("a server did not start: " .. command)
  end
  return server
end

servers.start = start

--- Ends all that still run.
function servers.kill_all()
  for server in pairs(running) do
    servers.kill(server)
  end
end

--- Waits until a condition holds. Fails after a time that only a broken program
--- needs.
function servers.wait_until(condition, what)
  local deadline = core.now() + 20
  while not condition() do
    if core.now() > deadline then
      error("waited too long for " .. (what or "a condition"), 2)
    end
    os.execute("sleep 0.01")
  end
end

--- A sandbox. `url` is its base URL.
function servers.sandbox(arguments)
  local command = os.getenv("INDOXHUB_SANDBOX")
    or error("INDOXHUB_SANDBOX must hold the command that starts a sandbox")
  local server = start(command .. " " .. (arguments or ""))
  server.url = server.said:match("http://%S+")
  server.port = server.url:match(":(%d+)/")
  return server
end

local HEX = {}
for i = 0, 255 do
  HEX[string.char(i)] = ("%02x"):format(i)
end

local function hex(bytes)
  return (bytes:gsub(".", HEX))
end

-- What a server has written so far, which may not have made the file yet.
local function read_file(name)
  return files.read(name) or ""
end

local raw_methods = {}
raw_methods.__index = raw_methods

--- A server that says exactly what a script tells it (see raw_server.c).
function servers.raw()
  local folder = files.folder()
  local server = start("build/tools/raw_server " .. folder)
  server.folder = folder
  server.port = server.said
  return setmetatable(server, raw_methods)
end

-- Whether a script's reply tells its end, and not that the connection ends with
-- it.
local function keeps_connection(steps)
  local pieces, repeated = {}, 0
  for _, step in ipairs(steps) do
    if step[1] == "close" or step[1] == "reset" or step[1] == "hold" then
      return false
    elseif step[1] == "repeat" then
      repeated = repeated + #step[3] * step[2]
    elseif step[1] == "send" or step[1] == "each" then
      pieces[#pieces + 1] = step[2]
    end
  end
  local text = table.concat(pieces)
  while text:find("^HTTP/1%.1 1%d%d ") do
    text = text:match("\r\n\r\n(.*)$") or ""
  end
  local head, body = text:match("^(HTTP/1%.1 .-\r\n\r\n)(.*)$")
  if not head or head:find("Connection: close", 1, true) then
    return false
  elseif head:find("Transfer-Encoding: chunked", 1, true) then
    return body:sub(-5) == servers.LAST_CHUNK
  end
  local length = head:match("^%S+ 204 ") and 0
    or tonumber(head:match("Content%-Length: (%d+)"))
  return length == #body + repeated
end

--- Stores a script: a list of { operation, argument }, and { "repeat", count,
--- bytes }; bytes are written as they are. After a reply that keeps the
--- connection the next request is read. An answer alone is said to whoever has
--- sent a request. Returns the base URL that runs it.
---@param steps table[]|string
function raw_methods:script(name, steps)
  if type(steps) == "string" then
    steps = { { "body" }, { "send", steps } }
  end
  local lines = {}
  for i, step in ipairs(steps) do
    local argument = step[2]
    if step[1] == "send" or step[1] == "each" then
      argument = hex(argument)
    elseif step[1] == "repeat" then
      argument = ("%d %s"):format(argument, hex(step[3]))
    end
    lines[i] = argument and step[1] .. " " .. argument or step[1]
  end
  if keeps_connection(steps) then
    lines[#lines + 1] = "again"
  end
  files.write(self.folder .. "/" .. name, table.concat(lines, "\n") .. "\n")
  return self:base(name)
end

--- For a server that gives these answers in turn, the last one for good; an
--- answer is bytes, or the steps of a script. Returns a function that lays out
--- the next one, the first to begin with.
function raw_methods:in_turn(name, answers)
  local given = 0
  return function()
    given = given + 1
    return self:script(name, answers[math.min(given, #answers)])
  end
end

--- A client whose server gives these answers in turn, and the name of the
--- script for raw:got. Each try asks for the key, which lays out its answer.
function raw_methods:client(answers)
  self.clients = (self.clients or 0) + 1
  local name = "client" .. self.clients
  local lay_out = self:in_turn(name, answers)
  return indoxhub.new { base_url = self:base(name), max_retries = 0,
    api_key = function()
      lay_out()
      return "indox-test"
    end }, name
end

function raw_methods:base(name, scheme)
  return ("%s://127.0.0.1:%s/%s"):format(scheme or "http", self.port, name)
end

--- What clients sent to a script so far.
function raw_methods:got(name)
  return read_file(self.folder .. "/" .. name .. ".got")
end

--- How many clients left a script that held their connection.
function raw_methods:gone(name)
  return select(2, read_file(self.folder .. "/" .. name .. ".gone")
    :gsub("gone", ""))
end

--- How many lines a script has told so far.
function raw_methods:told(name)
  return select(2, read_file(self.folder .. "/" .. name .. ".told")
    :gsub("told", ""))
end

--- How many connections began with a request for a script.
function raw_methods:opened(name)
  return select(2, read_file(self.folder .. "/" .. name .. ".opened")
    :gsub("opened", ""))
end

--- Lets a script go on that waits `until` a file is there.
function raw_methods:allow(file)
  files.write(self.folder .. "/" .. file, "")
end

function raw_methods:stop()
  servers.kill(self)
  files.remove_folder(self.folder)
end

--- A port that nobody listens on.
function servers.free_port()
  local raw = servers.raw()
  raw:stop()
  return raw.port
end

-- Its own authority; it names 127.0.0.1, and what else is told. Files cert.pem
-- and key.pem. A key of RSA would take as long as many a test.
local function make_certificate(folder, names)
  assert(os.execute(("openssl req -x509 -newkey ec -pkeyopt " ..
    "ec_paramgen_curve:prime256v1 -nodes -days 2 " ..
    "-subj /CN=127.0.0.1 -addext 'subjectAltName=IP:127.0.0.1%s' " ..
    "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null"):format(names or "",
    folder, folder)))
end

local NGINX_CONFIG = [[
daemon off;
master_process off;
pid FOLDER/nginx.pid;
error_log stderr crit;
events { worker_connections 512; }
http {
  log_format facts '$server_protocol $connection $uri';
  access_log FOLDER/access.log facts;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  server {
    listen 127.0.0.1:PORT ssl http2;
    ssl_certificate FOLDER/cert.pem;
    ssl_certificate_key FOLDER/key.pem;
    location / {
      proxy_pass BACKEND;
      proxy_http_version 1.1;
      proxy_buffering off;
    }
  }
}
]]

--- nginx with TLS and HTTP/2 before another server. Its certificate is its own
--- authority and names 127.0.0.1 only.
function servers.nginx(backend_port)
  local program = os.getenv("INDOXHUB_NGINX")
  assert(program and program ~= "", "no nginx: run make deps-all")
  local folder = files.folder()
  make_certificate(folder)
  local port = servers.free_port()
  local config = NGINX_CONFIG:gsub("FOLDER", folder):gsub("PORT", port)
    :gsub("BACKEND", "http://127.0.0.1:" .. backend_port)
  files.write(folder .. "/nginx.conf", config)
  local server = { folder = folder, port = port,
    certificate = folder .. "/cert.pem",
    url = ("https://127.0.0.1:%s/api/v1"):format(port) }
  server.process = start_silent(("%s -p %s -c %s/nginx.conf -e stderr")
    :format(program, folder, folder))
  servers.wait_until(function()
    return read_file(folder .. "/nginx.pid") ~= ""
  end, "nginx")
  function server:log()
    return read_file(self.folder .. "/access.log")
  end
  function server:stop()
    servers.kill(self.process)
    files.remove_folder(self.folder)
  end
  return server
end

-- A server with a certificate of its own, whose command is made of the names of
-- the two files.
local function with_certificate(command)
  local folder = files.folder()
  make_certificate(folder)
  local server = start(command:format(folder .. "/cert.pem",
    folder .. "/key.pem"))
  server.folder, server.certificate = folder, folder .. "/cert.pem"
  server.port = server.said
  server.root = "https://127.0.0.1:" .. server.port
  function server:stop()
    servers.kill(self)
    files.remove_folder(self.folder)
  end
  return server
end

--- TLS by hand in front of a raw server. See tls_front.c.
function servers.tls_front(raw)
  local log = raw.folder .. "/tls_front.log"
  local server = with_certificate(("build/tools/tls_front %%s %%s %s %s")
    :format(raw.port, log))
  --- How many pieces of a kind the clients were sent so far.
  function server.sent(_, what)
    return select(2, read_file(log):gsub(what, ""))
  end
  return server
end

--- HTTPS that knows TLS up to 1.1 only. See peers/old_tls.js.
function servers.old_tls()
  return with_certificate(FREE .. "node spec/support/peers/old_tls.js %s %s")
end

--- HTTP/2 over TLS, to do with a request what its path says. See
--- peers/http2.js.
function servers.http2()
  return with_certificate(FREE .. "node spec/support/peers/http2.js %s %s")
end

--- An API that goes wrong as it is told to. `roots` are where it is over plain
--- HTTP, over TLS, and over HTTP/2; `ports` the last parts of these. See
--- peers/faults/server.js.
function servers.faults()
  local folder, other = files.folder(), files.folder()
  make_certificate(folder, ",DNS:*.soak.localhost")
  make_certificate(other, ",DNS:*.soak.localhost")
  local server = start((FREE .. "node spec/support/peers/faults/server.js "
    .. "%s/cert.pem %s/key.pem %s/cert.pem %s/key.pem"):format(folder, folder,
    other, other))
  files.remove_folder(other)
  local plain, tls, h2 = server.said:match "(%d+) (%d+) (%d+)"
  server.ports = { plain = plain, tls = tls, h2 = h2 }
  server.roots = { plain = "http://127.0.0.1:" .. plain,
    tls = "https://127.0.0.1:" .. tls, h2 = "https://127.0.0.1:" .. h2 }
  server.certificate = folder .. "/cert.pem"
  --- What came since this was asked before.
  function server.taken()
    local status, body = servers.curl(server.roots.plain .. "/__take")
    assert(status == 200, "the server of faults does not answer")
    return json.decode(body)
  end
  function server:stop()
    servers.kill(self)
    files.remove_folder(folder)
  end
  return server
end

--- HTTP/2 over TLS, by hand, to do one thing after the other with its requests.
--- See peers/frames.js.
function servers.frames(deeds)
  local log = os.tmpname()
  local server = with_certificate((FREE
    .. "node spec/support/peers/frames.js %%s %%s %s %s")
    :format(log, (deeds:gsub(",", " "))))
  --- How many requests came so far.
  function server.requests()
    return select(2, read_file(log):gsub("request", ""))
  end
  --- How many bytes of body each had.
  function server.sizes()
    local sizes = {}
    for size in read_file(log):gmatch "request (%d+)" do
      sizes[#sizes + 1] = tonumber(size)
    end
    return sizes
  end
  local stop = server.stop
  function server:stop()
    stop(self)
    os.remove(log)
  end
  return server
end

--- Sends a request with a client nobody here wrote. Returns the status and the
--- body. The arguments are those of curl.
function servers.curl(arguments)
  local pipe = io.popen(FREE .. "curl -s -m 60 -w '\\n%{http_code}' "
    .. arguments)
  local body, status = pipe:read("*a"):match("^(.*)\n(%d+)$")
  pipe:close()
  return tonumber(status), body
end

local peer_methods = {}
peer_methods.__index = peer_methods

-- What each adds to its root to become a base URL.
local PEER_BASES = { validator = "/api/v1", multipart = "", openai = "/v1" }

--- A server nobody here wrote: see spec/support/peers/NAME.js. `url` is its
--- base URL, `root` is without a path.
function servers.peer(name, arguments)
  local packages = io.popen("sh spec/support/peers/install.sh path")
  local folder = packages:read("*l")
  packages:close()
  local server = start(("env NODE_PATH='%s' node spec/support/peers/%s.js %s")
    :format(folder, name, arguments or ""))
  server.port = server.said
  server.root = "http://127.0.0.1:" .. server.port
  server.url = server.root .. PEER_BASES[name]
  return setmetatable(server, peer_methods)
end

--- The decoded reply of one of its own paths.
function peer_methods:ask(path, method)
  local status, body = servers.curl(("-X %s %s%s"):format(method or "GET",
    self.root, path))
  assert(status == 200, "a peer refused " .. path)
  return json.decode(body)
end

--- Checks requests against the API's document. See peers/validator.js.
function servers.validator()
  return servers.peer("validator", "spec/vectors/openapi.json")
end

--- Reads uploads; its base URLs are url .. "/busboy/api/v1" and the same with
--- formidable. See peers/multipart.js.
function servers.multipart()
  return servers.peer("multipart")
end

--- An OpenAI-compatible server. See peers/openai.js.
function servers.openai_mock()
  return servers.peer("openai")
end

--- The head of a reply with a body of known length.
function servers.head(status, content_type, length, extra)
  return ("HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n")
    :format(status, content_type, extra or "", length)
end

--- A reply with a body.
function servers.reply(status, content_type, body, extra)
  return servers.head(status, content_type, #body, extra) .. body
end

--- A JSON reply to a call that went well.
function servers.json(body)
  return servers.reply("200 OK", "application/json", body)
end

--- A JSON reply after which the connection ends. Where tries are counted each
--- connection is used once: libcurl itself sends again what got no answer on
--- one that was used before.
function servers.last_reply(status, body, extra)
  return servers.reply(status, "application/json", body,
    "Connection: close\r\n" .. (extra or ""))
end

--- The head of a stream that ends when the connection does.
servers.EVENTS_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
  .. "Connection: close\r\n\r\n"

--- The same with chunks, whose end is marked.
servers.CHUNKED_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
  .. "Transfer-Encoding: chunked\r\n\r\n"

--- One chunk.
function servers.chunk(bytes)
  return ("%x\r\n%s\r\n"):format(#bytes, bytes)
end

servers.LAST_CHUNK = "0\r\n\r\n"

return servers
