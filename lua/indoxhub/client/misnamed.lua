--- Names that people reach for and miss, and what they mean.
--
-- A name that is not there is nil, as in any table: programs, printers and
-- checkers of types ask for whatever they like. It raises only when it stands
-- in a table below, or is misspelt beyond doubt: one edit away from a name of
-- six letters and more, or written in capitals. Shorter names are one edit
-- away from other words ("width", "closed", "use"). A name that begins with
-- "_" is never meant.
--
-- All this is looked for where a name was not found, and nowhere else.

local spelling = require "indoxhub.base.spelling"

local misnamed = {}

-- "client", or a resource -> a name that it has not -> what is meant: a
-- resource or a call. They are the names of other libraries, of the API's
-- paths and of the command.
misnamed.aliases = {
  client = {
    account = "client.user", audios = "client.audio", chats = "client.chat",
    users = "client.user",
    create = "client.chat:create{...}", messages = "client.chat:create{...}",
    responses = "client.chat:create{...}", stream = "client.chat:stream{...}",
    embed = "client.embeddings:create{...}",
    speech = "client.audio:speak{...}",
    transcription = "client.audio:transcribe{...}",
    transcriptions = "client.audio:transcribe{...}",
    translation = "client.audio:translate{...}",
    translations = "client.audio:translate{...}",
  },
  audio = {
    create = "client.audio:speak{...}", speech = "client.audio:speak{...}",
    transcription = "client.audio:transcribe{...}",
    transcriptions = "client.audio:transcribe{...}",
    translation = "client.audio:translate{...}",
    translations = "client.audio:translate{...}",
  },
  chat = {
    completion = "client.chat:create{...}",
    completions = "client.chat:create{...}", send = "client.chat:create{...}",
  },
  embeddings = {
    embed = "client.embeddings:create{...}",
    generate = "client.embeddings:create{...}",
  },
  images = { create = "client.images:generate{...}" },
  models = { retrieve = "client.models:get(name)" },
  user = { keys = "client.user:api_keys()" },
  videos = {
    create = "client.videos:generate{...}", list = "client.videos:jobs()",
    retrieve = "client.videos:job(id)", status = "client.videos:job(id)",
  },
}

-- Resource -> the method that is meant when it is called itself; any other has
-- several that may be.
misnamed.calls = {
  chat = "create{...}", completions = "create{...}",
  embeddings = "create{...}", images = "generate{...}", models = "list()",
  videos = "generate{...}",
}

local SHORTEST = 6

-- Which of some names a misspelt one means.
local function nearest(name, known)
  local names = {}
  for candidate in pairs(known) do
    if #candidate >= SHORTEST or candidate == name:lower() then
      names[#names + 1] = candidate
    end
  end
  table.sort(names)
  return spelling.nearest(name, names)
end

local function refuse(given, meant, level)
  error(("%s: there is no such %s; did you mean %s?"):format(given,
    meant:find(":", 1, true) and "method" or "resource", meant), level + 1)
end

local function is_meant(name)
  return type(name) == "string" and not name:find("^_")
end

--- Raises when a name that a client does not have is meant for another; at the
--- line that asked for it when __index calls this.
---@param name any
---@param resources table<string, any> by name
---@param methods table<string, function>
function misnamed.check_client(name, resources, methods)
  if not is_meant(name) then
    return
  end
  local meant = misnamed.aliases.client[name]
  local resource = not meant and nearest(name, resources)
  local method = not meant and not resource and nearest(name, methods)
  meant = meant or resource and "client." .. resource
    or method and ("client:%s(...)"):format(method)
  if meant then
    refuse("client." .. name, meant, 3)
  end
end

--- The same for a name that a resource does not have.
---@param resource string
---@param name any
---@param methods table<string, function>
function misnamed.check_resource(resource, name, methods)
  if not is_meant(name) then
    return
  end
  local meant = (misnamed.aliases[resource] or {})[name]
  local method = not meant and nearest(name, methods)
  meant = meant or method and ("client.%s:%s(...)"):format(resource, method)
  if meant then
    refuse(("client.%s.%s"):format(resource, name), meant, 3)
  end
end

--- Raises because a resource was called; at the line that did when __call
--- calls this.
---@param resource string
---@param methods table<string, function>
---@param with_colon boolean
function misnamed.refuse_call(resource, methods, with_colon)
  local given = ("client%s%s(...)"):format(with_colon and ":" or ".", resource)
  local call = misnamed.calls[resource]
  if call then
    refuse(given, ("client.%s:%s"):format(resource, call), 3)
  end
  local names = {}
  for name in pairs(methods) do
    names[#names + 1] = name
  end
  table.sort(names)
  error(("%s: there is no such method; client.%s has %s"):format(given,
    resource, table.concat(names, ", ")), 3)
end

return misnamed
