--- Image replies: a list of { url, b64_json, index }, with what else the server
--- says of each.

local pictures = require "indoxhub.reading.images"
local reply = require "indoxhub.reply"

local images = {}

-- One image, or a list of them.
local function items_of(data)
  return data[1] == nil and next(data) ~= nil and { data } or data
end

local function list_of(body)
  return type(body.data) == "table" and body.data
    or type(body.images) == "table" and body.images or nil
end

--- Whether a body holds images.
---@param body table
---@return boolean
function images.is_reply(body)
  local found = list_of(body)
  if not found then
    return false
  end
  for _, item in ipairs(items_of(found)) do
    if type(item) ~= "string" and type(item) ~= "table" then
      return false
    end
  end
  return true
end

-- An item that is a text is a URL.
local function image(item, index)
  if type(item) == "string" then
    return { url = item, index = index }
  end
  return pictures.make(item, index)
end

---@param body table
---@return table
function images.normalise(body)
  reply.envelope(body)
  local list = {}
  for i, item in ipairs(items_of(list_of(body))) do
    list[i] = image(item, i - 1)
  end
  body.data = list
  return body
end

return images
