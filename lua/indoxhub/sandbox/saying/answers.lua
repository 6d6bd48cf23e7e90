--- What the sandbox says: an answer that depends on the question, the same for
--- the same question.

local memory = require "indoxhub.sandbox.saying.memory"
local sums = require "indoxhub.sandbox.saying.sums"
local words = require "indoxhub.sandbox.saying.words"

local answers = {}

local CAPITALS = { france = "Paris", norway = "Oslo", japan = "Tokyo",
  kenya = "Nairobi", brazil = "Brasilia", iran = "Tehran", germany = "Berlin",
  canada = "Ottawa", australia = "Canberra", italy = "Rome", spain = "Madrid",
  india = "New Delhi", egypt = "Cairo", mexico = "Mexico City" }

local MOST_COUNTED = 1000000

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

local function poem(question)
  local lower = question:lower()
  if not (lower:find("haiku") or lower:find("poem")) then
    return nil
  end
  local about = lower:match("about%s+(.-)[%.%?!]?%s*$") or "a quiet sandbox"
  return ("Morning brings %s,\nsmall words arrive one by one,\n" ..
    "the page fills with light."):format(about)
end

local GREETINGS = { hello = true, hi = true, hey = true }
local LONGEST_GREETING = 30

local function greeting(question)
  local word = question:match("^%s*(%a+)%s*[!%.,]?%s*")
  if word and GREETINGS[word:lower()] and #question < LONGEST_GREETING then
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

local function general(question, nth)
  local which = hash(question) + nth - 1
  local topic = words.topic(question):gsub("%%", "%%%%")
  local opening = OPENINGS[which % #OPENINGS + 1]:gsub("%%s", topic)
  return table.concat({ opening, MIDDLES[which % #MIDDLES + 1],
    ENDINGS[which % #ENDINGS + 1] }, " ")
end

-- Where a part is played, what one is asked about oneself is a part of it.
local PLAYED = { [greeting] = true, [about_itself] = true }

local WAYS = { echo, memory.answer, count, sums.answer, capital, poem, greeting,
  about_itself }

---@class indoxhub.sandbox.Said
---@field text string
---@field is_general boolean whether it knows nothing special
---@field is_exact boolean whether the question says what to answer, and how

--- The answer to a question.
---@param question string
---@param earlier? string[] what the user said before it
---@param nth? integer default 1: of several answers to one question, which
---@return indoxhub.sandbox.Said
function answers.to(question, earlier, nth)
  for _, way in ipairs(WAYS) do
    local text = way(question, earlier or {})
    if text then
      return { text = text, is_general = PLAYED[way] or false,
        is_exact = way == echo }
    end
  end
  return { text = general(question, nth or 1), is_general = true,
    is_exact = false }
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
    :format(words.topic(asked)), asked
end

return answers
