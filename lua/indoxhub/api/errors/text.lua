--- Texts of a server as a person may read them: never bytes that are no text,
-- never the markup of a page.

local utf8 = require "indoxhub.base.utf8"

local text = {}

-- How many characters of a body that is only text are its reason.
local LONGEST = 200

-- How many bytes of a page are looked through for what a person would read.
local LONGEST_PAGE = 32 * 1024

-- How many bytes of a text tell whether it is one: a failed answer may be long.
local SAMPLE = 4096

local BYTE_ORDER_MARK = "\239\187\191"
local CONTROL = "[%z\1-\8\14-\26\28-\31\127]" -- ESC colours many a text

-- Bytes that belong to no character of UTF-8.
local function count_strange(bytes)
  local _, own = bytes:gsub(utf8.REPLACEMENT, "")
  local _, all = utf8.text(bytes):gsub(utf8.REPLACEMENT, "")
  return all - own
end

-- Old servers write other character sets, a few of whose letters are strange.
local function is_garbage(bytes)
  local _, controls = bytes:gsub(CONTROL, "")
  return 4 * (controls + count_strange(bytes)) > #bytes
end

--- A text that has something to read in it; nil for anything else.
---@param value any
---@return string?
function text.readable(value)
  return type(value) == "string" and value:find("[^%s%c]")
    and not is_garbage(value:sub(1, SAMPLE)) and value or nil
end

--- A text without the mark that some servers put before it.
---@param bytes string
---@return string
function text.unmarked(bytes)
  return bytes:sub(1, 3) == BYTE_ORDER_MARK and bytes:sub(4) or bytes
end

--- Whether bytes begin like HTML or XML. A name in angle brackets is none.
---@param bytes string
---@return boolean
function text.is_page(bytes)
  local first = text.unmarked(bytes):match("^%s*(<[!?%a].*)$") or ""
  local name = first:sub(1, 20):lower()
  return first:find("</%a") ~= nil or name:find("^<!doctype html") ~= nil
    or name:find("^<html") ~= nil
end

-- What stands between a page's first pair of such tags; nil without both.
local function between(page, name)
  local start = page:lower():find("<" .. name, 1, true)
  local from = start and page:find(">", start, true)
  local to = from and page:lower():find("</" .. name, from, true)
  return to and page:sub(from + 1, to - 1), start, to
end

-- What a person would read of a page: its title, else its text. Plain searches,
-- because a server's page may be anything. It is cut between words, so that no
-- part of a secret is left that would not be known for one.
local function of_page(page)
  if #page > LONGEST_PAGE then
    page = page:sub(1, LONGEST_PAGE):match("^(.*)[%s<]") or ""
  end
  local title = (between(page, "title") or ""):match("^%s*(.*%S)")
  if title then
    return title
  end
  for _, name in ipairs { "script", "style" } do
    local _, start, to = between(page, name)
    while start and to do
      page = page:sub(1, start - 1) .. " " .. page:sub(to + #name + 3)
      _, start, to = between(page, name)
    end
  end
  return (page:gsub("<[^>]*>", " "):gsub("%s+", " "))
end

--- The first characters of a text, whole ones.
---@param long string
---@param most integer
---@return string
function text.cut(long, most)
  local count = 0
  for start in long:gmatch("()[^\128-\191]") do
    count = count + 1
    if count > most then
      return long:sub(1, start - 1) .. "..."
    end
  end
  return long
end

--- What a field says: the text of a page, any other text as it is. Nil when
--- there is nothing to read.
---@param value any
---@return string?
function text.of_field(value)
  if type(value) == "string" and text.is_page(value) then
    value = of_page(value)
  end
  return text.readable(value)
end

--- What a body says that is nothing but text; nil for bytes of another kind.
---@param bytes string
---@return string?
function text.of_body(bytes)
  if bytes:find(CONTROL) then
    return nil
  end
  local said = text.of_field(text.unmarked(bytes))
  return said and text.cut(utf8.text(said:match("^%s*(.-)%s*$")), LONGEST)
end

return text
