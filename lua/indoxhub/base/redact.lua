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

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n",
  ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b", ["\f"] = "\\f" }

-- A text as JSON writes it.
local function in_json(text)
  return (text:gsub('[%c"\\]', function(c)
    return ESCAPES[c] or ("\\u%04x"):format(c:byte())
  end))
end

-- Adds the ways in which a secret may be written.
local function add_spellings(all, secret)
  local json = in_json(secret)
  for _, text in ipairs { secret, json, (json:gsub("/", "\\/")) } do
    if text ~= "" and not all[text] then
      all[text] = true
      all[#all + 1] = text
    end
  end
end

-- Lines of a secret that has several are told one by one, too.
local SHORTEST_LINE = 16

-- All that must not be seen. What begins with something else has to go first.
local function longest_first(secrets)
  local all = {}
  for _, secret in ipairs(secrets) do
    add_spellings(all, secret)
    if secret:find("\n") then
      for line in secret:gmatch("[^\r\n]+") do
        if #line >= SHORTEST_LINE then
          add_spellings(all, line)
        end
      end
    end
  end
  table.sort(all, function(a, b) return #a > #b end)
  return all
end

local function pattern_of(secret)
  local pattern = secret:gsub("%p", "%%%0"):gsub("%z", "%%z")
  if #secret < SHORTEST_SECRET then
    pattern = (secret:find("^%w") and "%f[%w]" or "") .. pattern
      .. (secret:find("%w$") and "%f[%W]" or "")
  end
  return pattern
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
