--- What was said earlier in a conversation, which shows whether all of it is
--- sent: what was asked before, a name, and whatever somebody calls his own.

local memory = {}

-- What somebody says of himself, and the thing that it tells.
local TOLD = {
  { "[Mm]y name is ([%a\128-\255][%w\128-\255'-]*)", "name" },
  { "[Cc]all me (%u[%w\128-\255'-]*)", "name" },
  { "I am called (%u[%w\128-\255'-]*)", "name" },
  { "I'm called (%u[%w\128-\255'-]*)", "name" },
  { "^%s*I am (%u[%w\128-\255'-]*)[%.!]?%s*$", "name" },
  { "^%s*I'm (%u[%w\128-\255'-]*)[%.!]?%s*$", "name" },
}

local LONGEST_THING = 40

-- Name -> what a text says it is: { name = "Ada", ["favourite colour"] = ... }.
local function facts_of(text)
  local facts, last = {}, nil
  for _, told in ipairs(TOLD) do
    local value = text:match(told[1])
    if value then
      facts[told[2]], last = value, told[2]
      return facts, last
    end
  end
  local thing, value = text:match "[Mm]y ([%a\128-\255 '-]-) is ([^%.!%?\n,]+)"
  local is_question = text:find "%?%s*$"
  if thing and not is_question and #thing <= LONGEST_THING then
    facts[thing:lower()], last = value:gsub("%s+$", ""), thing:lower()
  end
  return facts, last
end

local function recall(question, earlier)
  local lower = question:lower()
  local thing = lower:match "what'?s my ([%a\128-\255 '-]+)"
    or lower:match "what is my ([%a\128-\255 '-]+)"
    or lower:match "remember my ([%a\128-\255 '-]+)"
    or (lower:find "who am i%f[%A]" or lower:find "what am i called") and "name"
  if not thing then
    return nil
  end
  thing = thing:gsub("%s+$", "")
  for i = #earlier, 1, -1 do
    local value = facts_of(earlier[i])[thing]
    if value then
      return ("Your %s is %s."):format(thing, value)
    end
  end
  return ("You have not told me your %s."):format(thing)
end

local function note(question)
  local facts, thing = facts_of(question)
  if thing == "name" then
    return ("Nice to meet you, %s."):format(facts.name)
  elseif thing then
    return ("I will remember that your %s is %s."):format(thing, facts[thing])
  end
end

local function look_back(question, earlier)
  local which = question:lower():match "what did i ask (%l+)"
  if which == "first" or which == "before" then
    local asked = which == "first" and earlier[1] or earlier[#earlier]
    return asked and ('You asked %s: "%s"'):format(which, asked)
      or "You asked nothing yet."
  end
end

--- The answer to a question about what was said earlier, or to something worth
--- remembering; nil for any other.
---@param question string
---@param earlier string[] what the user said before, oldest first
---@return string?
function memory.answer(question, earlier)
  return look_back(question, earlier) or recall(question, earlier)
    or note(question)
end

return memory
