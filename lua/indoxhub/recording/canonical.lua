--- A request as a recording knows it: by its method, its path below the base
--- URL, its query and its body. Neither the address nor a header counts, so a
--- recording is found again with another key, and on another server.
--
-- What is equal for the server is written equally, whichever Lua does so:
-- fields in the order of their bytes, numbers in their shortest form. Bytes of
-- files are there by their digest only, and keys not at all.

local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
local sorted_json = require "indoxhub.base.sorted_json"

local canonical = {}

---@class indoxhub.Asked what a call asks, before it is described
---@field method string
---@field path string below the base URL; of a foreign file from its slash on
---@field query? table<string, any>
---@field is_file? boolean it is fetched, and stays as it is
---@field text? string the body: JSON as a rule
---@field parts? table[] of a form: {name, value} or {name, bytes, sha256}

-- Fields that hold a key, wherever they stand. What they hold does not decide
-- what is answered.
local SECRET_FIELDS = { byok_api_key = true, api_key = true, password = true,
  access_token = true, refresh_token = true, client_secret = true }

-- Bytes of a file in a text take a line that nobody can read, and no sentence
-- begins like that.
local function digest_of_uri(text)
  local kind, base64 = text:match("^data:([^,;]*)[^,]*;base64,(.*)$")
  if not kind then
    return text
  end
  local bytes = core.unbase64(base64)
  return ("data:%s;sha256,%s"):format(kind, core.sha256(bytes or base64))
end

local reduce

-- Results and arguments of tools are JSON within a text, whose fields are in an
-- order that is another one in each run of a program.
local function reduce_text(text)
  if text:find("^data:") then
    return digest_of_uri(text)
  elseif text:find("^%s*[{%[]") then
    local value = json.decode_with_nulls(text)
    return type(value) == "table" and sorted_json.encode(reduce(value)) or text
  end
  return text
end

-- A copy of a value without what must not or need not be kept.
function reduce(value)
  if type(value) == "string" then
    return reduce_text(value)
  elseif type(value) ~= "table" then
    return value
  end
  local copy = sorted_json.is_list(value) and json.array() or {}
  for name, item in pairs(value) do
    if not (SECRET_FIELDS[name] and type(item) == "string") then
      copy[name] = reduce(item)
    end
  end
  return copy
end

-- A field of a form.
local function reduce_part(part)
  if SECRET_FIELDS[part.name] then
    return { name = part.name }
  end
  return { name = part.name, value = part.value, bytes = part.bytes,
    sha256 = part.sha256 }
end

local function form_of(asked)
  if asked.parts then
    local parts = json.array()
    for i, part in ipairs(asked.parts) do
      parts[i] = reduce_part(part)
    end
    return parts
  end
end

-- Addresses that servers give may have any bytes.
local function in_ascii(text)
  return (text:gsub("[\128-\255]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

local function query_of(asked)
  local query = {}
  for name, value in pairs(asked.query or {}) do
    query[in_ascii(name)] = not SECRET_FIELDS[name]
      and in_ascii(tostring(value)) or nil
  end
  return next(query) and query or nil
end

--- What a recording keeps of a request.
---@param asked indoxhub.Asked
---@return table described
function canonical.describe(asked)
  local text, body = asked.text, nil
  if text then
    body = json.decode_with_nulls(text)
  end
  return { method = asked.method, path = in_ascii(asked.path),
    query = query_of(asked), form = form_of(asked), body = reduce(body),
    text = body == nil and text and core.sha256(text) or nil }
end

-- How much of a path the name of a file shows, and of the digest.
local LONGEST_PATH, DIGITS = 60, 20

--- The beginning of the names of files for requests like this one.
---@param described table
---@return string
function canonical.family(described)
  local words = (described.method .. " " .. described.path):lower()
    :gsub("[^%w]+", "-"):gsub("^-", ""):gsub("-$", "")
  return words:sub(1, LONGEST_PATH) .. "-"
end

--- The name of the file for a request.
---@param described table
---@return string
function canonical.name(described)
  return canonical.family(described)
    .. core.sha256(sorted_json.encode(described)):sub(1, DIGITS) .. ".json"
end

return canonical
