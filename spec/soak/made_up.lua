-- The texts and files that spec/support/peers/made_up.js makes up of a mark.
local made_up = {}

local WORDS = { "the ", "fjord", " is\n", "\"deep\" ", "\\", "né", "日本",
  "🦊", "data: ", "\t", "</b>", "{}", " [DONE]", "0" }

local BLOCK = 4096
local MODULUS, FACTOR = 2147483647, 16807

--- The next of a row of numbers without a pattern.
---@param x integer
---@return integer
function made_up.next(x)
  return x * FACTOR % MODULUS
end

local function first(call, part)
  return (call * 31 + part * 7 + 1) % MODULUS
end

--- The pieces of an answer: a list of `size` texts.
---@return string[]
function made_up.pieces(call, part, size)
  local x, list = first(call, part), {}
  for i = 1, size do
    x = made_up.next(x)
    list[i] = WORDS[x % #WORDS + 1]
  end
  return list
end

--- A file of `size` bytes.
---@return string
function made_up.file(call, part, size)
  local x, bytes, blocks = first(call, part), {}, {}
  for i = 1, BLOCK do
    x = made_up.next(x)
    bytes[i] = string.char(x % 256)
  end
  local block = table.concat(bytes)
  for i = 0, math.ceil(size / BLOCK) - 1 do
    blocks[i + 1] = ("%08d"):format(i) .. block
  end
  return table.concat(blocks):sub(1, size)
end

return made_up
