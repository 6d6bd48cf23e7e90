--- The dialect `responses`: events of a Responses object, under the vendor's
--- names and under OpenAI's own.
--
-- Deltas are live; snapshots of a part, of an item and of the whole repeat
-- them, see outputs.lua.

local echoes = require "indoxhub.api.reading.echo"
local failure = require "indoxhub.api.reading.failure"
local message = require "indoxhub.api.reading.message"
local outputs = require "indoxhub.api.dialects.outputs"
local parts = require "indoxhub.api.reading.parts"
local values = require "indoxhub.api.reading.values"

local table_or_empty = values.table_or_empty

local KINDS = { "text", "reasoning", "refusal" }

-- Whose names events have.
local VENDOR, OFFICIAL = "responses", "official"
local OURS = { [VENDOR] = true, [OFFICIAL] = true, summary = true }

---------------------------------------------------------------------------
-- items

-- Parts that stand in the output without a message around them.
local PARTS = { text = true, output_text = true, refusal = true, image = true,
  output_image = true, image_url = true, image_generation_call = true }

-- Output items that are calls of tools, whoever runs them.
local CALLS = { function_call = true, custom_tool_call = true,
  tool_call = true }

--- What an item of `output` says.
---@param item table
---@return indoxhub.Said
local function read_item(item)
  if CALLS[item.type] then
    return { calls = { item } }
  elseif item.type == "reasoning" then
    local said = message.read(item)
    said.reasoning = said.reasoning or parts.plain(item.summary, "reasoning")
      or parts.plain(item.content, "reasoning")
      or values.text_or_nil(item.text)
    said.echo = nil -- belongs to items, which conversations do not send
    said.is_thought = true
    return said
  elseif item.type == nil or item.type == "message" then
    local content = item.content
    return message.read(item, content == nil and item.text or content)
  end
  return PARTS[item.type] and message.read({}, item) or {}
end

-- Items together. What messages say of their reasoning is what items of
-- reasoning say, too.
local function join(list)
  local all, thoughts = {}, nil
  for _, said in ipairs(list) do
    for _, kind in ipairs(KINDS) do
      if said.is_thought then
        thoughts = (thoughts or "") .. (said[kind] or "")
      elseif said[kind] then
        all[kind] = (all[kind] or "") .. said[kind]
      end
    end
    for _, name in ipairs { "calls", "images" } do
      for _, item in ipairs(said[name] or {}) do
        all[name] = all[name] or {}
        table.insert(all[name], item)
      end
    end
    message.fill(all, { echo = said.echo })
  end
  all.reasoning = all.reasoning or values.text_or_nil(thoughts)
  return all
end

local function read_output(output)
  local list = {}
  for i, item in ipairs(values.list(output)) do
    list[i] = type(item) == "table" and read_item(item) or {}
  end
  return join(list)
end

---------------------------------------------------------------------------
-- what came for which output

local function outputs_of(self)
  self.outputs = self.outputs or outputs.new()
  return self.outputs
end

-- Keeps what an item says, and whether it was told before is returned. What
-- deltas left out is filled in at the end.
local function keep_item(self, key, said)
  local known = outputs_of(self)
  local is_told_again = known:keep(key, said)
  if not known.has_whole then
    self:hear_whole(join(known:in_order()))
  end
  return is_told_again
end

-- Hears what a snapshot says of those kinds for which `counts` is true. What
-- came in another dialect is compared at the end.
local function fill_gap(self, said, counts)
  local new, by = {}, nil
  for _, kind in ipairs(KINDS) do
    local source = self:strand():source(kind)
    if said[kind] and counts(kind) and (source == nil or OURS[source]) then
      new[kind], by = said[kind], source or VENDOR
    end
  end
  if by then
    self:hear(new, by)
  end
  self.is_plain = false
end

local function output_of(event)
  return values.number_or_nil(event.output_index)
end

local function part_of(event)
  return values.number_or_nil(event.content_index)
    or values.number_or_nil(event.summary_index)
end

---------------------------------------------------------------------------
-- events

local function note_response(self, response)
  self:id("response", response.id)
  self:fact("id", values.text_or_nil(response.id))
  self:fact("model", response.model)
  self:fact("provider", response.provider)
  self:fact("created_at", response.created_at)
  self:use(response.usage, "response")
end

local function on_created(self, event)
  note_response(self, table_or_empty(event.response))
end

-- A handler of deltas of a kind. A server may send each piece under both
-- names.
local function delta_of(kind, source)
  return function(self, event)
    self:id("response", event.response_id)
    local said = {}
    if kind == "text" and type(event.delta) == "table" then
      parts.read(said, event.delta)
    else
      said[kind] = parts.plain(event.delta, kind)
    end
    for _, name in ipairs(KINDS) do
      if said[name] and not outputs_of(self):delta(name, output_of(event),
        part_of(event)) then
        said[name], self.is_plain = nil, false
      end
    end
    self:hear(said, source)
  end
end

local function hear_part(self, event, said)
  local output, index = output_of(event), part_of(event)
  local known = outputs_of(self)
  fill_gap(self, said, function(kind)
    return known:part(kind, output, index, said[kind])
  end)
  if output and not known.has_item then
    local all = {}
    for _, kind in ipairs(KINDS) do
      all[kind] = values.text_or_nil(known:text_of_parts(kind, output))
    end
    keep_item(self, output, all)
  end
end

-- A handler of events that tell a text of a kind as a whole.
local function whole_of(kind, name)
  return function(self, event)
    local said = {}
    said[kind] = parts.plain(event[name], kind)
    hear_part(self, event, said)
  end
end

local function on_part_done(self, event)
  local said = {}
  parts.read(said, table_or_empty(event.part))
  hear_part(self, event, said)
  if said.images then
    self:hear({ images = said.images }, VENDOR)
  end
