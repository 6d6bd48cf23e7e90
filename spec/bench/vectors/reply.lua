-- Writes a reply of 256 embeddings of 1,536 numbers. Arguments: file, digits.
local core = require "indoxhub.core"

local path, digits = arg[1], tonumber(arg[2])

local VECTORS, DIMENSIONS = 256, 1536

-- Numbers that are the same in every run, as float32 has them.
local seed = 1
local function number()
  seed = seed * 48271 % 2147483647
  local value = (seed / 2147483647 - 0.5) * 0.1
  return ("%." .. digits .. "g"):format(core.vector({ value })[1])
end

local items = {}
for i = 1, VECTORS do
  local numbers = {}
  for j = 1, DIMENSIONS do
    numbers[j] = number()
  end
  items[i] = ('{"object":"embedding","index":%d,"embedding":[%s]}')
    :format(i - 1, table.concat(numbers, ","))
end
local file = assert(io.open(path, "wb"))
assert(file:write('{"object":"list","data":[', table.concat(items, ","),
  '],"model":"m","usage":{"prompt_tokens":2048,"total_tokens":2048}}'))
file:close()
