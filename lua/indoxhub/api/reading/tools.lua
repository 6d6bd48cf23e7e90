--- Calls of tools: fragments, in all the ways servers cut and number them,
--- become calls.
--
-- A fragment belongs to the call with its index, else to the one with its id,
-- else to the last; whether it begins a new one in spite of that is decided in
-- `begins_new`.

local echoes = require "indoxhub.api.reading.echo"
local halves = require "indoxhub.api.reading.halves"
local json = require "indoxhub.base.json"
local values = require "indoxhub.api.reading.values"

local tools = {}

---@class indoxhub.GatheredCall a call that may still grow
---@field id? string
---@field name? string
---@field index? number
---@field output? integer its place in the output of a Responses object
---@field item? string the name of its item there
---@field echo? indoxhub.Echo what the server wants to see again
---@field pieces string[] of its arguments
---@field size integer bytes of these
---@field has_half? boolean whether one may end within a character

---@class indoxhub.Tools
---@field calls indoxhub.GatheredCall[] in the order they began
local tools_methods = {}
local tools_mt = { __index = tools_methods }

---@return indoxhub.Tools
function tools.new()
  return setmetatable({ calls = {} }, tools_mt)
end

---------------------------------------------------------------------------
-- one fragment

-- Some servers decode arguments: the server's own bytes where they are known.
local function arguments_of(fn)
  local given = fn.arguments
  if given == nil then
    given = fn.input -- of custom tools
  end
  if given == nil or given == json.null or type(given) == "string" then
    return values.text_or_nil(given)
  elseif type(given) == "table" and json.raw(given) then
    -- Some servers begin with {}, and some mean it by [].
    local raw = json.raw(given)
    return not raw:find("^[%[{]%s*[%]}]$") and raw or nil
  end
  local ok, encoded = pcall(json.encode, given)
  return ok and encoded or nil
end

-- A fragment in one form, whichever form it came in.
local function fragment_of(raw)
  local fn = type(raw["function"]) == "table" and raw["function"]
    or type(raw.custom) == "table" and raw.custom or raw
  local index = values.number_or_nil(raw.index)
  return {
    id = values.digits_or_text(raw.call_id) or values.digits_or_text(raw.id),
    name = values.digits_or_text(fn.name), arguments = arguments_of(fn),
    index = index and index % 1 == 0 and index >= 0 and index or nil,
    echo = echoes.of(raw) or echoes.of(fn),
  }
end

---------------------------------------------------------------------------
-- which call

local function find(calls, field, value)
  for i = #calls, 1, -1 do
    if calls[i][field] == value then
      return calls[i]
    end
  end
end

-- Whether a fragment begins a call though one has its index already.
local function begins_new(call, fragment)
  if not fragment.name then
    return false
  elseif fragment.id and call.id then
    return fragment.id ~= call.id
  end
  return not call.id and call.name ~= nil and fragment.name ~= call.name
end

-- Of several calls with one index the one with the id, else the last.
local function by_index(self, fragment)
  local call = fragment.id and find(self.calls, "id", fragment.id)
  if call and call.index == fragment.index then
    return call
  end
  call = find(self.calls, "index", fragment.index)
  return call and not begins_new(call, fragment) and call or nil
end

