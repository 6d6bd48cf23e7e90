--- Bytes of real files, made from a text: a PNG picture, a WAV recording, an
--- MP4 container. The same text makes the same bytes.

local media = {}

-- A number as bytes, the last or the first of which counts least.
local function big_endian(number, count)
  local bytes = {}
  for i = count, 1, -1 do
    bytes[i] = string.char(number % 256)
    number = math.floor(number / 256)
  end
  return table.concat(bytes)
end

local function little_endian(number, count)
  return big_endian(number, count):reverse()
end

-- Numbers that follow from a text, from 0 up to a bound.
local function numbers(text)
  local state = 1
  for i = 1, #text do
    state = (state * 31 + text:byte(i)) % 2147483646 + 1
  end
  return function(bound)
    state = state * 16807 % 2147483647
    return state % bound
  end
end

---------------------------------------------------------------------------
-- PNG

local CRC_POLYNOMIAL = 0xEDB88320

local crc_table

local function make_crc_table(bit)
  crc_table = {}
  for byte = 0, 255 do
    local crc = byte
    for _ = 1, 8 do
      local half = math.floor(crc / 2)
      crc = crc % 2 == 1 and bit.bxor(half, CRC_POLYNOMIAL) % 2 ^ 32 or half
    end
    crc_table[byte] = crc
  end
end

local function crc32(bytes, bit)
  if not crc_table then
    make_crc_table(bit)
  end
  local crc = 0xFFFFFFFF
  for i = 1, #bytes do
    local at = bit.bxor(math.floor(crc % 256), bytes:byte(i))
    crc = bit.bxor(math.floor(crc / 256), math.floor(crc_table[at])) % 2 ^ 32
  end
  return 0xFFFFFFFF - crc
end

