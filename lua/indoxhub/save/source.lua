--- Where the bytes of a result are: at a URL, or in the result itself.

local core = require "indoxhub.core"
local errors = require "indoxhub.base.errors"
local reply = require "indoxhub.api.replies.reply"
local videos = require "indoxhub.api.replies.videos"

local URLS = { "url", "video_url", "audio_url", "image_url" }
local BASE64 = { "b64_json", "audio", "audio_content", "b64" }

-- Fields that hold the thing itself, best first.
local INNER = { "result", "data", "videos", "images" }

-- Whether a text that may be something else is a URL.
local function is_absolute(text)
  return text:find("^%a[%w+.-]*://") ~= nil
    or text:find("^[Dd][Aa][Tt][Aa]:") ~= nil
end

local find

-- The one thing of a list; nil and how many there are when it has more.
local function only_one(list)
  if #list > 1 then
    return nil, #list
  end
  return find(list[1])
end

-- { url = } or { base64 = } of a result, at any depth; nil when it has none,
-- nil and a number when it has several.
function find(item)
  if type(item) == "string" then
    return is_absolute(item) and { url = item } or nil
  elseif type(item) ~= "table" then
    return nil
  elseif item[1] ~= nil then
    return only_one(item)
  end
  local url = reply.first_text(item, URLS)
  local base64 = reply.first_text(item, BASE64)
  if url then
    return { url = url }
  elseif base64 then
    return is_absolute(base64) and { url = base64 } or { base64 = base64 }
  end
  for _, name in ipairs(INNER) do
    local found, several = find(item[name])
    if found or several then
      return found, several
    end
  end
end

-- The table that tells of a job's status: the item, or what it envelops.
local function job_of(item)
  if type(item) == "table" and item.status == nil
    and type(item.data) == "table" then
    return item.data
  end
  return type(item) == "table" and item or {}
end

local function nothing(item)
  local job = job_of(item)
  local failure = videos.failure(job)
  if failure then
    return failure
  elseif type(job.status) == "string" and not videos.is_done(job) then
    return errors.new("invalid_request",
      "there is nothing to save yet: the job is " .. job.status,
      { code = "not_ready" })
  end
  return errors.new("invalid_request",
    "there is nothing to save in what was given: it has no url and no base64",
    { code = "nothing" })
end

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

local function decode(base64, content_type)
  local bytes = core.unbase64(base64)
  if not bytes then
    return nil, errors.new("protocol", "the result is not valid base64",
      { code = "base64" })
  end
  return { bytes = bytes, content_type = content_type }
end

-- The bytes of a data URI.
local function of_data_uri(uri)
  local kind, payload = uri:match("^[^:]*:([^,]*),(.*)$")
  if not kind then
    return nil, errors.new("protocol", "the data URI has no comma",
      { code = "data_uri" })
  end
  local content_type = kind:match("^[^;%s]+")
  if kind:lower():find(";%s*base64%s*$") then
    return decode(unescape(payload), content_type)
  end
  return { bytes = unescape(payload), content_type = content_type }
end

--- The source of a result: a URL, which may be relative, or the bytes.
---@param item any a reply, one element of its data, or a finished job
---@return {url?: string, bytes?: string, content_type?: string}? source
---@return indoxhub.Error? err
return function(item)
  local found, several = find(item)
  if several then
    return nil, errors.new("invalid_request",
      ("there are %d results in it: save them one by one, as reply.data[1]")
      :format(several), { code = "several" })
  elseif not found then
    return nil, nothing(item)
  elseif found.base64 then
    return decode(found.base64)
  end
  local scheme = (found.url:match("^(%a[%w+.-]*):") or "http"):lower()
  if scheme == "data" then
    return of_data_uri(found.url)
  elseif scheme ~= "http" and scheme ~= "https" then
    return nil, errors.new("protocol", "the result is at " .. scheme
      .. ":, which is not downloaded", { code = "scheme",
      hint = "only http:, https: and data: addresses can be saved" })
  end
  return found
end
