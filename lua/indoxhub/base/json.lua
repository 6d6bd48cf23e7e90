--- JSON text to Lua values and back.
--
-- Decoded `null` is absent from objects and stays `json.null` in lists; whole
-- numbers are integers where Lua has them, of 64 bits, and the nearest number
-- elsewhere. Encoding refuses, by field name, what would not arrive as it was
-- meant: text that is not UTF-8, functions, tables that are neither list nor
-- object.

local core = require "indoxhub.core"

local json = {}

local decode, encode = core.json_decode, core.json_encode

--- Stands for JSON `null` where a field must be sent as null. It is lua-cjson's
--- and nginx's, too.
---@type lightuserdata
json.null = decode "null"

local vim = rawget(_G, "vim")

-- Neovim has one of its own, which means the same in what is sent.
local ALSO_NULL = type(vim) == "table" and vim.NIL or nil

--- Whether a value stands for null.
---@param value any
---@return boolean
function json.is_null(value)
  return value == json.null or value ~= nil and value == ALSO_NULL
end

--- Marks a table as a list, so that it is sent as `[]` even when it is empty.
---@generic T: table
---@param list? T The list. Default: an empty one.
---@return T list
function json.array(list)
  return core.json_array(list or {})
end

--- Encodes a value. Raises a message that names the field when it cannot.
---@param value any
---@return string
function json.encode(value)
  return encode(value, ALSO_NULL)
end

--- Encodes a value in which some tables stand for strings: those whose
--- metatable is `mark` are written as what `texts` has for them. Nil and the
--- list of those that it does not have. Raises as `json.encode`.
---@param value any
---@param mark table
---@param texts table<table, string>
---@return string? text, table[]? missing
function json.encode_with(value, mark, texts)
  return encode(value, ALSO_NULL, mark, texts)
end

local function decode_all(text, keeps_nulls)
  local ok, value, message = pcall(decode, text, false, keeps_nulls)
  if not ok then
    return nil, value
  elseif value == nil then
    return nil, message
  end
  return value
end

--- Decodes a text; never raises.
---@param text string
---@return any value, string? message
function json.decode(text)
  return decode_all(text, false)
end

--- Decodes a text, and keeps null in objects, too, as `json.null`. Never
--- raises; nil and a message when the text is no JSON.
---@param text string
---@return any value, string? message
function json.decode_with_nulls(text)
  return decode_all(text, true)
end

--- Decodes a text that may go on in another: half of a surrogate pair that has
--- no other half stays, in the three bytes that UTF-8 would have for it, and
--- `halves` tells whether there is one. Never raises; nil and a message when
--- the text is no JSON.
---@param text string
---@return any value, boolean|string halves
function json.decode_piece(text)
  local ok, value, halves = pcall(decode, text, true)
  if not ok then
    return nil, value
  end
  return value, halves
end

--- The text that a table was decoded from, as the server wrote it: of a list
--- or an object in a field that goes back to it, such as a call's arguments. It
--- does not change when the table does.
---@param value any
---@return string?
function json.raw(value)
  return core.json_raw(value)
end

--- Marks a table of one's own, so that `text`, which must be JSON, is written
--- in its place. What the table had for a metatable it has no more.
---@generic T: table
---@param value T
---@param text string
---@return T
function json.with_raw(value, text)
  return core.json_with_raw(value, text)
end

return json
