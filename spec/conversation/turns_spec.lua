-- Answers that stream into a conversation, and what is left of broken ones.
local during_tests = require "spec.support.during_tests"
local events = require "spec.support.events"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local talks = require "spec.support.talks"

local line, must = talks.line, talks.must

local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")

describe("a streamed answer", function()
  local raw = during_tests(servers.raw)

  local function whole(...)
    return { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.answer(...) } }
  end

  -- A stream that brings some text and nothing more.
  local function begun(...)
    local frames = { servers.EVENTS_HEAD, events.created }
    for _, text in ipairs { ... } do
      frames[#frames + 1] = events.delta(text)
    end
    return { { "body" }, { "send", table.concat(frames) }, { "hold" } }
  end

  -- The same, broken off.
  local function broken(...)
    local steps = begun(...)
    steps[3] = nil
    return steps
  end

  local function refusal(fn, ...)
    local ok, message = pcall(fn, ...)
    assert.is_false(ok)
    return message
  end

  it("enters the history when it has ended", function()
    local talk, scene = talks.new(raw, "whole")
    scene.answer(whole("Hel", "lo"))
    local stream = must(talk:stream("first"))
    assert.equal("Hel", stream:next())
    assert.equal(0, #talk:messages())
    assert.equal("r-1", stream.id)
    assert.equal("lo", stream:next())
    assert.is_nil(stream:next())
    assert.equal("u:first a:Hello", line(talk:messages()))
    assert.equal("Hello", stream:reply().data)
    assert.equal(2, #talk:messages())
    assert.same({ requests = 1, tokens_prompt = 3, tokens_completion = 4,
      tokens_total = 7 }, talk:totals())
    scene.answer(whole("two"))
    must(must(talk:stream("second")):reply())
    assert.equal("u:first a:Hello u:second", line(scene.sent()[2].messages))
  end)

  it("does so however it is read", function()
    local ways = {
      ["for"] = function(stream)
        for _ in stream do end -- luacheck: ignore 542
      end,
      events = function(stream)
        for _ in stream:events() do end -- luacheck: ignore 542
      end,
      try_next = function(stream)
        repeat
          local piece, kind = stream:try_next()
          indoxhub.step()
        until piece == nil and kind ~= "pending"
      end,
      coroutine = function(stream)
        local co = stream:coroutine()
        repeat
          assert(coroutine.resume(co))
        until coroutine.status(co) == "dead"
      end,
      reply = function(stream)
        must(stream:reply())
      end,
    }
    for name, way in pairs(ways) do
      local talk, scene = talks.new(raw, "ways")
      scene.answer(whole("a", "b"))
      way(must(talk:stream("first")))
      assert.equal("u:first a:ab", line(talk:messages()), name)
    end
  end)

  it("may come from a server that does not stream", function()
    local talk, scene = talks.new(raw, "plain")
    scene.answer(talks.reply("at once"))
    local stream = must(talk:stream("first"))
    assert.equal("u:first a:at once", line(talk:messages()))
    assert.equal("at once", stream:next())
    must(talk:send("second"))
    assert.equal(4, #talk:messages())
  end)

  it("hands out reasoning when asked, and does not remember it", function()
    local talk, scene = talks.new(raw, "reasoning")
    scene.answer(servers.EVENTS_HEAD .. events.created
      .. events.reasoning("hm") .. events.delta("yes") .. events.completed
      .. events.done)
    local stream = must(talk:stream("first", { reasoning = true }))
    assert.same({ "hm", "reasoning" }, { stream:next() })
    must(stream:reply())
    assert.equal("u:first a:yes", line(talk:messages()))
  end)

  it("that is closed stays as far as it came", function()
    local talk, scene = talks.new(raw, "close")
    scene.answer(begun("Hel", "lo"))
    local stream = must(talk:stream("first"))
    assert.equal("Hel", stream:next())
    assert.equal("lo", stream:next())
    stream:close()
    stream:close()
    servers.wait_until(function() -- else its bytes come between the next ones
      indoxhub.step()
      return raw:got(scene.name):find("stop%-stream/.-\r\n\r\n")
    end, "the stop call")
    assert.same({ { role = "user", content = "first" },
      { role = "assistant", content = "Hello", partial = true } },
      talk:messages())
    assert.equal(1, talk:totals().requests)
    scene.answer(talks.reply("more"))
    must(talk:send("go on"))
    local sent = scene.sent()
    local messages = sent[#sent].messages
    assert.same({ role = "assistant", content = "Hello" }, messages[2])
    assert.equal("go on", messages[3].content)
  end)

  it("that breaks stays as far as it came", function()
    local talk, scene = talks.new(raw, "break")
    scene.answer(broken("Hel", "lo"))
    local stream = must(talk:stream("first"))
    local reply, err = stream:reply()
    assert.is_nil(reply)
    assert.equal("truncated", err.kind)
    assert.equal("u:first a:Hello", line(talk:messages()))
    assert.is_true(talk:messages()[2].partial)
  end)

  it("that fails before any text leaves nothing", function()
    local talk, scene = talks.new(raw, "nothing")
    must(talk:send("first"))
    local before, used = talk:messages(), talk:totals()
    for _, steps in ipairs { broken(), { { "body" }, { "send",
      servers.EVENTS_HEAD .. events.created .. events.frame(
        '{"type":"error","error":{"message":"no","code":402}}') } } } do
      scene.answer(steps)
      local stream = must(talk:stream("second"))
      local reply, err = stream:reply()
      assert.is_nil(reply)
      assert.truthy(err.kind)
      assert.same(before, talk:messages())
      assert.same(used, talk:totals())
    end
    scene.answer(begun())
    must(talk:stream("third")):close()
    assert.same(before, talk:messages())
  end)

  it("is the only one: a second question is refused", function()
    local talk, scene = talks.new(raw, "two")
    must(talk:send("first"))
    scene.answer(begun("Hel"))
    local stream = must(talk:stream("second"))
    stream:next()
    for _, method in ipairs { "send", "stream", "regenerate", "undo",
      "add" } do
      local message = refusal(function() talk[method](talk, "third") end)
      assert.matches("^spec/conversation/turns_spec.lua:%d+: conversation."
        .. method .. ": an answer is still under way", message)
    end
    -- What only reads goes on, and a fork can be asked.
    assert.equal(2, #talk:messages())
    assert.equal(1, talk:totals().requests)
    local fork = talk:fork()
    scene.answer(talks.reply("fork"))
    must(fork:send("third"))
    assert.equal("u:first a:yes u:third a:fork", line(fork:messages()))
    stream:close()
    assert.equal("u:first a:yes u:second a:Hel", line(talk:messages()))
    must(talk:send("fourth"))
    assert.equal(6, #talk:messages())
    scene.answer(begun("Hel"))
    stream = must(talk:regenerate { stream = true })
    stream:next()
    assert.matches("an answer is still under way",
      refusal(function() talk:send("fifth") end))
    stream:close()
    assert.equal(6, #talk:messages())
  end)

  it("that is dropped leaves nothing and is in nobody's way", function()
    local talk, scene = talks.new(raw, "dropped")
    must(talk:send("first"))
    scene.answer(begun("Hel"))
    local function drop()
      local stream = must(talk:stream("second"))
      assert.equal("Hel", stream:next())
    end
    drop()
    scene.answer(talks.reply("two"))
    must(talk:send("third"))
    assert.equal("u:first a:yes u:third a:two", line(talk:messages()))
    servers.wait_until(function()
      collectgarbage()
      indoxhub.step()
      return raw:gone(scene.name) == 1
    end, "the transfer to end")
  end)

  it("may be asked for again", function()
    local talk, scene = talks.new(raw, "again")
    must(talk:send("first"))
    scene.answer(whole("bet", "ter"))
    assert.equal("better", must(must(talk:regenerate { stream = true })
      :reply()).data)
    assert.equal("u:first a:better", line(talk:messages()))
    scene.answer(broken("wor"))
    local reply, err = must(talk:regenerate { stream = true }):reply()
    assert.is_nil(reply)
    assert.equal("wor", err.partial)
    assert.equal("u:first a:better", line(talk:messages()))
    assert.is_nil(talk:messages()[2].partial)
    scene.answer(begun("wor"))
    must(talk:regenerate { stream = true }):close()
    assert.equal("u:first a:better", line(talk:messages()))
    talk:undo()
    must(talk:add { role = "user", content = "alone" })
    scene.answer(broken("wor"))
    must(talk:regenerate { stream = true }):reply()
    assert.equal("u:alone a:wor", line(talk:messages()))
  end)

  it("keeps the calls of tools", function()
    local talk, scene = talks.new(raw, "tools", { tools = { {} } })
    scene.answer(servers.EVENTS_HEAD
      .. 'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,'
      .. '"id":"c1","function":{"name":"clock","arguments":"{\\"at\\""}}]}}]}'
      .. '\n\ndata: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,'
      .. '"function":{"arguments":":1}"}}]},"finish_reason":"tool_calls"}]}'
      .. "\n\ndata: [DONE]\n\n")
    local reply = must(must(talk:stream("what time is it?")):reply())
    assert.equal("clock", reply.tool_calls[1].name)
    must(talk:add { role = "tool", tool_call_id = reply.tool_calls[1].id,
      content = "noon" })
    scene.answer(whole("It is noon."))
    must(must(talk:stream()):reply())
    local sent = scene.sent()[2].messages
    assert.same({ { id = "c1", type = "function", ["function"] = {
      name = "clock", arguments = '{"at":1}' } } }, sent[2].tool_calls)
    assert.same({ role = "tool", tool_call_id = "c1", content = "noon" },
      sent[3])
    assert.equal("what time is it?", talk:undo())
    assert.equal(0, #talk:messages())
  end)

  describe("in tasks", function()
    it("stays as far as it came when its task is cancelled", function()
      local talk, scene = talks.new(raw, "cancel")
      scene.answer(begun("Hel", "lo"))
      local seen = {}
      local task = indoxhub.spawn(function()
        local stream = must(talk:stream("first"))
        repeat
          local piece, err = stream:next()
          seen[#seen + 1], seen.err = piece, err
        until not piece
      end)
      indoxhub.run(function()
        while #seen < 2 do
          indoxhub.sleep(0.001)
        end
        task:cancel()
        task:await()
      end)
      assert.equal("cancelled", seen.err.kind)
      assert.same({ { role = "user", content = "first" },
        { role = "assistant", content = "Hello", partial = true } },
        talk:messages())
    end)

    it("leaves nothing when a send is cancelled", function()
      local talk, scene = talks.new(raw, "cancelled")
      scene.answer { { "body" }, { "hold" } }
      local reply, err
      indoxhub.run(function()
        local task = indoxhub.spawn(function()
          reply, err = talk:send("first")
        end)
        servers.wait_until(function()
          indoxhub.sleep(0.001)
          return #scene.sent() == 1
        end)
        local message = refusal(talk.send, talk, "second")
        assert.matches("an answer is still under way", message)
        task:cancel()
        task:await()
      end)
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      assert.equal(0, #talk:messages())
      scene.answer(talks.reply("yes"))
      must(talk:send("third"))
    end)

    it("goes beside those of other conversations", function()
      local sandbox = servers.sandbox("--pace 0.002")
      local client = indoxhub.new { api_key = "k", base_url = sandbox.url }
      local fns, all = {}, {}
      for i = 1, 20 do
        all[i] = client:conversation { model = "openai/gpt-4o-mini" }
        fns[i] = function()
          for round = 1, 3 do
            local stream = must(all[i]:stream(
              ("echo: %d of %d"):format(round, i)))
            local piece
            repeat
              piece = stream:next()
            until not piece
          end
          return must(all[i]:send("count to " .. i)).data
        end
      end
      local results, failures = indoxhub.gather(fns)
      assert.is_nil(failures)
      for i = 1, 20 do
        local messages = all[i]:messages()
        assert.equal(8, #messages)
        assert.equal(("3 of %d"):format(i), messages[6].content)
        assert.equal(results[i], messages[8].content)
        assert.equal(4, all[i]:totals().requests)
      end
      servers.kill(sandbox)
    end)

    if not IS_PUC_51 then
      it("can be looped over", function()
        local talk, scene = talks.new(raw, "loop")
        scene.answer(whole("a", "b"))
        indoxhub.run(function()
          for _ in must(talk:stream("first")) do end -- luacheck: ignore 542
        end)
        assert.equal("u:first a:ab", line(talk:messages()))
      end)
    end
  end)
end)
