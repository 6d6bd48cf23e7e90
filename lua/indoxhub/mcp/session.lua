--- A session with an MCP server: what was asked, and the replies that are
-- waited for, whichever way they come.
--
-- A transport, http.lua or stdio.lua, is a table of functions:
--
--   prepare(self, options, max_bytes)  once
--   begin(self)                        before each initialize
--   drop(self)                         after one that failed
--   exchange(self, entry, text, ends)  sends a request and waits until
--                                      entry.reply is there; nil and an error
--   tell(self, text, ends)             sends what gets no reply, and waits
--                                      until it has arrived
--   mutter(self, text)                 the same without waiting
--   wake(self, entry)                  entry.reply has come some other way
--   close(self, patient)               leaves the server; waits if that is
--                                      possible
--
-- `ends` is when the program gives up, on the clock of core.now.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local log = require "indoxhub.base.log"
local loop = require "indoxhub.loop"
local messages = require "indoxhub.mcp.messages"
local suspension = require "indoxhub.loop.suspension"
local version = require "indoxhub.version"

local sessions = {}

-- Revisions of the protocol, the one to begin with first.
local PROTOCOLS = { "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05" }

-- Seconds for a request, unless the program says otherwise.
local TIMEOUT = 60

-- How much of what the server says about itself is told to the log. Bytes.
local LONGEST_LINE = 4096

---@class indoxhub.mcp.Entry a request that waits for its reply
---@field id integer
---@field method string
---@field what string for messages
---@field slot {ready: boolean}
---@field reply? table
---@field on_progress? fun(progress: table)
---@field transfer? indoxhub.core.Transfer

---@class indoxhub.mcp.Session
---@field options table
---@field transport table
---@field hide indoxhub.Hide
---@field pending table<integer, indoxhub.mcp.Entry>
---@field last_id integer
---@field connected boolean
---@field connecting? {ends: number, slots: table[]}
---@field protocol? string the revision that was agreed on
---@field current? any what the transport knows the session by
---@field closed boolean
local session_methods = {}
local session_mt = { __index = session_methods }

--- Begins one; nothing is sent yet.
---@param options indoxhub.McpOptions checked
---@param transport table
---@param hide indoxhub.Hide
---@return indoxhub.mcp.Session
function sessions.new(options, transport, hide)
  return setmetatable({ options = options, transport = transport, hide = hide,
    -- A host may end who waits without a word.
    pending = setmetatable({}, { __mode = "v" }),
    last_id = 0, connected = false, closed = false }, session_mt)
end

--- What is said of a session that the program has closed.
---@return indoxhub.Error
function session_methods.closed_error()
  return errors.cancelled("the MCP server was closed by the program")
end

---------------------------------------------------------------------------
-- what the server says

--- Tells the log what the server says about itself, without what would move a
--- terminal's cursor.
---@param name string of the event
---@param text string
function session_methods:note(name, text)
  if log.is_on(self.options) then
    log.tell(self.options, { name = name, path = self.where,
      message = self.hide(text, LONGEST_LINE):gsub("%c", " ") })
  end
end

local function on_reply(self, message)
  local entry = self.pending[message.id]
  if entry then
    self.pending[message.id] = nil -- whoever says it again is not heard
    entry.reply = message
    self.transport.wake(self, entry)
  end
end

local function on_request(self, message)
  local text
  if message.method == "ping" then
    text = messages.result(message.id, {})
  else
    text = messages.refusal(message.id, messages.NO_METHOD,
      "this client offers no such method")
  end
  self.transport.mutter(self, text)
end

local function on_progress(self, params)
  local entry = self.pending[params.progressToken]
  if entry and entry.on_progress and type(params.progress) == "number" then
    local ok, err = pcall(entry.on_progress, { tool = entry.tool,
      progress = params.progress,
      total = type(params.total) == "number" and params.total or nil,
      message = type(params.message) == "string" and params.message or nil })
    if not ok then
      self:note("warning", "on_progress failed: " .. tostring(err))
    end
  end
end

local function on_log(self, params)
  local data = params.data
  if type(data) ~= "string" then
    local ok, text = pcall(json.encode, data)
    data = ok and text or "..."
  end
  self:note("server", ("%s: %s"):format(type(params.level) == "string"
    and params.level or "info", data))
end

local NOTIFICATIONS = { ["notifications/progress"] = on_progress,
  ["notifications/message"] = on_log }

local HANDLERS = {
  reply = on_reply,
  request = on_request,
  notification = function(self, message)
    local handle = NOTIFICATIONS[message.method]
    if handle and type(message.params) == "table" then
      handle(self, message.params)
    end
  end,
}

local NO_MEMORY = "not enough memory"

--- Takes what the server has said: one message, or a list. What means nothing
--- is dropped. Nil and why when it is no message at all; raises when there is
--- no memory to tell.
---@param text string
---@return true? taken, string? why
function session_methods:take(text)
  local list, why = messages.read(text)
  if why == NO_MEMORY then
    error(why, 0)
  elseif not list then
    return nil, why
  end
  for _, message in ipairs(list) do
    local handle = HANDLERS[messages.kind(message)]
    if handle then
      handle(self, message)
    end
  end
  return true
end

---------------------------------------------------------------------------
-- asking

