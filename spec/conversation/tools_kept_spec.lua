-- Conversations with tools that are saved, loaded and forked.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local tool_answers = require "spec.support.tool_answers"

local CITY, says, calls = tool_answers.CITY, tool_answers.says,
  tool_answers.calls
local as_body = tool_answers.as_body

describe("a conversation with tools that is kept", function()
  local raw = during_tests(servers.raw)
  local path

  before_each(function()
    path = os.tmpname()
  end)

  after_each(function()
    os.remove(path)
  end)

  local function settings(ran)
    return { max_steps = 5, on_call = function() end, approve = function()
      return true
    end, tools = { indoxhub.tool { name = "get_weather", parameters = CITY,
      run = function(arguments)
        ran[#ran + 1] = arguments.city
        return "17"
      end } } }
  end

  local function client_of(...)
    local list = {}
    for i, answer in ipairs { ... } do
      list[i] = as_body(answer)
    end
    return (raw:client(list))
  end

  it("is saved without functions, and takes them again", function()
    local ran, again = {}, {}
    local talk = client_of(calls { "get_weather", '{"city":"A"}' },
      says "Warm."):conversation(settings(ran))
    indoxhub.assert(talk:send "Go")
    indoxhub.assert(talk:save(path))
    local client = client_of(calls { "get_weather", '{"city":"B"}' },
      says "Warm, too.")
    local bare = indoxhub.assert(indoxhub.load_conversation(client, path))
    assert.equal(5, bare.max_steps)
    assert.is_nil(bare.approve)
    assert.equal("get_weather", bare.tools[1]["function"].name)
    assert.same(CITY, bare.tools[1]["function"].parameters)
    assert.equal(4, #bare:messages())
    local loaded = indoxhub.assert(indoxhub.load_conversation(client, path,
      settings(again)))
    assert.equal("Warm, too.", indoxhub.assert(loaded:send "And B?").data)
    assert.same({ "A" }, ran)
    assert.same({ "B" }, again)
    assert.equal(8, #loaded:messages())
  end)

  it("hands calls to the program when it got no functions again", function()
    local talk = client_of(says "Hello."):conversation(settings {})
    indoxhub.assert(talk:send "Hi")
    indoxhub.assert(talk:save(path))
    local loaded = indoxhub.assert(indoxhub.load_conversation(client_of(
      calls { "get_weather", '{"city":"B"}' }), path))
    assert.equal("get_weather",
      indoxhub.assert(loaded:send "Go").tool_calls[1].name)
  end)

  it("has a fork that runs them, too", function()
    local ran = {}
    local talk = client_of(calls { "get_weather", '{"city":"A"}' },
      says "Warm."):conversation(settings(ran))
    local fork = talk:fork()
    indoxhub.assert(fork:send "Go")
    assert.same({ "A" }, ran)
    assert.equal(0, #talk:messages())
  end)
end)
