-- Programs with a libuv loop of their own.
local hosts = require "spec.runtime.hosts"
local scenes = require "spec.runtime.scenes"

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
    local pair, scenes_done

    setup(function()
      pair, scenes_done = hosts.servers(), 0
    end)

    teardown(function()
      pair:stop()
    end)

    local function run(code)
      return hosts.run_lua(lua, LOOP .. pair:prelude() .. code)
    end

    -- Runs code in which `play` runs the scenes.
    local function run_scenes(code)
      local said, exit_code = run([[
        local function play()
          start_ticking()
          local failures = scenes.run { sandbox = SANDBOX, raw = RAW,
            ticks = function() return ticks end }
          stop_ticking()
          return failures
        end
      ]] .. code)
      scenes_done = scenes_done + 1
      assert.equal(scenes.expected .. "ended\tfalse\n", said)
      assert.equal(0, exit_code)
      pair:wait_for_scenes(scenes_done)
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

    it("a callback starts tasks", function()
      local said, code = run [[
        local timer = uv.new_timer()
        timer:start(1, 0, function()
          timer:close()
          indoxhub.spawn(function()
            print(client.chat:create { messages = MESSAGES }.data)
          end)
        end)
        print "begun"
        uv.run()
      ]]
      assert.equal("begun\n6 * 7 is 42.\n", said)
      assert.equal(0, code)
    end)

    it("a call waits where no task is, and lets tasks go on", function()
      local said, code = run [[
        local function show(where)
          local reply, err = client.chat:create { messages = MESSAGES }
          print(where, reply and reply.data or err)
        end
        local asked = indoxhub.spawn(show, "in a task")
        show "outside"
        asked:await()
        local timer = uv.new_timer()
        timer:start(1, 0, function()
          timer:close()
          show "in a callback"
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
      local said, code = run [[
        local server = uv.new_tcp()
        server:bind("127.0.0.1", 0)
        server:listen(128, function()
          local socket, got = uv.new_tcp(), ""
          server:accept(socket)
          socket:read_start(function(_, bytes)
            got = got .. (bytes or "")
            if bytes and got:find("\r\n\r\n.*}") then
              got = ""
              socket:write("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n" ..
                "Content-Type: application/json\r\n\r\n" ..
                '{"data":"near"}')
            elseif not bytes then
              socket:close()
            end
          end)
        end)
        local near = indoxhub.new { api_key = "k", base_url =
          "http://127.0.0.1:" .. server:getsockname().port }
        indoxhub.spawn(function()
          for _ = 1, 3 do
            print(indoxhub.assert(near.chat:create {
              messages = MESSAGES }).data)
          end
          print(indoxhub.gather { function()
            return near.chat:create { messages = MESSAGES }
          end, function()
            return near.chat:create { messages = MESSAGES }
          end }[2].data)
          server:close()
          near:close()
          os.exit(0)
        end)
        uv.run()
      ]]
      assert.equal(("near\n"):rep(4), said)
      assert.equal(0, code)
    end)

    it("every turn of the loop takes a share of a fast stream only", function()
      local said, code = run [[
        local turns, check = 0, uv.new_check()
        check:start(function()
          turns = turns + 1
        end)
        indoxhub.spawn(function()
          local stream = fast()
          indoxhub.assert(stream:next())
          local before, count = turns, 1
          while stream:next() do
            count = count + 1
          end
          print(count, turns - before)
          check:close()
        end)
        uv.run()
      ]]
      local count, turns = said:match("^(%d+)\t(%d+)\n$")
      assert.equal("100000", count, said)
      assert.is_true(tonumber(turns) > hosts.LEAST_TURNS, said)
      assert.equal(0, code)
    end)

    it("the loop ends when a callback has read the last of a stream", function()
      local said, code = run [[
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
      ]]
      assert.equal("100000\tnil\n", said)
      assert.equal(0, code)
    end)

    it("the loop ends when calls outside of it took the last news", function()
      local said, code = run [[
        local slow = client:with { headers = { ["X-Sandbox-Pace"] = "0.02" } }
        indoxhub.spawn(function()
          print("in a task", client.chat:create { messages = MESSAGES }.data)
        end)
        uv.run("nowait")
        uv.run("nowait")
        print("outside", slow.chat:stream { messages = MESSAGES }:reply().data)
        uv.run()
      ]]
      assert.equal("outside\t6 * 7 is 42.\nin a task\t6 * 7 is 42.\n", said)
      assert.equal(0, code)
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
      local said, code = run [[
        indoxhub.spawn(function()
          indoxhub.sleep(0.001)
          error("on purpose", 0)
        end)
        indoxhub.spawn(function()
          indoxhub.sleep(0.02)
          print(client.chat:create { messages = MESSAGES }.data)
        end)
        uv.run()
      ]]
      assert.equal("indoxhub: a task failed: on purpose\n6 * 7 is 42.\n", said)
      assert.equal(0, code)
    end)

    it("the program leaves in mid-stream without a trace", function()
      local OPEN = [[
        indoxhub.spawn(function()
          local stream = silent()
          ready = true
          stream:next()
          print "not reached"
        end)
        repeat
          uv.run("once")
        until ready
      ]]
      for _, ending in ipairs { "", "os.exit(0)", "os.exit(0, true)",
        "indoxhub.spawn(function() os.exit(0) end) uv.run()",
        "indoxhub.spawn(function() os.exit(0, true) end) uv.run()",
        "uv.stop() uv.run()", "collectgarbage()",
        "local timer = uv.new_timer() timer:start(1, 0, function() " ..
        "os.exit(0) end) uv.run()" } do
        local said, code = run(OPEN .. ending)
        assert.equal("", said, ending)
        assert.equal(0, code, ending)
        pair:wait_for_leaver()
      end
      local said, code = run(OPEN .. "error('on purpose', 0)")
      assert.truthy(said:find("on purpose", 1, true))
      assert.equal(1, code)
      pair:wait_for_leaver()
    end)

    it("nobody else is started for a call", function()
      local said, code = run [[
        local pid = uv.os_getpid()
        indoxhub.spawn(function()
          local stream = silent()
          local file = assert(io.open(("/proc/%d/task/%d/children")
            :format(pid, pid)))
          print("children:" .. file:read("*a"))
          file:close()
          stream:close()
        end)
        uv.run()
      ]]
      assert.equal("children:\n", said)
      assert.equal(0, code)
      pair:wait_for_leaver()
    end)
  end)
end
