--- The sandbox's view of lua-http: one request, its reply, and a stream of
--- pieces.
--
-- lua-http is needed by the sandbox only, never by the library.

local json = require "indoxhub.base.json"
local packages = require "indoxhub.base.packages"

local http = {}

--- Loads lua-http.
---@return table? modules, string? message
function http.load()
  if not pcall(require, "http.server") then
    packages.add_older_folders()
  end
  local ok, server = pcall(require, "http.server")
  if not ok then
    return nil, packages.missing("the sandbox", "http")
  end
  return { server = server, headers = require "http.headers",
    bit = require "http.bit", digest = require "openssl.digest",
    cqueues = require "cqueues", signal = require "cqueues.signal" }
end

-- Seconds for a client to send what it announced.
local BODY_SECONDS = 30

---@class indoxhub.sandbox.Request
---@field method string
---@field target string path and query, as they came
---@field path string without the query
---@field query table<string, string>
---@field host string what the client called this server
---@field client_ip string
local request_methods = {}
request_methods.__index = request_methods

--- Undoes percent-encoding.
---@param text string
---@return string
function http.decode(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- The fields of a query or of a form in the shape of one.
---@param text string
---@return table<string, string>
function http.fields(text)
  local fields = {}
  for name, value in text:gmatch("([^&=]+)=?([^&]*)") do
    fields[http.decode(name:gsub("+", " "))] =
      http.decode(value:gsub("+", " "))
  end
  return fields
end

--- Reads the head of one request from a stream of lua-http; nil when the client
--- left. The body comes later, so that a request can be refused without it.
function http.read(modules, stream)
  local headers = stream:get_headers(BODY_SECONDS)
  if not headers then
    return nil
  end
  local target = headers:get(":path") or "/"
  local _, ip = stream:peername()
  return setmetatable({
    _modules = modules, _stream = stream, _headers = headers,
    _body_waits = headers:get("expect") == "100-continue",
    method = headers:get(":method"), target = target,
    path = target:match("^[^?]*"),
    query = http.fields(target:match("%?(.*)$") or ""),
    host = headers:get(":authority") or "127.0.0.1", client_ip = ip,
  }, request_methods)
end

-- Left to itself, lua-http hands over all that has arrived, which may be tens
-- of megabytes.
local LARGEST_PIECE = 65536

local function read_piece(stream)
  local left = stream.body_read_type == "length" and stream.body_read_left
  if not left or left <= LARGEST_PIECE then
    return stream:get_next_chunk(BODY_SECONDS)
  end
  local piece, why = stream.connection:read_body_by_length(-LARGEST_PIECE,
    BODY_SECONDS)
  stream.body_read_left = left - #(piece or "")
  return piece, why
end

--- The pieces of the body as they arrive; nil at its end. A body that is not
--- complete ends in nil, too, and `left` tells of it.
function request_methods:next_piece()
  if self._body_waits then
    self._body_waits = false
    self._stream:write_continue(BODY_SECONDS)
  end
  local stream = self._stream
  local piece, why = read_piece(stream)
  if why or not piece and stream.body_read_type == "length"
    and stream.body_read_left > 0 then
    self.left = true
  end
  return piece
end

--- The whole body.
---@return string
function request_methods:text()
  local pieces = {}
  -- No generic `for`: PUC 5.1 cannot wait inside an iterator.
  local piece = self:next_piece()
  while piece do
    pieces[#pieces + 1] = piece
    piece = self:next_piece()
  end
  return table.concat(pieces)
end

-- Reads what is left of the body, so that the client can finish sending before
-- it is answered. A client that waits for leave to send does not get it.
local function finish_reading(self)
  while not self._body_waits and self:next_piece() do -- luacheck: ignore 542
  end
end

--- The value of a header; nil when it is absent.
function request_methods:header(name)
  local value = self._headers:get(name)
  return value
end

local function head(self, status, content_type, extra)
  finish_reading(self)
  local headers = self._modules.headers.new()
  headers:append(":status", tostring(status))
  if self._body_waits then
    headers:append("connection", "close")
  end
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
  local stream, bare = self._stream, self.method == "HEAD"
  if stream:write_headers(headers, bare, BODY_SECONDS) and not bare then
    stream:write_chunk(text, true, BODY_SECONDS)
  end
end

--- Answers with JSON.
function request_methods:json(status, value, extra)
  self:reply(status, "application/json", json.encode(value), extra)
end

--- Begins to answer with a body, and sends no more than some bytes of it.
function request_methods:reply_part(status, content_type, text, extra, bytes)
  local headers = head(self, status, content_type, extra)
  headers:append("content-length", ("%d"):format(#text))
  if self._stream:write_headers(headers, false, BODY_SECONDS) then
    self:send(text:sub(1, bytes))
  end
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

--- Ends the connection, whatever the request and the reply still lack. lua-http
--- closes it once its stream is, and would otherwise try to read the rest of a
--- body, from a client that has gone even for ever.
function request_methods:cut()
  local stream = self._stream
  local socket = stream.connection.socket
  socket:flush("n", BODY_SECONDS)
  socket:shutdown("rw")
  if stream.state ~= "closed" then
    stream:set_state("closed")
  end
end

--- Ends the request, and with it a connection whose body was not read.
function request_methods:finish()
  if self.left or self._body_waits then
    self:cut()
  end
  self._stream:shutdown()
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
