-- Gathers what was misread: of each kind the number, and the shortest answer.
local findings = {}

local methods = {}
methods.__index = methods

function findings.new()
  return setmetatable({ total = 0, kinds = {} }, methods)
end

--- Adds one. `text` says how to see it again; `bytes` are what was sent.
function methods:add(kind, text, bytes)
  local one = self.kinds[kind]
  if not one then
    one = { times = 0 }
    self.kinds[kind] = one
  end
  one.times = one.times + 1
  self.total = self.total + 1
  if not one.size or #bytes < one.size then
    one.size = #bytes
    one.text = text .. "\n" .. bytes:sub(1, 4000)
  end
end

--- Fails when there are any.
function methods:check()
  local out = {}
  for kind, one in pairs(self.kinds) do
    out[#out + 1] = ("%s, %d times, such as\n%s"):format(kind, one.times,
      one.text)
  end
  table.sort(out)
  assert(self.total == 0, ("%d answers were misread:\n\n%s"):format(self.total,
    table.concat(out, "\n\n")))
end

--- How many answers to try: `least`, or what INDOXHUB_LONG asks for, which is
--- `most` or a number of its own; and the first one, all there is to try when
--- INDOXHUB_SEED says which.
function findings.range(least, most)
  local long, seed = os.getenv "INDOXHUB_LONG", os.getenv "INDOXHUB_SEED"
  if seed then
    return tonumber(seed), tonumber(seed)
  elseif long then
    return 1, long == "1" and most
      or math.max(1, math.floor(tonumber(long) * least / 300))
  end
  return 1, least
end

return findings
