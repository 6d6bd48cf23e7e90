-- Random values of every type, and random arguments that nearly fit.
local core = require "indoxhub.core"
local targets = require "spec.support.core_fuzz.targets"
local texts = require "spec.support.core_fuzz.texts"

local values = {}

-- How many objects of a class are kept; others are left to the collector.
local KEPT = 4

-- Fields that something in the core looks at, without those that say where a
-- request goes.
local FIELDS = { "method", "headers", "body", "form", "expect", "progress",
  "paced", "queue_bytes", "max_bytes", "max_event_bytes", "connect", "idle",
  "first_byte", "total", "unverified", "http1", "gate", "name", "data", "path",
  "pull", "size", "filename", "type", "objects", "embedding", "arguments",
  "input", "a", "n" }

local METHODS = { "__index", "__newindex", "__len", "__call", "__tostring",
  "__pairs", "__name", "__mode", "__eq", "__close" }

local newproxy = rawget(_G, "newproxy") -- luacheck: ignore 113

---@class core_fuzz.Values
local methods = {}
methods.__index = methods

--- `meddle()` calls something, and `urls` are all that a request may ask for.
---@return core_fuzz.Values
function values.new(roll, urls, meddle)
  return setmetatable({ roll = roll, urls = urls, meddle = meddle,
    objects = {}, classes = {}, depth = 0 }, methods)
end

--- Keeps an object of the core for later calls.
function methods:keep(value)
  local class = targets.class_of(value)
  if class then
    if not self.objects[class] then
      self.objects[class] = {}
      self.classes[#self.classes + 1] = class
      table.sort(self.classes)
    end
    self.objects[class][self.roll(KEPT)] = value
  end
end

--- An object of a class; nil when there is none.
function methods:object(class)
  local kept = self.objects[class or self.classes[self.roll(#self.classes)]]
  return kept and kept[self.roll(KEPT)]
end

---------------------------------------------------------------------------
-- functions and tables

local RESULTS = { "value", "raise", "yield", "meddle", "collect" }

--- A function that does one thing whenever it is called.
function methods:func()
  local does = RESULTS[self.roll(#RESULTS)]
  local value = self:any()
  return function(_, key)
    if does == "raise" then
      error(value, 0)
    elseif does == "yield" then
      coroutine.yield(value)
    elseif does == "meddle" then
      self.meddle()
    elseif does == "collect" then
      collectgarbage()
    end
    if key == "url" or key == "proxy" then
      return self:url()
    end
    return value
  end
end

--- Something whose finalizer calls things: the collector runs in the midst of
--- whatever makes a value.
function methods:trap()
  local function on_collect()
    self.meddle()
  end
  if newproxy then
    local trap = newproxy(true)
    getmetatable(trap).__gc = on_collect
    return trap
  end
  return setmetatable({}, { __gc = on_collect })
end

function methods:list()
  local list = {}
  for i = 1, self.roll(5) - 1 do
    list[i] = self:any()
  end
  if self.roll(4) == 1 then
    list[self.roll(50)] = self:any() -- holes before it
  elseif self.roll(20) == 1 then
    local value = self:any()
    for i = 1, self.roll(3000) do
      list[i] = value
    end
  end
  return list
end

--- Puts fields into a table, a new one unless it is given. Nothing that runs
--- in a finalizer loops over pairs: LuaJIT before August 2023 never ends there
--- once the loop was compiled for values of another type. It leaves what it
--- compiled at the loop's begin, enters that again, and compiles nothing more
--- in a finalizer ("Ensure forward progress on trace exit to BC_ITERN").
function methods:record(record)
  record = record or {}
  for _ = 1, self.roll(6) do
    record[FIELDS[self.roll(#FIELDS)]] = self:any()
  end
  return record
end

function methods:cycle()
  local list = { self:any() }
  list[2] = self.roll(2) == 1 and list or { list }
  list.a = list
  return list
end

function methods:deep()
  local value = {}
  for _ = 1, self.roll(3000) do
    value = { value }
  end
  return value
end

function methods:marked()
  local made, marked = pcall(core.json_array, self:list())
  return made and marked or nil
end

function methods:odd()
  local meta = {}
  for _ = 1, self.roll(3) do
    meta[METHODS[self.roll(#METHODS)]] = self:func()
  end
  return setmetatable(self.roll(2) == 1 and self:list() or self:record(), meta)
end

--- An open file, or one that is closed.
function methods:file()
  local file = assert(io.tmpfile())
  file:write("some bytes")
  file:seek("set")
  if self.roll(2) == 1 then
    file:close()
  end
  return file
end

---------------------------------------------------------------------------
-- anything

local MAKE = {
  function() return nil end,
  function(self) return self.roll(2) == 1 end,
  function(self) return texts.number(self.roll) end,
  function(self) return texts.number(self.roll) end,
  function(self) return texts.string(self.roll) end,
  function(self) return texts.string(self.roll) end,
  methods.object,
  methods.object,
  methods.list,
  methods.record,
  methods.cycle,
  methods.deep,
  methods.marked,
  methods.odd,
  methods.odd,
  methods.func,
  methods.trap,
  function() return coroutine.create(function() end) end,
  function() return (core.json_decode("[null]"))[1] end,
  methods.file,
}

--- A value of any type.
function methods:any()
  self.depth = self.depth + 1
  local simple = self.depth > 3
  local value = MAKE[self.roll(simple and 8 or #MAKE)](self)
  self.depth = self.depth - 1
  return value
end

function methods:url()
  return self.urls[self.roll(#self.urls)]
end

return values
