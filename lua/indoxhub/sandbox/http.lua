--- The sandbox's view of lua-http: one request, its reply, and a stream of
--- pieces.
--
-- lua-http is needed by the sandbox only, never by the library.

local json = require "indoxhub.json"

local http = {}

-- Debian ships lua-http for older Lua versions; its code runs on newer ones.
local function add_older_folders()
  local extra = {}
  for template in package.path:gmatch("[^;]+") do
    for _, version in ipairs { "5.3", "5.1" } do
      local older, changed = template:gsub("/lua/5%.[0-9]/",
        "/lua/" .. version .. "/")
      if changed > 0 and older ~= template then
        extra[#extra + 1] = older
      end
    end
  end
  package.path = package.path .. ";" .. table.concat(extra, ";")
end

--- Loads lua-http.
---@return table? modules, string? message
function http.load()
  if not pcall(require, "http.server") then
    add_older_folders()
  end
  local ok, server = pcall(require, "http.server")
  if not ok then
    return nil, "the sandbox needs the Lua module 'http': install lua-http " ..
      "(Debian) or run `luarocks install http`"
  end
  return { server = server, headers = require "http.headers",
    cqueues = require "cqueues", signal = require "cqueues.signal" }
end

-- Seconds for a client to send what it announced.
local BODY_SECONDS = 30

---@class indoxhub.sandbox.Request
---@field method string
---@field path string without the query
---@field body? any decoded JSON
---@field text string
local request_methods = {}
request_methods.__index = request_methods

--- Reads one request from a stream of lua-http; nil when the client left.
function http.read(modules, stream)
  local headers = stream:get_headers(BODY_SECONDS)
  if not headers then
    return nil
  end
  local text = stream:get_body_as_string(BODY_SECONDS) or ""
  local target = headers:get(":path") or "/"
  return setmetatable({
    _modules = modules, _stream = stream, _headers = headers,
    method = headers:get(":method"), path = target:match("^[^?]*"),
    text = text, body = text ~= "" and json.decode(text) or nil,
  }, request_methods)
end

--- The value of a header; nil when it is absent.
function request_methods:header(name)
  local value = self._headers:get(name)
  return value
end

local function head(self, status, content_type, extra)
  local headers = self._modules.headers.new()
  headers:append(":status", tostring(status))
  headers:append("content-type", content_type)
  for name, value in pairs(extra or {}) do
    headers:append(name, value)
  end
  return headers
end

--- Answers with a body.
function request_methods:reply(status, content_type, text, extra)
  local headers = head(self, status, content_type, extra)
  headers:append("content-length", ("%d"):format(#text))
  local stream = self._stream
  if stream:write_headers(headers, false, BODY_SECONDS) then
    stream:write_chunk(text, true, BODY_SECONDS)
  end
end

--- Answers with JSON.
function request_methods:json(status, value, extra)
  self:reply(status, "application/json", json.encode(value), extra)
end

--- Begins to answer with JSON and closes the connection half way.
function request_methods:cut_json(value)
  local text = json.encode(value)
  local headers = head(self, 200, "application/json")
  headers:append("content-length", ("%d"):format(#text))
  if self._stream:write_headers(headers, false, BODY_SECONDS) then
    self:send(text:sub(1, math.floor(#text / 2)))
  end
  self:cut()
end

--- Begins a stream of events.
---@return boolean ok
function request_methods:begin_events(extra)
  extra["cache-control"] = "no-cache"
  return self._stream:write_headers(
    head(self, 200, "text/event-stream", extra), false, BODY_SECONDS)
end

--- Sends frames; false when the client has gone.
---@return boolean ok
function request_methods:send(frames)
  return frames == "" or (self._stream:write_chunk(frames, false, BODY_SECONDS))
end

function request_methods:end_events()
  self._stream:write_chunk("", true, BODY_SECONDS)
end

--- Closes the connection without ending the reply.
function request_methods:cut()
  local socket = self._stream.connection.socket
  socket:flush("n", BODY_SECONDS)
  socket:shutdown("rw")
  self._stream.connection:close()
end

--- Waits, for some seconds or until the client leaves. False when it has left.
---@return boolean ok
function request_methods:pause(seconds)
  local cqueues, socket = self._modules.cqueues, self._stream.connection.socket
  if seconds <= 0 then
    return true
  elseif self._stream.close_when_done then
    -- lua-http has stopped reading; only writing will tell.
    cqueues.sleep(seconds)
    return true
  end
  -- A client that only listens becomes readable when it goes away.
  local listener = { pollfd = socket:pollfd(), events = "r" }
  if cqueues.poll(listener, seconds) ~= listener then
    return true
  end
  local gone = socket:fill(1, 0) == nil and socket:eof("r")
  if not gone then
    cqueues.sleep(seconds)
  end
  return not gone
end

return http
