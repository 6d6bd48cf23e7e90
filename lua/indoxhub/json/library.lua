--- The JSON library: lua-cjson, or Neovim's own where that is missing. Nothing
--- else names them.
--
-- Whichever it is, this is
--
--   name           its name
--   null           what null is in Lua
--   empty_array    what is written as [] and {}, where an empty table is not;
--   empty_object   nil where it is
--   encode(value, has_empty_array)   -> text, or raises
--   decode(text)   -> value, or nil and what is wrong; never raises. Null is
--                  absent from objects, whole numbers are integers where Lua
--                  has them

local core = require "indoxhub.core"

-- Lua without integers needs the walk only to take nulls out.
local HAS_INTEGERS = math.type ~= nil

local function of_cjson(cjson)
  -- An instance of our own: settings of the shared one belong to the program.
  local own = cjson.new()
  own.encode_keep_buffer(false)
  own.encode_sparse_array(false, 1, 0)
  own.encode_max_depth(200)
  own.decode_invalid_numbers(false)

  -- It has no way to write an empty array: a string that no text contains by
  -- chance stands in for it.
  local empty_array = ("indoxhub:%s:%d"):format(tostring({}):gsub("%W", ""),
    os.time())

  local library = { name = "lua-cjson", null = cjson.null,
    empty_array = empty_array }

  function library.encode(value, has_empty_array)
    local text = own.encode(value)
    if has_empty_array then
      text = text:gsub('"' .. empty_array .. '"', "[]")
    end
    return text
  end

  function library.decode(text)
    local ok, value = pcall(own.decode, text)
    if not ok then
      return nil, tostring(value)
    end
    if HAS_INTEGERS or text:find("null", 1, true) then
      value = core.tidy(value)
    end
    return value
  end

  return library
end

-- A text without what stands between its quotes.
local function without_strings(text)
  if text:find("\\", 1, true) then
    text = text:gsub("\\.", "")
  end
  local pieces, from = {}, 1
  repeat -- by plain finds: a string may be a whole film
    local opening = text:find('"', from, true)
    pieces[#pieces + 1] = text:sub(from, opening)
    local closing = opening and text:find('"', opening + 1, true)
    from = closing and closing + 1
  until not from
  return table.concat(pieces)
end

-- What Neovim's library reads though JSON does not have it: infinity and nan
-- however they are spelled, hexadecimal numbers, and a plus or zeros in front.
-- Of letters, JSON has those of true, false, null and exponents.
local NO_NUMBERS = { "[iIxXN]", "n[aA]", "[^eE]%+", "[^%deE.+-]%-?0%d" }

-- Whether a text that was decoded has such a number.
local function has_wrong_number(text)
  local bare = " " .. without_strings(text)
  for _, pattern in ipairs(NO_NUMBERS) do
    if bare:find(pattern) then
      return true
    end
  end
  return false
end

-- Newer Neovim hides the settings of its library, so they stay what they are in
-- every one, and what they would do is done around it.
local function of_neovim(vim)
  -- An instance of our own, as above.
  local new = vim.json.new
  local own = new()
  local options = { luanil = { object = true } }

  local library = { name = "vim.json", null = vim.NIL,
    empty_object = vim.empty_dict() }

  function library.encode(value)
    -- One keeps as much memory as its longest text took: it goes with the text.
    return new().encode(value)
  end

  function library.decode(text)
    local ok, value = pcall(own.decode, text, options)
    if not ok then
      return nil, tostring(value)
    elseif has_wrong_number(text) then
      return nil, "Expected value but found invalid number"
    elseif value == nil then
      return library.null
    end
    return value
  end

  return library
end

local function find()
  local ok, cjson = pcall(require, "cjson")
  if ok then
    return of_cjson(cjson)
  end
  local vim = rawget(_G, "vim")
  if type(vim) == "table" and vim.json then
    return of_neovim(vim)
  end
  error(cjson, 0)
end

return find()
