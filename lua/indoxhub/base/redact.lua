--- Takes secrets out of text that a person or a log will see.

local escapes = require "indoxhub.base.escapes"

local redact = {}

local REDACTED = "[redacted]"

-- "indox-" and 32 characters; masked keys of the account calls are shorter or
-- carry stars and stay readable.
local KEY_SHAPE = "indox%-[%w_%-]+"
local SHORTEST_KEY = 26
local LONGEST_KEY = 128

local function hide_key(text)
  return #text >= SHORTEST_KEY and REDACTED or text
end

-- Shorter keys are made up, such as "test" for a server of one's own; they are
-- taken out as words, and not out of the middle of others.
local SHORTEST_SECRET = 8

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n",
  ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b", ["\f"] = "\\f" }

-- A text as JSON writes it.
local function in_json(text)
  return (text:gsub('[%c"\\]', function(c)
    return ESCAPES[c] or ("\\u%04x"):format(c:byte())
  end))
end

-- Adds the ways in which a secret may be written. What looks like an escape in
-- it is undone with those of the text.
local function add_spellings(all, secret)
  local json, undone = in_json(secret), escapes.undo(secret)
  undone = undone and #undone >= SHORTEST_SECRET and undone or nil
  for _, text in ipairs { secret, json, (json:gsub("/", "\\/")), undone } do
    if text ~= "" and not all[text] then
      all[text] = true
      all[#all + 1] = text
    end
  end
end

-- Lines of a secret that has several are told one by one, too.
local SHORTEST_LINE = 16

-- All that must not be seen. What begins with something else has to go first.
local function longest_first(secrets)
  local all = {}
  for _, secret in ipairs(secrets) do
    add_spellings(all, secret)
    if secret:find("\n") then
      for line in secret:gmatch("[^\r\n]+") do
        if #line >= SHORTEST_LINE then
          add_spellings(all, line)
        end
      end
    end
  end
  table.sort(all, function(a, b) return #a > #b end)
  return all
end

local function pattern_of(secret)
  local pattern = secret:gsub("%p", "%%%0"):gsub("%z", "%%z")
  if #secret < SHORTEST_SECRET then
    pattern = (secret:find("^%w") and "%f[%w]" or "") .. pattern
      .. (secret:find("%w$") and "%f[%W]" or "")
  end
  return pattern
end

-- Escapes inside of escapes are undone so many times.
local DEEPEST = 3

-- Finds a pattern in a text whose escapes were undone, and adds the bytes of
-- the text before that to a list of pairs. `origins` lead there.
local function add_places(places, undone, pattern, shortest, origins)
  local first, last = undone:find(pattern)
  while first do
    if last - first + 1 >= shortest then
      local from, to = first, last
      for i = #origins, 1, -1 do
        from, to = origins[i](from, to)
      end
      places[#places + 1] = { from, to }
    end
    first, last = undone:find(pattern, last + 1)
  end
end

-- Puts REDACTED in the places of some bytes, which may overlap.
local function cut_out(text, places)
  table.sort(places, function(a, b) return a[1] < b[1] end)
  local pieces, at = {}, 1
  for _, place in ipairs(places) do
    if place[1] >= at then
      pieces[#pieces + 1] = text:sub(at, place[1] - 1)
      pieces[#pieces + 1] = REDACTED
    end
    at = math.max(at, place[2] + 1)
  end
  return table.concat(pieces) .. text:sub(at)
end

-- Takes out secrets that are written with escapes: a server may tell the
-- address that it was sent, or a page quote it.
local function hide_escaped(text, sorted)
  local places, origins = {}, {}
  local undone, origin = escapes.undo(text)
  while undone do
    origins[#origins + 1] = origin
    for _, secret in ipairs(sorted) do
      add_places(places, undone, pattern_of(secret), 1, origins)
    end
    add_places(places, undone, KEY_SHAPE, SHORTEST_KEY, origins)
    local again, its_origin
    if #origins < DEEPEST then
      again, its_origin = escapes.undo(undone)
    end
    undone, origin = again, its_origin
  end
  return places[1] and cut_out(text, places) or text
end

-- With escapes a secret may be so many times as long.
local WIDEST = 12

---@alias indoxhub.Hide fun(text: string, longest?: integer): string

--- Makes a function that replaces the given secrets and anything that looks
--- like an API key. With `longest` it also cuts the text to that many bytes,
--- and leaves no half of a secret at the cut. A function, and not a list, goes
--- with an answer, so that nothing that prints tables shows a key.
---@param secrets string[]
---@return indoxhub.Hide
function redact.new(secrets)
  return function(text, longest)
    local sorted = longest_first(secrets)
    local margin = WIDEST * math.max(LONGEST_KEY, #(sorted[1] or ""))
    local cut = longest and #text > longest + margin
    if cut then
      text = text:sub(1, longest + margin)
    end
    for _, secret in ipairs(sorted) do
      text = text:gsub(pattern_of(secret), REDACTED)
    end
    text = hide_escaped(text:gsub(KEY_SHAPE, hide_key), sorted)
    -- What is left of a secret that was cut stands in the margin.
    return longest and text:sub(1, math.min(longest,
      cut and #text - margin or longest)) or text
  end
end

-- Parts of names that servers, and what stands before them, give to headers and
-- variables with a secret in them.
local SECRET_PARTS = { "key", "token", "secret", "pass", "auth", "cookie",
  "credential", "session", "signature" }

--- Whether a header, or a variable, may have what nobody else may read.
---@param name string
---@return boolean
function redact.sounds_secret(name)
  name = name:lower()
  for _, part in ipairs(SECRET_PARTS) do
    if name:find(part, 1, true) then
      return true
    end
  end
  return false
end

--- A value as a person may see it: a text, or a copy of a table with all names
--- and texts in it, without secrets.
---@generic T
---@param value T
---@param hide indoxhub.Hide
---@return T
function redact.copy(value, hide)
  if type(value) == "string" then
    return hide(value)
  elseif type(value) ~= "table" then
    return value
  end
  local copy = {}
  for name, item in pairs(value) do
    copy[redact.copy(name, hide)] = redact.copy(item, hide)
  end
  return setmetatable(copy, getmetatable(value))
end

return redact
