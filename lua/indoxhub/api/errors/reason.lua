--- The server's own reason for a failure, wherever a body or an event has it.

local body = require "indoxhub.api.errors.body"
local text = require "indoxhub.api.errors.text"

-- A server's body may be nested, and long, without end.
local DEEPEST, MOST_ITEMS = 8, 20

-- Where a sentence stands, best first.
local SENTENCES = { "message", "Message", "msg" }
local OTHERS = { "detail", "errors", "error_description", "title", "base_resp",
  "status_msg", "error_message", "error_msg", "errorMessage", "errmsg",
  "err_msg", "Error", "description", "details", "reason" }
-- Fields that may be a map from names to what is wrong with them.
local MAPS = { message = true, detail = true, details = true, errors = true }
-- Where an event of type "error" may have its text.
local OF_EVENTS = { "data", "content", "text", "delta" }

local reason = {}

local find

--- A name for machines has no blanks; a sentence in its place is a reason.
---@param value any
---@return string?
function reason.machine_name(value)
  if type(value) == "string" and value:find("^[A-Za-z0-9_%.%-]+$")
    and value:find("[A-Za-z]") then
    return value
  end
end

-- Two texts as one, unless one says it all.
local function join(one, other)
  if not one or not other then
    return one or other
  elseif one:find(other, 1, true) then
    return one
  elseif other:find(one, 1, true) then
    return other
  end
  return one .. ": " .. other
end

-- "body.model: " of the place {"body", "model"}.
local function place_of(item)
  local where = {}
  for i, part in ipairs(type(item.loc) == "table" and item.loc or {}) do
    where[i] = tostring(part)
  end
  return where[1] and table.concat(where, ".") .. ": "
end

local function of_item(item, depth)
  local said = find(item, depth)
  local place = type(item) == "table" and place_of(item)
  return place and place .. (said or "is not valid") or said
end

local function of_list(list, depth)
  local lines, seen = {}, {}
  for i = 1, math.min(#list, MOST_ITEMS) do
    local line = of_item(list[i], depth)
    if line and not seen[line] then
      seen[line] = true
      lines[#lines + 1] = line
    end
  end
  return lines[1] and table.concat(lines, "; ")
end

-- {model = {"is missing"}} as "model: is missing".
local function of_map(map, depth)
  local names = {}
  for name, value in pairs(map) do
    if type(name) == "string"
      and (type(value) == "string" or type(value) == "table") then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  local lines = {}
  for i = 1, math.min(#names, MOST_ITEMS) do
    local said = find(map[names[i]], depth)
    lines[#lines + 1] = said and names[i] .. ": " .. said
  end
  return lines[1] and table.concat(lines, "; ")
end

local function of_field(object, name, depth)
  local value = object[name]
  local said = find(value, depth)
  if not said and MAPS[name] and type(value) == "table" then
    said = of_map(value, depth)
  end
  return said
end

local function first(object, names, depth)
  for _, name in ipairs(names) do
    local said = of_field(object, name, depth)
    if said then
      return said
    end
  end
end

-- What only an event has: the answer it ends, or its choices, tell the failure.
local function of_event(event, depth)
  local response = type(event.response) == "table" and event.response or {}
  local said = find(response.error, depth)
  local choices = type(event.choices) == "table" and event.choices or {}
  for i = 1, math.min(#choices, MOST_ITEMS) do
    local choice = type(choices[i]) == "table" and choices[i] or {}
    said = said or find(choice.error, depth)
  end
  return said or event.type == "error" and first(event, OF_EVENTS, depth)
    or nil
end

-- A machine name in `error` is no reason while anything else is one. Beside a
-- sentence there may be one that says more, and what a gateway was told by the
-- server behind it says more than the gateway.
local function of_object(object, depth)
  local err, said = object.error, nil
  local name = reason.machine_name(err)
  if not name then
    said = find(err, depth)
  end
  if not said or type(err) == "string" then
    local own = first(object, SENTENCES, depth)
    said = join(said, own and join(own, of_field(object, "errors", depth)))
  end
  said = said or first(object, OTHERS, depth)
  local metadata = type(object.metadata) == "table" and object.metadata or {}
  said = join(said, find(metadata.raw, depth))
  return said or of_event(object, depth) or name
end

function find(value, depth)
  depth = depth + 1
  if depth > DEEPEST then
    return nil
  end
  local inner = body.nested(value) or value
  if type(inner) ~= "table" then
    return text.of_field(inner)
  end
  local said = inner[1] ~= nil and of_list(inner, depth)
    or of_object(inner, depth)
  return said or inner ~= value and text.readable(value) or nil
end

--- The reason in a decoded body or event; nil when it has none.
---@param value any
---@return string?
function reason.of(value)
  return find(value, 0)
end

return reason
