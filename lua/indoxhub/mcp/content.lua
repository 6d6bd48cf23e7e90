--- What a tool of an MCP server gave, as the text that a model gets.

local json = require "indoxhub.base.json"
local same = require "indoxhub.base.same"
local utf8 = require "indoxhub.base.utf8"

local content = {}

local function text_of(value)
  return type(value) == "string" and utf8.text(value) or nil
end

-- How many bytes base64 stands for.
local function size_of(data)
  return type(data) == "string"
    and ("%d bytes"):format(math.floor(#data * 3 / 4)) or "no data"
end

-- "[image: image/png, 120 bytes]", of what there is.
local function bracketed(what, ...)
  local facts = {}
  for i = 1, select("#", ...) do
    facts[#facts + 1] = text_of((select(i, ...)))
  end
  return ("[%s: %s]"):format(what, table.concat(facts, ", "))
end

local function of_resource(item)
  local resource = type(item.resource) == "table" and item.resource or {}
  if type(resource.text) == "string" then
    return bracketed("resource", resource.uri, resource.mimeType) .. "\n"
      .. utf8.text(resource.text)
  end
  return bracketed("resource", resource.uri, resource.mimeType,
    size_of(resource.blob))
end

-- What is no text is told of: what it is, and how large.
local BY_TYPE = {
  text = function(item)
    return text_of(item.text)
  end,
  image = function(item)
    return bracketed("image", item.mimeType, size_of(item.data))
  end,
  audio = function(item)
    return bracketed("audio", item.mimeType, size_of(item.data))
  end,
  resource = of_resource,
  resource_link = function(item)
    return bracketed("link", item.name, item.uri, item.mimeType,
      item.description)
  end,
}

local function of_item(item)
  if type(item) ~= "table" then
    return nil
  end
  local render = BY_TYPE[item.type]
  if render then
    return render(item)
  end
  return bracketed("content", type(item.type) == "string" and item.type
    or "of no type")
end

-- Whether a text is this value as JSON: servers send both, for clients that
-- know only one.
local function says(item, value)
  local text = type(item) == "table" and text_of(item.text)
  local decoded = text and text:find "^%s*[{%[]"
    and json.decode_with_nulls(text)
  return decoded ~= nil and decoded ~= false and same.values(decoded, value)
end

--- The text of a result.
---@param result table of tools/call
---@return string
function content.text(result)
  local parts, structured = {}, result.structuredContent
  local untold = type(structured) == "table"
  for _, item in ipairs(type(result.content) == "table" and result.content
    or {}) do
    parts[#parts + 1] = of_item(item)
    untold = untold and not says(item, structured)
  end
  if untold then
    parts[#parts + 1] = json.encode(utf8.copy(structured))
  end
  return table.concat(parts, "\n")
end

return content