local function new_entry(self, method, params, given)
  self.last_id = self.last_id + 1
  local entry = { id = self.last_id, method = method, tool = given.tool,
    what = self.what, slot = { ready = false },
    on_progress = given.on_progress }
  if entry.on_progress then
    params = params or {}
    params._meta = { progressToken = entry.id }
  end
  return entry, messages.request(entry.id, method, params)
end

-- What may be wrong when the server refuses something.
local HINTS = {
  initialize = "it may know only revisions of MCP after " .. PROTOCOLS[1],
  ["tools/call"] = "check what the tool wants: see its description",
  ["tools/list"] = "it may have no tools",
}

-- What the program has given up is not worth the server's while.
local GIVEN_UP = { timeout = true, cancelled = true }

local function send(self, method, params, ends, given)
  local entry, text = new_entry(self, method, params, given)
  self.pending[entry.id] = entry
  local ok, err = self.transport.exchange(self, entry, text, ends)
  self.pending[entry.id] = nil
  if not ok then
    if GIVEN_UP[err.kind] and method ~= "initialize" and not self.closed
      and not err.unsent then
      self.transport.mutter(self, messages.notification(
        "notifications/cancelled", { requestId = entry.id,
          reason = err.message }))
      loop.look() -- the program may end before its loop turns again
    end
    return nil, err
  elseif type(entry.reply.error) == "table" then
    return nil, messages.failure(entry.reply.error, self.hide, HINTS[method])
  end
  return entry.reply.result
end

---------------------------------------------------------------------------
-- beginning

local function is_known(protocol)
  for _, known in ipairs(PROTOCOLS) do
    if known == protocol then
      return true
    end
  end
  return false
end

-- The session after its initialize; nil and an error.
local function settle(self, result, ends)
  if not is_known(result.protocolVersion) then
    return nil, errors.new("protocol", ("the server speaks revision %s of MCP")
      :format(self.hide(tostring(result.protocolVersion), LONGEST_LINE)),
      { code = "revision", hint = "known here: "
        .. table.concat(PROTOCOLS, ", ") })
  end
  self.protocol = result.protocolVersion
  return self.transport.tell(self,
    messages.notification "notifications/initialized", ends)
end

local function establish(self, ends)
  self.protocol = nil
  local ok, err = self.transport.begin(self)
  local result
  if ok then
    result, err = send(self, "initialize", { protocolVersion = PROTOCOLS[1],
      capabilities = {}, clientInfo = { name = "indoxhub",
        version = version } }, ends, {})
  end
  if result then
    ok, err = settle(self, result, ends)
  end
  if not result or not ok then
    self.transport.drop(self)
    return nil, err
  end
  return true
end

-- Begins the session for all who wait for that.
local function connect_first(self, ends)
  local connecting = { ends = ends, slots = {} }
  self.connecting = connecting
  local ok, err = establish(self, ends)
  if self.connecting == connecting then
    self.connecting = nil
    self.connected = ok == true and not self.closed
  end
  for _, slot in ipairs(connecting.slots) do
    loop.wake(slot)
  end
  return ok, err
end

-- Sees to it that there is a session. One that another task begins is waited
-- for; but whoever began it may have ended without a word.
local function connect(self, ends)
  while not self.connected do
    local other, now = self.connecting, core.now()
    if self.closed then
      return nil, self.closed_error()
    elseif not other or now >= other.ends then
      return connect_first(self, ends)
    elseif now >= ends then
      return nil, errors.new("timeout", "the MCP server did not answer in time",
        { code = "total", hint = "raise the timeout of indoxhub.mcp" })
    end
    local slot = { ready = false }
    table.insert(other.slots, slot)
    if not loop.wait(slot, math.min(ends, other.ends) - now, self.what) then
      return nil, errors.cancelled()
    end
  end
  return true
end

--- Asks the server, once more when it has forgotten the session. The result; or
--- nil and an error.
---@param method string
---@param params? table
---@param given {tool?: string, on_progress?: function, timeout?: number}
---@return table? result, indoxhub.Error? err
function session_methods:ask(method, params, given)
  loop.check("ask an MCP server")
  if loop.current() then
    loop.check_suspension { what = self.what }
  end
  local ends = core.now() + (given.timeout or self.options.timeout or TIMEOUT)
  local result, err
  for _ = 1, 2 do
    local ok
    ok, err = connect(self, ends)
    if not ok then
      break
    end
    result, err = send(self, method, params, ends, given)
    if result or not err.lost or self.closed then
      break
    elseif self.current == err.lost then
      self.connected = false -- nobody has begun another one meanwhile
    end
  end
  if err then
    err.operation, err.lost, err.unsent = self.what, nil, nil
  end
  return result, err
end

-- Not in some phases of nginx, nor in a task that cannot be suspended here, as
-- in a metamethod.
local function can_wait()
  return pcall(loop.check, "leave an MCP server")
    and not (loop.current() and not suspension.is_possible())
end

--- Leaves the server. What waits for it ends.
function session_methods:close()
  if not self.closed then
    self.closed = true
    local close = self.transport.close
    if not loop.YIELDS_IN_PCALL then
      close(self, can_wait())
    elseif not pcall(close, self, can_wait()) then
      close(self, false) -- Lua 5.2 tells only now that it cannot wait here
    end
    self.connected = false
  end
end

return sessions
