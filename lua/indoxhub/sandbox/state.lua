--- What a sandbox knows while it runs: accounts with what belongs to them,
--- tokens, running streams, files to fetch. Nothing outlives the process.
--
-- Each key that was never seen before opens an account of its own, so programs
-- that share a sandbox do not see each other's jobs and bills.

local history = require "indoxhub.sandbox.history"

local state = {}

local SECONDS_PER_DAY = 86400

---@class indoxhub.sandbox.Account
---@field id integer
---@field credits number
---@field deleted boolean
---@field made integer seconds since 1970
---@field keys table[] API keys it made
---@field jobs table[] video jobs, oldest first
---@field calls table[] what was charged, oldest first

---@class indoxhub.sandbox.State
---@field clock fun(): number seconds that never go back
---@field accounts table<string, indoxhub.sandbox.Account> by key
---@field keys table<string, table> keys that were made, by their text
---@field tokens table<string, table> exchanged tokens, by their text
---@field streams table<string, table> running streams, by id
---@field files table<string, table> what /media/ serves, by name
---@field asked table[] calls of all accounts, for the trend
---@field responses table<string, table[]> messages to go on from, by id
---@field failures table<string, integer> how often faults happened
---@field mcp_sessions table<string, true> that have begun, by id

---@return indoxhub.sandbox.State
function state.new(settings, modules)
  return {
    settings = settings, modules = modules, clock = modules.cqueues.monotime,
    ids = 0, account_count = 0, key_count = 0, accounts = {}, keys = {},
    tokens = {}, streams = {}, files = {}, file_names = {}, asked = {},
    failures = {}, responses = {}, response_ids = {}, mcp_sessions = {},
  }
end

--- A fresh id in the form of a UUID.
---@return string
function state.new_id(self)
  self.ids = self.ids + 1
  local bits = ("%08x"):format((self.ids * 2654435761) % 0x100000000)
  return ("%s-5a4d-4b0c-8000-%012d"):format(bits, self.ids)
end

--- A time as the API writes it; now when none is given.
---@param seconds? integer since 1970
---@return string
function state.stamp(seconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)
end

local LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

--- Random letters and digits.
---@param count integer
---@return string
function state.random(count)
  local source = assert(io.open("/dev/urandom", "rb"))
  local bytes = source:read(count)
  source:close()
  return (bytes:gsub(".", function(byte)
    local at = byte:byte() % #LETTERS + 1
    return LETTERS:sub(at, at)
  end))
end

--- The account of a key that nobody made here; a new key opens one, with the
--- credits and the history that its first request asks for.
---@param context table settings of the request
---@return indoxhub.sandbox.Account
function state.account(self, key, context)
  local account = self.accounts[key]
  if not account then
    self.account_count = self.account_count + 1
    local calls, cost = history.calls(context.history, os.time())
    account = { id = self.account_count, credits = context.credits,
      opening = context.credits + cost, deleted = false, keys = {}, jobs = {},
      made = os.time() - context.history * SECONDS_PER_DAY, calls = calls }
    self.accounts[key] = account
  end
  return account
end

-- Files are kept for that many answers.
local MOST_FILES = 2000

--- Keeps a file to be fetched. Its bytes are made when they are asked for.
---@param make fun(): string
---@return string path
function state.add_file(self, kind, make)
  local name = ("%s.%s"):format(state.new_id(self), kind)
  self.files[name] = { kind = kind, make = make }
  table.insert(self.file_names, name)
  if #self.file_names > MOST_FILES then
    self.files[table.remove(self.file_names, 1)] = nil
  end
  return "/media/" .. name
end

return state
