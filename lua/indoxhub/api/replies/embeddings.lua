--- Embedding replies: a vector for each text, in the order of the texts,
--- whichever of the three shapes the server sends. A vector is a list of
--- numbers or, where those were asked for, one of float32, whose numbers never
--- become Lua values. Either may arrive as base64 of float32.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local reply = require "indoxhub.api.replies.reply"

local embeddings = {}

local vector_mt = getmetatable(core.vector {})

local function is_float32(value)
  return getmetatable(value) == vector_mt
end

local function is_vector(value)
  return type(value) == "table" and type(value[1]) == "number"
    or is_float32(value)
end

---------------------------------------------------------------------------
-- decoding

-- What holds the vectors of a body, under whichever name.
local function data_of(body)
  local data = body.data
  if data == nil then
    return body.embeddings or body.embedding
  end
  return type(data) == "table" and data.embeddings or data
end

-- Calls change(value) for each place where a vector may stand, and puts there
-- what it returns.
local function change_each(body, change)
  local data = data_of(body)
  body.data = data
  if type(data) ~= "table" or is_vector(data) then
    body.data = change(data)
  elseif data.embedding ~= nil then
    data.embedding = change(data.embedding)
  else
    for i, item in ipairs(data) do
      if type(item) == "table" and item.embedding ~= nil then
        item.embedding = change(item.embedding)
      else
        data[i] = change(item)
      end
    end
  end
  return body
end

-- float32 of base64; nil for what is none.
local function of_base64(text)
  local bytes = core.unbase64(text)
  return bytes and bytes ~= "" and core.vector_from(bytes) or nil
end

-- A list of numbers, if it is base64 of one. Anything else stays what it is.
local function as_list(value)
  local vector = type(value) == "string" and of_base64(value)
  return vector and vector:table() or value
end

--- Decodes a body with its vectors as lists of numbers.
---@param text string
---@return any body, string? message
function embeddings.decode_lists(text)
  local body, why = json.decode(text)
  if type(body) ~= "table" then
    return body, why
  end
  return change_each(body, as_list)
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
  -- What a mark stands for, base64, or a list that was left in the text.
  return change_each(body, function(value)
    if type(value) == "string" then
      local number = value:match("^%zvector (%d+)$")
      return number and taken and taken[tonumber(number)] or of_base64(value)
        or value
    end
    return is_vector(value) and not is_float32(value) and core.vector(value)
      or value
  end)
end

---------------------------------------------------------------------------
-- order

-- Data of any shape as a list of vectors, or of items that hold one; nil for
-- what is none.
local function items_of(data)
  if is_vector(data) then
    return { data }
  elseif type(data) ~= "table" then
    return nil
  end
  return data.embedding ~= nil and { data } or data
end

local function index_of(item)
  local index = type(item) == "table" and item.index
  if type(index) == "string" and index:find("^%d+$") then
    return tonumber(index)
  end
  return type(index) == "number" and index or nil
end

-- The indices of items, and the index of the first text; nil when the items are
-- to stay as they came: some servers give the same index to all, or none.
local function indices_of(items)
  local indices, least, count, differ = {}, math.huge, 0, false
  for i = 1, #items do
    local index = index_of(items[i])
    indices[i] = index
    differ = differ or index ~= indices[1]
    count = count + (index and 1 or 0)
    least = math.min(least, index or least)
  end
  -- Some count from 1, or on from the call before.
  return differ and indices or nil, count == #items and least or 0
end

-- The items in the order of their texts; nil and what is wrong when an index
-- tells that some have none. An item without an index belongs to the first text
-- that no other belongs to.
local function in_order(items)
  local indices, first = indices_of(items)
  if not indices then
    return items
  end
  local placed, lost, wrong = {}, 0, nil
  for i = 1, #items do
    local place = indices[i] and indices[i] - first + 1
    if place and (placed[place] or place < 1 or place > #items
      or place % 1 ~= 0) then
      lost, wrong = lost + 1, wrong or ("index %.14g %s"):format(indices[i],
        placed[place] and "came twice" or "is of none")
    elseif place then
      placed[place] = items[i]
    end
  end
  if wrong then
    return nil, ("the server sent vectors for %d of %d texts: %s")
      :format(#items - lost, #items, wrong)
  end
  local free = 1
  for i = 1, #items do
    if not indices[i] then
      while placed[free] do
        free = free + 1
      end
      placed[free] = items[i]
    end
  end
  return placed
end

---------------------------------------------------------------------------
-- checking

local function plural(count, what)
  return ("%d %s%s"):format(count, what, count == 1 and "" or "s")
end

-- What is wrong with what should be a vector.
local function flaw(value)
  if is_float32(value) then
    return #value == 0 and "is empty"
  elseif type(value) == "string" then
    return value == "" and "is empty" or "is no base64 of float32"
  elseif type(value) ~= "table" then
    return "is missing"
  elseif value[1] == nil then
    return next(value) == nil and "is empty" or "is missing"
  end
  for i = 1, #value do
    if type(value[i]) ~= "number" then
      return "holds what is no number"
    end
  end
end

-- What is wrong with vectors, and a name for it; `float32`: with one that could
-- not become such.
local function check(vectors, float32)
  for i, vector in ipairs(vectors) do
    local wrong = flaw(vector) or float32 and not is_float32(vector)
      and "holds a number that is too large for float32"
    if wrong then
      return ("the vector of text %d %s"):format(i, wrong), "reply"
    elseif #vector ~= #vectors[1] then
      return ("the vector of text %d has %s, and that of text 1 has %d")
        :format(i, plural(#vector, "number"), #vectors[1]), "dimensions"
    end
  end
end

-- The vectors of a body, or nil, what is wrong, and a name for it.
local function vectors_of(body, count, float32)
  local items = items_of(body.data)
  if count and #items ~= count then
    return nil, ("the server sent %s for %s"):format(
      plural(#items, "vector"), plural(count, "text")), "count"
  end
  local ordered, wrong = in_order(items)
  if not ordered then
    return nil, wrong, "count"
  end
  local vectors = {}
  for i, item in ipairs(ordered) do
    vectors[i] = type(item) == "table" and item.embedding or item
  end
  local code
  wrong, code = check(vectors, float32)
  return not wrong and vectors[1] and vectors or nil,
    wrong or "there are no vectors in it", code or "count"
end

--- Whether a body is one that holds vectors.
---@param body table
---@return boolean
function embeddings.is_reply(body)
  return items_of(body.data) ~= nil
end

--- Makes a reply; nil, what is wrong and a name for it when it has not as many
--- good vectors as texts were sent.
---@param body table
---@param operation? indoxhub.Operation
---@param float32? boolean
---@return table? reply, string? wrong, string? code
function embeddings.normalise(body, operation, float32)
  local vectors, wrong, code = vectors_of(body, operation and operation.count,
    float32)
  if not vectors then
    return nil, wrong, code
  end
  reply.envelope(body)
  body.data, body.dimensions = vectors, #vectors[1]
  return body
end

--- The same for a body whose vectors were decoded as float32.
---@param body table
---@param operation? indoxhub.Operation
---@return table? reply, string? wrong, string? code
function embeddings.normalise_float32(body, operation)
  return embeddings.normalise(body, operation, true)
end

return embeddings
