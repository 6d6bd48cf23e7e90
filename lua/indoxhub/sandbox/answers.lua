--- What the sandbox says: an answer that depends on the question, the same for
--- the same question.

local number = require "indoxhub.base.number"

local answers = {}

local CAPITALS = { france = "Paris", norway = "Oslo", japan = "Tokyo",
  kenya = "Nairobi", brazil = "Brasilia", iran = "Tehran", germany = "Berlin",
  canada = "Ottawa", australia = "Canberra", italy = "Rome", spain = "Madrid",
  india = "New Delhi", egypt = "Cairo", mexico = "Mexico City" }

local FILLER = { a = true, an = true, the = true, is = true, are = true,
  what = true, how = true, why = true, who = true, when = true, where = true,
  does = true, ["do"] = true, i = true, you = true, me = true, my = true,
  tell = true, about = true, please = true, can = true, could = true,
  of = true, to = true, ["in"] = true, on = true, ["for"] = true, it = true,
  write = true, give = true, explain = true, this = true, that = true,
  ["and"] = true, ["or"] = true, with = true, some = true, your = true,
  should = true, would = true, will = true, much = true, many = true }

local MOST_COUNTED = 1000000

local OPERATIONS = {
  ["+"] = function(a, b) return a + b end,
  ["-"] = function(a, b) return a - b end,
  ["*"] = function(a, b) return a * b end,
  ["x"] = function(a, b) return a * b end,
  ["/"] = function(a, b) return b ~= 0 and a / b or nil end,
}

local NUMBER = "(%-?%d+%.?%d*)"

-- From here on digits would be made up.
local HUGE = 1e15

local function show(value)
  local is_exact = value % 1 == 0 and math.abs(value) < HUGE
  return number.format(is_exact and "%.0f" or "%.4g", value + 0.0) -- not -0
end

local function arithmetic(question)
  local a, sign, b = question:match(NUMBER .. "%s*([-+*/x])%s*" .. NUMBER)
  local result = a and OPERATIONS[sign](tonumber(a) + 0.0, tonumber(b) + 0.0)
  if result then
    return ("%s %s %s is %s."):format(a, sign, b, show(result))
  elseif a then
    return "Nothing can be divided by zero."
  end
end

local function echo(question)
  return question:match("^%s*[Ee]cho:%s?(.*)$")
    or question:match("^%s*[Rr]epeat after me:%s?(.*)$")
end

local function count(question)
  local to = tonumber(question:lower():match("count to (%d+)"))
  if not to then
    return nil
  end
  local numbers = {}
  for i = 1, math.min(to, MOST_COUNTED) do
    numbers[i] = ("%d"):format(i)
  end
  return table.concat(numbers, " ")
end

local function capital(question)
  local country = question:lower():match("capital of (%a+)")
  local city = country and CAPITALS[country]
  if city then
    return ("The capital of %s is %s.")
      :format(country:gsub("^%l", string.upper), city)
  end
end

local function topic(question)
  local words = {}
  for word in question:gmatch("[%w\128-\255'-]+") do
    if not FILLER[word:lower()] and #words < 6 then
      words[#words + 1] = word
    end
  end
  return words[1] and table.concat(words, " ") or "that"
end

local function poem(question)
  local lower = question:lower()
  if not (lower:find("haiku") or lower:find("poem")) then
    return nil
  end
  local about = lower:match("about%s+(.-)[%.%?!]?%s*$") or "a quiet sandbox"
  return ("Morning brings %s,\nsmall words arrive one by one,\n" ..
    "the page fills with light."):format(about)
end

local function greeting(question)
  local word = question:match("^%s*(%a+)%s*[!%.,]?%s*")
  local known = { hello = true, hi = true, hey = true }
  if word and known[word:lower()] and #question < 30 then
    return "Hello! I am the IndoxHub sandbox. Ask me anything; " ..
      "nothing leaves this machine."
  end
end

local function about_itself(question)
  local lower = question:lower()
  if lower:find("who are you") or lower:find("what are you") then
    return "I am a sandbox: a small server that speaks the IndoxHub API and " ..
      "makes up its answers."
  end
end

-- The text of a message, whose content may be a list of parts.
local function text_of(content)
  if type(content) ~= "table" then
    return type(content) == "string" and content or ""
  end
  local pieces = {}
  for _, part in ipairs(content) do
    if type(part) == "table" and type(part.text) == "string" then
      pieces[#pieces + 1] = part.text
    end
  end
  return table.concat(pieces, " ")
end

-- What was asked before, which shows whether the whole conversation is sent.
local function memory(question, messages)
  local which = question:lower():match("what did i ask (%l+)")
  local first, last
  for i = 1, #(messages or {}) - 1 do
    if messages[i].role == "user" then
      last = text_of(messages[i].content)
      first = first or last
    end
  end
  if which == "first" or which == "before" then
    return first and ('You asked %s: "%s"'):format(which,
      which == "first" and first or last) or "You asked nothing yet."
  end
end

local OPENINGS = { "Here is a short answer about %s.",
  "A few words about %s.", "%s: a good question." }
local MIDDLES = {
  "It is easiest to begin with what you already have and change one thing " ..
    "at a time.",
  "Most of it follows from two or three simple rules, and the rest from " ..
    "practice.",
  "People who have done it before would start small and measure.",
}
local ENDINGS = { "A real model would tell you more; this text was made by " ..
  "the sandbox.", "That is all the sandbox knows about it." }

-- A number that depends on the text only.
local function hash(text)
  local sum = 7
  for i = 1, #text do
    sum = (sum * 31 + text:byte(i)) % 65521
  end
  return sum
end

local function general(question)
  local which = hash(question)
  local opening = OPENINGS[which % #OPENINGS + 1]:format(topic(question))
  return table.concat({ opening, MIDDLES[which % #MIDDLES + 1],
    ENDINGS[which % #ENDINGS + 1] }, " ")
end

local WAYS = { echo, count, arithmetic, capital, poem, greeting, about_itself,
  memory, general }

--- The answer to a question.
---@param question string
---@param messages? table[] the conversation that ends with it
---@return string
function answers.to(question, messages)
  for _, way in ipairs(WAYS) do
    local answer = way(question, messages)
    if answer then
      return answer
    end
  end
end

--- The question of a conversation: what its last user message says.
---@param messages table[]
---@return string
function answers.question(messages)
  for i = #messages, 1, -1 do
    if messages[i].role == "user" then
      return text_of(messages[i].content)
    end
  end
  return text_of(messages[#messages].content)
end

--- Cuts a text into the pieces it is streamed in: words with the blank before.
---@param text string
---@return string[]
function answers.pieces(text)
  local pieces = {}
  for piece in text:gmatch("%s*%S+") do
    pieces[#pieces + 1] = piece
  end
  local rest = text:match("%s*$")
  if rest ~= "" then
    pieces[#pieces + 1] = rest
  end
  return pieces
end

--- What a question that begins with "think:" lets one think of first, and the
--- question itself.
---@param question string
---@return string? thought, string question
function answers.thought(question)
  local asked = question:match("^%s*[Tt]hink:%s*(.*)$")
  if not asked then
    return nil, question
  end
  return ("The question is about %s. A short answer will do.")
    :format(topic(asked)), asked
end

return answers
