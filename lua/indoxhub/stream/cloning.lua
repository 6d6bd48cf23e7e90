--- Events as tables, without decoding those that differ in their text only.
--
-- When the transfer has learned an event as its pattern, a function is compiled
-- from the decoded event: a constructor with the text left open. What the
-- transfer recognises by that pattern is then built by calling it with the
-- text, which decoding would have given the same.

local json = require "indoxhub.base.json"

local cloning = {}

local load = rawget(_G, "loadstring") or load

-- Events that say more are decoded each time, and tables deeper than this.
local MOST_VALUES, DEEPEST = 64, 8

-- Whole numbers below it are written as they are.
local SMALL = 2 ^ 31

-- Bytes that might mean something in a quoted string.
local SPECIAL = "[^%w _.,:;/|-]"

local function quote(text)
  return '"' .. text:gsub(SPECIAL, function(byte)
    return ("\\%03d"):format(byte:byte())
  end) .. '"'
end

-- A value that is handed over as it is.
local function constant(made, value)
  made.constants[#made.constants + 1] = value
  return ("c[%d]"):format(#made.constants)
end

-- Zero may be a negative one.
local function number(made, value)
  local is_whole
  if math.type then
    is_whole = math.type(value) == "integer"
  else
    is_whole = value % 1 == 0 and (value ~= 0 or 1 / value > 0)
  end
  if is_whole and value > -SMALL and value < SMALL then
    return ("%d"):format(value)
  end
  return constant(made, value)
end

local write

-- What stands in the constructor of a table; nil when it cannot be written.
local function fields(made, value)
  local list = {}
  for i, item in ipairs(value) do
    local text = write(made, item)
    if not text then
      return nil
    end
    list[i] = text
  end
  local count = #list
  for name, item in pairs(value) do
    if type(name) == "string" then
      local text = write(made, item)
      if not text then
        return nil
      end
      list[#list + 1] = ("[%s]=%s"):format(quote(name), text)
    else
      count = count - 1
    end
  end
  return count == 0 and "{" .. table.concat(list, ",") .. "}" or nil
end

-- A table that keeps the server's own text is one of its kind.
local function write_table(made, value)
  made.depth = made.depth + 1
  local text = made.depth <= DEEPEST and not json.raw(value)
    and fields(made, value)
  made.depth = made.depth - 1
  local meta = text and getmetatable(value)
  return text and meta and ("m(%s,%s)"):format(text, constant(made, meta))
    or text or nil
end

-- The expression that gives a value; nil when there is none.
function write(made, value)
  local kind = type(value)
  made.values = made.values + 1
  if made.values > MOST_VALUES then
    return nil
  elseif kind == "string" then
    if value == made.text then
      made.holes = made.holes + 1
      return "t"
    end
    return quote(value)
  elseif kind == "table" then
    return write_table(made, value)
  elseif kind == "number" then
    return number(made, value)
  elseif kind == "boolean" then
    return tostring(value)
  end
  return constant(made, value)
end

--- What builds an event with another text in the place of its own.
---@param event table decoded
---@param text string that it carries
---@param holes integer in so many of its strings
---@return (fun(text: string): table)? build nil when it must be decoded
function cloning.builder(event, text, holes)
  local made = { text = text, holes = 0, values = 0, depth = 0,
    constants = {} }
  local written = write(made, event)
  if not written or made.holes ~= holes then
    return nil
  end
  local chunk = load("local c,m=... return function(t) return " .. written
    .. " end", "=event")
  return chunk and chunk(made.constants, setmetatable) or nil
end

return cloning
