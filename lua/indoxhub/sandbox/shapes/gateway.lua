--- The dialect `gateway`: named frames, with a delta inside; as a body, the
--- vendor's envelope.

local choices = require "indoxhub.sandbox.shapes.choices"
local frame = require "indoxhub.sandbox.shapes.frame"
local json = require "indoxhub.base.json"
local legacy = require "indoxhub.sandbox.shapes.legacy"

local gateway = { has_choices = true, body = legacy.body }

function gateway.start(answer)
  return frame.of({ type = "usage_start", request_id = answer.id,
    provider = answer.provider, model = answer.model,
    input_tokens = answer.prompt_tokens }, "usage_start")
end

function gateway.part(answer, part)
  local delta = choices.delta(part)
  if not delta then
    return ""
  end
  -- What stands at the top is the text of the first choice.
  local data = part.kind == "text" and part.choice == 1 and part.text or ""
  return frame.of { type = "content", data = data, provider = answer.provider,
    choices = { { delta = delta, index = part.choice - 1,
      finish_reason = json.null } } }
end

function gateway.finish(answer)
  local list = {}
  for nth, choice in ipairs(answer.choices) do
    list[nth] = { delta = {}, index = nth - 1,
      finish_reason = choice.finish_reason }
  end
  return frame.of { type = "finish", provider = answer.provider,
      finish_reason = answer.choices[1].finish_reason, choices = list }
    .. frame.of({ type = "usage_final", input_tokens = answer.prompt_tokens,
      output_tokens = answer.completion_tokens, cost_usd = answer.cost,
      latency_ms = answer.latency * 1000 }, "usage_final")
    .. frame.DONE
end

function gateway.failure(_, message)
  return frame.of({ type = "error", message = message,
    code = "provider_error" }, "error")
end

return gateway
