-- Names that the module, a client or another object does not have: which raise,
-- and with what.
local endpoints = require "indoxhub.api.endpoints"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local misnamed = require "indoxhub.base.misnamed"
local misuse = require "spec.support.misuse"
local servers = require "spec.support.servers"

-- Nothing here is sent.
local function new()
  return indoxhub.new { api_key = "k", base_url = "http://127.0.0.1:1/api/v1" }
end

local function no_such(what, given, meant)
  return ("%s: there is no such %s; did you mean %s?")
    :format(given, what, meant)
end

describe("a name that a client does not have", function()
  it("is told with the resource that is meant", function()
    local client = new()
    for given, meant in pairs { image = "images", imgaes = "images",
      Images = "images", Chat = "chat", USER = "user", embedding = "embeddings",
      model = "models", video = "videos", completion = "completions",
      analytic = "analytics", users = "user", chats = "chat" } do
      misuse(no_such("resource", "client." .. given, "client." .. meant),
        function() return client[given] end)
    end
    misuse(no_such("resource", "client.image", "client.images"),
      function() client.image:generate { prompt = "a" } end)
    misuse(no_such("resource", "client.image", "client.images"),
      function() client:image { prompt = "a" } end)
  end)

  it("is told with the method that is meant", function()
    local client = new()
    misuse(no_such("method", "client.stream", "client.chat:stream{...}"),
      function() client:stream { messages = {} } end)
    misuse(no_such("method", "client.reqest", "client:request(...)"),
      function() client:reqest { path = "x" } end)
    misuse(no_such("method", "client.conversations",
      "client:conversation(...)"), function() client:conversations() end)
    misuse(no_such("method", "client.speech", "client.audio:speak{...}"),
      function() client.speech:create {} end)
  end)

  it("is nil when it is like none", function()
    local client = new()
    for _, name in ipairs { "n", "x", "width", "use", "safe", "closed", "class",
      "keys", "is_a", "_init", "__index", "__name", "__tostring", "_models",
      "_class", "toJSON", "length", "name", "type", "options" } do
      assert.is_nil(client[name], name)
      assert.is_nil(client.chat[name], name)
    end
    assert.is_nil(client[1])
    assert.is_nil(client[true])
    assert.is_nil(client.chat[1])
  end)

  it("does not keep anybody from printing it", function()
    local client = new()
    assert.matches("^indoxhub.client", tostring(client))
    assert.is_string(tostring(client.chat))
    assert.is_nil(next(new()))
    for name in pairs(client) do
      assert.equal("chat", name)
    end
    for name, value in pairs(client.chat) do
      assert.equal("_client", name)
      assert.equal(client, value)
    end
    assert.equal(0, #client.chat)
    assert.same(client.chat, client.chat)
  end)
end)

describe("a name that a resource does not have", function()
  it("is told with the method that is meant", function()
    local client = new()
    misuse(no_such("method", "client.chat.completions",
      "client.chat:create{...}"), function()
        client.chat.completions:create { messages = {} }
      end)
    misuse(no_such("method", "client.chat.completions",
      "client.chat:create{...}"), function()
        client.chat:completions { messages = {} }
      end)
    misuse(no_such("method", "client.images.create",
      "client.images:generate{...}"), function()
        client.images:create { prompt = "a" }
      end)
    misuse(no_such("method", "client.videos.status", "client.videos:job(id)"),
      function() client.videos:status("a") end)
    misuse(no_such("method", "client.chat.strean", "client.chat:stream(...)"),
      function() client.chat:strean { messages = {} } end)
    misuse(no_such("method", "client.videos.each_jobs",
      "client.videos:each_job(...)"), function() client.videos:each_jobs() end)
  end)
end)

describe("a resource that is called", function()
  it("is told with its method that is meant", function()
    local client = new()
    misuse(no_such("method", "client:chat(...)", "client.chat:create{...}"),
      function() client:chat { messages = {} } end)
    misuse(no_such("method", "client.chat(...)", "client.chat:create{...}"),
      function() client.chat { messages = {} } end)
    misuse(no_such("method", "client:models(...)", "client.models:list()"),
      function() client:models() end)
    misuse(no_such("method", "client:images(...)",
      "client.images:generate{...}"), function() client:images {} end)
  end)

  it("is told with all its methods when any may be meant", function()
    local client = new()
    misuse("client:audio(...): there is no such method; client.audio has "
      .. "speak, transcribe, translate", function() client:audio() end)
  end)
end)

describe("a name that the module or an object does not have", function()
  local client = new()

  it("is told with what is meant", function()
    misuse("indoxhub.Client: there is no such name; did you mean "
      .. "indoxhub.new{...}?", function() indoxhub.Client {} end)
    misuse("indoxhub.version: there is no such name; did you mean "
      .. "indoxhub._VERSION?", function() print(indoxhub.version) end)
    misuse(no_such("name", "indoxhub.loadConversation",
      "indoxhub.load_conversation(...)"), function()
        indoxhub.loadConversation(client, "talk.json")
      end)
    misuse(no_such("method", "talk.ask", "talk:send(...)"), function()
      client:conversation():ask "What is 6 * 7?"
    end)
    misuse(no_such("method", "task.wait", "task:await()"), function()
      local task = indoxhub.spawn(function() end)
      indoxhub.step(0)
      task:wait()
    end)
  end)

  it("is nil when it is like none", function()
    for _, name in ipairs { "n", "name", "x", "_any", "__index", "class" } do
      assert.is_nil(indoxhub[name])
      assert.is_nil(client:conversation()[name])
    end
    local task = indoxhub.spawn(function() end)
    indoxhub.step(0)
    assert.is_nil(task.name)
    assert.is_nil(task[1])
  end)

  it("is a setting of a conversation when it was set", function()
    local talk = client:conversation()
    talk.usage = true
    assert.is_true(talk.usage)
  end)
end)

describe("an option that is set in a client", function()
  it("raises, as it would do nothing", function()
    local client = new()
    misuse("client.timeout cannot be set: give it to indoxhub.new, or use "
      .. "client:with{ timeout = ... }", function() client.timeout = 5 end)
    client.note = "my own"
    assert.equal("my own", client.note)
  end)
end)

describe("the table of aliases", function()
  local client = new()
  local raw, objects

  setup(function()
    raw = servers.raw()
    local base = raw:script("stream", { { "body" },
      { "send", servers.EVENTS_HEAD .. events.chunk "one" .. events.done },
      { "close" } })
    objects = { indoxhub = indoxhub, client = client,
      talk = client:conversation(), task = indoxhub.spawn(function() end),
      server = indoxhub.mcp { url = "http://127.0.0.1:1" },
      stream = indoxhub.assert(client:with { base_url = base }.chat:stream {
        messages = { { role = "user", content = "go" } } }) }
    objects.task:await()
    objects.stream:reply()
  end)

  teardown(function()
    raw:stop()
  end)

  -- Follows the names of what is meant from one object to the next.
  local function exists(meant)
    local found = objects
    for name in meant:match("^[%w_.:]+"):gmatch("[%w_]+") do
      found = found[name]
    end
    return found
  end

  it("has no name that there is, and leads to names that there are", function()
    for owner, aliases in pairs(misnamed.aliases) do
      local has = objects[owner] or client[owner]
      for alias, meant in pairs(aliases) do
        assert.has_error(function() return has[alias] end)
        assert.truthy(exists(meant), alias)
      end
    end
  end)

  it("says what a call means of resources that there are", function()
    for resource, call in pairs(misnamed.calls) do
      assert.truthy(exists("client." .. resource .. ":" .. call))
    end
  end)

  it("hides no method of the endpoint table", function()
    for _, row in ipairs(endpoints.rows) do
      assert.is_function(client[row.resource][row.name])
    end
  end)
end)
