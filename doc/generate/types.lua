--- The types that annotations write, as text parsed into tables.
--
--   "a"|integer[]?     { "union", { "literal", "a" }, { "list", ... }, ... }
--   indoxhub.Image     { "name", "indoxhub.Image" }
--   table<K, V>        { "map", K, V }
--   {a: integer}       { "fields", { fields, keys, parents, order } }
--   fun(a: T): R       { "fun", params, returns }
--
-- A type is always a union, of one or several.

local types = {}

local parse_union

-- Each of these takes the text and a position, and returns the type that stands
-- there and the position behind it; nil where there is none.

local function parse_fields(text, at)
  local fields, keys, order = {}, {}, {}
  while not text:find("^%s*}", at) do
    local name, optional, rest = text:match("^[%s,]*([%w_]+)(%??):()", at)
    local key, key_rest = text:match("^[%s,]*%[(.-)%]:()", at)
    local kind
    kind, at = parse_union(text, assert(rest or key_rest, text))
    if name then
      fields[name] = { kind, optional == "?" }
    elseif key:find('^"') then
      name = key:sub(2, -2)
      fields[name] = { kind, false }
    else
      keys[key] = kind
    end
    order[#order + 1] = name
  end
  return { "fields", { fields = fields, keys = keys, parents = {},
    order = order } }, text:match("^%s*}()", at)
end

local function parse_function(text, at)
  local params, returns = {}, {}
  while not text:find("^%s*%)", at) do
    local name, optional, rest =
      text:match("^[%s,]*([%w_.]+)(%??)()", at)
    local kind
    at = assert(rest, text)
    if text:find("^:", at) then
      kind, at = parse_union(text, at + 1)
    end
    params[#params + 1] = { name = name, type = kind,
      optional = optional == "?" }
  end
  at = text:match("^%s*%)()", at)
  while text:find(returns[1] and "^,%s*%S" or "^:", at) do
    local kind, rest = parse_union(text, at + 1)
    if not kind then
      break
    end
    returns[#returns + 1], at = kind, rest
  end
  return { "fun", params, returns }, at
end

local function parse_atom(text, at)
  local inner, rest = text:match('^%s*"([^"]*)"()', at)
  if inner then
    return { "literal", inner }, rest
  elseif text:find("^%s*{", at) then
    return parse_fields(text, text:match("^%s*{()", at))
  elseif text:find("^%s*%(", at) then
    local kind
    kind, at = parse_union(text, text:match("^%s*%(()", at))
    return kind, text:match("^%s*%)()", at)
  end
  inner, rest = text:match("^%s*([%w_.]+%*?)()", at)
  if inner == "table" and text:find("^<", rest) then
    local key, value
    key, rest = parse_union(text, rest + 1)
    value, rest = parse_union(text, text:match("^%s*,()", rest))
    return { "map", key, value }, text:match("^%s*>()", rest)
  elseif inner == "fun" and text:find("^%(", rest) then
    return parse_function(text, rest + 1)
  end
  return inner and { "name", inner }, rest
end

function parse_union(text, at)
  local union = { "union" }
  repeat
    local kind
    kind, at = parse_atom(text, at)
    if not kind then
      return nil
    end
    while text:find("^%[%]", at) do
      kind, at = { "list", kind }, at + 2
    end
    if text:find("^%?", at) then
      kind, at = { "union", kind, { "name", "nil" } }, at + 1
    end
    union[#union + 1] = kind
    local again = text:match("^|()", at)
    at = again or at
  until not again
  return union, at
end

--- The type that begins a text, and what is behind it.
---@param text string
---@return table type, string rest
function types.parse(text)
  local kind, at = parse_union(text, 1)
  assert(kind, "no type: " .. text)
  return kind, text:sub(at)
end

--- The choices of a type, those of the unions in it included, and whether nil
--- is one of them, which is left out.
---@param kind table
---@return table[] choices, boolean optional
function types.choices(kind)
  local list, optional = {}, false
  local function add(one)
    if one[1] == "union" then
      for i = 2, #one do
        add(one[i])
      end
    elseif one[1] == "name" and one[2] == "nil" then
      optional = true
    else
      list[#list + 1] = one
    end
  end
  add(kind)
  return list, optional
end

-- How each type is written; `write` is types.write or what a page makes of it.
local writers = {}

function writers.literal(kind)
  return ('"%s"'):format(kind[2])
end

function writers.name(kind)
  return kind[2]
end

function writers.list(kind, write)
  local inner = write(kind[2])
  return (kind[2][1] == "union" and #types.choices(kind[2]) > 1
    and "(" .. inner .. ")" or inner) .. "[]"
end

function writers.map(kind, write)
  return ("table<%s, %s>"):format(write(kind[2]), write(kind[3]))
end

function writers.fields(kind, write)
  local list = {}
  for i, name in ipairs(kind[2].order) do
    local field = kind[2].fields[name]
    list[i] = ("%s%s: %s"):format(name, field[2] and "?" or "",
      write(field[1]))
  end
  return "{" .. table.concat(list, ", ") .. "}"
end

function writers.fun(kind, write)
  local params, returns = {}, {}
  for i, param in ipairs(kind[2]) do
    params[i] = param.name .. (param.optional and "?" or "")
      .. (param.type and ": " .. write(param.type) or "")
  end
  for i, one in ipairs(kind[3]) do
    returns[i] = write(one)
  end
  return ("fun(%s)%s"):format(table.concat(params, ", "),
    returns[1] and ": " .. table.concat(returns, ", ") or "")
end

function writers.union(kind, write)
  local list, optional = types.choices(kind)
  local texts = {}
  for i, one in ipairs(list) do
    texts[i] = write(one)
  end
  local text = table.concat(texts, "|")
  if optional and list[2] then
    return text .. "|nil"
  end
  return text .. (optional and "?" or "")
end

--- A type as text.
---@param kind table
---@param write? fun(kind: table): string for the types in it
---@return string
function types.write(kind, write)
  return writers[kind[1]](kind, write or types.write)
end

--- Calls a function with each name in a type.
---@param kind table
---@param fn fun(name: string)
function types.each_name(kind, fn)
  types.write(kind, function(inner)
    types.each_name(inner, fn)
    return ""
  end)
  if kind[1] == "name" then
    fn(kind[2])
  end
end

return types
