--- Elements of a list in JSON that is still being written: each is found as
--- soon as it is complete.
--
-- What stands before the JSON, such as a fence or a word of the model, is
-- skipped, and so is what a model thinks in tags at the beginning of its
-- answer. The scanner looks at every byte once.

local json = require "indoxhub.base.json"

local scanner = {}

--- Names of tags in which some models write what they think.
---@type string[]
scanner.THOUGHTS = { "think", "thinking", "thought", "reasoning" }

---@class indoxhub.Scanner
---@field keys string[] the fields that lead to the list; none: it is the whole
---@field found boolean whether the list was found
---@field over boolean whether it has ended
---@field count integer elements that were found
---@field package _text string what is being looked at
---@field package _at integer where to go on looking
---@field package _first? integer where the element begins that is open
---@field package _awaits? string the tag that ends what the model thinks; "" as
--- long as it is not known whether it begins with that
---@field package _stack table[] what is open: { is_list, key }
---@field package _key? string the last string in a place of a name
---@field package _ready string[] elements as JSON, from `_given` on
---@field package _given integer
local methods = {}
local scanner_mt = { __index = methods }

--- A scanner for the list that a path leads to, such as "items" or
--- "answer.items"; "" is the whole.
---@param path string
---@return indoxhub.Scanner
function scanner.new(path)
  local keys = {}
  for key in path:gmatch "[^%.]+" do
    keys[#keys + 1] = key
  end
  return setmetatable({ keys = keys, found = false, over = false, count = 0,
    _text = "", _at = 1, _awaits = "", _first = nil, _stack = {}, _key = nil,
    _ready = {}, _given = 0 }, scanner_mt)
end

-- Whether what opens now is the list.
local function is_wanted(self, is_list)
  if not is_list or self.found or #self._stack ~= #self.keys then
    return false
  end
  for i, key in ipairs(self.keys) do
    if self._stack[i].is_list or self._stack[i].key ~= key then
      return false
    end
  end
  return true
end

local function open(self, is_list, at)
  local wanted = is_wanted(self, is_list)
  self.found = self.found or wanted
  table.insert(self._stack, { is_list = is_list, key = nil, wanted = wanted })
  self._key = nil
  if wanted then
    self._first = at + 1
  end
end

-- The element that ends before a place, if there is one.
local function end_element(self, at)
  local text = self._text:sub(self._first, at - 1)
  self._first = at + 1
  if text:find "%S" then
    self.count = self.count + 1
    self._ready[self.count] = text
  end
end

local function close(self, at)
  local last = table.remove(self._stack)
  if last and last.wanted then
    end_element(self, at)
    self.over = true
  end
end

-- A string that begins at a place: where it ends; nil when it is not complete.
local function string_end(text, at)
  while true do
    at = text:find('["\\]', at + 1)
    if not at then
      return nil
    elseif text:sub(at, at) == '"' then
      return at
    end
    at = at + 1
    if at > #text then
      return nil
    end
  end
end

-- Takes one mark; returns where to go on, or nil when there is too little text.
local function take(self, mark, at)
  local top = self._stack[#self._stack]
  if mark == '"' then
    local last = top and string_end(self._text, at)
    if top and not last then
      return nil
    elseif top and not top.is_list then
      self._key = self._text:sub(at, last)
    end
    return (last or at) + 1
  elseif mark == "{" or mark == "[" then
    open(self, mark == "[", at)
  elseif mark == "}" or mark == "]" then
    close(self, at)
  elseif top and mark == ":" and not top.is_list then
    top.key = self._key and json.decode(self._key)
  elseif top and mark == "," and top.wanted then
    end_element(self, at)
  end
  return at + 1
end

-- Keeps no more than what may still be needed.
local function drop_old(self)
  local keep = self._first and math.min(self._first, self._at) or self._at
  if keep > 1 then
    self._text = self._text:sub(keep)
    self._at = self._at - keep + 1
    self._first = self._first and self._first - keep + 1
  end
end

-- What the model thinks before its answer is cut off; true while it goes on, or
-- may begin.
local function is_thinking(self)
  if self._awaits == "" then
    local beginning = self._text:match("^%s*(.*)$"):sub(1, 12)
    self._awaits = nil
    for _, tag in ipairs(scanner.THOUGHTS) do
      local opening = "<" .. tag .. ">"
      if beginning:sub(1, #opening) == opening then
        self._awaits = "</" .. tag .. ">"
        break
      elseif opening:sub(1, #beginning) == beginning then
        self._awaits = ""
      end
    end
  end
  if self._awaits and self._awaits ~= "" then
    local _, last = self._text:find(self._awaits, 1, true)
    self._text = self._text:sub(last and last + 1 or -#self._awaits)
    self._awaits = not last and self._awaits or nil
  end
  return self._awaits ~= nil
end

--- Looks at one more piece of the text.
---@param piece string
function methods:feed(piece)
  self._text = self._text .. piece
  if self._awaits and is_thinking(self) then
    return
  end
  while not self.over do
    local at = self._text:find('[%[%]{}",:]', self._at)
    local after = at and take(self, self._text:sub(at, at), at)
    if not after then
      self._at = at or #self._text + 1
      break
    end
    self._at = after
  end
  drop_old(self)
end

--- Takes out the next element that is complete, as JSON; nil when there is
--- none.
---@return string? element
function methods:take()
  local at = self._given + 1
  local text = self._ready[at]
  if text then
    self._ready[at], self._given = nil, at
  end
  return text
end

return scanner
