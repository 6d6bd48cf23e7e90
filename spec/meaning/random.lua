-- Random numbers that are the same in every Lua: one seed, one sequence.
local random = {}

local methods = {}
methods.__index = methods

--- A generator. Seeds beside each other give unlike sequences.
function random.new(seed)
  local self = setmetatable({ state = (seed * 7919 + 12345) % 2147483646 + 1 },
    methods)
  for _ = 1, 4 do
    self:int(1)
  end
  return self
end

--- A whole number from 1 to n.
function methods:int(n)
  self.state = self.state * 16807 % 2147483647
  return math.floor(self.state / 8) % n + 1
end

--- True in so many of a hundred cases.
function methods:chance(percent)
  return self:int(100) <= percent
end

--- One of a list.
function methods:pick(list)
  return list[self:int(#list)]
end

--- A list cut into at most n lists, in order; some of them may be empty.
function methods:cut(list, n)
  local parts, at = {}, 1
  for i = 1, n do
    local left = #list - at + 1
    local take = i == n and left or self:int(left + 1) - 1
    parts[i] = {}
    for _ = 1, take do
      table.insert(parts[i], list[at])
      at = at + 1
    end
  end
  return parts
end

return random
