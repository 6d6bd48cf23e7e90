--- `indoxhub keys`: the API keys of the account.

local errors = require "indoxhub.base.errors"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local tables = require "indoxhub.cli.shared.tables"

local keys = {}

local function by_id(command, name, about)
  local sub = command:command(name, about)
  sub:argument("id", "Number of the key, as in the list.")
    :convert(options.count "id")
  options.add_common(sub)
end

--- Adds the command to the parser.
function keys.describe(parser)
  local command = parser:command("keys", "List and change your API keys.")
    :command_target("action"):require_command(false)
    :epilog [[
Examples:
  indoxhub keys
  indoxhub keys create "build server" --days 90
  INDOXHUB_API_KEY=$(indoxhub keys create test) ./test.sh
  indoxhub keys revoke 7                      (enable 7 brings it back)
  indoxhub keys delete 7                      (nothing brings it back)

A new key is shown this once, on stdout, and never again.]]
  options.add_common(command)
  options.add_common(command:command("list", "List the keys, masked."))
  local create = command:command("create", "Make a key, and print it.")
  create:argument("name", "What to call it."):args "?"
  create:option("--days", "Days it is good for; without it for ever.")
    :argname("<n>"):convert(options.count "--days")
  options.add_common(create)
  by_id(command, "revoke", "Switch a key off.")
  by_id(command, "enable", "Switch a key on again.")
  by_id(command, "delete", "Delete a key for good.")
end

local function list(user, given)
  local reply, err = user:api_keys()
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  local rows = {}
  for i, key in ipairs(tables.objects(reply.keys)) do
    rows[i] = { id = key.id, name = key.name, key = key.api_key,
      state = key.is_active and "active" or "revoked",
      created = key.created_at, expires = key.expires_at or "never",
      used = key.last_used_at or "never" }
  end
  return output.table(tables.text({ { "id", "ID" }, { "name", "NAME" },
    { "key", "KEY" }, { "state", "STATE" }, { "created", "CREATED" },
    { "expires", "EXPIRES" }, { "used", "LAST USED" } }, rows))
end

local function create(user, given)
  local key, err = user:create_api_key { name = given.name,
    expiration_time = given.days }
  if not key then
    return nil, err
  elseif type(key.api_key) ~= "string" then
    return nil, errors.new("protocol", "the reply holds no key")
  end
  local ok
  if given.json then
    ok, err = output.json(key)
  else
    ok, err = output.line(key.api_key)
  end
  if not ok then
    output.note(("Key %s was made and could not be shown: `indoxhub keys "
      .. "delete %s` takes it back."):format(tostring(key.id),
      tostring(key.id)))
  elseif not given.json then
    output.note(("Key %s, %q. Keep it: it is not shown again.")
      :format(tostring(key.id), tostring(key.name)))
  end
  return ok, err
end

-- Action -> the method, and what became of the key.
local CHANGES = { revoke = { "revoke_api_key", "is revoked" },
  enable = { "enable_api_key", "is enabled" },
  delete = { "delete_api_key", "is deleted" } }

local function change(user, given)
  local method, became = CHANGES[given.action][1], CHANGES[given.action][2]
  local reply, err = user[method](user, given.id)
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  output.note(("Key %d %s."):format(given.id, became))
  return true
end

local ACTIONS = { list = list, create = create, revoke = change,
  enable = change, delete = change }

--- Runs the command.
function keys.run(given)
  return ACTIONS[given.action or "list"](options.client(given).user, given)
end

return keys
