--- What is said to an MCP server and by it: messages of JSON-RPC 2.0.

local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local utf8 = require "indoxhub.base.utf8"

local messages = {}

--- Of JSON-RPC: there is no such method.
messages.NO_METHOD = -32601

local function encode(message)
  message.jsonrpc = "2.0"
  return json.encode(message)
end

--- A request, which gets a reply. Raises what JSON cannot hold.
---@param id integer
---@param method string
---@param params? table
---@return string
function messages.request(id, method, params)
  return encode { id = id, method = method, params = params }
end

--- A notification, which gets none.
---@param method string
---@param params? table
---@return string
function messages.notification(method, params)
  return encode { method = method, params = params }
end

--- The reply to a request of the server.
---@param id string|number
---@param result table
---@return string
function messages.result(id, result)
  return encode { id = id, result = result }
end

--- The reply that refuses one.
---@param id string|number
---@param code integer
---@param message string
---@return string
function messages.refusal(id, code, message)
  return encode { id = id, error = { code = code, message = message } }
end

--- The messages of a text: one, or a list of them. Nil and why when it is none.
---@param text string
---@return table[]? list, string? why
function messages.read(text)
  local value, why = json.decode_with_nulls(text)
  if type(value) ~= "table" then
    return nil, why or "it is no object"
  end
  local list = value[1] ~= nil and value or { value }
  for _, message in ipairs(list) do
    if type(message) ~= "table" then
      return nil, "it holds what is no object"
    end
  end
  return list
end

local function is_id(value)
  return type(value) == "number" or type(value) == "string"
end

--- What a message of the server is; nil for what is none.
---@param message table
---@return "reply"|"request"|"notification"|nil
function messages.kind(message)
  if type(message.method) == "string" then
    return message.id == nil and "notification"
      or is_id(message.id) and "request" or nil
  elseif is_id(message.id) and (type(message.result) == "table"
    or type(message.error) == "table") then
    return "reply"
  end
end

-- What the codes of JSON-RPC are here; any other is a failure of the server.
local KINDS = { [-32600] = "invalid_request", [-32602] = "invalid_request",
  [messages.NO_METHOD] = "not_found" }

--- The error of a reply that refuses what was asked.
---@param failure table `error` of the reply
---@param hide indoxhub.Hide
---@param hint? string
---@return indoxhub.Error
function messages.failure(failure, hide, hint)
  local code, message = failure.code, failure.message
  return errors.new(KINDS[code] or "server", type(message) == "string"
    and hide(utf8.text(message)) or "the server gave no reason",
    { code = type(code) == "number" and ("%d"):format(code) or nil,
      retryable = false, hint = hint })
end

return messages
