--- The dialect `gateway`: named frames.

local frame = require "indoxhub.api.dialects.frame"
local values = require "indoxhub.api.reading.values"

local function on_usage_start(self, event)
  self:id("frame", event.request_id)
  self:fact("request_id", values.text_or_nil(event.request_id))
  self:fact("provider", event.provider)
  self:fact("model", event.model)
  self:use({ input_tokens = event.input_tokens }, "start")
  return 0
end

local function on_content(self, event)
  return frame.read(self, event, "gateway", event.data)
end

-- The answer ends with this frame, whatever reason it gives.
local function on_finish(self, event)
  local holes = frame.read(self, event, "gateway", event.data)
  self.complete = true
  return holes
end

local function on_usage_final(self, event)
  self.complete = true
  self:use({ input_tokens = event.input_tokens,
    output_tokens = event.output_tokens, cost_usd = event.cost_usd,
    latency_ms = event.latency_ms }, "final")
  return 0
end

-- Handlers by the type of their event.
return {
  usage_start = on_usage_start,
  content = on_content,
  finish = on_finish,
  usage_final = on_usage_final,
}
