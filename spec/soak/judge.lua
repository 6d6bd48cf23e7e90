-- What became of each call of a soak test, compared with the rules and counted.
local errors = require "indoxhub.base.errors"
local rules = require "spec.soak.rules"

local judge = {}

-- What the server must be shown only, and never a person.
judge.KEY = "indox-never-to-be-shown"

-- The part of a call that has its fault, and how many parts there are.
local PARTS = { batch = { 1, 3 }, conversation = { 1, 3 } }

---@class soak.Tally
---@field outcomes table<string, integer> "right", "closed" or an error's kind
---@field faults table<string, integer>
---@field calls integer
---@field requests integer
---@field doubled integer requests the server worked on once more for a POST
---@field late integer calls whose connection ended when they were sent
---@field stops integer

---@return soak.Tally
function judge.new_tally()
  return { outcomes = {}, faults = {}, calls = 0, requests = 0, doubled = 0,
    late = 0, stops = 0 }
end

local function count(counts, name, by)
  counts[name] = (counts[name] or 0) + (by or 1)
end

-- What of an error is not as errors have to be; nil when it is.
local function wrong_error(err, rule)
  local line = tostring(err)
  if not rule.kinds[err.kind] or rule.code and err.code ~= rule.code then
    return "an error that its fault does not explain: " .. line
  elseif line:find(judge.KEY, 1, true) then
    return "a key in an error: " .. line
  elseif err.kind ~= "cancelled" and (not err.operation
    or not err.missing and not (err.attempts and err.attempts[1])) then
    return "an error that does not tell its operation and attempts: " .. line
  end
end

local function wrong_outcome(rule, made)
  local outcome = made.outcome
  if outcome == nil then
    return tostring(made.raised)
  elseif made.count ~= 1 then
    return ("it ended %d times"):format(made.count)
  elseif outcome == "right" then
    return not rule.right and "it succeeded in spite of its fault" or nil
  elseif outcome == "closed" then
    return nil
  elseif not errors.is(outcome) then
    return "an outcome that is none: " .. tostring(outcome)
  end
  return wrong_error(outcome, rule)
end

-- How often its requests came; what is wrong with that.
local function wrong_arrivals(tally, call, rule, made, arrived)
  local faulty, parts = 0, 1
  if PARTS[call.operation] then
    faulty, parts = PARTS[call.operation][1], PARTS[call.operation][2]
  end
  for part = 0, parts - 1 do
    local counts = arrived[call.number .. "." .. part] or { 0, 0 }
    local its = part == faulty and rule or rules.RIGHT
    tally.requests = tally.requests + counts[1]
    if its.billed == 1 then
      tally.doubled = tally.doubled + math.max(0, counts[2] - 1)
    end
    if counts[1] > its.arrivals or counts[2] > its.billed then
      return ("part %d came %d times, %d of them to be billed; allowed are "
        .. "%d and %d"):format(part, counts[1], counts[2], its.arrivals,
        its.billed)
    elseif made.outcome == "right" and counts[1] == 0 then
      return ("part %d never came"):format(part)
    end
  end
end

local function is_late(call, late)
  for part = 0, 2 do
    if late[call.number .. "." .. part] then
      return true
    end
  end
end

--- Judges a call. Returns what is wrong with it, or nil.
---@param tally soak.Tally
---@param call soak.Call
---@param made {outcome: any, raised: any, count: integer}
---@param taken table what the server tells of
---@return string? wrong
function judge.call(tally, call, made, taken)
  local rule, outcome = rules.of(call), made.outcome
  tally.calls = tally.calls + 1
  count(tally.outcomes, errors.is(outcome) and outcome.kind
    or type(outcome) == "string" and outcome or "raised")
  count(tally.faults, call.fault)
  if is_late(call, taken.late) then
    tally.late = tally.late + 1
    if made.raised or errors.is(outcome) and outcome.kind == "network" then
      return nil -- whether it was worked on the client cannot know
    end
  end
  local wrong = wrong_outcome(rule, made)
  return wrong or wrong_arrivals(tally, call, rule, made, taken.arrived)
end

--- Which requests came after the end of their calls, of others than those that
--- were cancelled.
---@param calls table<integer, soak.Call> of this round
---@param cancelled table<integer, boolean> numbers of the last round
---@param arrived table
---@return integer[] numbers
function judge.strays(calls, cancelled, arrived)
  local strays = {}
  for id in pairs(arrived) do
    local number = tonumber(id:match("^%d+"))
    if not calls[number] and not cancelled[number] then
      strays[#strays + 1] = number
    end
  end
  return strays
end

return judge
