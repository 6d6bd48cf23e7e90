--- Faults on request, so that programs can be tried against a bad day.
--
-- A fault is written as "kind:number": in the header `X-Sandbox-Fail` for one
-- request, or with `--fail` for all.
--
--   status:429   answers with that HTTP status and an error body
--   html:502     answers with that status and a web page
--   cut:3        closes the connection after that many pieces of a stream
--   stall:3      sends nothing more after that many pieces
--   error:3      tells of an error inside the stream after that many pieces
--
-- An answer that is no stream is cut half way, never comes, or tells of the
-- error with status 200. Of a file, a cut or stall sends that many bytes.
--
-- With "*2" behind it, a fault happens to the first two requests only: those
-- with the same header `X-Sandbox-Id`, or else the same method and path.

local faults = {}

-- Kind -> the least and the greatest number it takes.
local KINDS = { status = { 400, 599 }, html = { 200, 599 },
  cut = { 0, math.huge }, stall = { 0, math.huge }, error = { 0, math.huge } }

-- Statuses that come without a page.
local PAGELESS = { [204] = true, [205] = true, [304] = true }

--- What a failure inside an answer says.
faults.IN_ANSWER = "the provider failed on purpose"

---@class indoxhub.sandbox.Fault
---@field kind string
---@field number integer
---@field times? integer how many requests it happens to; nil: all

--- Reads a fault; nil for nothing, nil and a message for what is no fault.
---@param text? string
---@return indoxhub.sandbox.Fault? fault, string? message
function faults.parse(text)
  if not text or text == "" then
    return nil
  end
  local what, times = text:match("^(.-)%*(%d+)$")
  local kind, number = (what or text):match("^(%a+):(%d+)$")
  local range = KINDS[kind]
  if not range then
    return nil, ("%q is no fault; write status:429, html:502, cut:3, " ..
      "stall:3 or error:3"):format(text)
  end
  number = tonumber(number)
  if number < range[1] or number > range[2] or PAGELESS[number]
    and kind == "html" then
    return nil, ("%q is no fault: no such status"):format(text)
  end
  return { kind = kind, number = number, times = tonumber(times) }
end

--- The fault, if it happens to this request too.
---@param counts table<string, integer> how often each has happened
---@param fault? indoxhub.sandbox.Fault
---@param id string what the requests have in common
---@return indoxhub.sandbox.Fault?
function faults.due(counts, fault, id)
  if not fault or not fault.times then
    return fault
  end
  counts[id] = (counts[id] or 0) + 1
  return counts[id] <= fault.times and fault or nil
end

return faults
