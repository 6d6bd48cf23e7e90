--- Images of an answer, as replies list them: { url, b64_json, index } and all
--- else that the server says of each.

local values = require "indoxhub.reading.values"

local images = {}

local BASE64 = { "b64_json", "data", "b64", "result" }

local function url_of(item)
  local url = item.image_url
  return values.text_or_nil(item.url) or values.text_or_nil(url)
    or type(url) == "table" and values.text_or_nil(url.url) or nil
end

local function base64_of(item)
  for _, name in ipairs(BASE64) do
    if values.text_or_nil(item[name]) then
      return item[name]
    end
  end
end

--- One image, its fields under the names of replies.
---@param item table changed
---@param index integer when the item tells none
---@return table item
function images.make(item, index)
  item.url, item.b64_json = url_of(item), base64_of(item)
  if type(item.index) ~= "number" then
    item.index = index
  end
  return item
end

--- Whether something is an image that can be had.
---@param item any
---@return boolean
function images.is_one(item)
  return type(item) == "table"
    and (url_of(item) ~= nil or base64_of(item) ~= nil)
end

return images
