--- Finds the JSON in what a model wrote, which may stand in a fence or in the
--- middle of a sentence.

local json = require "indoxhub.base.json"
local scanner = require "indoxhub.stream.scanner"

local text = {}

-- Where the object or list that begins at a place ends; nil when it does not.
local function end_of(written, first)
  local depth, at = 0, first
  while true do
    at = written:find('[%[%]{}"]', at)
    if not at then
      return nil
    end
    local mark = written:sub(at, at)
    if mark == '"' then
      repeat
        at = written:find('["\\]', at + 1)
        local is_escape = at and written:sub(at, at) == "\\"
        at = is_escape and at + 1 or at
      until not is_escape
      if not at then
        return nil
      end
    elseif mark == "{" or mark == "[" then
      depth = depth + 1
    else
      depth = depth - 1
      if depth == 0 then
        return at
      end
    end
    at = at + 1
  end
end

-- Longer texts than that are not searched again and again.
local MOST_LOOKS = 100

-- What may be the JSON, the best first.
local function candidates(written)
  local list = {}
  for fenced in written:gmatch "```[%w]*%s*\n(.-)\n%s*```" do
    list[#list + 1] = fenced
  end
  local at = 1
  for _ = 1, MOST_LOOKS do
    local first = written:find("[{%[]", at)
    if not first then
      break
    end
    local last = end_of(written, first)
    if last then
      list[#list + 1] = written:sub(first, last)
    end
    at = (last or first) + 1
  end
  return list
end

-- What stands behind all that a model thinks in tags; nil where it does not.
local function behind_thoughts(written)
  local at
  for _, tag in ipairs(scanner.THOUGHTS) do
    local ending = "</" .. tag .. ">"
    local _, last = written:find(ending, 1, true)
    while last do
      at = math.max(at or 0, last)
      _, last = written:find(ending, last, true)
    end
  end
  return at and written:sub(at + 1)
end

--- The values that a text may hold, null kept, the likeliest first. A text that
--- is JSON holds no other, and what a model thought is no answer when one
--- stands behind it.
---@param written string
---@return any[] values, string? why it is no JSON itself
function text.values(written)
  local value, why = json.decode_with_nulls(written)
  if why == nil then
    return { value }
  end
  local behind = behind_thoughts(written)
  local values = behind and text.values(behind) or {}
  if values[1] ~= nil then
    return values, why
  end
  for _, candidate in ipairs(candidates(written)) do
    local found, message = json.decode_with_nulls(candidate)
    if message == nil then
      values[#values + 1] = found
    end
  end
  return values, why
end

return text
