-- Asks a sandbox: by the library where it can say it, and by curl where not.
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local ask = {}

local ask_methods = {}
local ask_mt = { __index = ask_methods }

--- Starts a sandbox to be asked.
---@param flags? string
function ask.start(flags)
  local server = servers.sandbox("--pace 0 " .. (flags or ""))
  return setmetatable({ server = server, key = "indox-spec",
    origin = ("http://127.0.0.1:%s"):format(server.port) }, ask_mt)
end

function ask_methods:stop()
  servers.kill(self.server)
end

--- The same sandbox, asked with another key.
function ask_methods:as(key)
  return setmetatable({ server = self.server, key = key,
    origin = self.origin }, ask_mt)
end

--- Asks as a program does. Returns the decoded body, or nil and the error.
---@param method string
---@param path string below the base
---@param fields? table the query of a GET, else the JSON body
---@param headers? table<string, string|number>
function ask_methods:request(method, path, fields, headers)
  local client = indoxhub.new { api_key = self.key,
    base_url = self.server.url, max_retries = 0 }
  local in_query = method == "GET" or method == "DELETE"
  return client:request({ method = method, path = path,
    query = in_query and fields or nil, json = not in_query and fields or nil,
  }, { headers = headers })
end

function ask_methods:get(path, query, headers)
  return indoxhub.assert(self:request("GET", path, query, headers))
end

function ask_methods:post(path, body, headers)
  return indoxhub.assert(self:request("POST", path, body, headers))
end

function ask_methods:delete(path)
  return indoxhub.assert(self:request("DELETE", path))
end

--- The status and message of a refusal.
function ask_methods:refused(method, path, fields, headers)
  local reply, err = self:request(method, path, fields, headers)
  if reply ~= nil then
    error("this was not refused: " .. path, 2)
  end
  return err.status, err.message, err
end

--- What a request with a question asks, in the body of a chat.
function ask.chat(question, fields)
  fields = fields or {}
  fields.messages = { { role = "user", content = question } }
  return fields
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Runs curl on an address or a path below the base. Returns the status, the
--- body, and the headers by name in lower case.
---@param ... string curl's arguments
function ask_methods:curl(path, ...)
  local url = path:find("^http") and path
    or path:find("^/") and self.origin .. path
    or self.server.url .. "/" .. path
  local command = { "curl -s -i -m 60 -H", quote("Authorization: Bearer "
    .. self.key), quote(url) }
  for _, argument in ipairs { ... } do
    command[#command + 1] = quote(argument)
  end
  local pipe = io.popen(table.concat(command, " "))
  local text = pipe:read("*a")
  pipe:close()
  text = text:gsub("^HTTP/%S+ 100[^\n]*\n\r\n", "")
  local status, head, body =
    text:match("^HTTP/%S+ (%d+)[^\n]*\n(.-\r\n)\r\n(.*)$")
  if not status then
    error(("curl got no reply from %s, but %q"):format(url, text), 2)
  end
  local headers = {}
  for name, value in head:gmatch("([%w%-]+): *(.-)\r\n") do
    headers[name:lower()] = value
  end
  return tonumber(status), body, headers
end

--- The same with a JSON answer, decoded.
function ask_methods:curl_json(path, ...)
  local status, body = self:curl(path, ...)
  return assert(json.decode(body)), status
end

--- The bytes at an address.
function ask.bytes(url)
  local pipe = io.popen("curl -s -m 60 " .. quote(url))
  local bytes = pipe:read("*a")
  pipe:close()
  return bytes
end

return ask
