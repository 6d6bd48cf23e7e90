-- Strings and numbers that are likely to be trouble. No string is a path that
-- leads out of the current folder.
local texts = {}

local NUMBERS = { 0, 1, 2, 3, 4, 7, 8, -1, -2, 0.5, -0.5, 1e-300, 1e10, 1e300,
  2 ^ 31 - 1, 2 ^ 31, -2 ^ 31, 2 ^ 32, 2 ^ 32 + 1, 2 ^ 53, 2 ^ 53 + 2,
  -2 ^ 53, 2 ^ 63, -2 ^ 63, 2 ^ 64, 1 / 0, -1 / 0, 0 / 0, 127, 128, 255, 256,
  1536, 16384, 65535, 65536 }

-- From Lua 5.3 on these are integers.
for _, text in ipairs { "1", "0", "-1", "9223372036854775807",
  "-9223372036854775808", "4294967297" } do
  NUMBERS[#NUMBERS + 1] = tonumber(text)
end

local WORDS = { "", "a", "1", "-1", "1e999", "0x10", "nan", "\0", "a\0b", " ",
  "\r\n", "\255\254", "\239\187\191", "\237\160\128", "null", "true", "[", "]",
  "{", "}", "[]", "{}", "[0]", "[1,2.5,-3e2]", "[[1,2],[3,4]]", '"', '"a"',
  '"\\ud800"', '"\\ud83d\\ude00"', '{"a":[1,{"b":null}],"c":"d"}',
  '{"arguments":{"x":[1, 2 ]},"input":[]}', '{"data":[1,2,3]}',
  '{"data":[[1,2],[3,4]]}', '{"data":[{"embedding":[0.25,1]}]}',
  '{"data":[{"embedding":"AAAAAAAAgD8="},{"embedding":[1e39]}]}',
  "AAAA", "AAAAAAAAgD8=", "\0\0\128\63", ("\0\0\128\63"):rep(8), "QQ=",
  "Q Q = =",
  "data: x\n\n", "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n",
  "event: e\nid: 1\nretry: 5\ndata: a\ndata: b\n\n", ": ping\n\n", "data:",
  "{\"error\":1}\n", "one", "two", "message" }

-- More bytes than any buffer has at first.
local LONGEST = 300000

-- What is made of a word.
local CHANGES = {
  function(word, roll)
    return word:rep(roll(8))
  end,
  function(word, roll)
    return word:rep(math.min(1 + roll(5000), math.floor(LONGEST / #word)))
  end,
  function(word, roll)
    return word:sub(1, roll(#word + 1) - 1)
  end,
  function(word, roll)
    local at = roll(#word + 1)
    return word:sub(1, at - 1) .. string.char(roll(256) - 1) .. word:sub(at)
  end,
  function(word, roll)
    return ("["):rep(roll(2000)) .. word .. ("]"):rep(roll(2000))
  end,
}

local function binary(roll)
  local bytes = {}
  for i = 1, roll(64) do
    bytes[i] = string.char(roll(256) - 1)
  end
  return table.concat(bytes):rep(roll(4) == 1 and roll(3000) or 1)
end

function texts.number(roll)
  local number = NUMBERS[roll(#NUMBERS)]
  return roll(4) == 1 and roll(12) or number
end

function texts.string(roll)
  local text = roll(8) == 1 and binary(roll) or WORDS[roll(#WORDS)]
  if roll(3) == 1 then
    text = CHANGES[roll(#CHANGES)](text, roll)
  end
  -- Neither from the root of the file system nor upwards.
  return (text:gsub("^/+", ""):gsub("%.%.+", "."))
end

return texts
