--- The dialect `responses`: events of a Responses object.

local notes = require "indoxhub.dialects.notes"
local reply = require "indoxhub.reply"
local text = require "indoxhub.resources.text"

-- Snapshots repeat text that came before in pieces. Only where no piece came do
-- they count: `_filled` knows by output how its text came ("delta", "part" or
-- "item"). Events that leave their number out could belong to any output.
local function fill_gap(self, output, as, piece)
  local filled = self._filled
  local how = filled[output or "any"] or filled.any
    or not output and next(filled) and "other"
  if how and not (how == "part" and as == "part")
    or self._locked and self._locked ~= "responses" then
    return nil
  end
  local got, kind = notes.claim(self, "responses", piece, 0)
  if got then
    filled[output or "any"] = as
  end
  return got, kind, 0
end

local function note_response(self, response)
  notes.id(self, "response", response.id)
  notes.field(self, "id", notes.text_or_nil(response.id))
  notes.field(self, "model", response.model)
  notes.field(self, "provider", response.provider)
  notes.field(self, "created_at", response.created_at)
end

local function on_created(self, event)
  note_response(self, notes.table_or_empty(event.response))
end

local function on_reasoning(self, event)
  notes.id(self, "response", event.response_id)
  return notes.claim_reasoning(self, "responses", event.delta)
end

local function on_delta(self, event)
  notes.id(self, "response", event.response_id)
  if notes.text_or_nil(event.delta) then
    self._filled[event.output_index or "any"] = "delta"
  end
  return notes.claim(self, "responses", event.delta, 1)
end

local function on_part_done(self, event)
  return fill_gap(self, event.output_index, "part",
    notes.table_or_empty(event.part).text)
end

local function note_reasoning_snapshot(self, reasoning)
  if not self._reasoning[1] and notes.text_or_nil(reasoning) then
    self._reasoning[1] = reasoning
  end
end

local function on_item_done(self, event)
  local item = notes.table_or_empty(event.item)
  note_reasoning_snapshot(self, item.reasoning)
  if item.type == "function_call" then
    self._tools[#self._tools + 1] = { id = item.call_id or item.id,
      name = item.name, pieces = { notes.text_or_nil(item.arguments) } }
    return nil
  end
  return fill_gap(self, event.output_index, "item", text.of_output { item })
end

local function on_image_done(self, event)
  local call = notes.table_or_empty(event.image_generation_call)
  local url, data = notes.text_or_nil(call.url), notes.text_or_nil(event.data)
  if url or data then
    local images = notes.images(self)
    table.insert(images, { url = url, b64_json = data, index = #images })
  end
end

local function on_response_done(self, event)
  local response = notes.table_or_empty(event.response)
  note_response(self, response)
  self.complete = true
  self._usage = reply.usage(response.usage) or self._usage
  notes.field(self, "finish_reason", notes.text_or_nil(response.finish_reason))
  if type(response.output) == "table" then
    return fill_gap(self, nil, "item", text.of_output(response.output))
  end
end

-- Handlers by the type of their event.
return {
  ["response.created"] = on_created,
  ["response.reasoning.delta"] = on_reasoning,
  ["response.content_part.delta"] = on_delta,
  ["response.content_part.done"] = on_part_done,
  ["response.output_item.done"] = on_item_done,
  ["response.image_generation_call.completed"] = on_image_done,
  ["response.done"] = on_response_done,
  ["response.completed"] = on_response_done,
}
