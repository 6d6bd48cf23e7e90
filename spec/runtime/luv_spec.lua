-- Programs with a libuv loop of their own.
local during_tests = require "spec.support.during_tests"
local hosts = require "spec.runtime.hosts"

-- Before each program: a timer that ticks until `stop_ticking`, which also
-- tells that it is alone in the loop.
local LOOP = [[
  local uv = require "luv"
  local ticks, sibling = 0, nil
  local function start_ticking()
    sibling = uv.new_timer()
    sibling:start(1, 1, function()
      ticks = ticks + 1
    end)
  end
  local function stop_ticking()
    sibling:close()
  end
]]

for _, lua in ipairs { "lua5.4", "luajit" } do
  describe("with luv, " .. lua, function()
    local pair = during_tests(hosts.servers)

    local function run(code)
      return hosts.run_lua(lua, LOOP .. pair:prelude() .. code)
    end

    local function assert_says(expected, code)
      hosts.assert_said(expected, run(code))
    end

    -- Runs code in which `play` runs the scenes.
    local function run_scenes(code)
      pair:assert_scenes("false", run([[
        local function play()
          start_ticking()
          local failures = parts.run_scenes(function() return ticks end)
          stop_ticking()
          return failures
        end
      ]] .. code))
    end

    it("a task runs all scenes in the program's loop", function()
      run_scenes [[
        indoxhub.spawn(play)
        uv.run()
        print("ended", uv.loop_alive())
      ]]
    end)

    it("run runs all scenes", function()
      run_scenes [[
        indoxhub.run(play)
        uv.run()
        print("ended", uv.loop_alive())
      ]]
    end)

    -- A turn for two or three of them is most of what they cost; and a program
    -- that then waits for nothing must end.
    it("pieces that are written one by one share turns", function()
      local pipe = io.popen("echo $$; exec setpriv --pdeathsig KILL "
        .. "build/tools/blast")
      local pid, port = pipe:read "*l", pipe:read "*l"
      finally(function()
        os.execute("kill -9 " .. pid)
        pipe:close()
      end)
      assert_says("100000\ttrue\nended\tfalse\n", ([[
        local loop = require "indoxhub.loop"
        local client = indoxhub.new { api_key = "k",
          base_url = "http://127.0.0.1:%s" }
        local turns, pump = 0, loop.pump
        function loop.pump(...)
          turns = turns + 1
          return pump(...)
        end
        indoxhub.spawn(function()
          local stream = indoxhub.assert(client.chat:stream({
            messages = { { role = "user", content = "go" } } },
            { headers = { ["X-Bench"] = "100000,1" } }))
          local pieces = 0
          while stream:next() do
            pieces = pieces + 1
          end
          print(pieces, turns < pieces / 10)
        end)
        uv.run()
        print("ended", uv.loop_alive())
      ]]):format(port))
    end)

    it("a program that is started is an MCP server", function()
      local asked = hosts.ASKED
      assert_says(asked .. "ticked\ttrue\nended\tfalse\n", [[
        start_ticking()
        indoxhub.spawn(function()
          parts.ask_program():close()
          print("ticked", ticks > 0)
          stop_ticking()
        end)
        uv.run()
        print("ended", uv.loop_alive())
      ]])
      -- One that nobody waits for keeps no loop from ending.
      assert_says(asked .. asked .. "ended\tfalse\n", [[
        local server
        indoxhub.spawn(function()
          server = parts.ask_program()
        end)
        uv.run()
        parts.ask_program()
        uv.run()
        print("ended", uv.loop_alive())
      ]])
    end)

    it("each of two copies of the library runs in the loop", function()
      assert_says("6 * 7 is 42.\n6 * 7 is 42.\nended\tfalse\n", [[
        local old = { indoxhub = indoxhub, client = client }
        for name in pairs(package.loaded) do
          if name:find "^indoxhub" then
            package.loaded[name] = nil
          end
        end
        local new = { indoxhub = require "indoxhub" }
        new.client = new.indoxhub.new { api_key = "k", base_url = SANDBOX }
        for _, copy in ipairs { old, new } do
          copy.indoxhub.spawn(function()
            print(copy.client.chat:create { messages = MESSAGES }.data)
          end)
          uv.run()
        end
        print("ended", uv.loop_alive())
      ]])
    end)

    it("a callback starts tasks", function()
      assert_says("begun\n6 * 7 is 42.\n", [[
        local timer = uv.new_timer()
        timer:start(1, 0, function()
          timer:close()
          indoxhub.spawn(function()
            print(client.chat:create { messages = MESSAGES }.data)
          end)
        end)
        print "begun"
        uv.run()
      ]])
    end)

    it("a call waits where no task is, and lets tasks go on", function()
      local said, code = run [[
        local asked = indoxhub.spawn(parts.show, "in a task")
        parts.show "outside"
        asked:await()
        local timer = uv.new_timer()
        timer:start(1, 0, function()
          timer:close()
          parts.show "in a callback"
          print("run", indoxhub.run(function()
            indoxhub.sleep(0.001)
            return "in a callback"
          end))
        end)
        uv.run()
      ]]
      local lines = {}
      for line in said:gmatch("[^\n]+") do
        lines[#lines + 1] = line
      end
      table.sort(lines)
      assert.same({ "in a callback\t6 * 7 is 42.", "in a task\t6 * 7 is 42.",
        "outside\t6 * 7 is 42.", "run\tin a callback" }, lines)
      assert.equal(0, code)
    end)

    it("a server in the same loop answers the client", function()
      assert_says(("near\n"):rep(4), [[
        local server = uv.new_tcp()
        server:bind("127.0.0.1", 0)
        server:listen(128, function()
          local socket, got = uv.new_tcp(), ""
          server:accept(socket)
          socket:read_start(function(_, bytes)
            got = got .. (bytes or "")
            if bytes and got:find("\r\n\r\n.*}") then
              got = ""
              socket:write(parts.NEAR)
            elseif not bytes then
              socket:close()
            end
          end)
        end)
        indoxhub.spawn(function()
          local near = parts.ask_near(server:getsockname().port)
          server:close()
          near:close()
          os.exit(0)
        end)
        uv.run()
      ]])
    end)

    it("every turn of the loop takes a share of a fast stream only", function()
      hosts.assert_shared(run [[
        local turns, check = 0, uv.new_check()
        check:start(function()
          turns = turns + 1
        end)
        indoxhub.spawn(function()
          parts.read_fast(function() return turns end)
          check:close()
        end)
        uv.run()
      ]])
    end)

    it("the loop ends when a callback has read the last of a stream", function()
      assert_says("100000\tnil\n", [[
        local stream, count, timer = nil, 0, uv.new_timer()
        indoxhub.spawn(function()
          stream = fast()
        end)
        timer:start(1, 10, function()
          while stream do
            local piece, why = stream:try_next()
            if why == "pending" then
              return
            elseif not piece then
              print(count, why)
              stream = nil
              timer:close()
            else
              count = count + 1
            end
          end
        end)
        uv.run()
      ]])
    end)

    it("the loop ends when calls outside of it took the last news", function()
      assert_says("outside\t6 * 7 is 42.\nin a task\t6 * 7 is 42.\n", [[
        local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.02" } }
        indoxhub.spawn(parts.show, "in a task")
        uv.run("nowait")
        uv.run("nowait")
        print("outside", slow.chat:stream { messages = MESSAGES }:reply().data)
        uv.run()
      ]])
    end)

    it("a wait that nothing can end is an error", function()
      local said, code = run [[
        local one, other
        one = indoxhub.spawn(function() return other:await() end)
        other = indoxhub.spawn(function() return one:await() end)
        print(pcall(indoxhub.run, function() return one:await() end))
      ]]
      assert.truthy(said:find("false\tindoxhub: waiting for something that " ..
        "cannot happen", 1, true), said)
      assert.equal(0, code)
    end)

    it("a task that fails is told, and the loop goes on", function()
      assert_says("indoxhub: a task failed: on purpose\n6 * 7 is 42.\n", [[
        indoxhub.spawn(parts.fail_soon)
        indoxhub.spawn(function()
          indoxhub.sleep(0.02)
          print(client.chat:create { messages = MESSAGES }.data)
        end)
        uv.run()
      ]])
    end)

    it("the program leaves in mid-stream without a trace", function()
      local OPEN = [[
        indoxhub.spawn(parts.wait_in_vain)
        repeat
          uv.run("once")
        until parts.is_waiting
      ]]
      for _, ending in ipairs { "", "os.exit(0)", "os.exit(0, true)",
        "indoxhub.spawn(function() os.exit(0) end) uv.run()",
        "indoxhub.spawn(function() os.exit(0, true) end) uv.run()",
        "uv.stop() uv.run()", "collectgarbage()",
        "local timer = uv.new_timer() timer:start(1, 0, function() " ..
        "os.exit(0) end) uv.run()" } do
        pair:assert_left(ending, run(OPEN .. ending))
      end
      local said, code = run(OPEN .. "error('on purpose', 0)")
      assert.truthy(said:find("on purpose", 1, true))
      assert.equal(1, code)
      pair:wait_for_leaver()
    end)

    it("nobody else is started for a call", function()
      assert_says("children:\n", [[
        indoxhub.spawn(parts.print_children)
        uv.run()
      ]])
      pair:wait_for_leaver()
    end)
  end)
end
