--- Embeddings: vectors that follow from the text alone. Texts that share
--- groups of letters get vectors that point the same way.

local calls = require "indoxhub.sandbox.calls"
local replies = require "indoxhub.sandbox.replies"

local embeddings = {}

local LEAST, USUAL, MOST = 8, 32, 64
local GROUP = 3
local PRIME = 65521

local function hash(text)
  local sum = 7
  for i = 1, #text do
    sum = (sum * 131 + text:byte(i)) % PRIME
  end
  return sum
end

-- Each group of letters pushes one number of the vector up or down.
local function vector_of(text, dimensions)
  local vector = {}
  for i = 1, dimensions do
    vector[i] = 0
  end
  local padded = "  " .. text:lower() .. " "
  for i = 1, #padded - GROUP + 1 do
    local number = hash(padded:sub(i, i + GROUP - 1))
    local at = number % dimensions + 1
    vector[at] = vector[at] + (math.floor(number / dimensions) % 2 * 2 - 1)
  end
  return vector
end

-- A vector of length 1, in six digits.
local function normalise(vector)
  local squares = 0
  for _, value in ipairs(vector) do
    squares = squares + value * value
  end
  local length = math.sqrt(squares)
  for i, value in ipairs(vector) do
    vector[i] = length == 0 and 0
      or math.floor(value / length * 1e6 + 0.5) / 1e6
  end
  return vector
end

local function dimensions_of(fields)
  local wanted = tonumber((fields.additional_params or {}).dimensions
    or fields.dimensions) or USUAL
  return math.max(LEAST, math.min(MOST, math.floor(wanted)))
end

local function as_openai(call, vectors)
  local items = {}
  for i, vector in ipairs(vectors) do
    items[i] = { object = "embedding", embedding = vector, index = i - 1 }
  end
  return { id = call.id, object = "list", created = call.created,
    model = call.provider .. "/" .. call.model, data = items,
    usage = { prompt_tokens = call.prompt_tokens,
      total_tokens = call.prompt_tokens } }
end

--- POST /embeddings
function embeddings.create(state, request)
  local call = calls.begin(state, request, "embedding")
  if not call then
    return
  end
  local given = request.fields.text or request.fields.input
  local texts = type(given) == "table" and given or { given }
  local dimensions, vectors = dimensions_of(request.fields), {}
  for i, text in ipairs(texts) do
    vectors[i] = normalise(vector_of(text, dimensions))
    call.prompt_tokens = call.prompt_tokens + calls.tokens(text)
  end
  calls.charge(state, request, call, table.concat(texts, "\n"),
    ("%d vectors"):format(#vectors))
  local shape = request.context.shape
  if shape.openai then
    return replies.json(request, as_openai(call, vectors), call.id)
  end
  local body = calls.envelope(call,
    shape.flat and type(given) == "string" and vectors[1] or vectors)
  body.dimensions = dimensions
  replies.json(request, body, call.id)
end

return embeddings
