--- What the gateway counts, for Prometheus.
--
-- Counters stand in shared memory under the name by which they are told, so
-- that telling is listing. A name that has no room is not counted;
-- indoxhub_metrics of a few MiB holds tens of thousands.

local ngx = rawget(_G, "ngx")

local metrics = {}

local PREFIX = "indoxhub_gateway_"

-- Seconds after which what a worker told of itself is out of date.
local FORGOTTEN = 30

-- Upper ends of the histograms, in seconds.
local BUCKETS = {
  first_piece_seconds = { 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60 },
  between_pieces_seconds = { 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5 },
  request_seconds = { 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300 },
}

local HELP = {
  requests_total = { "counter", "Requests by operation and status." },
  tokens_total = { "counter", "Tokens that answers told, by model." },
  cost_dollars_total = { "counter", "US dollars that answers cost, by model." },
  errors_total = { "counter", "Calls of models that failed, by kind." },
  limits_hit_total = { "counter", "Requests refused by a limit of their key." },
  streams_open = { "gauge", "Streams that are written now." },
  first_piece_seconds = { "histogram", "Seconds to the first piece." },
  between_pieces_seconds = { "histogram", "Seconds between two pieces." },
  request_seconds = { "histogram", "Seconds that requests took." },
}

-- Label values come from a closed set or from models that have answered.
local function clean(value)
  return (tostring(value):gsub("[^%w%._:/@-]", "_"):sub(1, 80))
end

local function name_of(name, labels)
  local list = {}
  for label, value in pairs(labels or {}) do
    list[#list + 1] = ('%s="%s"'):format(label, clean(value))
  end
  table.sort(list)
  return PREFIX .. name
    .. (list[1] and "{" .. table.concat(list, ",") .. "}" or "")
end

local function add(dict, name, amount)
  local ok, why = dict:incr(name, amount)
  if not ok and why == "not found" then
    dict:safe_add(name, 0)
    dict:incr(name, amount)
  end
end

--- Adds to a counter or a gauge.
---@param gateway table
---@param name string
---@param labels? table<string, any>
---@param amount? number 1 unless told otherwise
function metrics.count(gateway, name, labels, amount)
  add(gateway.dicts.metrics, name_of(name, labels), amount or 1)
end

--- Times of a histogram that are handed in together.
---@param name string
function metrics.times(name)
  local buckets = BUCKETS[name]
  local times = { name = name, count = 0, sum = 0, counts = {} }
  for i = 1, #buckets + 1 do
    times.counts[i] = 0
  end
  return times
end

--- Notes a time.
---@param times table
---@param seconds number
function metrics.note(times, seconds)
  local buckets = BUCKETS[times.name]
  local at = 1
  while buckets[at] and seconds > buckets[at] do
    at = at + 1
  end
  times.counts[at] = times.counts[at] + 1
  times.count, times.sum = times.count + 1, times.sum + math.max(0, seconds)
end

--- Hands in what was noted.
function metrics.hand_in(gateway, times)
  if times.count == 0 then
    return
  end
  local dict, buckets = gateway.dicts.metrics, BUCKETS[times.name]
  local base, sum = PREFIX .. times.name, 0
  for i = 1, #buckets + 1 do
    sum = sum + times.counts[i]
    add(dict, ('%s_bucket{le="%s"}'):format(base, buckets[i] or "+Inf"), sum)
  end
  add(dict, base .. "_sum", times.sum)
  add(dict, base .. "_count", times.count)
end

--- Notes one time, and hands it in.
function metrics.time(gateway, name, seconds)
  local times = metrics.times(name)
  metrics.note(times, seconds)
  metrics.hand_in(gateway, times)
end

-- The family that a line belongs to.
local function family_of(name)
  local family = name:match("^" .. PREFIX .. "([%w_]+)") or name
  return HELP[family] and family
    or (family:gsub("_bucket$", ""):gsub("_sum$", ""):gsub("_count$", ""))
end

-- Buckets in the order of their ends.
local function sort_key(name)
  local le = name:match('le="([^"]+)"')
  local number = le == "+Inf" and math.huge or tonumber(le)
  return name:gsub("{.*", ""), number or 0, name
end

local function is_before(a, b)
  local family_a, le_a, name_a = sort_key(a)
  local family_b, le_b, name_b = sort_key(b)
  if family_a ~= family_b then
    return family_a < family_b
  elseif le_a ~= le_b then
    return le_a < le_b
  end
  return name_a < name_b
end

--- All of it, in Prometheus' text format.
---@param gateway table
---@return string
function metrics.text(gateway)
  local dict, by_family, families = gateway.dicts.metrics, {}, {}
  for _, name in ipairs(dict:get_keys(0)) do
    local family = family_of(name)
    if not by_family[family] then
      by_family[family] = {}
      families[#families + 1] = family
    end
    table.insert(by_family[family], name)
  end
  table.sort(families)
  local lines = {}
  for _, family in ipairs(families) do
    local help = HELP[family] or { "untyped", family }
    lines[#lines + 1] = ("# HELP %s%s %s"):format(PREFIX, family, help[2])
    lines[#lines + 1] = ("# TYPE %s%s %s"):format(PREFIX, family, help[1])
    table.sort(by_family[family], is_before)
    for _, name in ipairs(by_family[family]) do
      lines[#lines + 1] = ("%s %.17g"):format(name, dict:get(name) or 0)
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Tells how many streams this worker writes, for a while: what was told by a
--- worker that is gone is forgotten.
---@param gateway table
---@param count integer
function metrics.tell_streams(gateway, count)
  gateway.dicts.metrics:set(name_of("streams_open",
    { worker = ngx.worker.pid() }), count, FORGOTTEN)
end

return metrics
