-- What can be called: every function of the core, every method and every
-- metamethod of its classes. They are found where the core keeps them, so that
-- a new one is called without a word here. What stands behind an object is
-- left out, such as the state of a transfer: only the debug library leads
-- there, with which a program can give anything any metatable.
local core = require "indoxhub.core"

local targets = {}

-- What is left out, and why.
local LEFT_OUT = {
  catch_interrupts = "takes signals",
  guard_terminal = "takes signals",
  ignore_broken_pipes = "takes signals",
}

-- The longest wait of a step. Seconds.
local WAIT = 0.003

-- Descriptors to read from: none of them has anything to wait for.
local DESCRIPTORS = { 0, -1, 1000000, 2 ^ 31, 2 ^ 53 }

-- Changes arguments, of which there are args.n, so that the call ends.
local GUARDS = {}

-- stdin leads nowhere (see run.lua), and the others would be waited for.
function GUARDS.await_input(args, roll)
  if tonumber(args[1]) then
    args[1] = DESCRIPTORS[roll(#DESCRIPTORS)]
  end
end

GUARDS.read_input = GUARDS.await_input

GUARDS["engine:step"] = function(args)
  if tonumber(args[5]) then
    args[5] = math.min(tonumber(args[5]), WAIT)
  end
end

-- Methods of classes that also know their items, by an object: Lua 5.1 does not
-- show where they are.
local HIDDEN = {
  vector = { "bytes", "cosine", "dot", "table" },
  matrix = { "bytes", "dimensions", "table" },
}

local function hidden_methods(class)
  local object = core.vector { 1 }
  if class == "matrix" then
    object = core.matrix { object }
  end
  local methods = {}
  for _, name in ipairs(HIDDEN[class]) do
    methods[name] = object[name]
  end
  return methods
end

-- The methods of a class: a table, or the upvalue of what also knows its items.
local function methods_of(class, meta)
  local index = meta.__index
  if type(index) == "function" then
    local _, methods = debug.getupvalue(index, 1)
    return methods or hidden_methods(class)
  end
  return index
end

local function add(found, name, call, class)
  if type(call) == "function" and not LEFT_OUT[name] then
    found[#found + 1] = { name = name, call = call, class = class,
      guard = GUARDS[name] }
  end
end

--- All of them, in an order that does not change: {name =, call =, class =,
--- guard =}, where a class is what methods are called on.
function targets.find()
  local found = {}
  for name, call in pairs(core) do
    add(found, name, call)
  end
  for key, meta in pairs(debug.getregistry()) do
    local class = type(key) == "string" and key:match("^indoxhub%.(%w+)$")
    if class and type(meta) == "table" then
      for name, call in pairs(meta) do
        add(found, class .. ":" .. name, call, class)
      end
      for name, call in pairs(methods_of(class, meta) or {}) do
        add(found, class .. ":" .. name, call, class)
      end
    end
  end
  table.sort(found, function(a, b)
    return a.name < b.name
  end)
  return found
end

--- The class of an object of the core; nil for anything else.
function targets.class_of(value)
  local meta = type(value) == "userdata" and debug.getmetatable(value)
  local name = type(meta) == "table" and rawget(meta, "__name")
  return type(name) == "string" and name:match("^indoxhub%.(%w+)$") or nil
end

return targets
