--- What was said, in order. A message is never changed once it is here, so
--- conversations that began as one share it.

local history = {}

---@class indoxhub.Entry
---@field message indoxhub.Message
---@field tokens? number how many it takes
---@field counted_by? function what counted them

--- Where the last question stands; nil when there is none.
---@param entries indoxhub.Entry[]
---@return integer?
function history.last_question(entries)
  for i = #entries, 1, -1 do
    if entries[i].message.role == "user" then
      return i
    end
  end
end

-- Takes away the call that a result is of.
local function answer(open, result)
  for i, call in ipairs(open) do
    if call.id == nil or call.id == result.tool_call_id then
      return table.remove(open, i)
    end
  end
end

--- The calls of tools whose results are missing at the end.
---@param entries indoxhub.Entry[]
---@return table[]
function history.open_calls(entries)
  local last = #entries
  while last > 0 and entries[last].message.role == "tool" do
    last = last - 1
  end
  local open = {}
  for i, call in ipairs(last > 0 and entries[last].message.tool_calls or {}) do
    open[i] = call
  end
  for i = last + 1, #entries do
    answer(open, entries[i].message)
  end
  return open
end

-- Calls by id and name.
local function show_calls(calls)
  local shown = {}
  for i, call in ipairs(calls) do
    local fn = type(call["function"]) == "table" and call["function"] or call
    shown[i] = ("%s (%s)"):format(tostring(call.id or "no id"),
      tostring(fn.name))
  end
  return table.concat(shown, ", ")
end

-- What is wrong with a result of a tool, beside the calls that wait.
local function check_result(open, result)
  if not open[1] then
    return "no call of a tool waits for a result: one follows a reply that "
      .. "has tool_calls"
  end
  for _, call in ipairs(open) do
    if call.id == nil or call.id == result.tool_call_id then
      return nil
    end
  end
  return ("tool_call_id must be that of a call that waits for its result: %s")
    :format(show_calls(open))
end

--- Why a message cannot come next; nil when it can. Servers refuse what comes
--- between calls of tools and their results.
---@param entries indoxhub.Entry[]
---@param message indoxhub.Message
---@return string?
function history.refuse(entries, message)
  local open = history.open_calls(entries)
  if message.role == "tool" then
    return check_result(open, message)
  elseif open[1] then
    return ("first add the results of the tools that were called, as { role " ..
      "= \"tool\", tool_call_id = ..., content = ... }, or undo; missing: %s")
      :format(show_calls(open))
  end
end

return history
