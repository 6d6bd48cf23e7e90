-- Calls of tools and their results, which belong together.
local during_tests = require "spec.support.during_tests"
local history = require "indoxhub.conversation.history"
local servers = require "spec.support.servers"
local talks = require "spec.support.talks"

local line, must = talks.line, talks.must

local function entries(...)
  local list = {}
  for i, message in ipairs { ... } do
    list[i] = { message = message }
  end
  return list
end

local function call(id, name)
  return { id = id, type = "function", ["function"] = { name = name,
    arguments = "{}" } }
end

local function assistant(...)
  return { role = "assistant", content = "", tool_calls = { ... } }
end

local function result(id)
  return { role = "tool", tool_call_id = id, content = "r" }
end

local USER = { role = "user", content = "q" }

describe("a history", function()
  it("knows where the last question stands", function()
    assert.is_nil(history.last_question {})
    assert.is_nil(history.last_question(entries(assistant())))
    assert.equal(1, history.last_question(entries(USER)))
    assert.equal(2, history.last_question(entries(USER, USER,
      assistant(call("a", "x")), result("a"))))
  end)

  it("knows which calls of tools wait", function()
    local a, b = call("a", "x"), call("b", "y")
    assert.same({}, history.open_calls {})
    assert.same({}, history.open_calls(entries(USER)))
    assert.same({ a, b }, history.open_calls(entries(USER, assistant(a, b))))
    assert.same({ a }, history.open_calls(entries(assistant(a, b),
      result("b"))))
    assert.same({}, history.open_calls(entries(assistant(a, b), result("b"),
      result("a"))))
    -- Some servers give no ids: results come in the order of the calls.
    local c, d = call(nil, "x"), call(nil, "y")
    assert.same({ d }, history.open_calls(entries(assistant(c, d),
      result())))
    assert.same({}, history.open_calls(entries(assistant(c, d), result(),
      result())))
    assert.same({}, history.open_calls(entries(assistant(a), result("a"),
      { role = "assistant", content = "done" })))
  end)

  it("says what cannot come next", function()
    local open = entries(USER, assistant(call("a", "x"), call("b", "y")))
    assert.is_nil(history.refuse({}, USER))
    assert.is_nil(history.refuse(open, result("b")))
    assert.matches("missing: a %(x%), b %(y%)", history.refuse(open, USER))
    assert.matches("missing: a %(x%)", history.refuse(open, assistant()))
    assert.matches("tool_call_id must be that of a call that waits.*a %(x%)",
      history.refuse(open, result("c")))
    assert.matches("tool_call_id must be", history.refuse(open, result()))
    assert.matches("no call of a tool waits", history.refuse({}, result("a")))
    assert.matches("missing: no id %(x%)", history.refuse(
      entries(assistant(call(nil, "x"))), USER))
  end)
end)

describe("a tool exchange", function()
  local raw = during_tests(servers.raw)

  local function weather(name)
    local talk, scene = talks.new(raw, name, { tools = { { type = "function",
      ["function"] = { name = "weather" } } } })
    scene.answer(talks.calls({ "c1", "weather", '{"in":"Oslo"}' },
      { "c2", "weather", '{"in":"Rome"}' }))
    return talk, scene, must(talk:send("where is it warmer?"))
  end

  it("goes to and fro", function()
    local talk, scene, reply = weather("tools")
    assert.same({ id = "c1", name = "weather",
      arguments = '{"in":"Oslo"}' }, reply.tool_calls[1])
    for _, one in ipairs(reply.tool_calls) do
      must(talk:add { role = "tool", tool_call_id = one.id,
        content = one.id == "c1" and "5" or "25" })
    end
    scene.answer(talks.reply("Rome."))
    assert.equal("Rome.", must(talk:send()).data)
    local sent = scene.sent()[2]
    assert.equal("u:where is it warmer? a:nil t:5 t:25", line(sent.messages))
    assert.same({ { id = "c1", type = "function", ["function"] = {
        name = "weather", arguments = '{"in":"Oslo"}' } },
      { id = "c2", type = "function", ["function"] = { name = "weather",
        arguments = '{"in":"Rome"}' } } }, sent.messages[2].tool_calls)
    assert.equal("c2", sent.messages[4].tool_call_id)
    assert.equal("weather", sent.additional_params.tools[1]["function"].name)
    must(talk:send("sure?"))
    assert.equal(6, #scene.sent()[3].messages)
  end)

  it("is complete before anything else is asked", function()
    local talk, scene, reply = weather("order")
    for _, ask in ipairs { function() talk:send("and now?") end,
      function() talk:send() end, function() talk:stream("and now?") end,
      function() talk:add { role = "user", content = "and now?" } end } do
      local ok, message = pcall(ask)
      assert.is_false(ok)
      assert.matches("^spec/conversation/history_spec.lua:%d+: .*first add " ..
        "the results .*missing: c1 %(weather%), c2 %(weather%)", message)
    end
    must(talk:add { role = "tool", tool_call_id = "c2", content = "" })
    local ok, message = pcall(talk.add, talk, { role = "tool",
      tool_call_id = "c2", content = "again" })
    assert.is_false(ok)
    assert.matches("c1 %(weather%)$", message)
    assert.equal(3, #talk:messages())
    assert.equal(1, #scene.sent())
    assert.equal(2, #reply.tool_calls)
  end)

  it("is undone as a whole, and asked again as a whole", function()
    local talk, scene, reply = weather("undo")
    for _, one in ipairs(reply.tool_calls) do
      must(talk:add { role = "tool", tool_call_id = one.id, content = "5" })
    end
    scene.answer(talks.refusal("503 Busy"))
    assert.is_nil((talk:send()))
    assert.equal(4, #talk:messages())
    scene.answer(talks.reply("Neither."))
    must(talk:send())
    scene.answer(talks.reply("Rome."))
    must(talk:regenerate())
    assert.equal("u:where is it warmer? a:Rome.", line(talk:messages()))
    assert.equal("where is it warmer?", talk:undo())
    assert.equal(0, #talk:messages())
    local _, _, again = weather("undo")
    assert.equal(2, #again.tool_calls)
  end)

  it("can be taken from a reply by hand", function()
    local talk, scene = talks.new(raw, "hand")
    must(talk:add { role = "user", content = "what time is it?" })
    must(talk:add { role = "assistant", tool_calls = {
      { id = "c", name = "clock" } } })
    must(talk:add { role = "tool", tool_call_id = "c", content = "noon" })
    must(talk:send())
    assert.same({ { id = "c", type = "function", ["function"] = {
      name = "clock", arguments = "{}" } } },
      scene.sent()[1].messages[2].tool_calls)
  end)
end)
