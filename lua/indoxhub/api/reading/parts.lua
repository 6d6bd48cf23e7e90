--- Content, in whatever form a server sends it: a text, a number, an object
--- with text, or a list of parts.
--
-- What it says is added to a table:
--
--   text, reasoning, refusal   each as one text, absent when there is none
--   images, calls              lists of what the server sent, absent as well

local images = require "indoxhub.api.reading.images"
local values = require "indoxhub.api.reading.values"

local parts = {}

-- What parts are by their type; any other is text.
local KINDS = {
  thinking = "reasoning", reasoning = "reasoning",
  reasoning_text = "reasoning", summary_text = "reasoning",
  ["reasoning.text"] = "reasoning", ["reasoning.summary"] = "reasoning",
  refusal = "refusal",
  image = "image", image_url = "image", output_image = "image",
  image_generation_call = "image",
  function_call = "call", tool_call = "call", tool_use = "call",
  custom_tool_call = "call",
}

-- Where the text of an object stands, best first.
local TEXTS = {
  text = { "text", "output_text", "content", "value", "refusal" },
  reasoning = { "thinking", "text", "reasoning", "summary", "content",
    "value" },
  refusal = { "refusal", "text", "content", "value" },
}

local function add(said, kind, text)
  said[kind] = (said[kind] or "") .. text
end

local function insert(said, list, item)
  said[list] = said[list] or {}
  table.insert(said[list], item)
end

--- The text of a value that should be one: of a list all of them.
---@param value any
---@param kind? "text"|"reasoning"|"refusal" default text
---@return string? text that is not empty
function parts.plain(value, kind)
  if type(value) ~= "table" then
    return values.digits_or_text(value)
  elseif value[1] ~= nil then
    local pieces = {}
    for _, item in ipairs(value) do
      pieces[#pieces + 1] = parts.plain(item, kind)
    end
    return values.text_or_nil(table.concat(pieces))
  end
  for _, name in ipairs(TEXTS[kind or "text"]) do
    local text = parts.plain(value[name], kind)
    if text then
      return text
    end
  end
end

local function read_object(said, part)
  local kind = KINDS[part.type] or "text"
  if kind == "call" then
    return insert(said, "calls", part)
  elseif kind == "image" then
    return images.is_one(part) and insert(said, "images", part) or nil
  end
  if kind == "text" and type(part.text) ~= "string"
    and type(part.content) == "table" then
    return parts.read(said, part.content)
  elseif kind == "text" and part.text == nil and part.refusal ~= nil then
    kind = "refusal"
  end
  local text = parts.plain(part, kind)
  if text then
    add(said, kind, text)
  end
end

--- Adds what some content says.
---@param said indoxhub.Said
---@param content any
function parts.read(said, content)
  if type(content) ~= "table" then
    local text = values.digits_or_text(content)
    if text then
      add(said, "text", text)
    end
  elseif content[1] ~= nil then
    for _, part in ipairs(content) do
      parts.read(said, part)
    end
  else
    read_object(said, content)
  end
end

return parts