-- Ids that change without a name are one call.
local function by_id(self, fragment)
  return find(self.calls, "id", fragment.id)
    or not fragment.name and self.calls[#self.calls] or nil
end

-- Without number, id and name several fragments of one event belong to the last
-- calls, each to its own.
local function by_place(self, place, count)
  if #self.calls == 0 or count > #self.calls then
    return nil
  end
  return self.calls[#self.calls - count + place]
end

local function call_of(self, fragment, count)
  if fragment.index then
    return by_index(self, fragment)
  elseif fragment.id then
    return by_id(self, fragment)
  elseif not fragment.name then
    return by_place(self, fragment.place, count)
  end
end

---------------------------------------------------------------------------
-- growing

-- Some servers send the whole arguments once more at the end.
local function is_copy(call, arguments)
  if call.size < 2 or #arguments ~= call.size and not call.has_half
    or not arguments:find("^%s*{") then
    return false
  end
  arguments = halves.whole(arguments)
  return halves.whole(table.concat(call.pieces)) == arguments
    and type(json.decode(arguments)) == "table"
end

-- Some servers begin with an empty object, and then send the pieces of the one
-- that they mean.
local function is_placeholder(call, arguments)
  return call.size < 8 and arguments:find("^%s*{")
    and table.concat(call.pieces):find("^%s*{%s*}%s*$") ~= nil
end

local function add_arguments(call, arguments)
  if is_placeholder(call, arguments) then
    call.pieces, call.size = {}, 0
  end
  table.insert(call.pieces, arguments)
  call.size = call.size + #arguments
  call.has_half = call.has_half or arguments:find("\237[\160-\191]") ~= nil
end

local function add_echo(call, echo, is_again)
  if echo then
    call.echo = call.echo or echoes.new()
    local add = is_again and call.echo.fill or call.echo.add
    add(call.echo, echo)
  end
end

local function begin(self, fragment)
  local call = { pieces = {}, size = 0, index = fragment.index }
  table.insert(self.calls, call)
  return call
end

local function grow(call, fragment)
  call.id = call.id or fragment.id
  call.name = call.name or fragment.name
  local arguments = fragment.arguments
  local is_again = arguments ~= nil and is_copy(call, arguments)
  if arguments and not is_again then
    add_arguments(call, arguments)
  end
  add_echo(call, fragment.echo, is_again)
end

--- Adds the fragments of one event.
---@param list table[] as the server sent them
function tools_methods:add(list)
  local fragments, nameless = {}, 0
  for _, raw in ipairs(list) do
    if type(raw) == "table" then
      local fragment = fragment_of(raw)
      if not (fragment.index or fragment.id or fragment.name) then
        nameless = nameless + 1
        fragment.place = nameless
      end
      table.insert(fragments, fragment)
    end
  end
  for _, fragment in ipairs(fragments) do
    grow(call_of(self, fragment, nameless) or begin(self, fragment), fragment)
  end
end

---------------------------------------------------------------------------
-- calls that are told as a whole

-- What is told as a whole fills gaps of what came in fragments.
local function complete(call, fragment)
  call.id = call.id or fragment.id
  call.name = call.name or fragment.name
  add_echo(call, fragment.echo, true)
  local arguments, so_far = fragment.arguments, table.concat(call.pieces)
  if arguments and arguments:sub(1, #so_far) == so_far then
    call.pieces, call.size = { arguments }, #arguments
  end
end

--- Takes calls that are told as a whole: of each, what is not known yet.
---@param list table[] as the server sent them
function tools_methods:add_whole(list)
  local known = #self.calls
  for place, raw in ipairs(list) do
    if type(raw) == "table" then
      local fragment = fragment_of(raw)
      local call = fragment.id and find(self.calls, "id", fragment.id)
      if not call and place <= known
        and not (fragment.id and self.calls[place].id) then
        call = self.calls[place]
      end
      if not call or call.name and fragment.name
        and call.name ~= fragment.name then
        call = begin(self, fragment)
      end
      complete(call, fragment)
    end
  end
end

---------------------------------------------------------------------------
-- calls that events of a Responses object tell by the name of their item

-- By its place in the output, or by the name of its item.
local function find_item(self, output, item)
  return output ~= nil and find(self.calls, "output", output)
    or item ~= nil and find(self.calls, "item", item)
end

--- Adds a fragment of an item's arguments.
---@param output? integer its place in the output
---@param item? string the name of the item
---@param raw table {id?, name?, arguments?}
---@param whole? boolean these are all of its arguments
function tools_methods:add_item(output, item, raw, whole)
  local fragment = fragment_of(raw)
  local call = find_item(self, output, item)
    or fragment.id and find(self.calls, "id", fragment.id)
  if not call then
    call = begin(self, fragment)
  end
  call.output = call.output == nil and output or call.output
  call.item = call.item == nil and item or call.item
  local add = whole and complete or grow
  add(call, fragment)
end

---------------------------------------------------------------------------
-- the end

local function is_numbered(calls)
  for _, call in ipairs(calls) do
    if not call.index then
      return false
    end
  end
  return true
end

-- In the order of their numbers, where all have one.
local function in_order(calls)
  local sorted, places = {}, {}
  for i, call in ipairs(calls) do
    sorted[i], places[call] = call, i
  end
  if is_numbered(calls) then
    table.sort(sorted, function(a, b)
      if a.index ~= b.index then
        return a.index < b.index
      end
      return places[a] < places[b]
    end)
  end
  return sorted
end

--- Whether there is any call.
---@return boolean
function tools_methods:has_any()
  for _, call in ipairs(self.calls) do
    if call.id or call.name or call.size > 0 then
      return true
    end
  end
  return false
end

--- The calls, as replies list them, and what the server wants to see again of
--- each; nil when there are none.
---@param has_halves boolean whether arguments may have halves of characters
---@return table[]? calls, table[]? echoes
function tools_methods:list(has_halves)
  if not self.calls[1] then -- as in most answers
    return nil
  end
  local list, again = {}, {}
  for _, call in ipairs(in_order(self.calls)) do
    if call.id or call.name or call.size > 0 then
      local arguments = table.concat(call.pieces)
      if has_halves then
        arguments = halves.whole(arguments)
        call.id, call.name = halves.mend(call.id), halves.mend(call.name)
        halves.mend(call.echo and call.echo.values)
      end
      local made = { id = call.id, name = call.name,
        arguments = arguments:find("%S") and arguments or "{}" }
      for name, value in pairs(call.echo and call.echo.values or {}) do
        made[name] = value
      end
      list[#list + 1] = made
      again[#list] = call.echo and call.echo:to_send() or {}
    end
  end
  if list[1] then
    return list, again
  end
end

return tools
