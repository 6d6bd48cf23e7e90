--- `indoxhub account`: who you are, what you paid, and the end of it.

local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local input = require "indoxhub.cli.shared.input"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local tables = require "indoxhub.cli.shared.tables"

local account = {}

--- Adds the command to the parser.
function account.describe(parser)
  local command = parser:command("account", "Your account.")
    :command_target("action"):require_command(false)
    :epilog [[
Examples:
  indoxhub account                            (who you are, what is left)
  indoxhub account transactions --limit 100
  indoxhub account health                     (whether the API is up)
  indoxhub account delete                     (asks first)]]
  options.add_common(command)
  options.add_common(command:command("show", "Who you are, what is left."))
  local transactions = command:command("transactions", "What you paid.")
  transactions:option("--limit", "Most to list; all without it.")
    :argname("<n>"):convert(options.count "--limit")
  options.add_common(transactions)
  options.add_common(command:command("health", "Whether the API is up."))
  local delete = command:command("delete", "Delete the account for good.")
  delete:option("--confirm", "The account's user name, in place of being "
    .. "asked for it."):argname("<name>")
  options.add_common(delete)
end

local function show(client, given)
  local me, err = client.user:me()
  if not me then
    return nil, err
  elseif given.json then
    return output.json(me)
  end
  return output.text(tables.facts(me))
end

local function health(client, given)
  local reply, err = client.user:health()
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  return output.line(tostring(reply.status or "ok"))
end

local function transactions(client, given)
  local list, err = tables.items(client.user:each_transaction(),
    given.limit)
  if not list then
    return nil, err
  elseif given.json then
    return output.json(indoxhub.array(list))
  end
  return output.table(tables.text({ { "created_at", "DATE" },
    { "amount", "AMOUNT" }, { "currency", "" }, { "transaction_type", "KIND" },
    { "status", "STATUS" }, { "description", "" } }, list))
end

-- What the user types to show that the right account is meant.
local function confirmation(me, given)
  if given.confirm then
    return given.confirm
  elseif input.is_piped() then
    return nil, exit.usage("deleting the account takes --confirm with its "
      .. "user name, which `indoxhub account` shows")
  end
  output.note(("This deletes the account %s (%s) with its keys and credits. "
    .. "Nothing brings it back."):format(me.username, me.email))
  return input.line("Type its user name to go on: ")
end

local function delete(client, given)
  local me, err = client.user:me()
  local typed
  if me then
    typed, err = confirmation(me, given)
  end
  if not typed then
    return nil, err
  elseif typed ~= me.username then
    return nil, exit.usage(("not deleted: the account's user name is not %q")
      :format(typed))
  end
  local reply
  reply, err = client.user:delete_account { confirm = true }
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  output.note("The account is deleted.")
  return true
end

local ACTIONS = { show = show, transactions = transactions, health = health,
  delete = delete }

--- Runs the command.
function account.run(given)
  return ACTIONS[given.action or "show"](options.client(given), given)
end

return account
