--- What all replies have in common: the envelope, usage, and the facts about
--- the exchange that `indoxhub.meta` tells.
--
-- Normalising adds fields under the names of the vendor's schema and leaves
-- what the server sent beside them.

local times = require "indoxhub.times"

local reply = {}

-- Reply -> facts about its exchange. In the reply itself pairs would show them.
local metas = setmetatable({}, { __mode = "k" })

-- Our name <- names of the other dialects, best first.
local USAGE_NAMES = {
  tokens_prompt = { "input_tokens", "prompt_tokens" },
  tokens_completion = { "output_tokens", "completion_tokens" },
  tokens_total = { "total_tokens" },
  cost = { "cost_usd" },
}

-- Our name <- { table, field } of the other dialects.
local USAGE_DETAILS = {
  cache_read_tokens = { { "input_tokens_details", "cached_tokens" },
    { "prompt_tokens_details", "cached_tokens" } },
  reasoning_tokens = { { "output_tokens_details", "reasoning_tokens" },
    { "completion_tokens_details", "reasoning_tokens" } },
}

--- Gives a usage table the schema's names. What is unknown stays absent.
---@param usage any
---@return table? usage the same table
function reply.usage(usage)
  if type(usage) ~= "table" then
    return nil
  end
  for name, others in pairs(USAGE_NAMES) do
    for _, other in ipairs(others) do
      if usage[name] == nil then
        usage[name] = usage[other]
      end
    end
  end
  for name, places in pairs(USAGE_DETAILS) do
    for _, place in ipairs(places) do
      local details = usage[place[1]]
      if usage[name] == nil and type(details) == "table" then
        usage[name] = details[place[2]]
      end
    end
  end
  local prompt, completion = usage.tokens_prompt, usage.tokens_completion
  if usage.tokens_total == nil and type(prompt) == "number"
    and type(completion) == "number" then
    usage.tokens_total = prompt + completion
  end
  return usage
end

--- The envelope's fields that other bodies call differently.
---@param body table
---@return table body
function reply.envelope(body)
  body.request_id = body.request_id or body.id
  body.created_at = body.created_at or body.created
  body.usage = reply.usage(body.usage)
  if body.success == nil then
    body.success = true
  end
  return body
end

--- The first of some fields that holds a text.
---@param from table
---@param names string[] best first
---@return string?
function reply.first_text(from, names)
  for _, name in ipairs(names) do
    if type(from[name]) == "string" and from[name] ~= "" then
      return from[name]
    end
  end
end

local FAILED = { failed = true, error = true, cancelled = true }

--- Whether a body or an event of status 200 tells of a failure.
---@param body table
---@return boolean
function reply.is_failure(body)
  local err = body.error
  return body.success == false or err ~= nil and err ~= false and err ~= ""
end

--- The same for the reply of a generation, whose own status also counts.
---@param body table
---@return boolean
function reply.is_failed_generation(body)
  return reply.is_failure(body) or FAILED[body.status] == true
end

local function rate_limit(headers)
  local limit = {
    limit = tonumber(headers["x-ratelimit-limit"]),
    remaining = tonumber(headers["x-ratelimit-remaining"]),
    reset = tonumber(headers["x-ratelimit-reset"]),
  }
  return next(limit) and limit or nil
end

---@class indoxhub.Meta
---@field status integer HTTP status
---@field http_version string "1.1" or "2"
---@field headers table<string, string> names in lower case
---@field request_id? string
---@field attempts integer how often the request was sent
---@field created? number seconds since 1970
---@field ratelimit? {limit?: number, remaining?: number, reset?: number}
---@field timing? table<string, number> seconds from the start to each phase
---@field bytes_in? number
---@field bytes_out? number

--- Remembers the facts about a reply's exchange.
---@param value table the reply
---@param answer indoxhub.Answer
---@return table value
function reply.remember(value, answer)
  local result = answer.result or {}
  metas[value] = {
    status = answer.status, http_version = answer.http_version,
    headers = answer.headers, attempts = answer.attempts or 1,
    request_id = value.request_id or answer.headers["x-request-id"],
    created = times.epoch(value.created_at),
    ratelimit = rate_limit(answer.headers),
    timing = result.timing, bytes_in = result.bytes_in,
    bytes_out = result.bytes_out,
  }
  return value
end

--- Facts about the exchange that made a reply; nil for another table.
---@param value table
---@return indoxhub.Meta?
function reply.meta(value)
  return metas[value]
end

return reply
