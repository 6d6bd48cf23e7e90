-- Where text stands in what a server sent, found without the library.
--
-- Pieces of text are marked: <17> occurs once in an answer that was not
-- damaged. `required` are the marks that must come out of an answer which is
-- read with success, `bound` says how often a mark may come out at most.
local source = require "spec.meaning.source"

local places = {}

local member, text_of = source.member, source.text_of

--- Calls fn with each mark of a text.
function places.each_mark(text, fn)
  for mark in (text or ""):gmatch "<%d+>" do
    fn(mark)
  end
end

-- The text of a string, the digits of a number; nil for anything else.
local function scalar(node)
  return text_of(node) or node and node.source
    and node.source:match "^%-?%d.*" or nil
end

-- The text of a list of parts, of those that are text; a bare text is one, too.
local function text_of_parts(items)
  local out = {}
  for _, item in ipairs(items) do
    local kind = text_of(member(item, "type"))
    if not item.members and not item.items then
      out[#out + 1] = scalar(item)
    elseif kind == "text" or kind == "output_text" then
      out[#out + 1] = scalar(member(item, "text"))
    end
  end
  return table.concat(out)
end

-- The text of a `content`, in any of the forms it may have.
local function content_text(node)
  if not node then
    return ""
  elseif node.items then
    return text_of_parts(node.items)
  elseif node.members then
    return scalar(member(node, "text")) or ""
  end
  return scalar(node) or ""
end

local function count_in(node, counts)
  if node then
    places.each_mark(source.encode(node), function(mark)
      counts[mark] = (counts[mark] or 0) + 1
    end)
  end
  return counts
end

local function raise_to(counts, more)
  for mark, n in pairs(more) do
    counts[mark] = math.max(counts[mark] or 0, n)
  end
end

local function add_to(counts, more)
  for mark, n in pairs(more) do
    counts[mark] = (counts[mark] or 0) + n
  end
end

---------------------------------------------------------------------------
-- streams

local LIVE = { ["response.content_part.delta"] = true,
  ["response.output_text.delta"] = true }

local function is_first_choice(choice)
  local index = member(choice, "index")
  local n = index and index.source and index.source:gsub('"', "")
  return not n or n == "null" or tonumber(n) == 0
end

-- Whether a list holds what is no part: it may or may not count as text.
local function is_odd(content)
  for _, item in ipairs(content and content.items or {}) do
    if not text_of(member(item, "type")) then
      return true
    end
  end
  return false
end

-- The text of the first choice in deltas and in a whole message, and whether
-- it could be another: that choice stands there twice, or has odd parts.
local function choice_texts(event)
  local choices, found, is_unclear = member(event, "choices"), nil, false
  for _, choice in ipairs(choices and choices.items or {}) do
    if choice.members and is_first_choice(choice) then
      local content = member(choice, "delta", "content")
      is_unclear = is_unclear or found ~= nil or is_odd(content)
      found = found or { content_text(content),
        content_text(member(choice, "message", "content")) }
    end
  end
  found = found or { "", "" }
  return found[1], found[2], is_unclear
end

local function live_text(self, event, kind)
  if LIVE[kind] then
    return scalar(member(event, "delta")) or ""
  end
  local type_node, data = member(event, "type"), member(event, "data")
  local delta, message, is_unclear = choice_texts(event)
  self.is_unclear = self.is_unclear or is_unclear
  if kind == "content" or not type_node or type_node.source == "null" then
    local said = scalar(data)
    if data and not data.source then -- it may or may not have text in it
      self.is_unclear = true
      return "", message
    elseif said and said ~= "" then
      return said, message
    end
  end
  return delta, message
end

-- The text of an item that is a message.
local function item_text(item)
  return text_of(member(item, "type")) == "message"
    and content_text(member(item, "content")) or ""
end

-- Calls fn with the number of each output whose text an event repeats, and the
-- text.
local function each_snapshot(event, kind, fn)
  if kind == "response.output_item.done" then
    local at = member(event, "output_index")
    fn(at and tonumber(at.source), item_text(member(event, "item")))
  elseif kind == "response.done" or kind == "response.completed"
    or kind == "response.incomplete" then
    local output = member(event, "response", "output")
    for i, item in ipairs(output and output.items or {}) do
      fn(i - 1, item_text(item))
    end
  end
end

-- How often marks stand in an event: where it brings something new, and where
-- it repeats.
local function count_event(self, event, kind)
  if kind and kind:find "^response%." and not kind:find "%.delta$" then
    raise_to(self.copies, count_in(event, {}))
    return
  end
  local live = {}
  for _, one in ipairs(event.members or {}) do
    if one[1] ~= "choices" or not one[2].items then
      raise_to(live, count_in(one[2], {}))
    end
  end
  local choices = member(event, "choices")
  local in_deltas = {}
  for _, choice in ipairs(choices and choices.items or {}) do
    local whole = member(choice, "message")
    if whole then
      raise_to(self.copies, count_in(whole, {}))
    end
    for _, one in ipairs(choice.members or {}) do
      if one[1] ~= "message" then
        count_in(one[2], in_deltas)
      end
    end
    if not choice.members then
      count_in(choice, in_deltas)
    end
  end
  raise_to(live, in_deltas)
  add_to(self.live, live)
end

-- What deltas and whole messages said of one output; those of events without
-- a number are kept apart, and then nobody can tell which is which.
local function output_of(self, number)
  if not number then
    self.is_unclear = true
  end
  number = number or "none"
  self.outputs[number] = self.outputs[number] or { deltas = {}, wholes = {} }
  return self.outputs[number]
end

local function take_event(self, event, name)
  local kind = text_of(member(event, "type")) or name
  local live, whole = live_text(self, event, kind)
  -- The bytes of an image that lost its type look like a piece of text.
  self.is_unclear = self.is_unclear or not kind
    and text_of(member(event, "image_generation_call", "type")) ~= nil
  local number = 0
  if LIVE[kind] then
    local at = member(event, "output_index")
    number = at and tonumber(at.source)
  end
  if live ~= "" then
    table.insert(output_of(self, number).deltas, live)
  end
  if whole and whole ~= "" then
    table.insert(output_of(self, 0).wholes, whole)
  end
  each_snapshot(event, kind, function(at, text)
    if text ~= "" then
      table.insert(output_of(self, at).wholes, text)
    end
  end)
  count_event(self, event, kind)
end

-- The text of an output's copies that has to count: where nothing else came,
-- and where it begins like what came and goes on, which is clear as long as
-- there is one output. When copies are not the same, or repeat what came as
-- another output, it is anybody's guess.
local function text_of_copies(output, is_single, required)
  local said, whole = table.concat(output.deltas), output.wholes[1]
  for _, other in ipairs(output.wholes) do
    whole = other == whole and whole or nil
  end
  local counts = whole and (said == ""
    or is_single and whole:sub(1, #said) == said)
  local rest = counts and whole:sub(#said + 1) or ""
  places.each_mark(rest, function(mark)
    rest = required[mark] and "" or rest
  end)
  return rest
end

local function required_of(self)
  local required, rests = {}, {}
  local function require_mark(mark)
    required[mark] = true
  end
  for _, output in pairs(self.outputs) do
    places.each_mark(table.concat(output.deltas), require_mark)
  end
  local first = next(self.outputs)
  local is_single = first and next(self.outputs, first) == nil
  for _, output in pairs(self.outputs) do
    table.insert(rests, not self.is_unclear
      and text_of_copies(output, is_single, required) or nil)
  end
  for _, rest in ipairs(rests) do
    places.each_mark(rest, require_mark)
  end
  return required
end

--- What must and may come out of a stream of { name, data } with data as text.
--- Returns nil for one that begins with no JSON object and so is raw text.
function places.of_events(events)
  local self = { outputs = {}, live = {}, copies = {} }
  for i, event in ipairs(events) do
    if event.data:find "^%s*%[DONE%]%s*$" then
      break
    end
    local node = source.decode(event.data)
    if node and node.members then
      take_event(self, node, event.name)
    elseif i == 1 and not event.data:find '^%s*{%s*["}]' then
      return nil
    elseif event.data:find '^%s*{%s*["}]' then
      self.is_broken = true
    end
  end
  local bound = self.live
  raise_to(bound, self.copies)
  return { required = required_of(self), bound = bound,
    is_broken = self.is_broken }
end

---------------------------------------------------------------------------
-- bodies

--- The same of a body. Text that is data in a table stays there.
function places.of_body(text)
  local body = source.decode(text)
  if not body or not body.members then
    return { required = {}, bound = {}, is_broken = true }
  end
  local required = {}
  local function require_mark(mark)
    required[mark] = true
  end
  local choices = member(body, "choices")
  local first = choices and choices.items and choices.items[1]
  if first then
    local whole = content_text(member(first, "message", "content"))
    places.each_mark(whole ~= "" and whole
      or content_text(member(first, "delta", "content")), require_mark)
  end
  local output = member(body, "output")
  for _, item in ipairs(output and output.items or {}) do
    if text_of(member(item, "type")) == "message" then
      local content = member(item, "content")
      places.each_mark(text_of_parts(content and content.items or {}),
        require_mark)
    end
  end
  if member(body, "data") then
    places.each_mark(source.encode(member(body, "data")), require_mark)
  end
  return { required = required, bound = count_in(body, {}) }
end

return places
