--- Tools of a server that speaks the Model Context Protocol (MCP), over HTTP or
--- as a program that is started here.
--
-- session.lua knows the protocol; http.lua, with posting.lua, and stdio.lua,
-- with link.lua, how it is carried. tools.lua makes tools of what a server
-- offers, content.lua text of what they give.

local http = require "indoxhub.mcp.http"
local json = require "indoxhub.base.json"
local listing = require "indoxhub.mcp.tools"
local misnamed = require "indoxhub.base.misnamed"
local options_of = require "indoxhub.api.params.options"
local options_check = require "indoxhub.mcp.options"
local redact = require "indoxhub.base.redact"
local sessions = require "indoxhub.mcp.session"
local stdio = require "indoxhub.mcp.stdio"

local mcp = {}

-- The largest message of a server, unless the program says otherwise. Bytes.
local MAX_MESSAGE = 16 * 1024 * 1024

--- A server whose tools conversations may use.
---@class indoxhub.McpServer
local server_methods = {}
local server_mt = { __name = "indoxhub.mcp", __index = server_methods }

setmetatable(server_methods, { __index = function(_, name)
  misnamed.check("server", name, server_methods)
end })

-- Server -> its session, which holds what is secret.
local sessions_of = setmetatable({}, { __mode = "k" })

local function session_of(self, how)
  return sessions_of[self]
    or error(("call it with a colon, as server:%s"):format(how), 3)
end

function server_mt.__tostring(self)
  return ("indoxhub.mcp (%s)"):format(sessions_of[self].where)
end

-- Values of headers, and of variables, that nobody else may read.
local function secrets_of(fields)
  local secrets = {}
  for name, value in pairs(fields or {}) do
    if redact.sounds_secret(name) then
      value = tostring(value)
      secrets[#secrets + 1] = value
      secrets[#secrets + 1] = value:match "^%S+%s+(%S+)$" -- without "Bearer"
    end
  end
  return secrets
end

--- A server of tools. Nothing is sent or started before its tools are asked
--- for.
---@param options indoxhub.McpOptions Where the server is, or how it is started.
---@return indoxhub.McpServer
function mcp.new(options)
  local wrong = options_check.check(options)
  if wrong then
    error("indoxhub.mcp: " .. wrong, 2)
  end
  local given = options_of.merge(options)
  local transport = given.url and http or stdio
  local secrets = secrets_of(given.headers or given.env)
  local session = sessions.new(given, transport, redact.new(secrets))
  session.secrets = secrets
  transport.prepare(session, given, given.max_response_bytes or MAX_MESSAGE)
  local self = setmetatable({}, server_mt)
  sessions_of[self] = session
  return self
end

--- The tools that the server has now, for the setting `tools` of a
--- conversation. Begins the session if there is none.
---@return indoxhub.Tool[]? tools, indoxhub.Error? err
function server_methods:tools()
  return listing.tools(session_of(self, "tools()"))
end

local CALL_OPTIONS = { timeout = "seconds", on_progress = "callback" }

-- What is wrong with a call.
local function check_call(name, arguments, options)
  if type(name) ~= "string" then
    return "the name of the tool must be a string, not a " .. type(name)
  elseif arguments ~= nil and type(arguments) ~= "table" then
    return "the arguments must be a table, not a " .. type(arguments)
  end
  local ok, why = pcall(json.encode, arguments or {})
  if not ok then
    return "the arguments cannot be sent: " .. tostring(why)
  end
  return options ~= nil and options_of.check(options, CALL_OPTIONS)
end

--- Runs a tool without a model. The result is the server's own, with pictures
--- and all.
---@param name string The tool, by the server's own name for it.
---@param arguments? table Its arguments.
---@param options? indoxhub.McpCallOptions
---@return indoxhub.McpResult? result, indoxhub.Error? err
function server_methods:call(name, arguments, options)
  local session = session_of(self, "call(name, arguments)")
  local wrong = check_call(name, arguments, options)
  if wrong then
    error("server:call: " .. wrong, 2)
  end
  return listing.call(session, name, arguments or {}, options or {})
end

--- Leaves the server: its running calls end, and so does a program that was
--- started. Closing again does nothing.
function server_methods:close()
  session_of(self, "close()"):close()
end

server_mt.__close = server_methods.close

return mcp
