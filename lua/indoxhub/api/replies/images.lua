--- Image replies: a list of { url, b64_json, index }, with what else the server
--- says of each.

local answer_text = require "indoxhub.api.errors.text"
local pictures = require "indoxhub.api.reading.images"
local reason = require "indoxhub.api.errors.reason"
local reply = require "indoxhub.api.replies.reply"
local values = require "indoxhub.api.reading.values"

local images = {}

local function list_of(body)
  local data = body.data
  if type(data) == "string" and data ~= "" then
    data = { data }
  elseif type(data) == "table" and type(data.images) == "table" then
    data = data.images
  end
  if type(body.images) == "table"
    and (type(data) ~= "table" or next(data) == nil) then
    return body.images
  end
  return type(data) == "table" and data or nil
end

--- Whether a body holds images.
---@param body table
---@return boolean
function images.is_reply(body)
  local found = list_of(body)
  if not found then
    return false
  end
  for _, item in ipairs(values.list(found)) do
    if type(item) ~= "string" and type(item) ~= "table" then
      return false
    end
  end
  return true
end

-- How many characters of a reason are shown.
local LONGEST = 200

-- What is said in the place of images, such as that a filter took them out.
local function reason_of(list)
  for _, item in ipairs(list) do
    local said = type(item) == "table" and reason.of(item)
    if said then
      return ": " .. answer_text.cut(said, LONGEST)
    end
  end
  return ""
end

--- Makes a reply; nil, what is wrong and a name for it when there is no image.
---@param body table
---@return table? reply, string? wrong, string? code
function images.normalise(body)
  local list, has_any = {}, false
  for i, item in ipairs(values.list(list_of(body))) do
    has_any = has_any or pictures.is_one(item)
    list[i] = pictures.make(item, i - 1)
  end
  if not has_any then
    return nil, "the reply holds no image" .. reason_of(list), "empty"
  end
  reply.envelope(body)
  body.data = list
  return body
end

return images
