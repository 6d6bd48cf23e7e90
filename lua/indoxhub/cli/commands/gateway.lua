--- `indoxhub gateway keys`: the keys that a gateway knows.

local errors = require "indoxhub.base.errors"
local exit = require "indoxhub.cli.shared.exit"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local records = require "indoxhub.gateway.shared.records"
local redis = require "indoxhub.cli.shared.redis"
local tables = require "indoxhub.cli.shared.tables"

local gateway = {}

-- Option, field, what it is.
local LIMITS = {
  { "--requests-per-minute", "requests_per_minute",
    "Requests in a clock minute." },
  { "--tokens-per-minute", "tokens_per_minute", "Tokens in a clock minute." },
  { "--cost-per-day", "cost_per_day", "US dollars in a day of UTC." },
  { "--cost-per-month", "cost_per_month", "US dollars in a month of UTC." },
  { "--calls-at-once", "calls_at_once", "Calls at the same time." },
  { "--linger", "linger",
    "Seconds that a stream goes on without a reader." },
}

local function add_redis(command)
  command:option("--redis", "Where Redis is; without it REDIS_URL, which may "
    .. "have a password, too."):argname("<host:port>")
end

--- Adds the command to the parser.
function gateway.describe(parser)
  local command = parser:command("gateway", "Manage the keys of a gateway.")
    :command_target("area"):require_command(true)
  local keys = command:command("keys", "Keys that the gateway knows.")
    :command_target("action"):require_command(true)
    :epilog [[
Examples:
  indoxhub gateway keys add page --redis 127.0.0.1:6379 --calls-at-once 20
  REDIS_URL=redis://:secret@10.0.0.5 indoxhub gateway keys list
  indoxhub gateway keys revoke page

A new key is shown this once, on stdout, and never again. A revoked one may go
on for as long as gateways keep it in mind (key_cache, 60 seconds).]]
  local add = keys:command("add", "Make a key, and print it.")
  add:argument("name", "What to call it; no two have the same name.")
  for _, limit in ipairs(LIMITS) do
    add:option(limit[1], limit[3]):argname("<n>")
      :convert(options.positive(limit[1]))
  end
  add:option("--models", "Models that it may ask, with commas; without it all.")
    :argname("<models>")
  add_redis(add)
  local list = keys:command("list", "List the keys, without themselves.")
  list:flag("--json", "Print the list as JSON.")
  add_redis(list)
  local revoke = keys:command("revoke", "Take a key back for good.")
  revoke:argument("name", "What it is called.")
  add_redis(revoke)
end

local function fields_of(given)
  local fields = { name = given.name, created = os.time(),
    models = given.models }
  for _, limit in ipairs(LIMITS) do
    fields[limit[2]] = given[limit[2]]
  end
  return fields
end

local function text_of(value)
  return type(value) == "number" and ("%.17g"):format(value) or value
end

local function add(client, given)
  local token, message = records.new_token()
  if not token then
    return nil, errors.new("file", message)
  end
  local digest, fields = records.digest(token), fields_of(given)
  local _, wrong = records.read(digest, fields)
  if wrong then
    return nil, exit.usage(wrong)
  elseif not client:hsetnx(records.INDEX, given.name, digest) then
    return nil, errors.new("invalid_request", ("there is a key named %q "
      .. "already; revoke it first, or take another name"):format(given.name))
  end
  local texts = {}
  for name, value in pairs(fields) do
    texts[name] = text_of(value)
  end
  client:hmset(records.place(digest), texts)
  local ok, err = output.line(token)
  if ok then
    output.note(("Key %q. Keep it: it is not shown again."):format(given.name))
  else
    output.note(("Key %q was made and could not be shown: `indoxhub gateway "
      .. "keys revoke` takes it back."):format(given.name))
  end
  return ok, err
end

-- All keys by name, each with its fields.
local function read_all(client)
  local rows = {}
  for name, digest in pairs(client:hgetall(records.INDEX)) do
    local fields = client:hgetall(records.place(digest))
    local row = { name = name, id = digest:sub(1, 16), models = fields.models,
      created = os.date("!%Y-%m-%d", tonumber(fields.created)) }
    for _, limit in ipairs(LIMITS) do
      row[limit[2]] = tonumber(fields[limit[2]])
    end
    rows[#rows + 1] = row
  end
  table.sort(rows, function(a, b)
    return a.name < b.name
  end)
  return rows
end

local function list(client, given)
  local rows = read_all(client)
  if given.json then
    return output.json { keys = rows }
  end
  return output.table(tables.text({ { "name", "NAME" }, { "id", "ID" },
    { "created", "CREATED" }, { "requests_per_minute", "REQUESTS/MIN" },
    { "tokens_per_minute", "TOKENS/MIN" }, { "cost_per_day", "$/DAY" },
    { "cost_per_month", "$/MONTH" }, { "calls_at_once", "AT ONCE" },
    { "models", "MODELS" } }, rows))
end

local function revoke(client, given)
  local digest = client:hget(records.INDEX, given.name)
  if not digest then
    return nil, errors.new("invalid_request", ("there is no key named %q; "
      .. "`list` shows those that there are"):format(given.name))
  end
  client:del(records.place(digest))
  client:hdel(records.INDEX, given.name)
  output.note(("Key %q is revoked."):format(given.name))
  return true
end

local ACTIONS = { add = add, list = list, revoke = revoke }

--- Runs the command.
function gateway.run(given)
  return redis.with(given.redis, function(client)
    return ACTIONS[given.action](client, given)
  end)
end

return gateway
