--- What a question is made of: a text, or a list of parts, whose pictures may
--- be named by their paths.

local body = require "indoxhub.call.body"
local errors = require "indoxhub.base.errors"
local files = require "indoxhub.api.params.files"
local json = require "indoxhub.base.json"
local upload = require "indoxhub.call.upload"
local utf8 = require "indoxhub.base.utf8"

local content = {}

local ARRAY = getmetatable(json.array())

--- A copy of a value of JSON that shares nothing with it.
---@generic T
---@param value T
---@return T
function content.copy(value)
  if type(value) ~= "table" then
    return value
  end
  local copy = {}
  for name, item in pairs(value) do
    copy[name] = content.copy(item)
  end
  return getmetatable(value) == ARRAY and json.array(copy) or copy
end

--- A copy of what a program gave, its files as data URIs; or nil and what is
--- wrong, or nil, nil and an error.
---@param value table
---@return table? copy, string? wrong, indoxhub.Error? err
function content.take(value)
  local embedded, err = body.embed_files(value)
  if err then
    return nil, nil, err
  end
  local ok, why = pcall(json.encode, embedded)
  if not ok then
    return nil, why
  end
  return content.copy(embedded)
end

---------------------------------------------------------------------------
-- pictures

local function is_url(text)
  return text:find("^data:") or text:find("^%a[%w+.-]+://")
end

-- A picture of the disk or of memory, as a data URI.
local function embed(file, name)
  local uri, err = upload.data_uri(file)
  if not uri then
    return nil, err
  end
  local kind = uri:match("^data:([^;,]*)")
  if not kind:find("^image/") then
    return nil, errors.new("file", ("%s is no picture, but %s"):format(name,
      kind), { code = "type" })
  end
  return uri
end

local function url_of(image)
  if files.is(image) then
    return embed(image, tostring(image))
  elseif is_url(image) then
    return image
  end
  return embed(files.of(image), image)
end

-- The two forms in which servers take pictures.
local FORMS = {
  image_url = function(url, detail)
    return { type = "image_url", image_url = { url = url, detail = detail } }
  end,
  image = function(url, detail)
    local kind, data = url:match("^data:([^;,]*);base64,(.*)$")
    return { type = "image", image = { media_type = kind, data = data,
      url = not data and url or nil, detail = detail } }
  end,
}

-- What is wrong with { image = ..., detail = ... }.
local function check_picture(part)
  for name in pairs(part) do
    if name ~= "image" and name ~= "detail" then
      return ("unknown field %s; a picture has image and detail")
        :format(tostring(name))
    end
  end
  local image = part.image
  if not files.is(image) and (type(image) ~= "string" or image == "") then
    return "image must be a path, a URL, or what indoxhub.file or bytes gave"
  elseif part.detail ~= nil and type(part.detail) ~= "string" then
    return "detail must be a string, such as \"low\""
  end
end

---------------------------------------------------------------------------
-- parts

local function make_part(part, form)
  if type(part) == "string" then
    local wrong = utf8.wrong(part)
    return not wrong and { type = "text", text = part } or nil, wrong
  elseif type(part) ~= "table" then
    return nil, "must be a text, a picture or a part of the API, not a "
      .. type(part)
  elseif type(part.type) == "string" then
    local taken, wrong, err = content.take(part)
    return taken, wrong and "does not fit into JSON: " .. wrong, err
  elseif files.is(part) then
    part = { image = part }
  elseif part.image == nil or form == false then
    return nil, "has no type; a picture is { image = path_or_url }"
  end
  local wrong = check_picture(part)
  if wrong then
    return nil, wrong
  end
  local url, err = url_of(part.image)
  return url and FORMS[form or "image_url"](url, part.detail), nil, err
end

-- What is wrong with a list of parts as such.
local function check_list(parts)
  if parts[1] == nil then
    return (parts.type or parts.image)
      and "must be a list: put the part in braces" or "must not be empty"
  end
  for name in pairs(parts) do
    if type(name) ~= "number" or name % 1 ~= 0 or name < 1
      or name > #parts then
      return ("is a list of parts; %s is none (a picture is a part of its " ..
        "own: { image = path_or_url })"):format(tostring(name))
    end
  end
end

--- The content of a message, as it is sent: pictures in the given form, as
--- `image_url` or as `image`; with false no file is read. Returns nil and
--- what is wrong when the program gave something else, or nil, nil and an error
--- when a file cannot be read.
---@param given any
---@param what string names it where it is wrong
---@param form? "image_url"|"image"|false default image_url
---@return string|table? made, string? wrong, indoxhub.Error? err
function content.make(given, what, form)
  if type(given) == "string" then
    local wrong = utf8.wrong(given)
    return not wrong and given or nil, wrong and what .. " " .. wrong
  elseif files.is(given) then
    given = { given }
  elseif type(given) ~= "table" then
    return nil, what .. " must be a text or a list of parts, not a "
      .. type(given)
  end
  local wrong = check_list(given)
  local made = {}
  for i = 1, wrong and 0 or #given do
    local err
    made[i], wrong, err = make_part(given[i], form)
    if not made[i] then
      return nil, wrong and ("part %d of %s %s"):format(i, what, wrong), err
    end
  end
  return not wrong and made or nil, wrong and what .. " " .. wrong
end

return content
