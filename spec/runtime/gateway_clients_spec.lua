-- OpenAI's own client and the AI SDK, unchanged, at the gateway: in front of
-- the API, whose form is another, and of a server that speaks OpenAI's.
local files = require "spec.support.files"
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local NAMES = { "chat", "stream", "several", "tools", "runner", "json",
  "completion", "embeddings", "models", "errors", "abort", "sdk", "sdk_tools",
  "sdk_object", "sdk_embeddings" }

-- What an OpenAI-compatible upstream is not asked for.
local MEDIA = " images audio"

for _, upstream in ipairs { "/api/v1", "/v1" } do
  describe("a program for OpenAI, at the gateway before " .. upstream,
  function()
    local store, sandbox, gateway
    local told = {}

    setup(function()
      store = redis.start()
      sandbox = servers.sandbox "--pace 0"
      gateway = gateways.start { redis = store,
        base = sandbox.url:gsub("/api/v1$", upstream) }
      local packages = files.output "sh spec/support/peers/install.sh path"
      local output = files.output(("env -u LD_PRELOAD PEER_KEY=%s " ..
        "NODE_PATH='%s' node spec/support/peers/openai_clients.js %s %s")
        :format(keys.add(store), packages:gsub("\n", ""), gateway.url,
          table.concat(NAMES, " ") .. (upstream == "/v1" and "" or MEDIA)))
      for line in output:gmatch "[^\n]+" do
        local one = assert(json.decode(line))
        told[one.name] = one
      end
    end)

    teardown(function()
      assert.equal("", gateway:stop())
      servers.kill(sandbox)
      store:stop()
    end)

    local function gets(name)
      local one = assert(told[name], "nothing was told of " .. name)
      return assert(one.value, one.error)
    end

    it("chats, streams, and is told the usage when it asks", function()
      assert.same({ text = "6 * 7 is 42.", reason = "stop", total = 7,
        sum = 7 }, gets "chat")
      assert.same({ text = "1 2 3 4", usages = 0, counted = 1, choices = 0 },
        gets "stream")
    end)

    it("has its tools called, and gets data", function()
      assert.same({ name = "get_weather", args = '{"city":"Oslo"}',
        reason = "tool_calls", text = "get_weather says: 4 degrees" },
        gets "tools")
      assert.same({ "Oslo", "Rome" }, gets("runner").cities)
      assert.same({ title = "Sea Wolf", pages = 1 }, gets "json")
    end)

    it("completes texts, and gets embeddings, packed or not", function()
      assert.same({ texts = { "1 2", "1 2 3" }, streamed = "1 2 3 4" },
        gets "completion")
      assert.same({ packed = { 32, 32 }, plain = { 256, 256 }, same = true },
        gets "embeddings")
    end)

    it("lists models, and finds one by its id", function()
      local models = gets "models"
      assert.is_true(models.count > 10)
      models.count = nil
      assert.same({ known = true, id = "openai/gpt-4o-mini", object = "model",
        owner = "openai" }, models)
    end)

    if upstream == "/v1" then
      it("gets several answers to one question", function()
        assert.same({ indexes = { 0, 1, 2 }, different = 3,
          reasons = { "length" } }, gets "several")
      end)
    else
      it("has pictures drawn, speaks and is heard", function()
        assert.same({ urls = 2, png = "PNG" }, gets "images")
        local audio = gets "audio"
        assert.equal("audio/wav", audio.type)
        assert.equal("RIFF", audio.head)
        assert.truthy(audio.heard:find("The ferry leaves at nine.", 1, true))
        assert.truthy(audio.english:find("^translated "))
        assert.is_true(audio.words > 5 and audio.segments > 1)
      end)
    end

    it("is refused in a form that it knows", function()
      assert.same({ key = "AuthenticationError 401 invalid_api_key",
        model = "NotFoundError 404 model_not_found",
        field = "BadRequestError 400 null",
        choice = "BadRequestError 400 null",
        path = "NotFoundError 404 not_found",
        method = "APIError 405 method_not_supported" }, gets "errors")
    end)

    it("leaves in the midst of an answer", function()
      assert.same({ count = 3 }, gets "abort")
    end)

    it("works with the AI SDK", function()
      local sdk = gets "sdk"
      assert.equal("6 * 7 is 42.", sdk.text)
      assert.equal("1 2 3 4", sdk.streamed)
      assert.same({ cities = { "Oslo", "Oslo" }, steps = 2,
        text = "get_weather says: 4 degrees",
        streamed = "get_weather says: 4 degrees" }, gets "sdk_tools")
      assert.same({ title = "Sea Wolf", pages = 1 }, gets "sdk_object")
      assert.same({ 32, 32 }, gets "sdk_embeddings")
    end)
  end)
end
