--- Embeddings: vectors that follow from the text alone. Texts that share
--- groups of letters get vectors that point the same way.

local asking = require "indoxhub.sandbox.saying.asking"
local calls = require "indoxhub.sandbox.calls"
local core = require "indoxhub.core"
local envelope = require "indoxhub.sandbox.shapes.envelope"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"

local embeddings = {}

local USUAL, MOST = 32, 4096
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
    vector[i] = length == 0 and (i == 1 and 1 or 0)
      or math.floor(value / length * 1e6 + 0.5) / 1e6
  end
  return vector
end

-- How many numbers a vector is to have; nil and what is wrong when it cannot.
local function dimensions_of(fields)
  local wanted = fields.dimensions
    or (fields.additional_params or {}).dimensions
  if wanted == nil then
    return USUAL
  elseif type(wanted) ~= "number" or wanted % 1 ~= 0 or wanted < 1
    or wanted > MOST then
    return nil, ("must be a whole number from 1 to %d"):format(MOST)
  end
  return wanted
end

-- Numbers as OpenAI's clients ask for them: float32 with the lowest byte first.
local function as_base64(vector)
  return core.base64(core.vector(vector):bytes())
end

local function as_openai(call, vectors, format)
  local items = {}
  for i, vector in ipairs(vectors) do
    items[i] = { object = "embedding", index = i - 1,
      embedding = format == "base64" and as_base64(vector) or vector }
  end
  return { id = call.id, object = "list", created = call.created,
    model = call.provider .. "/" .. call.model, data = items,
    usage = { prompt_tokens = call.prompt_tokens,
      total_tokens = call.prompt_tokens } }
end

-- The texts of a request, and of how many tokens they are. Tokens stand for a
-- text that nobody here knows: equal ones for the same.
local function texts_of(given)
  local list = type(given) == "table" and type(given[1]) ~= "number" and given
    or { given }
  local texts, count = {}, 0
  for i, item in ipairs(list) do
    local is_text = type(item) == "string"
    texts[i] = is_text and item or table.concat(item, " ")
    count = count + (is_text and asking.tokens(item) or #item)
  end
  return texts, count
end

--- POST /embeddings
function embeddings.create(state, request)
  local dimensions, wrong = dimensions_of(request.fields)
  if not dimensions then
    return refusals.refuse_field(state, request, "dimensions", wrong)
  end
  local call = calls.begin(state, request, "embedding")
  if not call then
    return
  end
  local given = request.fields.text or request.fields.input
  local texts, tokens = texts_of(given)
  local vectors = {}
  for i, text in ipairs(texts) do
    vectors[i] = normalise(vector_of(text, dimensions))
  end
  call.prompt_tokens = call.prompt_tokens + tokens
  calls.charge(state, request, call, table.concat(texts, "\n"),
    ("%d vectors"):format(#vectors))
  local shape = request.context.shape
  if shape.openai then
    return replies.json(request, as_openai(call, vectors,
      request.fields.encoding_format), call.id)
  end
  local body = envelope.around(call,
    shape.flat and type(given) == "string" and vectors[1] or vectors)
  body.dimensions = dimensions
  replies.json(request, body, call.id)
end

return embeddings
