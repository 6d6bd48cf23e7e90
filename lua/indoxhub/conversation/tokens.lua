--- How many tokens a message takes, estimated: models count in ways of their
-- own, which only their vendors know.
--
-- Four letters of ASCII are a token, and so are two of the next scripts of
-- Unicode (Latin with accents, Greek, Cyrillic, Arabic, Hebrew) and one of all
-- others (Chinese, Japanese, Korean, Hindi, Thai); an emoji is two. A picture,
-- or any other part that is no text, is 1,000. Each message takes 4 more.

local tokens = {}

local MESSAGE = 4
local MEDIA = 1000

-- First bytes of the characters of UTF-8, by their number of bytes.
local LEADS = { "[\194-\223]", "[\224-\239]", "[\240-\244]" }

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

--- The tokens of a text.
---@param text string
---@return integer
function tokens.of_text(text)
  if not text:find("[\128-\255]") then
    return math.ceil(#text / 4)
  end
  local high = count(text, "[\128-\255]")
  local two, three, four = count(text, LEADS[1]), count(text, LEADS[2]),
    count(text, LEADS[3])
  -- Bytes that are no character are worth one each.
  local stray = math.max(0, high - 2 * two - 3 * three - 4 * four)
  return math.ceil((#text - high) / 4 + two / 2 + three + 2 * four + stray)
end

local function of_optional(text)
  return type(text) == "string" and tokens.of_text(text) or 0
end

local function of_part(part)
  local text = type(part) == "table" and part.text or part
  return type(text) == "string" and tokens.of_text(text) or MEDIA
end

local function of_content(content)
  if type(content) ~= "table" then
    return of_optional(content)
  end
  local sum = 0
  for _, part in ipairs(content) do
    sum = sum + of_part(part)
  end
  return sum
end

--- The tokens of a message, as it is sent.
---@param message indoxhub.Message
---@return integer
function tokens.of_message(message)
  local sum = MESSAGE + of_content(message.content) + of_optional(message.name)
    + of_optional(message.tool_call_id)
  for _, call in ipairs(message.tool_calls or {}) do
    local fn = type(call["function"]) == "table" and call["function"] or {}
    sum = sum + MESSAGE + of_optional(call.id) + of_optional(fn.name)
      + of_optional(fn.arguments)
  end
  return sum
end

return tokens
