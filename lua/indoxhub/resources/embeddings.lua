--- Embedding replies: vectors as lists of numbers, in the order of the texts,
--- whichever of the three shapes the server sends.

local reply = require "indoxhub.reply"

local embeddings = {}

local function in_order(items)
  local sorted = {}
  for i, item in ipairs(items) do
    sorted[i] = { item = item,
      place = type(item.index) == "number" and item.index or i - 1 }
  end
  table.sort(sorted, function(a, b) return a.place < b.place end)
  local vectors = {}
  for i, entry in ipairs(sorted) do
    vectors[i] = entry.item.embedding
  end
  return vectors
end

-- Data of any shape as a list of vectors.
local function vectors_of(data)
  local first = data[1]
  if type(first) == "number" then
    return { data }
  elseif type(first) == "table" and type(first.embedding) == "table" then
    return in_order(data)
  end
  return data
end

--- Whether a body holds vectors.
---@param body table
---@return boolean
function embeddings.is_reply(body)
  local data = type(body.data) == "table" and body.data or {}
  if type(data[1]) == "number" then
    return true
  end
  for _, item in ipairs(data) do
    if type(item) ~= "table" or type(item[1]) ~= "number"
      and type(item.embedding) ~= "table" then
      return false
    end
  end
  return data[1] ~= nil
end

---@param body table
---@return table
function embeddings.normalise(body)
  reply.envelope(body)
  body.data = vectors_of(body.data)
  body.dimensions = body.dimensions or #body.data[1]
  return body
end

return embeddings
