--- `indoxhub usage`: what was used, and what is left.

local exit = require "indoxhub.cli.shared.exit"
local number = require "indoxhub.base.number"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local tables = require "indoxhub.cli.shared.tables"

local usage = {}

--- Adds the command to the parser.
function usage.describe(parser)
  local command = parser:command("usage", "What you used, and what is left.")
    :epilog [[
Examples:
  indoxhub usage
  indoxhub usage --from 2026-01-01 --to 2026-01-31
  indoxhub usage --json | jq .total_cost

`indoxhub analytics` has tables and charts.]]
  command:option("--from", "First day."):argname("<date>")
  command:option("--to", "Last day."):argname("<date>")
  options.add_common(command)
end

local function dollars(amount)
  return number.format("$%.4f", number.read(amount) or 0)
end

local function whole(amount)
  return number.format("%.0f", number.read(amount) or 0)
end

-- Tokens are one number, or what went in and out.
local function tokens_of(tokens)
  if type(tokens) ~= "table" then
    return tokens and whole(tokens)
  end
  return ("%s (%s in, %s out)"):format(whole(tokens.total),
    whole(tokens.input), whole(tokens.output))
end

local function by_model(stats)
  local rows = {}
  for name, one in pairs(type(stats) == "table" and stats or {}) do
    if type(one) == "table" then
      rows[#rows + 1] = { model = tostring(name), requests = one.requests,
        cost = number.read(one.cost), tokens = type(one.tokens) == "table"
          and one.tokens.total or one.tokens }
    end
  end
  table.sort(rows, function(a, b)
    if a.cost ~= b.cost then
      return (a.cost or 0) > (b.cost or 0)
    end
    return a.model < b.model
  end)
  return rows
end

local function describe(reply)
  local lines = { "Requests      " .. whole(reply.total_requests),
    "Cost          " .. dollars(reply.total_cost) }
  local tokens = tokens_of(reply.total_tokens)
  if tokens then
    lines[#lines + 1] = "Tokens        " .. tokens
  end
  if reply.remaining_credits then
    lines[#lines + 1] = "Credits left  " .. dollars(reply.remaining_credits)
  end
  local models = by_model(reply.models or reply.by_model)
  if models[1] then
    for _, row in ipairs(models) do
      row.cost = row.cost and dollars(row.cost)
    end
    lines[#lines + 1] = "\n" .. tables.text({ { "model", "MODEL" },
      { "requests", "REQUESTS" }, { "tokens", "TOKENS" }, { "cost", "COST" } },
      models)
  end
  return table.concat(lines, "\n")
end

-- Whether it begins as a date does; the library refuses what is none.
local function is_date(text)
  return text ~= nil and text:find "^%d%d%d%d%-%d%d%-%d%d" ~= nil
end

--- Runs the command.
function usage.run(given)
  if is_date(given.from) and is_date(given.to) and given.from > given.to then
    return nil, exit.usage(("--from is after --to: %s is after %s"):format(
      given.from, given.to))
  end
  local reply, err = options.client(given).user:usage {
    start_date = given.from, end_date = given.to }
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  return output.line(describe(reply))
end

return usage
