-- OpenAI's own client and the AI SDK against the sandbox: what a program that
-- was written for OpenAI gets below /v1.
-- On two interpreters: the programs are others.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("a program for OpenAI, at the sandbox,", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")
  local told = {}

  setup(function()
    local packages = files.output "sh spec/support/peers/install.sh path"
    local output = files.output(
      ("env -u LD_PRELOAD NODE_PATH='%s' node %s http://127.0.0.1:%s/v1")
        :format(packages:gsub("\n", ""),
          "spec/support/peers/openai_clients.js", sandbox.port))
    for line in output:gmatch "[^\n]+" do
      local one = assert(json.decode(line))
      told[one.name] = one
    end
  end)

  local function gets(name)
    local one = assert(told[name], "nothing was told of " .. name)
    return assert(one.value, one.error)
  end

  it("chats", function()
    assert.same({ text = "6 * 7 is 42.", reason = "stop", total = 7, sum = 7 },
      gets "chat")
  end)

  it("streams, and is told the usage when it asks for that only", function()
    assert.same({ text = "1 2 3 4", usages = 0, counted = 1, choices = 0 },
      gets "stream")
  end)

  it("gets several answers to one question", function()
    assert.same({ indexes = { 0, 1, 2 }, different = 3,
      reasons = { "length" } }, gets "several")
  end)

  it("has its tools called, and their results used", function()
    assert.same({ name = "get_weather", args = '{"city":"Oslo"}',
      reason = "tool_calls", text = "get_weather says: 4 degrees" },
      gets "tools")
    assert.same({ cities = { "Oslo", "Rome" },
      text = "get_weather says: 4 degrees\nget_weather says: 4 degrees" },
      gets "runner")
  end)

  it("gets JSON of the schema it sent", function()
    assert.same({ title = "Sea Wolf", pages = 1 }, gets "json")
  end)

  it("completes texts", function()
    assert.same({ texts = { "1 2", "1 2 3" }, streamed = "1 2 3 4" },
      gets "completion")
  end)

  it("gets embeddings, packed or not, of the size it asks for", function()
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

  it("has pictures drawn", function()
    assert.same({ urls = 2, png = "PNG" }, gets "images")
  end)

  it("speaks, and is heard", function()
    local audio = gets "audio"
    assert.equal("audio/wav", audio.type) -- there is no encoder for MP3
    assert.equal("RIFF", audio.head)
    assert.equal("audio/pcm", audio.pcm)
    assert.truthy(audio.heard:find("The ferry leaves at nine.", 1, true))
    assert.truthy(audio.english:find("^translated "))
    assert.is_true(audio.words > 5 and audio.segments > 1)
  end)

  it("asks for responses, and goes on from them", function()
    assert.same({ text = "Nice to meet you, Ada.",
      remembered = "Your name is Ada.", streamed = "1 2 3 4",
      status = "completed", numbered = true }, gets "responses")
    assert.same({ type = "function_call", args = '{"city":"Oslo"}',
      text = "get_weather says: 4 degrees",
      book = { title = "Sea Wolf", pages = 1 } }, gets "response_tools")
  end)

  it("is refused in a form that it knows", function()
    assert.same({ key = "AuthenticationError 401 invalid_api_key",
      model = "NotFoundError 404 model_not_found",
      field = "BadRequestError 400 null", choice = "BadRequestError 400 null",
      path = "NotFoundError 404 not_found",
      method = "APIError 405 method_not_supported" }, gets "errors")
  end)

  it("works with the AI SDK: text, tools, objects, embeddings", function()
    assert.same({ text = "6 * 7 is 42.", input = 4, streamed = "1 2 3 4",
      pieces = 4, output = 2 }, gets "sdk")
    assert.same({ cities = { "Oslo", "Oslo" }, steps = 2,
      text = "get_weather says: 4 degrees",
      streamed = "get_weather says: 4 degrees" }, gets "sdk_tools")
    assert.same({ title = "Sea Wolf", pages = 1 }, gets "sdk_object")
    assert.same({ 32, 32 }, gets "sdk_embeddings")
  end)
end)
