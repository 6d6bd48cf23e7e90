--- The envelope that the vendor puts around what a call gave, and what it says
--- about the cost.

local json = require "indoxhub.base.json"

local envelope = {}

--- What a reply says about the cost of its call.
---@param call indoxhub.sandbox.Call
---@return table
function envelope.usage(call)
  return {
    tokens_prompt = call.prompt_tokens,
    tokens_completion = call.completion_tokens,
    tokens_total = call.prompt_tokens + call.completion_tokens,
    cost = call.cost, latency = call.latency, timestamp = call.stamp,
    cache_read_tokens = 0, cache_write_tokens = 0,
    reasoning_tokens = call.reasoning_tokens or 0,
    web_search_count = 0, request_count = 1, cost_breakdown = json.null,
  }
end

--- The envelope around the data of a reply.
---@param call indoxhub.sandbox.Call
---@param data any
---@return table
function envelope.around(call, data)
  return {
    request_id = call.id, provider = call.provider, model = call.model,
    created_at = call.stamp, duration_ms = call.latency * 1000, success = true,
    message = "", usage = envelope.usage(call), raw_response = json.null,
    data = data, byok_api_key = call.byok,
  }
end

return envelope
