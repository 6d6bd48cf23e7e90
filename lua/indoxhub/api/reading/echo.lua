--- What a server wants to see again when the calls of tools that it made are
--- answered: what it thought, and what it signed. A change of a byte may spoil
--- a signature, so the server's own text is kept beside the values.

local json = require "indoxhub.base.json"
local utf8 = require "indoxhub.base.utf8"
local values = require "indoxhub.api.reading.values"

local echo = {}

--- Their names.
local FIELDS = { "reasoning_content", "reasoning", "thinking",
  "reasoning_details", "signature", "extra_content" }
echo.FIELDS = FIELDS

---@class indoxhub.Echo
---@field values table<string, any> by the server's names
local echo_methods = {}
local echo_mt = { __index = echo_methods }

---@return indoxhub.Echo
function echo.new()
  return setmetatable({ values = {}, _raws = {}, _sources = {} }, echo_mt)
end

--- Those fields of a message or of a call; nil when it has none.
---@param from table
---@return table<string, any>? by name
function echo.of(from)
  local found
  for _, name in ipairs(FIELDS) do
    local value = from[name]
    if value ~= nil and values.says_something(value) then
      found = found or {}
      found[name] = value
    end
  end
  return found
end

local function extend(list, with)
  local longer = {}
  for _, items in ipairs { list, with } do
    for _, item in ipairs(items) do
      longer[#longer + 1] = item
    end
  end
  return longer
end

local function is_list(value)
  return type(value) == "table" and value[1] ~= nil
end

-- The text of a list that two lists are.
local function extend_raw(raw, with)
  local head = raw and raw:match("^%s*(%[.*)%]%s*$")
  local tail = with and with:match("^%s*%[(.*%]%s*)$")
  return head and tail and head .. "," .. tail or nil
end

local function add_one(self, name, value)
  local known = self.values[name]
  if type(value) == "string" and type(known) == "string" then
    self.values[name] = known .. value
  elseif is_list(value) and is_list(known) then
    self.values[name] = extend(known, value)
    self._raws[name] = extend_raw(self._raws[name], json.raw(value))
  else
    self.values[name] = value
    self._raws[name] = type(value) == "table" and json.raw(value) or nil
  end
end

--- Adds what one event tells: texts grow, lists get longer, tables are
--- replaced. A field is that of the dialect which had it first: another one
--- repeats it.
---@param told table<string, any>
---@param source? string the dialect
function echo_methods:add(told, source)
  for name, value in pairs(told) do
    self._sources[name] = self._sources[name] or source
    if self._sources[name] == source then
      add_one(self, name, value)
    end
  end
end

--- Adds what is not known yet.
---@param told table<string, any>
function echo_methods:fill(told)
  for name, value in pairs(told) do
    if self.values[name] == nil then
      add_one(self, name, value)
    end
  end
end

--- The fields as they go back, in the server's own bytes; what is not UTF-8 in
--- them is replaced.
---@return table<string, any> by name
function echo_methods:to_send()
  local made = {}
  for name, value in pairs(self.values) do
    local raw = self._raws[name]
    local copy = utf8.copy(value)
    made[name] = raw and json.with_raw(copy, utf8.text(raw)) or copy
  end
  return made
end

return echo
