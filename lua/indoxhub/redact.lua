--- Takes secrets out of text that a person or a log will see.

local redact = {}

local REDACTED = "[redacted]"

-- "indox-" and 32 characters; masked keys of the account calls are shorter or
-- carry stars and stay readable.
local KEY_SHAPE = "indox%-[%w_%-]+"
local SHORTEST_KEY = 26
local LONGEST_KEY = 128

local function hide_key(text)
  return #text >= SHORTEST_KEY and REDACTED or text
end

-- Shorter keys are made up, such as "test" for a server of one's own; they are
-- taken out as words, and not out of the middle of others.
local SHORTEST_SECRET = 8

-- A pattern for a secret, also as JSON may write it: with a backslash before
-- some of its characters.
local function pattern_of(secret)
  local pattern = secret:gsub("%p", "%%%0"):gsub('%%["/\\]', "\\?%0")
  if #secret < SHORTEST_SECRET then
    pattern = (secret:find("^%w") and "%f[%w]" or "") .. pattern
      .. (secret:find("%w$") and "%f[%W]" or "")
  end
  return pattern
end

-- A secret that begins with another has to go first.
local function longest_first(secrets)
  local sorted = {}
  for _, secret in ipairs(secrets) do
    if secret ~= "" then
      sorted[#sorted + 1] = secret
    end
  end
  table.sort(sorted, function(a, b) return #a > #b end)
  return sorted
end

---@alias indoxhub.Hide fun(text: string, longest?: integer): string

--- Makes a function that replaces the given secrets and anything that looks
--- like an API key. With `longest` it also cuts the text to that many bytes,
--- and leaves no half of a secret at the cut. A function, and not a list, goes
--- with an answer, so that nothing that prints tables shows a key.
---@param secrets string[]
---@return indoxhub.Hide
function redact.new(secrets)
  return function(text, longest)
    local sorted = longest_first(secrets)
    local margin = math.max(LONGEST_KEY, 2 * #(sorted[1] or ""))
    local cut = longest and #text > longest + margin
    if cut then
      text = text:sub(1, longest + margin)
    end
    for _, secret in ipairs(sorted) do
      text = text:gsub(pattern_of(secret), REDACTED)
    end
    text = text:gsub(KEY_SHAPE, hide_key)
    -- What is left of a secret that was cut stands in the margin.
    return longest and text:sub(1, math.min(longest,
      cut and #text - margin or longest)) or text
  end
end

return redact
