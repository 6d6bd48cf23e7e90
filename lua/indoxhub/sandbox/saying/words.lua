--- What a question is about: its words, the names and the numbers in it.

local words = {}

local function set_of(text)
  local set = {}
  for word in text:gmatch "%S+" do
    set[word] = true
  end
  return set
end

local FILLER = set_of [[
  a an the is are was were what how why who when where which does do did i you
  me my it this that there tell about please can could of to in on for and or
  with some your should would will much many write give explain]]

-- Words that stand in the name or description of any tool.
local COMMON = set_of [[
  find get show list make let use used be as at by from have has want need like
  describe given return returns call works only all any one]]

--- Whether a word says nothing about a subject.
---@param word string
---@return boolean
function words.is_filler(word)
  return FILLER[word:lower()] == true
end

--- The words of a text, in lower case, as a set.
---@param text string
---@return table<string, boolean>
function words.set(text)
  local set = {}
  -- "getWeather" and "get_weather" have the same words.
  local apart = text:gsub("(%l)(%u)", "%1 %2"):gsub("_", " ")
  for word in apart:gmatch "[%w\128-\255]+" do
    if not words.is_filler(word) and not COMMON[word:lower()] then
      set[word:lower()] = true
    end
  end
  return set
end

local MOST_OF_TOPIC = 6

--- The first words of a text that say something.
---@param text string
---@return string
function words.topic(text)
  local found = {}
  for word in text:gmatch "[%w\128-\255'-]+" do
    if not words.is_filler(word) and #found < MOST_OF_TOPIC then
      found[#found + 1] = word
    end
  end
  return found[1] and table.concat(found, " ") or "that"
end

local PLACES = { ["in"] = true, of = true, from = true, to = true, at = true,
  near = true, called = true, named = true }

local function add_name(names, name)
  for _, known in ipairs(names) do
    if known == name then
      return
    end
  end
  names[#names + 1] = name
end

-- The blank before a word, the word, and the marks behind it.
local WORD = "(%s*)([%w\128-\255'-]+)([^%w\128-\255%s'-]*)"

-- Words with a capital that do not begin a sentence, neighbours together.
local function capitals(text)
  local names, open = {}, nil
  local begins = true
  for blank, word, mark in text:gmatch(WORD) do
    local is_name = word:find "^%u" and word ~= "I" and not begins
      and not words.is_filler(word)
    if is_name and open and blank ~= "" then
      open = open .. " " .. word
    elseif is_name then
      open = word
    end
    if open and (not is_name or mark ~= "") then
      add_name(names, open)
      open = nil
    end
    begins = mark:find "[%.!%?:]" ~= nil
  end
  if open then
    add_name(names, open)
  end
  return names
end

--- The names in a text: of cities, people and the like. In a text without
--- capitals they are what comes behind "in", "of" and so on.
---@param text string
---@return string[]
function words.names(text)
  local names = capitals(text)
  if names[1] then
    return names
  end
  local before = ""
  for word in text:gmatch "[%w\128-\255'-]+" do
    if PLACES[before:lower()] and not words.is_filler(word)
      and not word:find "^%d" then
      add_name(names, word)
    end
    before = word
  end
  return names
end

--- The numbers in a text.
---@param text string
---@return number[]
function words.numbers(text)
  local numbers, at = {}, 1
  while true do
    local first, last = text:find("%-?%d+%.?%d*", at)
    if not first then
      return numbers
    end
    local digits, before = text:sub(first, last), text:sub(first - 1, first - 1)
    -- "2020-2021" is no difference, and "v2" no number.
    if digits:find "^%-" and before:find "%w" then
      digits, before = digits:sub(2), ""
    end
    if not before:find "[%w%.]" and not text:find("^%a", last + 1) then
      numbers[#numbers + 1] = tonumber(digits)
    end
    at = last + 1
  end
end

return words
