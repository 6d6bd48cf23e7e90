--- Embedding replies: vectors in the order of the texts, whichever of the three
--- shapes the server sends. A vector is a list of numbers or, where those were
--- asked for, one of float32, whose numbers never become Lua values.

local core = require "indoxhub.core"
local json = require "indoxhub.json"
local reply = require "indoxhub.reply"

local embeddings = {}

local vector_mt = getmetatable(core.vector {})

local function is_vector(value)
  return type(value) == "table" and type(value[1]) == "number"
    or getmetatable(value) == vector_mt
end

-- Equal places, which some servers give to all, leave the order as it is.
local function is_before(a, b)
  if a.place ~= b.place then
    return a.place < b.place
  end
  return a.came < b.came
end

local function in_order(items)
  local sorted = {}
  for i, item in ipairs(items) do
    sorted[i] = { item = item, came = i,
      place = type(item.index) == "number" and item.index or i - 1 }
  end
  table.sort(sorted, is_before)
  local vectors = {}
  for i, entry in ipairs(sorted) do
    vectors[i] = entry.item.embedding
  end
  return vectors
end

-- Data of any shape as a list of vectors.
local function vectors_of(data)
  local first = data[1]
  if is_vector(data) then
    return { data }
  elseif type(first) == "table" and first.embedding ~= nil then
    return in_order(data)
  end
  return data
end

--- Whether a body holds vectors.
---@param body table
---@return boolean
function embeddings.is_reply(body)
  local data = body.data
  if is_vector(data) then
    return true
  elseif type(data) ~= "table" then
    return false
  end
  for _, item in ipairs(data) do
    if not is_vector(item) and (type(item) ~= "table"
      or type(item.embedding) ~= "table" and not is_vector(item.embedding)) then
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

---------------------------------------------------------------------------
-- float32

-- The vector that a mark stands for, or a list of numbers that was left in the
-- text; false for what cannot be one. Anything else stays what it is.
local function vector_of(value, taken)
  if type(value) == "string" then
    return taken[tonumber(value:match("^%zvector (%d+)$"))] or value
  elseif type(value) == "table" and type(value[1]) == "number" then
    return core.vector(value) or false
  end
  return value
end

-- The same for a field that may also hold float32 as base64.
local function embedding_of(value, taken)
  local vector = vector_of(value, taken)
  if type(vector) == "string" then
    local bytes = core.unbase64(vector)
    return bytes and bytes ~= "" and core.vector_from(bytes) or false
  end
  return is_vector(vector) and vector
end

--- Decodes a body with its vectors as float32.
---@param text string
---@return any body, string? message
function embeddings.decode(text)
  local rest, taken = core.take_vectors(text)
  local body, why = json.decode(rest)
  if type(body) ~= "table" then
    return body, why
  end
  taken = taken or {}
  body.data = vector_of(body.data, taken)
  for i, item in ipairs(type(body.data) == "table" and body.data or {}) do
    if type(item) == "table" and item.embedding ~= nil then
      item.embedding = embedding_of(item.embedding, taken)
    else
      body.data[i] = vector_of(item, taken)
    end
  end
  return body
end

return embeddings
