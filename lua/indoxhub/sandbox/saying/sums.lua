--- Sums: a question that is one, and nothing else, is worked out.

local number = require "indoxhub.base.number"

local sums = {}

-- Words that may stand before a sum, without making it anything else.
local BEFORE = { "please", "what is", "what's", "whats", "how much is",
  "calculate", "compute", "work out", "solve", "evaluate", "tell me" }

-- From here on digits would be made up.
local HUGE = 1e15

local SIGNS = { ["\195\151"] = "*", ["\195\183"] = "/", ["\226\136\146"] = "-" }

local function show(value)
  local is_exact = value % 1 == 0 and math.abs(value) < HUGE
  return number.format(is_exact and "%.0f" or "%.4g", value + 0.0) -- not -0
end

-- A question without the words before a sum and the marks behind it.
local function strip(question)
  local text = question:gsub("^%s+", ""):gsub("[%s=%?!%.]+$", "")
  local stripped = true
  while stripped do
    stripped = false
    local lower = text:lower()
    for _, words in ipairs(BEFORE) do
      if lower:sub(1, #words) == words
        and lower:find("^[^%a]", #words + 1) then
        text = text:sub(#words + 1):gsub("^[%s:,]+", "")
        stripped = true
        break
      end
    end
  end
  return text
end

-- Numbers, signs and brackets; nil when there is anything else.
local function tokens_of(text)
  for character, sign in pairs(SIGNS) do
    text = text:gsub(character, sign)
  end
  local tokens, at = {}, 1
  while true do
    at = text:find("%S", at)
    if not at then
      return tokens
    end
    local digits = text:match("^%d+%.?%d*", at)
    local token = digits or text:match("^[-+*/x()]", at)
    if not token then
      return nil
    end
    tokens[#tokens + 1] = token
    at = at + #token
  end
end

---@class indoxhub.sandbox.Sum a sum as far as it was read
---@field tokens string[]
---@field at integer the next of them
---@field signs integer how many numbers were joined by a sign

local read_sum

local function read_number(self)
  local token = self.tokens[self.at]
  self.at = self.at + 1
  if token == "(" then
    local value = read_sum(self)
    self.at = self.at + 1
    return self.tokens[self.at - 1] == ")" and value or nil
  elseif token == "-" then
    local value = read_number(self)
    return value and -value
  end
  local value = tonumber(token)
  return value and value + 0.0
end

local function join(self, read, known, apply)
  local value = read(self)
  while value and known[self.tokens[self.at] or ""] do
    local sign = self.tokens[self.at]
    self.at, self.signs = self.at + 1, self.signs + 1
    local other = read(self)
    if not other then
      return nil
    end
    value = apply(self, sign, value, other)
  end
  return value
end

local function multiply(self, sign, a, b)
  if sign ~= "/" then
    return a * b
  elseif b == 0 then
    self.divides_by_zero = true
    return 0.0
  end
  return a / b
end

local function add(_, sign, a, b)
  return sign == "+" and a + b or a - b
end

local MULTIPLIES = { ["*"] = true, ["x"] = true, ["/"] = true }
local ADDS = { ["+"] = true, ["-"] = true }

local function read_product(self)
  return join(self, read_number, MULTIPLIES, multiply)
end

function read_sum(self)
  return join(self, read_product, ADDS, add)
end

-- Deeper brackets than anybody writes by hand would end the stack.
local MOST_TOKENS = 200

---@return indoxhub.sandbox.Sum? sum, number? value
local function read(question)
  local tokens = tokens_of(strip(question))
  if not tokens or not tokens[1] or #tokens > MOST_TOKENS then
    return nil
  end
  local self = { tokens = tokens, at = 1, signs = 0 }
  local value = read_sum(self)
  if value and self.at > #tokens and self.signs > 0 then
    return self, value
  end
end

-- A minus that belongs to the number behind it.
local function is_unary(tokens, i)
  return tokens[i] == "-" and (i == 1 or tokens[i - 1]:find "^[-+*/x(]$")
end

-- The sum as it is shown again: with blanks around its signs.
local function text_of(sum)
  local pieces = {}
  for i, token in ipairs(sum.tokens) do
    local before = sum.tokens[i - 1]
    local joins = i == 1 or token == ")" or before == "("
      or is_unary(sum.tokens, i - 1)
    pieces[i] = (joins and "" or " ") .. token
  end
  return table.concat(pieces)
end

--- The sum that a question is, as text; nil when it is none.
---@param question string
---@return string?
function sums.find(question)
  local sum = read(question)
  return sum and text_of(sum)
end

--- The answer to a question that is a sum; nil when it is none.
---@param question string
---@return string?
function sums.answer(question)
  local sum, value = read(question)
  if not sum then
    return nil
  elseif sum.divides_by_zero then
    return "Nothing can be divided by zero."
  end
  return ("%s is %s."):format(text_of(sum), show(value))
end

return sums
