--- The account: who it is, what was paid, what was used, and its end.

local json = require "indoxhub.base.json"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local account = {}

--- GET /user/health
function account.health(_, request)
  replies.json(request, { status = "ok", router = "user" })
end

--- GET /user/me
function account.me(_, request)
  local own = request.account
  replies.json(request, {
    id = own.id, username = ("sandbox-%d"):format(own.id),
    email = ("sandbox-%d@example.test"):format(own.id), first_name = "Sandbox",
    last_name = json.null, is_active = true, credits = own.credits,
    app_credit = 0, account_tier = "standard",
    created_at = states.stamp(own.made), metadata = {},
    has_model_restrictions = false, has_password = true,
    avatar_url = json.null,
  })
end

-- Days between two purchases, what one brings, and how many there are at most.
local PURCHASE_DAYS, PURCHASE, MOST_PURCHASES = 7, 2, 48

local SECONDS_PER_DAY = 86400

-- What brought the credits: a gift, and since then purchases week by week, the
-- first of which brought what the others did not. The newest first.
local function transactions_of(own)
  local gift = math.min(5, own.opening)
  local bought = own.opening - gift
  local count = math.min(MOST_PURCHASES, math.ceil(bought / PURCHASE))
  local list = {}
  for id = count + 1, 1, -1 do
    local is_gift = id == 1
    list[#list + 1] = { id = id, transaction_id = ("txn-%d-%d"):format(own.id,
        id), currency = "USD", status = "completed",
      amount = is_gift and gift
        or id == 2 and bought - PURCHASE * (count - 1) or PURCHASE,
      transaction_type = is_gift and "bonus" or "credit_purchase",
      payment_method = is_gift and "none" or "card",
      description = is_gift and "Welcome to the sandbox" or json.null,
      created_at = states.stamp(own.made
        - (count + 1 - id) * PURCHASE_DAYS * SECONDS_PER_DAY) }
  end
  return list
end

--- GET /user/transactions: the newest first.
function account.transactions(_, request)
  local all, page = transactions_of(request.account), json.array()
  local offset = request.fields.offset or 0
  for i = offset + 1, math.min(#all, offset + (request.fields.limit or 20)) do
    page[#page + 1] = all[i]
  end
  replies.json(request, { transactions = page, total_count = #all })
end

---------------------------------------------------------------------------
-- usage

local function new_stats()
  return { requests = 0, cost = 0,
    tokens = { input = 0, output = 0, total = 0 } }
end

local function add(stats, call)
  local tokens = stats.tokens
  stats.requests, stats.cost = stats.requests + 1, stats.cost + call.cost
  tokens.input = tokens.input + call.prompt
  tokens.output = tokens.output + call.completion
  tokens.total = tokens.input + tokens.output
end

-- The stats under a name, made when they are missing.
local function named(map, name)
  map[name] = map[name] or new_stats()
  return map[name]
end

-- Sums by endpoint, provider, model and day.
local function sum(calls)
  local all = { total = new_stats(), endpoints = {}, providers = {},
    models = {}, days = {} }
  for _, call in ipairs(calls) do
    local model = named(all.models, call.provider .. "/" .. call.model)
    model.provider, model.model = call.provider, call.model
    for _, stats in ipairs { all.total, model,
      named(all.endpoints, call.endpoint), named(all.providers, call.provider),
      named(all.days, os.date("!%Y-%m-%d", call.time)) } do
      add(stats, call)
    end
  end
  return all
end

local function daily(days)
  local list = json.array()
  for date, stats in pairs(days) do
    list[#list + 1] = { date = date, requests = stats.requests,
      cost = stats.cost, tokens = stats.tokens }
  end
  table.sort(list, function(a, b)
    return a.date < b.date
  end)
  return list
end

-- The same numbers with tokens that are one number, as the guide on tracking
-- shows them.
local function as_tracked(sums)
  local function flat(map)
    local copy = {}
    for name, stats in pairs(map) do
      copy[name] = { requests = stats.requests, cost = stats.cost,
        tokens = stats.tokens.total }
    end
    return copy
  end
  local total = flat { total = sums.total }.total
  return { total_requests = total.requests, total_tokens = total.tokens,
    total_cost = total.cost, current_period = total,
    by_provider = flat(sums.providers), by_model = flat(sums.models) }
end

--- Calls of an account from one day to another, both included.
---@param own indoxhub.sandbox.Account
---@param first? string YYYY-MM-DD
---@param last? string
---@return table[]
function account.calls(own, first, last)
  local found = {}
  for _, call in ipairs(own.calls) do
    local date = os.date("!%Y-%m-%d", call.time)
    if date >= (first or date) and date <= (last or date) then
      found[#found + 1] = call
    end
  end
  return found
end

--- GET /user/usage
function account.usage(_, request)
  local own, fields = request.account, request.fields
  local sums = sum(account.calls(own, fields.start_date, fields.end_date))
  if request.context.shape.tracking then
    return replies.json(request, as_tracked(sums))
  end
  replies.json(request, {
    total_requests = sums.total.requests, total_cost = sums.total.cost,
    remaining_credits = own.credits, total_tokens = sums.total.tokens,
    endpoints = sums.endpoints, providers = sums.providers,
    models = sums.models, daily_usage = daily(sums.days),
  })
end

--- DELETE /user/account: from now on its keys are refused.
function account.delete(_, request)
  request.account.deleted = true
  replies.json(request, { success = true }, nil,
    { ["set-cookie"] = "access_token=; Max-Age=0; Path=/" })
end

return account
