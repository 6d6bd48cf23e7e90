--- What all replies have in common: the envelope, usage, and the facts about
--- the transfer that `indoxhub.meta` tells.
--
-- Normalising adds fields under the names of the vendor's schema and leaves
-- what the server sent beside them.

local number = require "indoxhub.base.number"
local times = require "indoxhub.base.times"
local usage = require "indoxhub.api.reading.usage"

local reply = {}

-- Reply -> facts about its transfer. In the reply itself pairs would show them.
local metas = setmetatable({}, { __mode = "k" })

--- The envelope's fields that other bodies call differently.
---@param body table
---@return table body
function reply.envelope(body)
  body.request_id = body.request_id or body.id
  body.created_at = body.created_at or body.created
  body.usage = usage.of(body.usage)
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

local function rate_limit(headers)
  local limit = {
    limit = number.read(headers["x-ratelimit-limit"]),
    remaining = number.read(headers["x-ratelimit-remaining"]),
    reset = number.read(headers["x-ratelimit-reset"]),
  }
  return next(limit) and limit or nil
end

--- Remembers the facts about a reply's transfer.
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
    bytes_out = result.bytes_out, recorded = answer.recorded,
  }
  return value
end

--- Lets a changed copy of a reply have the facts about its transfer.
---@param copy table
---@param value table the reply
---@return table copy
function reply.stands_for(copy, value)
  metas[copy] = metas[value]
  return copy
end

--- Has fields ask the model that answered, where that is another one than was
--- asked first: what follows upon its answer is for it.
---@param fields table of the next call
---@param value table the reply
function reply.stay_with(fields, value)
  local model = (metas[value] or {}).fallback
  if model then
    fields.model = model
    if model:find("/", 1, true) then
      fields.provider = nil
    end
  end
end

--- Facts about the transfer that brought a reply; nil for another table.
---@param value table The reply.
---@return indoxhub.Meta? meta
function reply.meta(value)
  return metas[value]
end

return reply
