--- A JSON text that was cut, made complete.

-- More levels than any answer has; a text may be nothing but brackets.
local DEEPEST = 100

local CLOSERS = { ["{"] = "}", ["["] = "]" }

-- The end of a string that begins at a quote; nil when it was cut, and where
-- its last escape begins.
local function string_end(text, from)
  local at, escape = from + 1, nil
  while true do
    local found = text:find('["\\]', at)
    if not found then
      return nil, escape
    elseif text:byte(found) == 34 then -- a quote
      return found
    end
    at, escape = found + 2, found
  end
end

-- The text without half of an escape, or of a character, at its end.
local function whole_characters(text, escape)
  local rest = escape and text:sub(escape)
  if rest and (rest == "\\" or #rest < 6 and rest:find("^\\u%x*$")) then
    return text:sub(1, escape - 1)
  end
  local from = text:sub(-3):find("[\192-\247][\128-\191]*$")
  return from and text:sub(1, from - 1 + math.max(#text - 3, 0)) or text
end

--- Two texts, the first of which keeps more of what was cut; one of them may be
--- JSON.
---@param text string
---@return string longer, string shorter
return function(text)
  local open, depth = {}, 0
  local last, last_depth = 0, 0 -- behind a bracket or before a comma
  local at, quote, escape = 1, nil, nil
  while depth >= 0 and depth < DEEPEST do
    local found = text:find('[%[%]{}",]', at)
    if not found then
      break
    end
    local c = text:sub(found, found)
    if c == '"' then
      quote = found
      found, escape = string_end(text, quote)
      if not found then
        break
      end
    elseif c == "," then
      last, last_depth = found - 1, depth
    elseif CLOSERS[c] then
      depth = depth + 1
      open[depth] = CLOSERS[c]
      last, last_depth = found, depth
    else
      depth = depth - 1
    end
    at, quote = found + 1, nil
  end
  local longer = quote and whole_characters(text, escape) .. '"' or text
  return longer .. table.concat(open, "", 1, depth):reverse(),
    text:sub(1, last) .. table.concat(open, "", 1, last_depth):reverse()
end
