--- The dialect `gateway`: named frames.

local notes = require "indoxhub.dialects.notes"

local function on_usage_start(self, event)
  notes.id(self, "frame", event.request_id)
  notes.field(self, "request_id", notes.text_or_nil(event.request_id))
  notes.field(self, "provider", event.provider)
  notes.field(self, "model", event.model)
  self._usage_start = event.input_tokens
end

local function first_choice(event)
  return notes.table_or_empty(notes.table_or_empty(event.choices)[1])
end

local function on_content(self, event)
  local choice = first_choice(event)
  notes.field(self, "provider", event.provider)
  notes.finish(self, choice.finish_reason)
  local copy = notes.text_or_nil(notes.table_or_empty(choice.delta).content)
  local piece = notes.text_or_nil(event.data) or copy
  return notes.claim(self, "content", piece, copy == event.data and 2 or 1)
end

local function on_finish(self, event)
  self.complete = true
  notes.finish(self, notes.text_or_nil(event.finish_reason)
    or first_choice(event).finish_reason)
end

local function on_usage_final(self, event)
  self.complete = true
  self._usage_final = { input_tokens = event.input_tokens,
    output_tokens = event.output_tokens, cost_usd = event.cost_usd,
    latency_ms = event.latency_ms }
end

-- Handlers by the type of their event.
return {
  usage_start = on_usage_start,
  content = on_content,
  finish = on_finish,
  usage_final = on_usage_final,
}
