-- Parts of the programs in several runtimes, for the servers of their spec.
local indoxhub = require "indoxhub"
local scenes = require "spec.runtime.scenes"

local unpack = table.unpack or unpack -- luacheck: ignore

local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }

--- What a server in the program's own loop says to `parts.ask_near`.
local NEAR = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n" ..
  'Content-Type: application/json\r\n\r\n{"data":"near"}'

---@param sandbox string base URL
---@param raw string root of the raw server
return function(sandbox, raw)
  local parts = { MESSAGES = MESSAGES, NEAR = NEAR, is_waiting = false }

  parts.client = indoxhub.new { api_key = "indox-test", base_url = sandbox }

  local function open(script)
    return indoxhub.assert(indoxhub.new { api_key = "indox-test",
      base_url = raw .. script }.chat:stream { messages = MESSAGES })
  end

  --- A stream of 100,000 pieces.
  function parts.fast()
    return open "/faster"
  end

  --- A stream that falls silent after two pieces.
  function parts.silent()
    local stream = open "/left"
    assert(stream:next() == "one " and stream:next() == "two")
    return stream
  end

  --- Runs all scenes. `ticks` tells how often the sibling has ticked.
  function parts.run_scenes(ticks)
    return scenes.run { sandbox = sandbox, raw = raw, ticks = ticks }
  end

  --- Fails, but not at once.
  function parts.fail_soon()
    indoxhub.sleep(0.001)
    error("on purpose", 0)
  end

  --- Asks, and prints the answer or the error behind a word.
  function parts.show(where)
    local reply, err = parts.client.chat:create { messages = MESSAGES }
    print(where, reply and reply.data or err)
  end

  --- Asks a server on this port three times and then twice at once. Returns the
  --- client.
  function parts.ask_near(port)
    local near = indoxhub.new { api_key = "k",
      base_url = "http://127.0.0.1:" .. port }
    local function ask()
      return near.chat:create { messages = MESSAGES }
    end
    for _ = 1, 3 do
      print(indoxhub.assert(ask()).data)
    end
    print(indoxhub.gather({ ask, ask })[2].data)
    return near
  end

  --- Prints how many pieces the fast stream has, and how many turns of the loop
  --- went by while they came. `turns` counts them.
  function parts.read_fast(turns)
    local stream = parts.fast()
    indoxhub.assert(stream:next())
    local before, count = turns(), 1
    while stream:next() do
      count = count + 1
    end
    print(count, turns() - before)
  end

  --- Waits for what never comes, and tells so by `parts.is_waiting`.
  function parts.wait_in_vain()
    local stream = parts.silent()
    parts.is_waiting = true
    stream:next()
    print "not reached"
  end

  --- A program that is an MCP server.
  function parts.program()
    return indoxhub.mcp { command = { "node", "spec/support/peers/mcp.js",
      "stdio" } }
  end

  --- Prints, or says, what it says, and how it was cancelled. Returns it.
  function parts.ask_program(say)
    say = say or print
    local server = parts.program()
    local function ask(tool, arguments, options)
      local result, err = server:call(tool, arguments, options)
      return result and result.content[1].text or err.kind
    end
    say(ask("echo", { text = "hello" }), ask "ping",
      ask("never", {}, { timeout = 0.05 }))
    say(unpack(indoxhub.gather { function()
      return ask "late"
    end, function()
      indoxhub.sleep(0.001)
      return ask "release"
    end }))
    say(ask "die", ask("echo", { text = "again" }))
    return server
  end

  --- Prints the processes that this one has started by the midst of a stream.
  function parts.print_children()
    local stream = parts.silent()
    local stat = assert(io.open("/proc/self/stat"))
    local pid = stat:read("*l"):match("^%d+")
    stat:close()
    local file = assert(io.open(("/proc/%s/task/%s/children"):format(pid, pid)))
    print("children:" .. file:read("*a"))
    file:close()
    stream:close()
  end

  return parts
end