local function adler32(bytes)
  local a, b = 1, 0
  for i = 1, #bytes do
    a = (a + bytes:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return b * 65536 + a
end

-- Not compressed: one stored block, which holds up to 65,535 bytes.
local function zlib(bytes)
  return "\120\1\1" .. little_endian(#bytes, 2)
    .. little_endian(65535 - #bytes, 2) .. bytes
    .. big_endian(adler32(bytes), 4)
end

local CELLS, CELL_BYTES = 8, 2

--- A picture of two colours: 8 by 8 squares, the left half mirrored.
---@param bit table bxor
---@return string
function media.png(text, bit)
  local function chunk(kind, data)
    return big_endian(#data, 4) .. kind .. data
      .. big_endian(crc32(kind .. data, bit), 4)
  end
  local next_number, rows = numbers(text), {}
  local palette = string.char(next_number(256), next_number(256),
    next_number(256), 250, 250, 250)
  for _ = 1, CELLS do
    local cells = {}
    for i = 1, CELLS / 2 do
      cells[i] = (next_number(2) == 1 and "\255" or "\0"):rep(CELL_BYTES)
      cells[CELLS + 1 - i] = cells[i]
    end
    rows[#rows + 1] = ("\0" .. table.concat(cells)):rep(CELL_BYTES * 8)
  end
  local side = CELLS * CELL_BYTES * 8
  return "\137PNG\r\n\26\n"
    .. chunk("IHDR", big_endian(side, 4) .. big_endian(side, 4)
      .. "\1\3\0\0\0") .. chunk("PLTE", palette)
    .. chunk("IDAT", zlib(table.concat(rows))) .. chunk("IEND", "")
end

---------------------------------------------------------------------------
-- WAV

local RATE, BYTES_PER_SAMPLE = 8000, 2
local SECONDS_PER_LETTER = 0.06
local MOST_LETTERS = 1500
local LOUDNESS = 6000

-- The tone of a letter, which is faded out so that it does not click.
local function tone(letter, samples)
  local frequency, wave = 220 + letter * 4, {}
  for i = 1, samples do
    local value = math.sin(i / RATE * frequency * 2 * math.pi)
      * LOUDNESS * (1 - i / samples)
    wave[i] = little_endian(math.floor(value) % 65536, BYTES_PER_SAMPLE)
  end
  return table.concat(wave)
end

local function riff_chunk(kind, data)
  return kind .. little_endian(#data, 4) .. data
    .. (#data % 2 == 1 and "\0" or "")
end

-- The tones of a text, one sample after the other.
local function sing(text, speed)
  local samples = math.floor(SECONDS_PER_LETTER * RATE / speed)
  local tones, waves = {}, {}
  for i = 1, math.min(#text, MOST_LETTERS) do
    local letter = text:byte(i)
    tones[letter] = tones[letter] or tone(letter, samples)
    waves[i] = tones[letter]
  end
  return table.concat(waves)
end

--- A recording: a tone for each letter. It carries the text as a comment.
---@param speed number
---@return string
function media.wav(text, speed)
  local format = little_endian(1, 2) .. little_endian(1, 2)
    .. little_endian(RATE, 4) .. little_endian(RATE * BYTES_PER_SAMPLE, 4)
    .. little_endian(BYTES_PER_SAMPLE, 2)
    .. little_endian(BYTES_PER_SAMPLE * 8, 2)
  return riff_chunk("RIFF", "WAVE" .. riff_chunk("fmt ", format)
    .. riff_chunk("LIST", "INFO" .. riff_chunk("ICMT",
      text:sub(1, MOST_LETTERS) .. "\0"))
    .. riff_chunk("data", sing(text, speed)))
end

-- Bare samples have this rate, as OpenAI's have: three for one of ours.
local PCM_RATE = 24000

--- The same as bare samples: 24,000 a second, 16 bits, the lowest byte first.
---@param speed number
---@return string
function media.pcm(text, speed)
  return (sing(text, speed):gsub("..", function(sample)
    return sample:rep(PCM_RATE / RATE)
  end))
end

local function read_little_endian(bytes, at)
  local a, b, c, d = bytes:byte(at, at + 3)
  return d and a + b * 256 + c * 65536 + d * 16777216
end

--- What a recording is: its seconds, and the comment it carries.
---@param head string the first bytes
---@param size integer bytes of all
---@return number? seconds nil when it is no WAV
---@return string? comment
function media.read_wav(head, size)
  if not head:find("^RIFF....WAVEfmt ") then
    return nil
  end
  local rate = read_little_endian(head, 29)
  local _, comment = head:find("ICMT....", 13)
  local length = comment and read_little_endian(head, comment - 3)
  local _, data = head:find("data....", 13 + (comment or 0) + (length or 0))
  return rate and rate > 0 and (size - (data or 44)) / rate or 0,
    length and head:sub(comment + 1, comment + length):gsub("%z+$", "") or nil
end

---------------------------------------------------------------------------
-- MP4

local BYTES_PER_SECOND = 65536

local function box(kind, data)
  return big_endian(#data + 8, 4) .. kind .. data
end

--- A container without pictures, as large as a small video of that length.
---@param seconds number
---@return string
function media.mp4(text, seconds)
  local milliseconds = math.floor(seconds * 1000)
  local header = box("mvhd", ("\0"):rep(12) .. big_endian(1000, 4)
    .. big_endian(milliseconds, 4) .. big_endian(65536, 4)
    .. big_endian(256, 2) .. ("\0"):rep(10)
    .. big_endian(65536, 4) .. ("\0"):rep(12) .. big_endian(65536, 4)
    .. ("\0"):rep(12) .. big_endian(1073741824, 4) .. ("\0"):rep(24)
    .. big_endian(1, 4))
  local next_number, block = numbers(text), {}
  for i = 1, 256 do
    block[i] = string.char(next_number(256))
  end
  local filling = table.concat(block)
    :rep(math.max(1, math.floor(BYTES_PER_SECOND * seconds / 256)))
  return box("ftyp", "isom" .. big_endian(512, 4) .. "isomiso2mp41")
    .. box("moov", header) .. box("mdat", filling)
end

return media
