-- Random numbers that are the same on every interpreter and machine.
local random = {}

-- The generator of Park and Miller: its products are exact in a double.
local FACTOR, MODULUS = 16807, 2147483647

--- Returns a function that gives whole numbers from 1 to `most`.
---@param seed integer
---@return fun(most: integer): integer
function random.new(seed)
  local state = seed % (MODULUS - 1) + 1
  return function(most)
    state = state * FACTOR % MODULUS
    return math.floor(state / MODULUS * most) + 1
  end
end

return random
