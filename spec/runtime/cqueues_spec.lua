-- Programs with controllers of cqueues.
local during_tests = require "spec.support.during_tests"
local hosts = require "spec.runtime.hosts"

-- Before each program: a thread that ticks until `stop_ticking`, and what loops
-- over another controller, too.
local LOOP = [[
  local cqueues = require "cqueues"
  local cq = cqueues.new()
  local ticks, ticking = 0, false
  local function tick()
    ticking = true
    while ticking do
      cqueues.sleep(0.001)
      ticks = ticks + 1
    end
  end
  local function stop_ticking()
    ticking = false
  end
  local function loop_with(other)
    local both = cqueues.new()
    for _, one in ipairs { cq, other } do
      both:wrap(function()
        assert(one:loop())
      end)
    end
    assert(both:loop())
  end
]]

for _, lua in ipairs { "lua5.4", "luajit" } do
  describe("with cqueues, " .. lua, function()
    local pair = during_tests(hosts.servers)

    local function run(code)
      return hosts.run_lua(lua, LOOP .. pair:prelude() .. code)
    end

    local function assert_says(expected, code)
      hosts.assert_said(expected, run(code))
    end

    -- Runs code in which `play` runs the scenes.
    local function run_scenes(code)
      pair:assert_scenes("true", run([[
        local function play()
          local failures = parts.run_scenes(function() return ticks end)
          stop_ticking()
          return failures
        end
      ]] .. code))
    end

    it("a thread of the program's own runs all scenes", function()
      run_scenes [[
        cq:wrap(tick)
        cq:wrap(play)
        print("ended", assert(cq:loop()))
      ]]
    end)

    it("a task in the program's controller runs all scenes", function()
      run_scenes [[
        cq:wrap(tick)
        cq:wrap(function()
          indoxhub.spawn(play)
        end)
        print("ended", assert(cq:loop()))
      ]]
    end)

    it("run runs all scenes without a controller", function()
      run_scenes [[
        indoxhub.spawn(tick)
        indoxhub.run(play)
        print("ended", cq:empty())
      ]]
    end)

    it("a controller within a controller runs all scenes", function()
      run_scenes [[
        local inner = cqueues.new()
        inner:wrap(play)
        cq:wrap(tick)
        cq:wrap(function()
          assert(inner:loop())
        end)
        print("ended", assert(cq:loop()))
      ]]
    end)

    it("a thread suspends nobody but itself", function()
      assert_says("20\n", [[
        local asked, answered = 0, 0
        for i = 1, 20 do
          cq:wrap(function()
            asked = asked + 1
            local stream = indoxhub.assert(client.chat:stream { messages = {
              { role = "user", content = "echo: number " .. i } } })
            local text = indoxhub.assert(stream:reply()).data
            -- Nobody is answered before all have asked.
            assert(asked == 20 and text == "number " .. i, text)
            answered = answered + 1
          end)
        end
        assert(cq:loop())
        print(answered)
      ]])
    end)

    it("a task is awaited in another controller", function()
      assert_says("6 * 7 is 42.\n", [[
        local other, task = cqueues.new(), nil
        cq:wrap(function()
          task = indoxhub.spawn(function()
            return client.chat:create { messages = MESSAGES }.data
          end)
        end)
        other:wrap(function()
          repeat
            cqueues.sleep(0.001)
          until task
          print(task:await())
        end)
        loop_with(other)
      ]])
    end)

    it("a task that began before is awaited in a controller", function()
      assert_says("1\t6 * 7 is 42.\n2\t6 * 7 is 42.\n", [[
        local early = indoxhub.spawn(function()
          return client.chat:create { messages = MESSAGES }.data
        end)
        for i = 1, 2 do
          cq:wrap(function()
            print(i, early:await())
          end)
        end
        assert(cq:loop())
      ]])
    end)

    it("a task of a controller that stands still is not waited for", function()
      local said, code = run [[
        local task
        cq:wrap(function()
          task = indoxhub.spawn(function()
            return client.chat:create { messages = MESSAGES }.data
          end)
        end)
        cq:step(0)
        print(pcall(task.await, task))
        assert(cq:loop())
        print(task:await())
      ]]
      assert.matches("^false\tindoxhub: waiting for something that cannot " ..
        "happen[^\n]*\n6 %* 7 is 42%.\n$", said)
      assert.equal(0, code)
    end)

    it("a step in a thread lets the others go on", function()
      assert_says(("6 * 7 is 42.\n"):rep(3), [[
        local function wait_by_steps()
          local task = indoxhub.spawn(function()
            return client.chat:create { messages = MESSAGES }.data
          end)
          while task:status() == "pending" do
            indoxhub.step()
          end
          print(task:await())
        end
        indoxhub.run(wait_by_steps)
        indoxhub.run(function()
          local inner = cqueues.new()
          inner:wrap(wait_by_steps)
          assert(inner:loop())
        end)
        cq:wrap(wait_by_steps)
        assert(cq:loop())
      ]])
    end)

    it("tasks of two controllers are answered when one has left", function()
      assert_says("short\none two three four five six\ntrue\ttrue\n", [[
        local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.01" } }
        local other = cqueues.new()
        local function ask(what)
          return function()
            print(slow.chat:stream { messages = { { role = "user",
              content = "echo: " .. what } } }:reply().data)
          end
        end
        cq:wrap(ask "short")
        other:wrap(ask "one two three four five six")
        loop_with(other)
        print(cq:empty(), other:empty())
      ]])
    end)

    it("a call waits where no thread is, and lets tasks go on", function()
      assert_says("outside\t6 * 7 is 42.\nin a task\t6 * 7 is 42.\n" ..
        "run\toutside\nstepped\t6 * 7 is 42.\noutside\t6 * 7 is 42.\n", [[
        parts.show "outside"
        local asked = indoxhub.spawn(parts.show, "in a task")
        asked:await()
        print("run", indoxhub.run(function()
          indoxhub.sleep(0.001)
          return "outside"
        end))
        indoxhub.spawn(parts.show, "stepped")
        while indoxhub.step() do
          cqueues.poll({ pollfd = indoxhub.fd(), events = "r" }, 1)
        end
        parts.show "outside"
      ]])
    end)

    it("the loop ends when a call outside of it took the last news", function()
      assert_says("outside\t6 * 7 is 42.\nin a thread\t6 * 7 is 42.\ntrue\n", [[
        local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.02" } }
        cq:wrap(parts.show, "in a thread")
        cq:step(0)
        cq:step(0)
        print("outside", slow.chat:stream { messages = MESSAGES }:reply().data)
        print(cq:loop())
      ]])
    end)

    it("the loop ends when a stream was read without waiting", function()
      assert_says("100000\ntrue\n", [[
        cq:wrap(function()
          local stream, count = fast(), 0
          repeat
            local piece, why = stream:try_next()
            count = count + (piece and 1 or 0)
          until not piece and why ~= "pending"
          print(count)
        end)
        print(cq:loop())
      ]])
    end)

    it("a server in the same controller answers the client", function()
      assert_says(("near\n"):rep(4), [[
        local socket = require "cqueues.socket"
        local server = assert(socket.listen("127.0.0.1", 0))
        assert(server:listen())
        local _, _, port = server:localname()
        local function serve(connection)
          connection:setmode("bn", "bf")
          while true do
            local length
            for line in connection:lines("*L") do
              length = line:match("^[Cc]ontent%-[Ll]ength: (%d+)") or length
              if line == "\r\n" then
                break
              end
            end
            if not length or not connection:read(tonumber(length)) then
              return connection:close()
            end
            connection:write(parts.NEAR)
            connection:flush()
          end
        end
        cq:wrap(function()
          for connection in server:clients() do
            cq:wrap(serve, connection)
          end
        end)
        cq:wrap(function()
          parts.ask_near(port)
          os.exit(0)
        end)
        assert(cq:loop())
      ]])
    end)

    it("every turn of the loop takes a share of a fast stream only", function()
      hosts.assert_shared(run [[
        local turns, over = 0, false
        cq:wrap(function()
          parts.read_fast(function() return turns end)
          over = true
        end)
        cq:wrap(function()
          while not over do
            cqueues.sleep(0)
            turns = turns + 1
          end
        end)
        assert(cq:loop())
      ]])
    end)

    it("a task that fails is told, and the loop goes on", function()
      assert_says("indoxhub: a task failed: on purpose\n6 * 7 is 42.\n", [[
        cq:wrap(function()
          indoxhub.spawn(parts.fail_soon)
          indoxhub.sleep(0.02)
          print(client.chat:create { messages = MESSAGES }.data)
        end)
        assert(cq:loop())
      ]])
    end)

    it("a task that a stranger resumes goes on waiting", function()
      assert_says("other\none\n6 * 7 is 42.\n", [[
        cq:wrap(function()
          local co
          local one = indoxhub.spawn(function()
            co = coroutine.running()
            indoxhub.sleep(0.1)
            print "one"
            return client.chat:create { messages = MESSAGES }.data
          end)
          local other = indoxhub.spawn(function()
            indoxhub.sleep(0.02)
            print "other"
          end)
          cqueues.sleep(0.001)
          assert(coroutine.resume(co))
          assert(coroutine.resume(co, nil))
          other:await()
          print(one:await())
        end)
        assert(cq:loop())
      ]])
    end)

    it("a thread that fails is told by the loop, which goes on", function()
      local said, code = run [[
        cq:wrap(function()
          client.chat:create {}
        end)
        cq:wrap(function()
          indoxhub.sleep(0.01)
          print(client.chat:create { messages = MESSAGES }.data)
        end)
        print(cq:loop())
        assert(cq:loop())
      ]]
      assert.truthy(said:find("chat.create: messages is required", 1, true),
        said)
      assert.truthy(said:find("6 * 7 is 42.\n", 1, true), said)
      assert.equal(0, code)
    end)

    it("a thread beside tasks that fails is told by run", function()
      assert_says("false\ton purpose\n", [[
        print(pcall(indoxhub.run, function()
          cqueues.running():wrap(error, "on purpose", 0)
          indoxhub.sleep(10)
        end))
      ]])
    end)

    it("the program leaves in mid-stream without a trace", function()
      local OPEN = [[
        cq:wrap(parts.wait_in_vain)
        repeat
          assert(cq:step())
        until parts.is_waiting
      ]]
      for _, ending in ipairs { "", "os.exit(0)", "os.exit(0, true)",
        "cq:close()", "cq = nil collectgarbage()",
        "cq:wrap(function() os.exit(0) end) cq:loop()",
        "cq:wrap(function() os.exit(0, true) end) cq:loop()",
        "indoxhub.spawn(function() os.exit(0) end) indoxhub.run(function() " ..
        "indoxhub.sleep(9) end)" } do
        pair:assert_left(ending, run(OPEN .. ending))
      end
      local said, code = run(OPEN .. "error('on purpose', 0)")
      assert.truthy(said:find("on purpose", 1, true))
      assert.equal(1, code)
      pair:wait_for_leaver()
    end)

    it("nobody else is started for a call", function()
      assert_says("children:\n", [[
        cq:wrap(parts.print_children)
        assert(cq:loop())
      ]])
      pair:wait_for_leaver()
    end)
  end)
end
