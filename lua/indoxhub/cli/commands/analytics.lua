--- `indoxhub analytics`: what was asked, as tables and charts.

local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local terminal = require "indoxhub.cli.shared.terminal"

local analytics = {}

-- Options that choose calls.
local FILTERS = { "provider", "model", "session", "endpoint" }
local FILTER_FIELDS = { session = "session_id" }

--- Adds the command to the parser.
function analytics.describe(parser)
  local command = parser:command("analytics",
    "What you asked, as tables and charts.")
    :epilog [[
Examples:
  indoxhub analytics                          (by day, the last 30)
  indoxhub analytics --last 12w --by model
  indoxhub analytics --by provider --chart
  indoxhub analytics --chart total_tokens --by date --last 3m
  indoxhub analytics --from 2026-01-01 --to 2026-01-31 --csv >january.csv
  indoxhub analytics --by model --provider openai --json | jq]]
  command:option("--last", "Period that ends now, or with --to: 12h, 30d, "
    .. "2w, 3m, 1y.")
    :argname("<period>")
  command:option("--from", "First day."):argname("<date>")
  command:option("--to", "Last day."):argname("<date>")
  command:option("--by", "What a row is.")
    :choices { "date", "model", "provider", "endpoint", "session_id",
      "client_ip" }
  command:option("--provider", "Only calls of this provider.")
    :argname("<name>")
  command:option("--model", "Only calls of this model."):argname("<name>")
  command:option("--session", "Only calls of this session."):argname("<id>")
  command:option("--endpoint", "Only calls of this kind.")
    :choices { "chat", "completion", "embedding", "image" }
  command:option("--chart", "Bars in place of the table; of another column, "
    .. "when one is named."):argname("<column>"):args "?"
  command:flag("--csv", "Rows as CSV.")
  options.add_common(command)
end

local function query_of(client, given)
  local query = client.analytics:query()
  if given.last then
    query = query:last(given.last)
  end
  if given.from then
    query = query:from(given.from)
  end
  if given.to then
    query = query:to(given.to)
  end
  local where = {}
  for _, name in ipairs(FILTERS) do
    where[FILTER_FIELDS[name] or name] = given[name]
  end
  if next(where) then
    query = query:where(where)
  end
  return query:by(given.by or "date")
end

local function conflict(given)
  local forms = (given.json and 1 or 0) + (given.csv and 1 or 0)
    + (given.chart and 1 or 0)
  if forms > 1 then
    return "--json, --csv and --chart are three forms: choose one"
  elseif given.last and given.from then
    return "--last and --from are two beginnings: choose one"
  end
end

-- Without what belongs to the list as a whole.
local function list_of(rows)
  local list = indoxhub.array {}
  for i, row in ipairs(rows) do
    list[i] = row
  end
  return list
end

--- Runs the command.
function analytics.run(given)
  local wrong = conflict(given)
  if wrong then
    return nil, exit.usage(wrong)
  end
  local rows, err = query_of(options.client(given), given):fetch()
  if not rows then
    return nil, err
  end
  if given.json then
    return output.json(list_of(rows))
  elseif given.csv then
    return output.bytes(rows:csv())
  elseif given.chart then
    return output.line(rows:chart { column = given.chart[1],
      width = terminal.width(terminal.STDOUT) })
  end
  return output.table(rows:table { width = terminal.is(terminal.STDOUT)
    and terminal.width(terminal.STDOUT) or nil } .. "\n")
end

return analytics
