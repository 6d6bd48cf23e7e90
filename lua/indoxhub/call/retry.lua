--- Whether a failed call is sent again, and after how long.

local retry = {}

--- The longest hint of a server that is followed; a longer one is for the
--- program to decide. Seconds.
retry.LONGEST_HINT = 60

-- Which failures are worth another attempt, by what is sent. `statuses` are of
-- the server, `kinds` for what has none; `unsent` is for what certainly never
-- reached the server as a whole, `unsafe` the rule for who takes the risk.
local SAFE = {
  statuses = { [408] = true, [429] = true, [500] = true, [502] = true,
    [503] = true, [504] = true, [529] = true },
  kinds = { network = true, timeout = true, rate_limit = true,
    unavailable = true },
}
local MAY_BE_BILLED = { statuses = { [429] = true, [503] = true,
    [529] = true },
  kinds = { rate_limit = true, unavailable = true }, unsent = true,
  unsafe = SAFE }
local ONCE = { statuses = {}, kinds = {}, unsent = true }

--- Method -> its rule; any other method may change something.
retry.rules = { GET = SAFE, HEAD = SAFE, POST = MAY_BE_BILLED, DELETE = ONCE }

-- Where a server may ask for one more attempt than the method allows, by the
-- resource of the operation: calls that change nothing and cost little.
local ON_REQUEST = { chat = true, completions = true, embeddings = true }

local NETWORK_KINDS = { network = true, timeout = true }

---@class indoxhub.RetryState
---@field failed integer how many attempts failed
---@field max_retries integer
---@field unsent boolean whether the last request certainly was not sent whole
---@field resumable? boolean what was cut off goes on where it was cut
---@field operation? string
---@field asked? boolean an attempt was made because the server asked for it
---@field unsafe? boolean the caller accepts that it may be billed twice

--- Whether an error is worth another attempt.
---@param method string
---@param err indoxhub.Error
---@param state indoxhub.RetryState
---@return boolean
function retry.is_worth(method, err, state)
  local rule = retry.rules[method] or MAY_BE_BILLED
  rule = state.unsafe and rule.unsafe or rule
  if err.retryable == false or err.kind == "insufficient_credits"
    or err.status == 407
    or err.kind == "timeout" and err.code == "total" then
    return false
  elseif rule.unsent and state.unsent and NETWORK_KINDS[err.kind] then
    return true
  elseif state.resumable and err.kind == "truncated" then
    return true
  elseif rule.kinds[err.kind] then
    return true
  end
  return err.status ~= nil and rule.statuses[err.status] == true
end

--- Whether an error is worth one more attempt because the server asks for it.
---@param err indoxhub.Error
---@param state indoxhub.RetryState
---@return boolean
function retry.is_asked_for(err, state)
  local status = err.status or 0
  return err.retry_asked == true and not state.asked
    and ON_REQUEST[(state.operation or ""):match("^[^.]*")] == true
    and (status == 408 or status == 409 or status == 429 or status >= 500)
end

--- Seconds before the attempt after `failed` failed ones, without a hint of the
--- server.
---@param failed integer 1 or more
---@param random number from 0 to 1
---@return number
function retry.backoff(failed, random)
  return math.min(8, 0.5 * 2 ^ (failed - 1)) * (1 - 0.25 * random)
end

--- Seconds until the next attempt, or nil when there is to be none.
---@param method string
---@param err indoxhub.Error
---@param state indoxhub.RetryState
---@param random number from 0 to 1
---@return number? seconds
function retry.wait(method, err, state, random)
  if state.failed > state.max_retries then
    return nil
  elseif not retry.is_worth(method, err, state) then
    if not retry.is_asked_for(err, state) then
      return nil
    end
    state.asked = true
  end
  local hint = err.retry_after
  if hint and hint > retry.LONGEST_HINT then
    return nil
  end
  return hint or retry.backoff(state.failed, random)
end

return retry
