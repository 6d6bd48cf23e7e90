-- JSON as it is written: trees that are put together and read again without
-- losing how a server spelled them, down to half a surrogate pair.
--
-- A node is { source = TEXT }, { members = { { name, node }, ... } } or
-- { items = { node, ... } }. What stands between the quotes of a string is
-- called its spelling. Pieces of text are kept as spellings because those can
-- be joined: two halves of a pair become one character, as they must.
local source = {}

source.null = { source = "null" }
source.yes = { source = "true" }
source.no = { source = "false" }

function source.number(n)
  return { source = type(n) == "string" and n or ("%d"):format(n) }
end

--- A string with this spelling.
function source.spelled(spelling)
  return { source = '"' .. spelling .. '"' }
end

--- How a text of no special kind is spelled.
function source.spelling(text)
  return (text:gsub('[%c"\\]', function(c)
    return c:find '["\\]' and "\\" .. c or ("\\u%04x"):format(c:byte())
  end))
end

function source.text(text)
  return source.spelled(source.spelling(text))
end

--- What is already JSON.
function source.raw(text)
  return { source = text }
end

--- An object of { name, node } in this order; without a node it is left out.
function source.object(members)
  local kept = {}
  for _, member in ipairs(members) do
    if member[2] then
      kept[#kept + 1] = { member[1], member[2] }
    end
  end
  return { members = kept }
end

function source.list(items)
  return { items = items }
end

---------------------------------------------------------------------------
-- writing

local function write(node, out, blank)
  if node.source then
    out[#out + 1] = node.source
  elseif node.members then
    out[#out + 1] = "{"
    for i, member in ipairs(node.members) do
      out[#out + 1] = (i > 1 and "," .. blank or "") .. '"' .. member[1] .. '":'
        .. blank
      write(member[2], out, blank)
    end
    out[#out + 1] = "}"
  else
    out[#out + 1] = "["
    for i, item in ipairs(node.items) do
      out[#out + 1] = i > 1 and "," .. blank or ""
      write(item, out, blank)
    end
    out[#out + 1] = "]"
  end
end

--- The JSON of a node, with `blank` after commas and colons.
function source.encode(node, blank)
  local out = {}
  write(node, out, blank or "")
  return table.concat(out)
end

---------------------------------------------------------------------------
-- what a spelling means

function source.utf8(code)
  local function tail(shift)
    return 128 + math.floor(code / shift) % 64
  end
  if code < 0x80 then
    return string.char(code)
  elseif code < 0x800 then
    return string.char(192 + math.floor(code / 64), tail(1))
  elseif code < 0x10000 then
    return string.char(224 + math.floor(code / 4096), tail(64), tail(1))
  end
  return string.char(240 + math.floor(code / 262144), tail(4096), tail(64),
    tail(1))
end

local REPLACEMENT = "\239\191\189"
local SHORT = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- The character whose escape begins here, and where the rest does.
local function escaped(spelling, at)
  local short = spelling:sub(at + 1, at + 1)
  if short ~= "u" then
    return SHORT[short] or short, at + 2
  end
  local code = tonumber(spelling:sub(at + 2, at + 5), 16)
  if code < 0xD800 or code > 0xDFFF then
    return source.utf8(code), at + 6
  end
  local low = spelling:match("^\\u(%x%x%x%x)", at + 6)
  low = low and tonumber(low, 16)
  if code < 0xDC00 and low and low >= 0xDC00 and low <= 0xDFFF then
    return source.utf8(0x10000 + (code - 0xD800) * 1024 + low - 0xDC00), at + 12
  end
  return REPLACEMENT, at + 6
end

--- The text a spelling stands for. A half without its other half is U+FFFD.
function source.meaning(spelling)
  local out, at = {}, 1
  while true do
    local backslash = spelling:find("\\", at, true)
    if not backslash then
      out[#out + 1] = spelling:sub(at)
      return table.concat(out)
    end
    out[#out + 1] = spelling:sub(at, backslash - 1)
    out[#out + 1], at = escaped(spelling, backslash)
  end
end

--- The text of a node that is a string; nil for any other.
function source.text_of(node)
  local spelling = node and node.source and node.source:match '^"(.*)"$'
  return spelling and source.meaning(spelling)
end

---------------------------------------------------------------------------
-- reading

local read

local function skip(text, at)
  return text:find("[^ \t\r\n]", at) or #text + 1
end

local function read_string(text, at)
  local from = at + 1
  while true do
    local stop = text:find('[%z\1-\31"\\]', from)
    local c = stop and text:sub(stop, stop)
    if c == '"' then
      return text:sub(at, stop), stop + 1
    elseif c == "\\" and (text:find('^["\\/bfnrt]', stop + 1)
      or text:find("^u%x%x%x%x", stop + 1)) then
      from = stop + 2
    else
      return nil
    end
  end
end

local function is_number(token)
  local whole = token:match "^%-?(%d+)"
  return whole ~= nil and (whole == "0" or whole:sub(1, 1) ~= "0")
    and (token:find "^%-?%d+$" or token:find "^%-?%d+%.%d+$"
      or token:find "^%-?%d+[eE][+-]?%d+$"
      or token:find "^%-?%d+%.%d+[eE][+-]?%d+$") ~= nil
end

-- Reads what stands between brackets. `one` reads an item.
local function read_all(text, at, close, items, one)
  at = skip(text, at + 1)
  if text:sub(at, at) == close then
    return items, at + 1
  end
  while true do
    local item
    item, at = one(text, skip(text, at))
    if not item then
      return nil
    end
    items[#items + 1] = item
    at = skip(text, at)
    local c = text:sub(at, at)
    if c == close then
      return items, at + 1
    elseif c ~= "," then
      return nil
    end
    at = at + 1
  end
end

local function read_member(text, at)
  local name, after = nil, nil
  if text:sub(at, at) == '"' then
    name, after = read_string(text, at)
  end
  after = name and skip(text, after)
  if not after or text:sub(after, after) ~= ":" then
    return nil
  end
  local node, rest = read(text, skip(text, after + 1))
  return node and { source.meaning(name:sub(2, -2)), node }, rest
end

function read(text, at)
  local c = text:sub(at, at)
  local found, after
  if c == "{" then
    found, after = read_all(text, at, "}", {}, read_member)
    return found and { members = found }, after
  elseif c == "[" then
    found, after = read_all(text, at, "]", {}, read)
    return found and { items = found }, after
  elseif c == '"' then
    found, after = read_string(text, at)
    return found and { source = found }, after
  end
  local token = text:match("^[%w.+-]+", at) or ""
  if token == "null" or token == "true" or token == "false"
    or is_number(token) then
    return { source = token }, at + #token
  end
end

--- The node of a JSON text; nil when it is none.
function source.decode(text)
  local node, after = read(text, skip(text, 1))
  if node and skip(text, after) > #text then
    return node
  end
end

--- A member of an object by its name; nil where there is none, or no object.
function source.member(node, ...)
  for _, name in ipairs { ... } do
    local found
    for _, member in ipairs(node and node.members or {}) do
      if member[1] == name then
        found = member[2]
      end
    end
    node = found
  end
  return node
end

return source
