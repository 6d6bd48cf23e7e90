--- What the calls of a client have used, as far as answers told, and whether
--- that is all they may use.
--
-- A client and those that derive from it count together. One that was derived
-- with a budget of its own counts by itself from there on, and what it counts
-- counts for the client it derives from as well, whose budget goes on to hold:
-- no budget is got rid of by deriving.

local errors = require "indoxhub.base.errors"
local log = require "indoxhub.base.log"
local number = require "indoxhub.base.number"
local usage_of = require "indoxhub.api.reading.usage"

local spending = {}

-- No honest server tells more of one answer; larger figures, and sums of them,
-- would be no numbers any more.
local MOST = 1e14

---@class indoxhub.Spending what was used
---@field cost number
---@field tokens number
---@field requests integer that were sent
---@field budget table<string, number> the limits
---@field parent? indoxhub.Spending that counts all of it, too
---@field jobs table<string, table> what a job is known to have used, by its id
---@field warned? boolean

--- What a client counts with.
---@param budget? {cost?: number, tokens?: number} its own
---@param parent? indoxhub.Spending of the client it derives from
---@return indoxhub.Spending
function spending.of_client(budget, parent)
  if parent and not budget then
    return parent
  end
  local limits = {}
  for name, limit in pairs(budget or {}) do
    limits[name] = limit
  end
  return { cost = 0, tokens = 0, requests = 0, budget = limits,
    parent = parent, jobs = {} }
end

--- What was used, for the program.
---@param self indoxhub.Spending
---@return indoxhub.Spent
function spending.told(self)
  return { cost = self.cost, tokens = self.tokens, requests = self.requests }
end

---------------------------------------------------------------------------
-- the limit

local FORMS = { cost = "%.6g", tokens = "%.0f" }

local function used_up(self, what)
  local limit = self.budget[what]
  if limit and self[what] >= limit then
    local form = FORMS[what]
    return errors.new("budget", ("the client has used %s of its budget of %s")
      :format(number.format(form, self[what]), number.format(form, limit)),
      { code = what })
  end
end

--- The error of a call that is not to be sent, because the budget of its
--- client, or of one that derives from, is used up; nil when it may be sent.
---@param self? indoxhub.Spending
---@param operation indoxhub.Operation
---@return indoxhub.Error?
function spending.refusal(self, operation)
  local is_paid = operation.costs and operation.costs ~= "told"
  while self and is_paid do
    local err = used_up(self, "cost") or used_up(self, "tokens")
    if err then
      return err
    end
    self = self.parent
  end
end

---------------------------------------------------------------------------
-- counting

-- A figure that can be added: neither less than nothing nor no number.
local function figure(value)
  return type(value) == "number" and value > 0 and value < MOST and value or 0
end

-- Figures by the names of replies, also of what is returned as it came.
local function renamed(told)
  local copy = {}
  for name, value in pairs(told) do
    copy[name] = value
  end
  return usage_of.of(copy)
end

-- The figures of an answer; nil when it tells none.
local function figures_of(operation, told)
  if type(told) ~= "table" then
    return nil
  end
  local used = operation.costs == "raw" and renamed(told) or told
  local total = used.tokens_total
    or figure(used.tokens_prompt) + figure(used.tokens_completion)
  return { cost = figure(used.cost), tokens = math.floor(figure(total)),
    tells_cost = type(used.cost) == "number" }
end

-- A job is told of again and again: what it used more than was known.
local function news_of(self, id, used)
  local known = self.jobs[id] or { cost = 0, tokens = 0 }
  local news = { cost = math.max(0, used.cost - known.cost),
    tokens = math.max(0, used.tokens - known.tokens) }
  self.jobs[id] = { cost = known.cost + news.cost,
    tokens = known.tokens + news.tokens }
  return news
end

-- The id of the job that an answer tells of; nil where it is about none.
local function job_of(operation, result)
  local data = type(result.data) == "table" and result.data or {}
  local id = data.job_id or result.job_id
  return operation.costs ~= "call" and id ~= nil and tostring(id) or nil
end

-- Whoever has set a limit learns that it cannot hold.
local function warn(self, used, options)
  if self.budget.cost and not used.tells_cost and not self.warned then
    self.warned = true
    log.tell(options, { name = "warning", message = "an answer tells what it "
      .. "used, but no cost: budget.cost cannot count it" })
  end
end

local function add(self, used)
  if self.tokens + used.tokens < MOST and self.cost + used.cost < MOST then
    self.cost, self.tokens = self.cost + used.cost, self.tokens + used.tokens
  end
end

--- Counts a request that was sent.
---@param self? indoxhub.Spending
function spending.count_request(self)
  while self do
    self.requests = self.requests + 1
    self = self.parent
  end
end

--- Counts what an answer tells that was used.
---@param settings indoxhub.Settings
---@param operation indoxhub.Operation
---@param result table with `usage`: a reply, or an error
function spending.count(settings, operation, result)
  local used = operation.costs and figures_of(operation, result.usage)
  local self = used and settings.spending
  local id = self and job_of(operation, result)
  while self do
    add(self, id and news_of(self, id, used) or used)
    warn(self, used, settings.options)
    self = self.parent
  end
end

return spending
