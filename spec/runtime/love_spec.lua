-- Games in LÖVE: without a display, and the example under one that nobody sees.
local during_tests = require "spec.support.during_tests"
local hosts = require "spec.runtime.hosts"
local programs = require "spec.support.programs"

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

  -- Plays a game with a program as its argument. Nothing may be left of it in
  -- the folder that LÖVE would write to.
  local function play(game, code, environment, before)
    local name = programs.write(code)
    local said, exit_code = hosts.run(("%s XDG_DATA_HOME=/nonexistent " ..
      "%s %s love spec/runtime/love/%s %s"):format(
      hosts.environment("luajit", "examples/love/?.lua;"), environment or "",
      before or "", game, name))
    os.remove(name)
    return said, exit_code
  end

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

  describe("plays the example, which", function()
    -- A display of its own, and the key of a player.
    local function run(code, base_url)
      return play("example", pair:prelude() .. code,
        ("INDOXHUB_API_KEY=indox-test INDOXHUB_BASE_URL=%s " ..
        "XDG_RUNTIME_DIR=/nonexistent"):format(base_url or pair.sandbox.url),
        "xvfb-run -a")
    end

    local function assert_says(expected, code, base_url)
      hosts.assert_said(expected, run(code, base_url))
    end

    it("lets the answer appear letter by letter", function()
      assert_says("the river runs past an old mill, and every wheel\n" ..
        "true\ttrue\twaiting\ntrue\tnil\n", [[
        return function(player)
          local scene = player.scene
          player.wait_until(function()
            return scene.speech:is_silent()
          end, "the greeting")
          player.type "Echo: the river runs past an old mill, and every wheel"
          player.type "x"
          player.press "backspace"
          player.wait_until(function()
            return scene.question:find "wheel$"
          end, "the question")
          player.press "return"
          assert(scene.question == "" and scene.asked:find "^Echo")
          local lengths, ink = {}, {}
          player.wait_until(function()
            local length = #scene.speech.said
            if length ~= lengths[#lengths] then
              lengths[#lengths + 1] = length
            end
            if length > 20 and not ink[1] then
              ink[1] = player.ink()
            end
            return not scene:is_asking() and scene.speech:is_silent()
          end, "the answer")
          ink[2] = player.ink()
          print(scene.speech.said)
          print(#lengths > 5, ink[2] > ink[1] and ink[1] > 100, scene:mood())
          print(scene:worst_frame() > 0, scene.failure)
          player.press "escape"
        end
      ]])
    end)

    it("stops at Esc, and leaves at the next", function()
      assert_says("thinking\none two\twaiting\tnil\n", [[
        return function(player)
          local scene = player.scene
          player.type "Go on"
          player.press "return"
          player.wait_until(function()
            return scene.speech.said == "one two"
          end, "the beginning of the answer")
          print(scene:mood())
          player.press "escape"
          player.wait_until(function()
            return not scene:is_asking()
          end, "the end")
          print(scene.speech.said, scene:mood(), scene.failure)
          player.press "escape"
        end
      ]], pair.root .. "/left")
      pair:wait_for_leaver()
    end)

    it("stops an answer that comes faster than the robot speaks", function()
      assert_says("true\ttrue\ntrue\tfalse\tnil\n", [[
        return function(player)
          local scene = player.scene
          player.type "Count to 100000"
          player.press "return"
          player.wait_until(function()
            return scene.speech.said:find "^%.%.%. "
          end, "a long answer")
          print(#scene.speech.unsaid < 4000, #scene.speech.said < 1000)
          player.press "escape"
          local said = scene.speech.said
          for _ = 1, 20 do
            player.frame()
          end
          print(scene.speech.said == said, scene:is_asking(), scene.failure)
          player.type "What is 6 * 7?"
          player.press "return"
          player.wait_until(function()
            return scene.speech.said == "6 * 7 is 42."
          end, "the next answer")
          player.press "escape"
        end
      ]])
    end)

    it("shows errors, and goes on", function()
      assert_says("chat.stream: network\tsad\nnil\twaiting\n", [[
        return function(player)
          local scene = player.scene
          player.type "Hello"
          player.press "return"
          player.wait_until(function()
            return scene.failure
          end, "the error")
          print(scene.failure:match "^chat.stream: network", scene:mood())
          scene.client = client
          player.type "What is 6 * 7?"
          player.press "return"
          player.wait_until(function()
            return scene.speech.said == "6 * 7 is 42."
          end, "an answer")
          print(scene.failure, scene:mood())
          player.press "escape"
        end
      ]], "http://127.0.0.1:1")
    end)

    it("draws whatever a model may send", function()
      assert_says('a?b??\226\152\128??c<>[1m\n', [[
        return function(player)
          local speech = player.scene.speech
          local sun = "\226\152\128"
          speech:hush()
          speech.said = ""
          for _, piece in ipairs { "a\255b\192\128", sun:sub(1, 1),
            sun:sub(2, 2), sun:sub(3, 3), "\240\159", "c", "\0\r\n\t\27[1m",
            "\226" } do
            speech:add(piece)
          end
          player.wait_until(function()
            return speech:is_silent()
          end, "the end")
          print((speech.said:gsub("[%z\1-\31]+", "<>")))
          speech:add(("w"):rep(5000) .. (" \226\152\128"):rep(3000))
          player.wait_until(function()
            return speech:is_silent()
          end, "the end")
          player.type(("\195\169"):rep(150))
          player.wait_until(function()
            return #player.scene.question == 200
          end, "a question")
          player.press "backspace"
          player.wait_until(function()
            return #player.scene.question == 198
          end, "a shorter one")
          player.press "escape"
        end
      ]])
    end)

    it("is left in mid-stream without a trace", function()
      pair:assert_left("love.event.quit()", run([[
        return function(player)
          player.type "Hello"
          player.press "return"
          player.wait_until(function()
            return player.scene.speech.said == "one two"
          end, "the beginning of the answer")
          love.event.quit()
        end
      ]], pair.root .. "/left"))
    end)
  end)

  it("starts the example with its one command", function()
    local file = assert(io.open("examples/love/main.lua"))
    local command = file:read("*a"):match("\n%-%-     (eval [^\n]+)")
    file:close()
    -- When the module is loaded, the game is told to end, by its id.
    local start = command:gsub("love examples/love", "{ %0 & pid=$!; " ..
      "while kill -0 $pid && ! grep -q indoxhub/core.so /proc/$pid/maps; do " ..
      "sleep 0.05; done; kill $pid; wait $pid; }")
    hosts.assert_said("", hosts.run(("env XDG_RUNTIME_DIR=/nonexistent " ..
      "XDG_DATA_HOME=/nonexistent xvfb-run -a sh -c '%s'"):format(start)))
  end)
end)
