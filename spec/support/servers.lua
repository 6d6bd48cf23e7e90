-- Servers of the specs, each a process of its own on a port the system chose.
local core = require "indoxhub.core"

local servers = {}

local running = {}

-- Starts a shell command that prints its process id, then what it has to say.
local function start(command)
  local pipe = assert(io.popen("echo $$; exec " .. command, "r"))
  local server = { pid = assert(pipe:read("*l")), pipe = pipe }
  server.said = pipe:read("*l")
  if not server.said then
    error("a server did not start: " .. command)
  end
  running[server] = true
  return server
end

-- The same for one that says nothing.
local function start_silent(command)
  local pipe = assert(io.popen("echo $$; exec " .. command, "r"))
  local server = { pid = assert(pipe:read("*l")), pipe = pipe }
  running[server] = true
  return server
end

--- Ends a server, at once and without its consent.
function servers.kill(server)
  if running[server] then
    running[server] = nil
    os.execute("kill -9 " .. server.pid .. " 2>/dev/null")
    server.pipe:close()
  end
end

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

local function hex(bytes)
  return (bytes:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

local function write_file(name, text)
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
end

local function read_file(name)
  local file = io.open(name, "rb")
  local text = file and file:read("*a") or ""
  if file then
    file:close()
  end
  return text
end

local raw_methods = {}
raw_methods.__index = raw_methods

--- A server that says exactly what a script tells it (see raw_server.c).
function servers.raw()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local server = start("build/tools/raw_server " .. folder)
  server.folder = folder
  server.port = server.said
  return setmetatable(server, raw_methods)
end

--- Stores a script: a list of { operation, argument }, and { "repeat", count,
--- bytes }; bytes are written as they are. Returns the base URL that runs it.
function raw_methods:script(name, steps)
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
  write_file(self.folder .. "/" .. name, table.concat(lines, "\n") .. "\n")
  return self:base(name)
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

function raw_methods:stop()
  servers.kill(self)
  os.execute("rm -rf " .. self.folder)
end

local function free_port()
  local raw = servers.raw()
  raw:stop()
  return raw.port
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
--- authority and names 127.0.0.1 only. Nil when there is no nginx.
function servers.nginx(backend_port)
  local program = os.getenv("INDOXHUB_NGINX")
  if not program or program == "" then
    return nil
  end
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  assert(os.execute(("openssl req -x509 -newkey rsa:2048 -nodes -days 2 " ..
    "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 " ..
    "-keyout %s/key.pem -out %s/cert.pem 2>/dev/null"):format(folder, folder)))
  local port = free_port()
  local config = NGINX_CONFIG:gsub("FOLDER", folder):gsub("PORT", port)
    :gsub("BACKEND", "http://127.0.0.1:" .. backend_port)
  write_file(folder .. "/nginx.conf", config)
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
    os.execute("rm -rf " .. self.folder)
  end
  return server
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
