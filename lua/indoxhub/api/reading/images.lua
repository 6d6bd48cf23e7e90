--- Images of an answer, as replies list them: { url, b64_json, index } and all
--- else that the server says of each.

local core = require "indoxhub.core"

local images = {}

-- Names of an address and of base64, best first; some are either.
local URLS = { "url", "image_url", "image", "data" }
local BYTES = { "b64_json", "b64", "base64", "result", "image", "data" }
local EITHER = { image = true, data = true }

-- So much of a text tells whether it is base64, which it is in fours.
local BEGINNING = 64

-- Whether a text is base64, and not the address of something.
local function is_bytes(value)
  return type(value) == "string" and value ~= ""
    and core.unbase64(value:sub(1, BEGINNING)) ~= nil
end

-- An address, which may be a text or { url = ... }.
local function find_url(item)
  for _, name in ipairs(URLS) do
    local value = item[name]
    value = type(value) == "table" and value.url or value
    if type(value) == "string" and value ~= ""
      and not (EITHER[name] and is_bytes(value)) then
      return value
    end
  end
end

local function find_bytes(item)
  for _, name in ipairs(BYTES) do
    if is_bytes(item[name]) then
      return item[name]
    end
  end
end

--- One image, its fields under the names of replies.
---@param item table|string
---@param index integer when the item tells none
---@return indoxhub.Image
function images.make(item, index)
  if type(item) == "string" then
    item = is_bytes(item) and { b64_json = item } or { url = item }
  end
  item.url = find_url(item) or item.url
  item.b64_json = find_bytes(item) or item.b64_json
  item.index = item.index or index
  return item
end

--- Whether something is an image that can be had.
---@param item any
---@return boolean
function images.is_one(item)
  if type(item) ~= "table" then
    return type(item) == "string" and item ~= ""
  end
  return find_url(item) ~= nil or find_bytes(item) ~= nil
    or type(item.b64_json) == "string" and item.b64_json ~= ""
end

return images
