--- The elements of a list in an answer that is JSON, each handed out as soon as
--- it is complete.

local errors = require "indoxhub.base.errors"
local json = require "indoxhub.base.json"
local scanners = require "indoxhub.stream.scanner"
local schemas = require "indoxhub.schema"
local state = require "indoxhub.stream.state"
local values = require "indoxhub.schema.values"

local elements = {}

---@class indoxhub.Elements
---@field path string that leads to the list
---@field scanner indoxhub.Scanner
---@field checker? indoxhub.schema.Checker of one element
---@field given integer how many were handed out

-- Those of a stream, begun anew with each answer.
local function elements_of(self, path)
  if not self._elements or self._elements.path ~= path then
    local scanner = scanners.new(path)
    self._elements = { path = path, scanner = scanner, given = 0,
      checker = self._schema
        and schemas.compile(self._schema, "schema", scanner.keys) }
  end
  return self._elements
end

-- An error about the list, or about something in one of its elements.
local function misfit(self, keys, inner, why, text)
  local path = {}
  for _, list in ipairs { keys, inner } do
    for _, key in ipairs(list) do
      path[#path + 1] = key
    end
  end
  local pointer = schemas.pointer(path)
  return state.call_of(self):describe(errors.new("schema",
    (pointer == "" and "the answer" or pointer) .. " " .. why,
    { path = schemas.path(path), partial = text }))
end

-- An element decoded and checked.
local function read(self, one, text)
  one.given = one.given + 1
  local value, why = json.decode_with_nulls(text)
  if why then
    return nil, misfit(self, one.scanner.keys, { one.given },
      "is no JSON: " .. why, text)
  end
  local found = one.checker and one.checker:misfits(value)
  if found then
    local inner = { one.given }
    for _, key in ipairs(found[1].path) do
      inner[#inner + 1] = key
    end
    return nil, misfit(self, one.scanner.keys, inner, found[1].reason, text)
  end
  return values.without_nulls(value)
end

--- Waits for the next element; nil at the end, or nil and an error.
---@param self indoxhub.Stream
---@param path string
---@return any element, indoxhub.Error? err
function elements.next(self, path)
  while true do
    local one = elements_of(self, path)
    local text = one.scanner:take()
    if text then
      return read(self, one, text)
    elseif one.scanner.over then
      return nil
    end
    local piece, kind = self:next()
    if piece and kind == "text" then
      -- Another answer may have begun.
      elements_of(self, path).scanner:feed(piece)
    elseif not piece and kind then
      return nil, kind
    elseif not piece then
      return nil, not one.scanner.found
        and misfit(self, one.scanner.keys, {}, "is no list") or nil
    end
  end
end

return elements
