-- What is left out when a conversation is longer than what may be sent.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local talks = require "spec.support.talks"

local line, must = talks.line, talks.must

-- Each message is ten tokens, and three begin the answer.
local function ten()
  return 10
end

describe("the window of a conversation", function()
  local raw = during_tests(servers.raw)

  local function add(talk, ...)
    for _, text in ipairs { ... } do
      local role, rest = text:match("^(%a+):(.*)$")
      must(talk:add { role = role, content = rest })
    end
  end

  local function new(most, settings)
    settings = settings or {}
    settings.max_tokens_context = most
    settings.count_tokens = settings.count_tokens or ten
    return talks.new(raw, "window", settings)
  end

  it("is everything when there is no limit", function()
    local talk = talks.new(raw, "window", { system = "be brief" })
    assert.same({ { { role = "system", content = "be brief" } }, 4 + 2 + 3 },
      { talk:window() })
    add(talk, "user:a", "assistant:b")
    local messages, tokens = talk:window()
    assert.equal("s:be brief u:a a:b", line(messages))
    assert.equal(4 + 2 + 3 + 5 + 5, tokens)
  end)

  it("leaves out the oldest exchanges, and keeps the history", function()
    local talk, scene = new(53)
    add(talk, "user:a", "assistant:b", "user:c", "assistant:d")
    must(talk:send("e")) -- five messages are just right
    assert.equal("u:a a:b u:c a:d u:e", line(scene.sent()[1].messages))
    must(talk:send("f"))
    assert.equal("u:c a:d u:e a:yes u:f", line(scene.sent()[2].messages))
    assert.equal(8, #talk:messages())
    local messages, tokens = talk:window()
    assert.equal("u:e a:yes u:f a:yes", line(messages))
    assert.equal(43, tokens)
    talk.max_tokens_context = nil
    assert.equal(8, #talk:window())
  end)

  it("never begins within an exchange", function()
    local talk = new(42)
    add(talk, "user:a", "assistant:b", "user:c", "assistant:d")
    assert.equal("u:c a:d", line((talk:window())))
  end)

  it("keeps system messages", function()
    local talk, scene = new(53, { system = "one" })
    add(talk, "system:two", "user:a", "assistant:b", "developer:three",
      "user:c", "assistant:d")
    must(talk:send("e"))
    assert.equal("s:one s:two d:three u:e", line(scene.sent()[1].messages))
    talk.max_tokens_context = 63
    talk:undo()
    must(talk:send("f"))
    assert.equal("s:one s:two d:three u:c a:d u:f",
      line(scene.sent()[2].messages))
  end)

  it("never splits a tool exchange", function()
    local function tools(most)
      local talk, scene = new(most)
      add(talk, "user:a")
      must(talk:add { role = "assistant", tool_calls = { { id = "1",
        name = "x" }, { id = "2", name = "y" } } })
      must(talk:add { role = "tool", tool_call_id = "1", content = "r" })
      must(talk:add { role = "tool", tool_call_id = "2", content = "s" })
      return talk, scene
    end
    local talk, scene = tools(63)
    add(talk, "assistant:b")
    must(talk:send("c"))
    assert.equal(6, #scene.sent()[1].messages)
    for most = 13, 62 do
      talk, scene = tools(most)
      add(talk, "assistant:b")
      must(talk:send("c"))
      assert.equal("u:c", line(scene.sent()[1].messages), most)
    end
    -- It goes whole even when it is the newest, or not at all.
    talk, scene = tools(43)
    must(talk:send())
    assert.equal(4, #scene.sent()[1].messages)
    talk, scene = tools(42)
    local reply, err = talk:send()
    assert.is_nil(reply)
    assert.equal("budget", err.kind)
    assert.equal(0, #scene.sent())
  end)

  it("refuses a question that is too long by itself", function()
    local talk, scene = new(30, { system = "s",
      count_tokens = function(message) return #message.content end })
    add(talk, "user:a", "assistant:b")
    for _, method in ipairs { "send", "stream" } do
      local reply, err = talk[method](talk, ("x"):rep(27))
      assert.is_nil(reply)
      assert.equal("budget", err.kind)
      assert.equal("context", err.code)
      assert.equal("conversation." .. method, err.operation)
      assert.is_false(err.retryable)
      assert.matches("takes about 31 tokens, and max_tokens_context is 30",
        tostring(err))
      assert.matches("raise max_tokens_context", tostring(err))
    end
    assert.equal("u:a a:b", line(talk:messages()))
    assert.equal(0, #scene.sent())
    must(talk:send(("x"):rep(26)))
    assert.equal(2, #scene.sent()[1].messages)
    talk.max_tokens_context = 29
    local reply, err = talk:regenerate()
    assert.is_nil(reply)
    assert.equal("budget", err.kind)
    assert.equal(4, #talk:messages())
  end)

  it("asks an older question again with what came before it", function()
    local talk, scene = new(33)
    add(talk, "user:a", "assistant:b", "user:c", "assistant:d")
    must(talk:regenerate())
    assert.equal("u:a a:b u:c", line(scene.sent()[1].messages))
  end)

  it("counts the descriptions of tools", function()
    local tools = { { type = "function", ["function"] = { name = "weather",
      description = ("x"):rep(4000) } } }
    local function total(settings)
      return select(2, talks.new(raw, "window", settings):window())
    end
    assert.is_true(total { tools = tools } > 1000)
    assert.equal(total { tools = tools },
      total { additional_params = { tools = tools } })
    assert.equal(3, total {})
  end)

  it("counts each message once, whatever counts it", function()
    local counted = {}
    local talk = new(1e6, { count_tokens = function(message)
      counted[message.content] = (counted[message.content] or 0) + 1
      message.content = "changed"
      return 5
    end })
    for i = 1, 50 do
      must(talk:send("question " .. i))
    end
    for i = 1, 50 do
      assert.equal(1, counted["question " .. i])
    end
    must(talk:fork():send("again"))
    assert.equal(1, counted["question 1"])
    talk.count_tokens = ten
    assert.equal(1003, select(2, talk:window()))
    talk.count_tokens = nil
    assert.equal(3 + 50 * (4 + 1) + 9 * (4 + 3) + 41 * (4 + 3),
      select(2, talk:window()))
    assert.equal("question 1", talk:messages()[1].content)
  end)

  it("tells what is wrong with a function that counts", function()
    for _, bad in ipairs { "x", -1, 0 / 0, false } do
      local talk = new(100, { count_tokens = function() return bad end })
      local ok, message = pcall(talk.send, talk, "hello")
      assert.is_false(ok)
      assert.matches("^spec/conversation/window_spec.lua:%d+: " ..
        "count_tokens must return the tokens", message)
      talk.count_tokens = ten
      must(talk:send("hello")) -- nothing is left of it
      assert.equal(2, #talk:messages())
    end
  end)

  it("counts without looking at what is not sent", function()
    local calls = 0
    local talk = new(100, { count_tokens = function()
      calls = calls + 1
      return 10
    end })
    for i = 1, 500 do
      add(talk, "user:question " .. i, "assistant:answer " .. i)
    end
    for i = 1, 20 do
      must(talk:send("more " .. i))
    end
    assert.is_true(calls < 20 + 2 * 20 + 20)
    assert.equal("number", type(select(2, talk:window())))
  end)

  it("may be counted by a function that waits", function()
    local talk = new(100, { count_tokens = function()
      indoxhub.sleep(0.001)
      return 10
    end })
    indoxhub.run(function()
      must(talk:send("hello"))
    end)
    assert.equal(2, #talk:messages())
  end)
end)
