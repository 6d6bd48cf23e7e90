--- client.analytics:query(): asks for the calls of an account, in words.
--
-- A query never changes: every method returns another one, so that a query can
-- be kept and gone on from in several ways. What the API does not take is
-- refused where it is said, with the rules of the endpoint table.

local dates = require "indoxhub.analytics.dates"
local endpoints = require "indoxhub.api.endpoints"
local errors = require "indoxhub.base.errors"
local options_of = require "indoxhub.api.params.options"
local rows = require "indoxhub.analytics.rows"
local spelling = require "indoxhub.base.spelling"
local types = require "indoxhub.api.params.types"

local analytics = {}

local OPTIONS = { clock = "callback" }

-- What the rows of each source are grouped by, unless something is asked for.
local GROUPS = { usage = "date", sessions = "session_id", models = "model" }

local FILTERS = { provider = true, model = true, session_id = true,
  endpoint = true }

--- A question about what was used. It never changes.
---@class indoxhub.Query
local query_methods = {}
local query_mt = { __name = "indoxhub.query", __index = query_methods }

-- The param of a source's endpoint; nil when it takes none of that name.
local function param_of(source, name)
  for _, param in ipairs(endpoints.find("analytics", source).params) do
    if param[1] == name then
      return param
    end
  end
end

-- What is wrong with a value for a param of usage, called `name` here.
local function wrong_value(param, value, name)
  return types.check({ name, param[2], one_of = param.one_of, required = true },
    value)
end

---------------------------------------------------------------------------
-- what belongs together

-- Names of filters that a source takes.
local function filters_of(source)
  local names = {}
  for name in pairs(FILTERS) do
    if param_of(source, name) then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return table.concat(names, ", ")
end

-- A model may be named with its provider, as everywhere else.
local function split_model(filters)
  local model, fields = filters.model, {}
  for name, value in pairs(filters) do
    fields[name] = value
  end
  local provider, rest = (model or ""):match("^([^/]+)/(.+)$")
  if provider and (filters.provider or provider) == provider then
    fields.provider, fields.model = provider, rest
  end
  return fields
end

-- What is wrong with all that a query says together; nil if nothing is.
local function contradiction(state)
  local source = state.source
  if source ~= "usage" and state.by then
    return ("%s() groups by %s, so by() has no place"):format(source,
      GROUPS[source])
  elseif source ~= "usage" and state.content then
    return source .. "() has no content"
  elseif state.content and state.by then
    return "content() lists single calls, which by() would group"
  elseif state.from and state.to and state.from > state.to then
    return ("from is after to: %s is after %s"):format(dates.text(state.from),
      dates.text(state.to))
  end
  for name in pairs(split_model(state.filters)) do
    if not param_of(source, name) then
      return ("%s() can be filtered by %s only, not by %s"):format(source,
        filters_of(source), name)
    end
  end
end

-- Another query, with some things changed; `false` takes one out. Raises at the
-- caller of the method that calls this.
local function change(self, method, changes, wrong)
  if getmetatable(self) ~= query_mt then
    error(("call it with a colon, as query:%s(...)"):format(method), 3)
  end
  local state = {}
  for name, value in pairs(self._state) do
    state[name] = value
  end
  for name, value in pairs(changes) do
    state[name] = value or nil
  end
  wrong = wrong or contradiction(state)
  if wrong then
    error("analytics.query: " .. wrong, 3)
  end
  return setmetatable({ _client = self._client, _state = state }, query_mt)
end

---------------------------------------------------------------------------
-- the time

--- The calls of the last hours, days, weeks, months or years, such as "12h",
--- "30d", "2w", "3m", "1y", reckoned back from now, or from the day that `to`
--- names. The API counts whole days in UTC, so the first one is counted whole.
--- A month before the 31st is the last day of a shorter month.
---@param period string How far back, such as "30d".
---@return indoxhub.Query
function query_methods:last(period)
  local read, wrong = dates.period(period)
  local query = change(self, "last", { last = read, from = false },
    wrong and "last " .. wrong)
  return query
end

--- The calls from this day on: an ISO date, a time, which stands for its day in
--- UTC, or seconds since 1970.
---@param date string|number The day.
---@return indoxhub.Query
function query_methods:from(date)
  local day, wrong = dates.day(date)
  local query = change(self, "from", { from = day, last = false },
    wrong and "from " .. wrong)
  return query
end

--- The calls up to this day, which is included.
---@param date string|number The day.
---@return indoxhub.Query
function query_methods:to(date)
  local day, wrong = dates.day(date)
  local query = change(self, "to", { to = day }, wrong and "to " .. wrong)
  return query
