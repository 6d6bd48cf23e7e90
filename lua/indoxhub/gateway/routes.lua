--- What the gateway answers: which paths, and what is done there.
--
-- Everything else is 404: behind other paths stands the account of the upstream
-- key. What is compared is nginx's own form of the path, decoded once and
-- without "." and "..", and no path is ever passed on: that of a call to the
-- upstream is written by the client, from the operation and checked names.

local routes = {}

---@class indoxhub.gateway.Route
---@field operation string
---@field is_native boolean
---@field body? "json"|"form"
---@field argument? string what `{}` in the path was

-- A name in a path: of a model, a job or a stream.
local NAME = "[%w][%w%._:@%-]*"

-- Path below its base, method, operation, what the body is.
local OPENAI = {
  { "chat/completions", "POST", "chat", "json" },
  { "completions", "POST", "completion", "json" },
  { "embeddings", "POST", "embeddings", "json" },
  { "images/generations", "POST", "image", "json" },
  { "audio/speech", "POST", "speech", "json" },
  { "audio/transcriptions", "POST", "transcription", "form" },
  { "audio/translations", "POST", "translation", "form" },
  { "models", "GET", "models" },
  { "models/(.+)", "GET", "model" },
  { "streams/(.+)", "GET", "stream" },
  { "streams/(.+)", "DELETE", "stream" },
}

local NATIVE = {
  { "chat/completions", "POST", "chat", "json" },
  { "completions", "POST", "completion", "json" },
  { "embeddings", "POST", "embeddings", "json" },
  { "images/generations", "POST", "image", "json" },
  { "audio/tts/generations", "POST", "speech", "json" },
  { "audio/stt/transcriptions", "POST", "transcription", "form" },
  { "audio/stt/translations", "POST", "translation", "form" },
  { "models", "GET", "models" },
  { "models/(.+)", "GET", "model" },
  { "videos/generations", "POST", "video", "json" },
  { "videos/jobs/([^/]+)", "GET", "job" },
  { "videos/jobs/([^/]+)/cancel", "POST", "cancel" },
}

-- Whether the argument of a path is made of names.
local function is_name(argument)
  for name in argument:gmatch("[^/]*") do
    if name ~= "" and not name:find("^" .. NAME .. "$") then
      return false
    end
  end
  return not argument:find("//", 1, true) and argument:sub(-1) ~= "/"
end

local function find(list, method, rest)
  local other_method = false
  for _, row in ipairs(list) do
    local found = rest:match("^" .. row[1] .. "$")
    found = found and (found == rest or is_name(found)) and found
    if found and row[2] == method then
      return { operation = row[3], body = row[4],
        argument = found ~= rest and found or nil,
        is_native = list == NATIVE }
    end
    other_method = other_method or found ~= nil and found ~= false
  end
  return nil, other_method
end

--- What a request asks for. Nil and whether another method would do.
---@param method string
---@param path string decoded
---@return indoxhub.gateway.Route? route, boolean? other_method
function routes.find(method, path)
  local rest = path:match("^/v1/(.*)$")
  if rest then
    return find(OPENAI, method, rest)
  end
  rest = path:match("^/api/v1/(.*)$")
  if rest then
    return find(NATIVE, method, (rest:gsub("(.)/$", "%1")))
  end
  return nil, false
end

return routes
