--- What system messages change about an answer, so that one sees that they
--- arrived: a part to play, an answer in one sentence, in capitals, or in words
--- that are given.

local instructions = {}

---@class indoxhub.sandbox.Instructions
---@field text string what system messages say; "" when there are none
---@field persona? string "a terse pirate"
---@field exact? string the only answer
---@field is_brief boolean
---@field is_loud boolean in capitals

local BRIEF = { "brief", "concise", "short", "terse", "one sentence",
  "few words", "one line" }
local LOUD = { "upper case", "uppercase", "capitals", "capital letters",
  "all caps" }

local function has_any(text, phrases)
  for _, phrase in ipairs(phrases) do
    if text:find(phrase, 1, true) then
      return true
    end
  end
  return false
end

-- "You are a terse pirate who hates Mondays. ..." -> "a terse pirate"
local function persona_of(text)
  local said = text:match "[Yy]ou are ([^%.,;:!%?\n]+)"
    or text:match "[Aa]ct as ([^%.,;:!%?\n]+)"
  local persona = said and said:gsub(" who .*$", ""):gsub(" that .*$", "")
  local lower = persona and persona:lower() or ""
  if lower:find "^an? " or lower:find "^the " or persona
    and persona:find "^%u%l*$" then
    return persona
  end
end

--- Reads what system messages say.
---@param text string
---@return indoxhub.sandbox.Instructions
function instructions.read(text)
  local lower = text:lower()
  local exact = lower:find "only" or lower:find "always" or lower:find "exactly"
  return {
    text = text, persona = persona_of(text),
    exact = exact and text:match '"([^"\n]+)"' or nil,
    is_brief = has_any(lower, BRIEF), is_loud = has_any(lower, LOUD),
  }
end

local function first_sentence(text)
  return text:match "^(.-[%.!%?])%s" or text
end

local LONGEST_QUOTE = 60

-- Cut between characters, as text is UTF-8.
local function quote(text)
  local line = text:gsub("%s+", " ")
  if #line > LONGEST_QUOTE then
    line = line:sub(1, LONGEST_QUOTE):gsub("[\192-\255][\128-\191]*$", "")
      .. "..."
  end
  return ('I was told: "%s".'):format(line)
end

--- An answer as the instructions want it.
---@param rules indoxhub.sandbox.Instructions
---@param answer string
---@param is_general boolean whether it is one that knows nothing special
---@return string
function instructions.apply(rules, answer, is_general)
  if rules.exact then
    return rules.exact
  end
  if rules.is_brief and is_general then
    answer = first_sentence(answer)
  end
  if rules.persona and is_general then
    answer = ("As %s: %s"):format(rules.persona, answer)
  elseif is_general and rules.text ~= "" and not rules.is_brief
    and not rules.is_loud then
    answer = answer .. " " .. quote(rules.text)
  end
  return rules.is_loud and answer:upper() or answer
end

return instructions
