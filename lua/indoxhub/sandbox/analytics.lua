--- Analytics: the calls of an account, filtered and grouped.

local account = require "indoxhub.sandbox.account"
local json = require "indoxhub.base.json"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local analytics = {}

local SECONDS_PER_DAY = 86400

-- Days looked back when no first day is given.
local USAGE_DAYS, SESSION_DAYS = 30, 7

-- What calls are grouped by -> the value of a call.
local GROUPS = {
  date = function(call) return os.date("!%Y-%m-%d", call.time) end,
  model = function(call) return call.model end,
  provider = function(call) return call.provider end,
  endpoint = function(call) return call.endpoint end,
  session_id = function(call) return call.session end,
  client_ip = function(call) return call.ip end,
}

-- Filter -> the field of a call it looks at.
local FILTERS = { provider = "provider", model = "model",
  session_id = "session", endpoint = "endpoint" }

local function period(fields, days)
  local now = os.time()
  return fields.start_date
      or os.date("!%Y-%m-%d", now - days * SECONDS_PER_DAY),
    fields.end_date or os.date("!%Y-%m-%d", now)
end

local function select_calls(request, first, last)
  local found = {}
  for _, call in ipairs(account.calls(request.account, first, last)) do
    local fits = true
    for filter, field in pairs(FILTERS) do
      local wanted = request.fields[filter]
      fits = fits and (wanted == nil or call[field] == wanted)
    end
    found[#found + 1] = fits and call or nil
  end
  return found
end

local function new_row(value)
  return { group_value = value == nil and json.null or value, count = 0,
    total_cost = 0, total_tokens_prompt = 0, total_tokens_completion = 0,
    total_tokens = 0, avg_latency = 0, min_latency = math.huge,
    max_latency = 0 }
end

local function add(row, call)
  row.count = row.count + 1
  row.total_cost = row.total_cost + call.cost
  row.total_tokens_prompt = row.total_tokens_prompt + call.prompt
  row.total_tokens_completion = row.total_tokens_completion + call.completion
  row.total_tokens = row.total_tokens_prompt + row.total_tokens_completion
  row.avg_latency = row.avg_latency + (call.latency - row.avg_latency)
    / row.count
  row.min_latency = math.min(row.min_latency, call.latency)
  row.max_latency = math.max(row.max_latency, call.latency)
  row.first_timestamp = row.first_timestamp or states.stamp(call.time)
  row.last_timestamp = states.stamp(call.time)
end

-- Rows in the order in which their values came up first.
local function group(calls, value_of)
  local rows, by_value = json.array(), {}
  for _, call in ipairs(calls) do
    local value = value_of(call)
    local row = by_value[value or json.null]
    if not row then
      row = new_row(value)
      by_value[value or json.null] = row
      rows[#rows + 1] = row
    end
    add(row, call)
  end
  return rows
end

local function contents(own, calls)
  local rows = json.array()
  for i, call in ipairs(calls) do
    rows[i] = { user_id = own.id, provider = call.provider,
      model = call.model, endpoint = call.endpoint,
      session_id = call.session or json.null,
      tokens_total = call.prompt + call.completion, cost = call.cost,
      latency = call.latency, timestamp = states.stamp(call.time),
      request = call.request, response = call.response,
      client_info = { ip = call.ip } }
  end
  return rows
end

--- GET /analytics/usage: requests and answers are shown ungrouped only.
function analytics.usage(_, request)
  local fields = request.fields
  local first, last = period(fields, USAGE_DAYS)
  local calls = select_calls(request, first, last)
  local filters = {}
  for filter in pairs(FILTERS) do
    filters[filter] = fields[filter] or json.null
  end
  local with_content = fields.include_content and not fields.group_by
  local by = not with_content and (fields.group_by or "date") or nil
  replies.json(request, { start_date = first, end_date = last,
    group_by = by or json.null, filters = filters,
    results = by and group(calls, GROUPS[by])
      or contents(request.account, calls) })
end

--- GET /analytics/sessions
function analytics.sessions(state, request)
  local first, last = period(request.fields, SESSION_DAYS)
  local wanted, calls = request.fields.session_id, {}
  for _, call in ipairs(select_calls(request, first, last)) do
    calls[#calls + 1] = call.session and call or nil
  end
  if wanted and not calls[1] then
    return refusals.refuse(state, request, 404,
      ("This account has no session %s"):format(wanted))
  end
  replies.json(request, { start_date = first, end_date = last,
    session_id = wanted or json.null,
    results = group(calls, GROUPS.session_id) })
end

--- GET /analytics/models
function analytics.models(_, request)
  local first, last = period(request.fields, USAGE_DAYS)
  replies.json(request, { start_date = first, end_date = last,
    provider = request.fields.provider or json.null,
    results = group(select_calls(request, first, last), GROUPS.model) })
end

return analytics
