--- Characters of UTF-8, as RFC 3629 has them: the shortest form only, and no
--- halves of surrogate pairs. Not every Lua has a library for them.

local core = require "indoxhub.core"

local utf8 = {}

--- What stands for bytes that are no character: U+FFFD.
utf8.REPLACEMENT = "\239\191\189"

-- Of a first byte: how many follow, what it adds to the code point, and the
-- least code point that needs so many.
local function lead(byte)
  if byte >= 0xC2 and byte <= 0xDF then
    return 1, byte - 0xC0, 0x80
  elseif byte >= 0xE0 and byte <= 0xEF then
    return 2, byte - 0xE0, 0x800
  elseif byte >= 0xF0 and byte <= 0xF4 then
    return 3, byte - 0xF0, 0x10000
  end
end

--- What is wrong with a text that is not UTF-8, with the byte where it begins,
--- counted from 1; nil when it is.
---@type fun(text: string): string?
utf8.wrong = core.not_utf8

--- A text without the byte order mark in front, which some editors write and
--- which is no part of what they were given.
---@param text string
---@return string
function utf8.without_mark(text)
  return (text:gsub("^\239\187\191", ""))
end

--- The character at a byte: its code point and length; nil when there is none.
---@param text string
---@param at integer
---@return integer? point, integer? length
function utf8.character(text, at)
  local byte = text:byte(at)
  if byte < 0x80 then
    return byte, 1
  end
  local count, point, least = lead(byte)
  for i = 1, count or 0 do
    local next_byte = text:byte(at + i)
    if not next_byte or next_byte < 0x80 or next_byte > 0xBF then
      return nil
    end
    point = point * 64 + next_byte - 0x80
  end
  if not count or point < least or point > 0x10FFFF
    or point >= 0xD800 and point <= 0xDFFF then
    return nil
  end
  return point, count + 1
end

-- The bytes of a character that follow its first.
local function following(point, count)
  local bytes = ""
  for _ = 1, count do
    bytes = string.char(0x80 + point % 64) .. bytes
    point = math.floor(point / 64)
  end
  return bytes
end

--- A code point as UTF-8; nil when it is no character.
---@param point integer
---@return string?
function utf8.encode(point)
  if point < 0x80 then
    return string.char(point)
  elseif point < 0x800 then
    return string.char(0xC0 + math.floor(point / 64)) .. following(point, 1)
  elseif point >= 0xD800 and point <= 0xDFFF or point > 0x10FFFF then
    return nil
  elseif point < 0x10000 then
    return string.char(0xE0 + math.floor(point / 4096)) .. following(point, 2)
  end
  return string.char(0xF0 + math.floor(point / 262144)) .. following(point, 3)
end

-- Bytes above 127, with what is no character replaced.
local function repair(bytes)
  local pieces, at = {}, 1
  while at <= #bytes do
    local _, length = utf8.character(bytes, at)
    pieces[#pieces + 1] = length and bytes:sub(at, at + length - 1)
      or utf8.REPLACEMENT
    at = at + (length or 1)
  end
  return table.concat(pieces)
end

--- Bytes as text: each that belongs to no character is replaced.
---@param bytes string
---@return string
function utf8.text(bytes)
  return utf8.wrong(bytes) and bytes:gsub("[\128-\255]+", repair) or bytes
end

--- A copy of a value in which every text is one.
---@generic T
---@param value T
---@return T
function utf8.copy(value)
  if type(value) == "string" then
    return utf8.text(value)
  elseif type(value) ~= "table" then
    return value
  end
  local copy = {}
  for name, item in pairs(value) do
    copy[utf8.copy(name)] = utf8.copy(item)
  end
  return setmetatable(copy, getmetatable(value))
end

return utf8
