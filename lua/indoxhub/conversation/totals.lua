--- What a conversation has used, answer by answer.

local totals = {}

-- JSON carries no larger sums; no honest server makes any.
local MOST = 1e14

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
    local sum = type(used) == "number" and (sums[name] or 0) + used
    if sum and math.abs(sum) < MOST then
      sums[name] = sum
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
    if type(sums[name]) == "number" and math.abs(sums[name]) < MOST then
      copy[name] = sums[name]
    end
  end
  return copy
end

return totals
