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

-- "indoxhub", "client", a resource, or an object by the name it has in messages
-- -> a name that it has not -> what is meant: a resource, a function or a call.
-- They are the names of other libraries, of the API's paths and of the command.
misnamed.aliases = {
  indoxhub = {
    Client = "indoxhub.new{...}", OpenAI = "indoxhub.new{...}",
    client = "indoxhub.new{...}", configure = "indoxhub.new{...}",
    connect = "indoxhub.new{...}", create = "indoxhub.new{...}",
    openai = "indoxhub.new{...}", setup = "indoxhub.new{...}",
    audio = "client.audio", chat = "client.chat",
    completions = "client.completions", embeddings = "client.embeddings",
    images = "client.images", models = "client.models",
    videos = "client.videos",
    completion = "client.chat:create{...}",
    conversation = "client:conversation{...}",
    save = "client:save(...)", stream = "client.chat:stream{...}",
    async = "indoxhub.spawn(fn)", go = "indoxhub.spawn(fn)",
    parallel = "indoxhub.gather{...}", wait = "indoxhub.sleep(seconds)",
    each = "indoxhub.map(list, fn)", for_each = "indoxhub.map(list, fn)",
    await = "task:await()", VERSION = "indoxhub._VERSION",
    version = "indoxhub._VERSION",
  },
  client = {
    account = "client.user", audios = "client.audio", chats = "client.chat",
    users = "client.user",
    ask = "client.chat:create{...}", complete = "client.chat:create{...}",
    chat_completion = "client.chat:create{...}",
    chat_completions = "client.chat:create{...}",
    create = "client.chat:create{...}", generate = "client.chat:create{...}",
    message = "client.chat:create{...}", messages = "client.chat:create{...}",
    send = "client.chat:create{...}",
    chat_stream = "client.chat:stream{...}",
    stream_chat = "client.chat:stream{...}",
    clone = "client:with{...}", copy = "client:with{...}",
    with_options = "client:with{...}",
    download = "client:save(...)", post = "client:request{...}",
    new_conversation = "client:conversation{...}",
    session = "client:conversation{...}",
    start_chat = "client:conversation{...}",
    thread = "client:conversation{...}",
    cost = "client:spent()", spending = "client:spent()",
    totals = "client:spent()",
    api_keys = "client.user:api_keys()", balance = "client.user:me()",
    credits = "client.user:me()", me = "client.user:me()",
    usage = "client.user:usage()",
    speak = "client.audio:speak{...}", tts = "client.audio:speak{...}",
    stt = "client.audio:transcribe{...}",
    transcribe = "client.audio:transcribe{...}",
    translate = "client.audio:translate{...}",
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
  models = { all = "client.models:list()",
    retrieve = "client.models:get(name)" },
  user = { credits = "client.user:me()", get = "client.user:me()",
    keys = "client.user:api_keys()" },
  videos = {
    create = "client.videos:generate{...}", download = "client:save(...)",
    get = "client.videos:job(id)", list = "client.videos:jobs()",
    poll = "client.videos:wait(id)",
    retrieve = "client.videos:job(id)", status = "client.videos:job(id)",
  },
  server = {
    list = "server:tools()", list_tools = "server:tools()",
    get_tools = "server:tools()", call_tool = "server:call(name, arguments)",
    invoke = "server:call(name, arguments)",
    run = "server:call(name, arguments)", stop = "server:close()",
    disconnect = "server:close()", shutdown = "server:close()",
    kill = "server:close()",
  },
  stream = {
    abort = "stream:close()", cancel = "stream:close()",
    stop = "stream:close()",
    collect = "stream:reply()", data = "stream:reply()",
    response = "stream:reply()", text = "stream:reply()",
    usage = "stream:reply()", wait = "stream:reply()",
    iter = "stream:next()", lines = "stream:next()", read = "stream:next()",
    recv = "stream:next()", poll = "stream:try_next()",
  },
  talk = {
    ask = "talk:send(...)", chat = "talk:send(...)", create = "talk:send(...)",
    message = "talk:send(...)", say = "talk:send(...)",
    send_message = "talk:send(...)", sent = "talk:send(...)",
    stream_message = "talk:stream(...)",
    add_message = "talk:add{...}", append = "talk:add{...}",
    push = "talk:add{...}",
    history = "talk:messages()",
    clear = "client:conversation{...}", reset = "client:conversation{...}",
    retry = "talk:regenerate()", pop = "talk:undo()",
    copy = "talk:fork()", clone = "talk:fork()", branch = "talk:fork()",
    load = "indoxhub.load_conversation(client, path)",
    cost = "talk:totals()", total = "talk:totals()", usage = "talk:totals()",
  },
  task = {
    get = "task:await()", join = "task:await()", result = "task:await()",
    wait = "task:await()",
    abort = "task:cancel()", close = "task:cancel()", kill = "task:cancel()",
    stop = "task:cancel()",
    done = "task:status()", is_done = "task:status()",
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
  local what = meant:find(":", 1, true) and "method"
    or meant:find("^client%.") and "resource" or "name"
  error(("%s: there is no such %s; did you mean %s?"):format(given, what,
    meant), level + 1)
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

--- The same for a name that the module, or an object, does not have.
---@param owner "indoxhub"|"server"|"stream"|"talk"|"task"
---@param name any
---@param methods table<string, any>
function misnamed.check(owner, name, methods)
  if not is_meant(name) then
    return
  end
  local sign = owner == "indoxhub" and "." or ":"
  local meant = misnamed.aliases[owner][name]
  local method = not meant and nearest(name, methods)
  meant = meant or method and ("%s%s%s(...)"):format(owner, sign, method)
  if meant then
    refuse(owner .. "." .. name, meant, 3)
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
