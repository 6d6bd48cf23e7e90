--- Which known name a misspelt one stands for.

local redact = require "indoxhub.base.redact"

local spelling = {}

local hide = redact.new {}

-- One insertion, deletion, change or swap of neighbours turns a into b.
local function one_edit_apart(a, b)
  if #a > #b then
    a, b = b, a
  end
  if #b - #a > 1 then
    return false
  end
  local i = 1
  while i <= #a and a:byte(i) == b:byte(i) do
    i = i + 1
  end
  if #a < #b then
    return a:sub(i) == b:sub(i + 1)
  end
  return a:sub(i + 1) == b:sub(i + 1)
    or a:sub(i, i + 1) == b:sub(i, i + 1):reverse()
      and a:sub(i + 2) == b:sub(i + 2)
end

--- The known name that `name` probably stands for.
---@param name string
---@param known string[]
---@return string?
function spelling.nearest(name, known)
  local lower = name:lower():gsub("%-", "_")
  for _, candidate in ipairs(known) do
    if lower == candidate or one_edit_apart(lower, candidate) then
      return candidate
    end
  end
end

--- What is said of an option that there is not.
---@param name any
---@param known table<string, any> by name
---@param aliases? table<string, string> other names for them
---@return string
function spelling.unknown(name, known, aliases)
  local names = {}
  for option in pairs(known) do
    names[#names + 1] = option
  end
  table.sort(names)
  -- A key may have been put in its place.
  local shown = type(name) == "string" and hide(name) or tostring(name)
  local near = aliases and aliases[name]
    or type(name) == "string" and spelling.nearest(name, names)
  return "unknown option " .. shown .. (near
    and ": did you mean " .. near .. "?"
    or "; known: " .. table.concat(names, ", "))
end

return spelling
