--- Values as JSON that people read and compare: fields in their order, each on
--- a line of its own.

local json = require "indoxhub.base.json"
local sorted_json = require "indoxhub.base.sorted_json"

local layout = {}

local value_at

local function block(open, close, lines, indent)
  if not lines[1] then
    return open .. close
  end
  return open .. "\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. close
end

local function only_numbers(list)
  for _, item in ipairs(list) do
    if type(item) ~= "number" then
      return false
    end
  end
  return true
end

local function list_at(list, indent)
  local lines, inner = {}, indent .. "  "
  if only_numbers(list) then
    return (sorted_json.encode(list):gsub(",", ", "))
  end
  for i = 1, #list do
    lines[i] = inner .. value_at(list[i], inner)
  end
  return block("[", "]", lines, indent)
end

local function object_at(object, indent, names)
  local lines, inner = {}, indent .. "  "
  for _, name in ipairs(names) do
    local value = object[name]
    if value ~= nil then
      lines[#lines + 1] = ("%s%s: %s"):format(inner, json.encode(name),
        value_at(value, inner))
    end
  end
  return block("{", "}", lines, indent)
end

-- Fields that stand in the order of a story.
local FIRST = { "recording", "request", "answers", "method", "path", "query",
  "form", "body", "text", "status", "http_version", "headers", "sent", "times",
  "pieces", "seconds" }

local place_of = {}
for place, name in ipairs(FIRST) do
  place_of[name] = place
end

-- The order of what a recording itself consists of.
local function in_story(object)
  local names = {}
  for name in pairs(object) do
    names[#names + 1] = name
  end
  table.sort(names, function(a, b) return place_of[a] < place_of[b] end)
  return names
end

function value_at(value, indent)
  if type(value) ~= "table" then
    return json.encode(value)
  elseif sorted_json.is_list(value) then
    return list_at(value, indent)
  end
  return object_at(value, indent, sorted_json.names(value))
end

-- An object of a recording; of its fields `deeper` are such ones, too.
local function story_at(object, indent, deeper)
  local inner = indent .. "  "
  local lines = {}
  for _, name in ipairs(in_story(object)) do
    local value = object[name]
    local text = deeper[name] and deeper[name](value, inner)
      or value_at(value, inner)
    lines[#lines + 1] = ("%s%q: %s"):format(inner, name, text)
  end
  return block("{", "}", lines, indent)
end

local function answers_at(answers, indent)
  local lines, inner = {}, indent .. "  "
  for i, answer in ipairs(answers) do
    lines[i] = inner .. story_at(answer, inner, {})
  end
  return block("[", "]", lines, indent)
end

--- The text of a recording.
---@param recorded indoxhub.Recording
---@return string
function layout.text(recorded)
  return story_at(recorded, "", {
    request = function(value, indent) return story_at(value, indent, {}) end,
    answers = answers_at,
  }) .. "\n"
end

return layout