end

--- The calls from one day to another, both included.
---@param first string|number The first day.
---@param last string|number The last day.
---@return indoxhub.Query
function query_methods:between(first, last)
  local from, wrong = dates.day(first)
  wrong = wrong and "between: the first " .. wrong
  local to, also_wrong = dates.day(last)
  also_wrong = also_wrong and "between: the second " .. also_wrong
  local query = change(self, "between", { from = from, to = to, last = false },
    wrong or also_wrong)
  return query
end

---------------------------------------------------------------------------
-- the rest

--- Says what a row is. Default: "date".
---@param group indoxhub.Group What a row is.
---@return indoxhub.Query
function query_methods:by(group)
  local wrong = wrong_value(param_of("usage", "group_by"), group, "by")
  local query = change(self, "by", { by = group }, wrong)
  return query
end

-- The filters of a query with some more, or nil and what is wrong with them.
local function add_filters(known, given)
  if type(given) ~= "table" then
    return nil, 'where expects a table such as { provider = "openai" }, not '
      .. types.show(given)
  end
  local filters = {}
  for name, value in pairs(known) do
    filters[name] = value
  end
  for name, value in pairs(given) do
    local wrong = not FILTERS[name] and "where: " .. spelling.unknown(name,
      FILTERS):gsub("^unknown option", "unknown filter")
      or FILTERS[name] and wrong_value(param_of("usage", name), value,
        "where." .. name)
    if wrong then
      return nil, wrong
    end
    filters[name] = value
  end
  return filters
end

--- Only calls with these values. Filters of several `where` add up.
---@param filters indoxhub.Filters
---@return indoxhub.Query
function query_methods:where(filters)
  local all, wrong = nil, nil
  if getmetatable(self) == query_mt then
    all, wrong = add_filters(self._state.filters, filters)
  end
  local query = change(self, "where", { filters = all }, wrong)
  return query
end

--- Single calls with what was asked and answered, in place of groups.
---@return indoxhub.Query
function query_methods:content()
  local query = change(self, "content", { content = true })
  return query
end

--- Sessions in place of usage; they can be filtered by `session_id`.
---@return indoxhub.Query
function query_methods:sessions()
  local query = change(self, "sessions", { source = "sessions" })
  return query
end

--- Models compared, in place of usage; they can be filtered by `provider`.
---@return indoxhub.Query
function query_methods:models()
  local query = change(self, "models", { source = "models" })
  return query
end

-- The first day of a query that reaches back; nil, and what is wrong.
local function first_day(state)
  if not state.last then
    return state.from
  end
  local moment = state.to and dates.ending(state.to) or state.clock()
  if type(moment) ~= "number" or not dates.day(moment) then
    return nil, "the clock must return seconds since 1970, not "
      .. types.show(moment)
  end
  local day, wrong = dates.back(state.last, moment)
  return day, wrong and "last " .. wrong
end

--- Asks the server.
---@param options? indoxhub.CallOptions
---@return indoxhub.Rows? rows, indoxhub.Error? err
function query_methods:fetch(options)
  if getmetatable(self) ~= query_mt then
    error("call it with a colon, as query:fetch(...)", 2)
  end
  local state = self._state
  local wrong = options ~= nil
    and options_of.check(options, options_of.CALL)
  local from, no_day = first_day(state)
  if wrong or no_day then
    error("analytics.query: " .. (wrong or no_day), 2)
  end
  local fields = split_model(state.filters)
  fields.start_date = from and dates.text(from)
  fields.end_date = state.to and dates.text(state.to)
  fields.group_by, fields.include_content = state.by, state.content
  local resource = self._client.analytics
  local reply, err = resource[state.source](resource, fields, options)
  if not reply then
    return nil, err
  end
  local found = rows.new(reply, not state.content
    and (state.by or GROUPS[state.source]) or nil)
  if not found then
    return nil, errors.new("protocol", "the reply has no list of results",
      { code = "reply", operation = "analytics." .. state.source })
  end
  return found
end

--- A query that asks for everything: see meta/helpers.lua.
---@param client indoxhub.Client
---@param options? indoxhub.QueryOptions
---@return indoxhub.Query
function analytics.query(client, options)
  local wrong = options ~= nil and options_of.check(options, OPTIONS)
  if wrong then
    error("analytics.query: " .. wrong, 3)
  end
  return setmetatable({ _client = client, _state = { source = "usage",
    filters = {}, clock = (options or {}).clock or os.time } }, query_mt)
end

return analytics
