-- Streams of conversations that run tools, as their readers see them.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local tool_answers = require "spec.support.tool_answers"

local CITY, says, calls = tool_answers.CITY, tool_answers.says,
  tool_answers.calls
local as_stream = tool_answers.as_stream

describe("a stream of a conversation with tools", function()
  local raw = during_tests(servers.raw)

  local function talk_of(answers, given)
    local list = {}
    for i, answer in ipairs(answers) do
      list[i] = as_stream(answer)
    end
    return raw:client(list):conversation(given)
  end

  local function weather(run)
    return indoxhub.tool { name = "get_weather", parameters = CITY,
      run = run or function()
        return "17 degrees"
      end }
  end

  local function both()
    local first = calls { "get_weather", '{"city":"A"}' }
    first.message.content = "Let me see. "
    return { first, says "It is warm." }
  end

  it("hands out the pieces of all steps", function()
    local talk = talk_of(both(), { tools = { weather() } })
    local pieces = {}
    local stream = indoxhub.assert(talk:stream "Go")
    for delta in stream do
      pieces[#pieces + 1] = delta
    end
    assert.equal("Let me see. It is warm.", (table.concat(pieces)
      :gsub("see%.It", "see. It")))
    assert.equal("It is warm.", stream:reply().data)
    assert.equal("Let me see.", (stream:reply().steps[1].data
      :gsub("%s+$", "")))
  end)

  it("can be read without waiting, while tools run", function()
    local go = false
    local talk = talk_of(both(), { tools = { weather(function()
      while not go do
        indoxhub.assert(indoxhub.sleep(0.001))
      end
      return "17"
    end) } })
    local stream = indoxhub.assert(talk:stream "Go")
    local text, looks = "", 0
    while true do
      local piece, kind = stream:try_next()
      if piece then
        text = text .. piece
      elseif kind ~= "pending" then
        assert.is_nil(kind)
        break
      elseif text:find "see" then
        looks = looks + 1
        go = looks > 20
      end
    end
    assert.is_true(looks > 20)
    assert.truthy(text:find "It is warm%.$")
  end)

  it("gives its events, and works as a coroutine", function()
    local talk = talk_of(both(), { tools = { weather() } })
    local count = 0
    if not (_VERSION == "Lua 5.1" and not rawget(_G, "jit")) then
      for event in indoxhub.assert(talk:stream "Go"):events() do
        count = count + (event.type or event.choices and 1 or 1)
      end
      assert.is_true(count > 6)
      assert.equal(4, #talk:messages())
    end
    talk = talk_of(both(), { tools = { weather() } })
    local thread = indoxhub.assert(talk:stream "Go"):coroutine()
    local text, ok, piece = "", coroutine.resume(thread)
    while coroutine.status(thread) ~= "dead" do
      text = text .. piece
      ok, piece = coroutine.resume(thread)
    end
    assert.is_true(ok)
    assert.equal("It is warm.", piece.data)
    assert.truthy(text:find "It is warm%.$")
  end)

  it("can be closed while tools run, and the history is whole at once",
    function()
      indoxhub.run(function()
        local began, ended
        local talk = talk_of({ both()[1], says "Again." }, { tools = {
          weather(function()
            began = true
            local _, err = indoxhub.sleep(60)
            ended = err.kind
          end) } })
        local stream = indoxhub.assert(talk:stream "Go")
        local reading = indoxhub.spawn(function()
          return stream:reply()
        end)
        while not began do
          indoxhub.assert(indoxhub.sleep(0.001))
        end
        stream:close()
        local roles = {}
        for i, message in ipairs(talk:messages()) do
          roles[i] = message.role
        end
        assert.equal("user assistant tool", table.concat(roles, " "))
        assert.equal("Error: the call was cancelled",
          talk:messages()[3].content)
        local reply = indoxhub.assert(talk:send "And now?")
        assert.equal("Again.", reply.data)
        local _, err = reading:await()
        assert.equal("cancelled", err.kind)
        while not ended do
          indoxhub.assert(indoxhub.sleep(0.001))
        end
        assert.equal("cancelled", ended)
        assert.equal(5, #talk:messages())
      end)
    end)
end)