end

-- The call of an event, in the form of an item.
local function on_item_added(self, event)
  local item = table_or_empty(event.item)
  if CALLS[item.type] then
    self.is_plain = false
    local raw = echoes.of(item) or {}
    raw.call_id, raw.name = item.call_id, item.name
    raw.arguments, raw.input = item.arguments, item.input
    self:strand():tools():add_item(output_of(event),
      values.digits_or_text(item.id), raw)
  end
end

local function on_arguments_delta(self, event)
  self.is_plain = false
  self:strand():tools():add_item(output_of(event),
    values.digits_or_text(event.item_id), { arguments = event.delta })
end

local function on_arguments_done(self, event)
  self.is_plain = false
  local arguments = event.arguments
  self:strand():tools():add_item(output_of(event),
    values.digits_or_text(event.item_id), {
      arguments = arguments == nil and event.input or arguments,
      name = event.name }, true)
end

local function on_item_done(self, event)
  local item, output = table_or_empty(event.item), output_of(event)
  self.is_plain = false
  if CALLS[item.type] then
    self:strand():tools():add_item(output, values.digits_or_text(item.id),
      item, true)
    return
  end
  local said, known = read_item(item), outputs_of(self)
  fill_gap(self, said, function(kind)
    return not known.has_whole and known:item(kind, output)
  end)
  local is_told_again = keep_item(self, output or item.id, said)
    and known.has_item
  known.has_item = true
  if not is_told_again and (said.images or said.calls) then
    self:hear({ images = said.images, calls = said.calls }, VENDOR)
  end
end

local function on_image_done(self, event)
  local image = { b64_json = values.text_or_nil(event.data),
    url = values.text_or_nil(event.url) }
  for name, value in pairs(table_or_empty(event.image_generation_call)) do
    image[name] = value
  end
  self:hear({ images = { image } }, VENDOR)
end

---------------------------------------------------------------------------
-- the whole

-- Why an answer is incomplete, in the words of finish reasons.
local REASONS = { max_output_tokens = "length" }

local function is_whole_status(status)
  return status == "completed" or status == "incomplete"
end

--- Hears a whole Responses object.
---@param self indoxhub.Reading
---@param response table
---@param ended boolean whether an event said that it has ended
local function read_whole(self, response, ended)
  note_response(self, response)
  self:finish(response.finish_reason)
  local details = table_or_empty(response.incomplete_details)
  if response.status == "incomplete" or ended and details.reason then
    self:finish(REASONS[details.reason] or details.reason)
  end
  local output = values.list(response.output)
  if output[1] ~= nil then
    local whole = read_output(output)
    outputs_of(self).has_whole = whole.text ~= nil
    self:hear_whole(whole)
  elseif response.output_text ~= nil then
    self:hear_whole { text = values.text_or_nil(response.output_text) }
  end
  if failure.is_of_generation(response)
    or failure.of_choice(response, response) then
    self:fail(response)
  elseif is_whole_status(response.status)
    or ended and type(response.status) ~= "string" then
    self.complete = true
  end
end

local function on_response_done(self, event)
  read_whole(self, table_or_empty(event.response), true)
  self.is_plain = false
end

-- The object of an event, to be completed.
local function response_of(event)
  return type(event.response) == "table" and event.response or {}
end

local function on_incomplete(self, event)
  local response = response_of(event)
  response.status = response.status or "incomplete"
  read_whole(self, response, true)
end

local function on_failed(self, event)
  local response = table_or_empty(event.response)
  read_whole(self, response, false)
  self:fail(next(response) and response or event)
end

local function on_cancelled(self, event)
  local response = response_of(event)
  response.status = response.status or "cancelled"
  on_failed(self, { response = response })
end

-- Handlers by the type of their event.
local handlers = {
  ["response.created"] = on_created,
  ["response.in_progress"] = on_created,
  ["response.content_part.delta"] = delta_of("text", VENDOR),
  ["response.output_text.delta"] = delta_of("text", OFFICIAL),
  ["response.output_text.done"] = whole_of("text", "text"),
  ["response.reasoning.delta"] = delta_of("reasoning", VENDOR),
  ["response.reasoning_text.delta"] = delta_of("reasoning", OFFICIAL),
  ["response.reasoning_summary_text.delta"] = delta_of("reasoning", "summary"),
  ["response.reasoning_summary.delta"] = delta_of("reasoning", "summary"),
  ["response.reasoning.done"] = whole_of("reasoning", "text"),
  ["response.reasoning_text.done"] = whole_of("reasoning", "text"),
  ["response.reasoning_summary_text.done"] = whole_of("reasoning", "text"),
  ["response.reasoning_summary.done"] = whole_of("reasoning", "text"),
  ["response.reasoning_summary_part.done"] = on_part_done,
  ["response.refusal.delta"] = delta_of("refusal", OFFICIAL),
  ["response.refusal.done"] = whole_of("refusal", "refusal"),
  ["response.content_part.done"] = on_part_done,
  ["response.output_item.added"] = on_item_added,
  ["response.output_item.done"] = on_item_done,
  ["response.function_call_arguments.delta"] = on_arguments_delta,
  ["response.function_call_arguments.done"] = on_arguments_done,
  ["response.custom_tool_call_input.delta"] = on_arguments_delta,
  ["response.custom_tool_call_input.done"] = on_arguments_done,
  ["response.image_generation_call.completed"] = on_image_done,
  ["response.done"] = on_response_done,
  ["response.completed"] = on_response_done,
  ["response.incomplete"] = on_incomplete,
  ["response.failed"] = on_failed,
  ["response.cancelled"] = on_cancelled,
}

return { handlers = handlers, read_whole = read_whole }
