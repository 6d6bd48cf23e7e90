-- Games in LÖVE, without a display.
local during_tests = require "spec.support.during_tests"
local hosts = require "spec.runtime.hosts"
local play = require "spec.runtime.love.play"

-- Before each program: the frame loop.
local LOOP = [[
  local frames = 0
  function love.update()
    frames = frames + 1
    indoxhub.step(0.002)
  end
]]

describe("LÖVE", function()
  local pair = during_tests(hosts.servers)

  describe("without a display", function()
    local function run(code)
      return play("headless", pair:prelude() .. LOOP .. code, "DISPLAY=")
    end

    local function assert_says(expected, code)
      hosts.assert_said(expected, run(code))
    end

    it("a task runs all scenes beside the frames", function()
      pair:assert_scenes("false", run [[
        indoxhub.spawn(function()
          parts.run_scenes(function() return frames end)
          over = true
        end)
        local update = love.update
        function love.update()
          update()
          if over then
            print("ended", indoxhub.step())
            love.event.quit()
          end
        end
      ]])
    end)

    it("run runs all scenes before the first frame", function()
      pair:assert_scenes("false", run [[
        local ticks, ticking = 0, true
        indoxhub.spawn(function()
          while ticking do
            indoxhub.sleep(0.001)
            ticks = ticks + 1
          end
        end)
        indoxhub.run(parts.run_scenes, function() return ticks end)
        ticking = false
        indoxhub.sleep(0.01)
        print("ended", indoxhub.step())
        love.event.quit()
      ]])
    end)

    it("a frame reads what has come, and waits for nothing", function()
      assert_says("5\t6 * 7 is 42.\tnil\ttrue\n", [[
        local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.02" } }
        local stream, pieces, waits = nil, {}, 0
        indoxhub.spawn(function()
          stream = indoxhub.assert(slow.chat:stream { messages = MESSAGES })
        end)
        local update = love.update
        function love.update()
          update()
          while stream do
            local piece, why = stream:try_next()
            if why == "pending" then
              waits = waits + 1
              break
            elseif not piece then
              print(#pieces, table.concat(pieces), why, waits > 10)
              stream = nil
              love.event.quit()
              break
            end
            pieces[#pieces + 1] = piece
          end
        end
      ]])
    end)

    it("every frame takes a share of a fast stream only", function()
      hosts.assert_shared(run [[
        indoxhub.spawn(function()
          parts.read_fast(function() return frames end)
          love.event.quit()
        end)
      ]])
    end)

    it("a task that fails is told, and the frames go on", function()
      local said, code = run [[
        indoxhub.spawn(parts.fail_soon)
        indoxhub.spawn(function()
          indoxhub.sleep(0.02)
          print(client.chat:create { messages = MESSAGES }.data)
          love.event.quit(7)
        end)
      ]]
      assert.equal("indoxhub: a task failed: on purpose\n6 * 7 is 42.\n", said)
      assert.equal(7, code)
    end)

    it("threads have calls of their own", function()
      assert_says("all\n", [[
        local THREAD = [=[
          local base_url, channel = ...
          local client = require("indoxhub").new { api_key = "indox-test",
            base_url = base_url }
          for i = 1, 20 do
            local reply, err = client.chat:create { messages = { {
              role = "user", content = "echo: thread " .. i } } }
            channel:push(reply and reply.data or tostring(err))
          end
        ]=]
        local channels, threads = {}, {}
        for i = 1, 3 do
          channels[i] = love.thread.newChannel()
          threads[i] = love.thread.newThread(THREAD)
          threads[i]:start(SANDBOX, channels[i])
        end
        indoxhub.spawn(function()
          for i = 1, 20 do
            local reply = indoxhub.assert(client.chat:create { messages = {
              { role = "user", content = "echo: main " .. i } } })
            assert(reply.data == "main " .. i, reply.data)
          end
          for k = 1, 3 do
            for i = 1, 20 do
              while channels[k]:getCount() == 0 and threads[k]:isRunning() do
                indoxhub.sleep(0.005)
              end
              local text = channels[k]:pop()
              assert(text == "thread " .. i, text or threads[k]:getError())
            end
          end
          print "all"
          love.event.quit()
        end)
      ]])
    end)

    local OPEN = [[
      indoxhub.spawn(parts.wait_in_vain)
      local update = love.update
      function love.update()
        update()
        if parts.is_waiting then
          leave()
        end
      end
    ]]

    it("the player leaves in mid-stream without a trace", function()
      for _, ending in ipairs { "love.event.quit()", "os.exit(0)",
        "os.exit(0, true)", "love.event.push('quit')" } do
        pair:assert_left(ending,
          run(OPEN .. "function leave() " .. ending .. " end"))
      end
    end)

    it("the game starts again in mid-stream", function()
      -- LÖVE closes the Lua state and makes another, in the same process.
      local mark = os.tmpname()
      local said, code = run(("local MARK = %q\n"):format(mark) .. [[
        local marks = io.open(MARK, "a+")
        marks:write("x")
        marks:seek("set")
        local starts = #marks:read("*a")
        marks:close()
      ]] .. OPEN .. [[
        function leave()
          parts.is_waiting = false
          indoxhub.spawn(function()
            print(starts, client.chat:create { messages = MESSAGES }.data)
            io.stdout:flush()
            love.event.quit(starts < 4 and "restart" or 0)
          end)
        end
      ]])
      os.remove(mark)
      assert.equal("1\t6 * 7 is 42.\n2\t6 * 7 is 42.\n3\t6 * 7 is 42.\n" ..
        "4\t6 * 7 is 42.\n", said)
      assert.equal(0, code)
      for _ = 1, 4 do
        pair:wait_for_leaver()
      end
    end)

    it("nobody else is started for a call", function()
      assert_says("children:\n", [[
        indoxhub.spawn(function()
          parts.print_children()
          love.event.quit()
        end)
      ]])
      pair:wait_for_leaver()
    end)
  end)
end)
