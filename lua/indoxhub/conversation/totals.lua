--- What a conversation has used, answer by answer.

local totals = {}

---@class indoxhub.ConversationTotals
---@field requests integer answers that came, also those that broke off
---@field tokens_prompt number as far as the server told
---@field tokens_completion number
---@field tokens_total number
---@field cost? number US dollars; nil when no reply told any

local NAMES = { "tokens_prompt", "tokens_completion", "tokens_total", "cost" }

--- Nothing used yet.
---@return indoxhub.ConversationTotals
function totals.new()
  return { requests = 0, tokens_prompt = 0, tokens_completion = 0,
    tokens_total = 0 }
end

--- Adds an answer.
---@param sums indoxhub.ConversationTotals
---@param usage? indoxhub.Usage nil: the server told none
function totals.add(sums, usage)
  sums.requests = sums.requests + 1
  for _, name in ipairs(NAMES) do
    local used = usage and usage[name]
    if type(used) == "number" then
      sums[name] = (sums[name] or 0) + used
    end
  end
end

--- A copy; of a saved table, whatever it holds.
---@param sums table
---@return indoxhub.ConversationTotals
function totals.copy(sums)
  local copy = totals.new()
  for name in pairs { requests = 0, cost = 0, tokens_prompt = 0,
    tokens_completion = 0, tokens_total = 0 } do
    if type(sums[name]) == "number" then
      copy[name] = sums[name]
    end
  end
  return copy
end

return totals
