--- The body of a failed answer, read as what its bytes are, whatever its type
--- says: JSON, with or without a mark or blanks before it, or events.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local text = require "indoxhub.api.errors.text"

local body = {}

local EVENT_FIELDS = { data = true, event = true, id = true, retry = true }

local function is_event_stream(bytes)
  local name = bytes:match("^([a-z]*) ?:")
  return name == "" or EVENT_FIELDS[name or "none"] == true
end

local function tells_failure(event, value)
  return event.event == "error" or type(value) == "table"
    and (value.type == "error" or value.error ~= nil)
end

-- The event that tells of the failure, else the first that says anything.
local function of_events(bytes)
  local first
  for _, event in ipairs(core.sse():feed(bytes .. "\n\n") or {}) do
    local value = json.decode(event.data)
    if value == nil and not event.data:find("^%s*%[DONE%]%s*$") then
      value = event.data
    end
    if value ~= nil and tells_failure(event, value) then
      return value
    elseif first == nil then
      first = value
    end
  end
  return first
end

-- What stands behind a failure that is told does not matter: NULs, or another
-- line.
local function of_json(bytes)
  local value = json.decode(bytes:match("^.*[^%s%z]") or "")
  if value == nil and bytes:find("^[{%[]") then
    value = json.decode(bytes:match("^[^\r\n%z]*"))
  end
  return value
end

--- The decoded body; nil for one that is neither JSON nor events.
---@param bytes string
---@return any value
function body.read(bytes)
  bytes = text.unmarked(bytes):match("^%s*(.*)$")
  local value = of_json(bytes)
  if value == nil and is_event_stream(bytes) then
    value = of_events(bytes)
  end
  return value
end

--- What a field holds that is JSON or an event written as text, as gateways
--- pass on what they were told.
---@param value any
---@return table?
function body.nested(value)
  if type(value) ~= "string" or not value:find("^%s*[{%[ed]") then
    return nil
  end
  local inner = body.read(value)
  return type(inner) == "table" and inner or nil
end

return body
