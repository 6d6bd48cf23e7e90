-- Choosing the event loop.
local indoxhub = require "indoxhub"
local loop = require "indoxhub.loop"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

describe("use_loop", function()
  local function refused(adapter)
    local ok, message = pcall(function()
      indoxhub.use_loop(adapter)
    end)
    assert.is_false(ok)
    return message
  end

  it("refuses what is no adapter, and names what is missing", function()
    for _, wrong in ipairs { "libev", 5, true, print } do
      assert.matches("use_loop_spec.lua:%d+: use_loop expects an adapter, or "
        .. "the name of one: builtin, uv, nginx or cqueues", refused(wrong))
    end
    assert.matches("expects an adapter", refused())
    local adapter = {}
    for _, name in ipairs { "spawn", "wait", "wake", "sleep", "start" } do
      assert.matches('the adapter has no function "' .. name .. '"',
        refused(adapter))
      adapter[name] = function() end
    end
  end)

  it("takes the one that is in use, at any time", function()
    local before = loop.adapter()
    indoxhub.use_loop(before)
    indoxhub.use_loop "builtin"
    assert.equal(before, loop.adapter())
  end)

  it("refuses another while calls are running", function()
    local raw = servers.raw()
    local client = indoxhub.new { api_key = "k", max_retries = 0,
      base_url = raw:script("held", { { "hold" } }) }
    local task = indoxhub.spawn(function()
      return client.user:health()
    end)
    while not loop.is_busy() do
      indoxhub.step()
    end
    assert.matches("calls are running", refused "cqueues")
    task:cancel()
    assert.equal("cancelled", select(2, task:await()).kind)
    raw:stop()
  end)

  -- Everything that an adapter of somebody else can know.
  local OWN_LOOP = [[
    local ready, pump, engine = {}, nil, nil
    local mine = setmetatable({}, { __mode = "k" })
    local adapter = {}
    function adapter.spawn(fn, failed)
      local co = coroutine.create(fn)
      mine[co] = failed
      table.insert(ready, co)
    end
    function adapter.wait(slot, seconds)
      local co = coroutine.running()
      assert(co and mine[co], "this program waits in tasks only")
      slot.deadline = seconds and os.clock() + seconds
      slot.co = co
      if not slot.ready then
        coroutine.yield(slot)
      end
      slot.co = nil
    end
    function adapter.wake(slot)
      if slot.co then
        table.insert(ready, slot.co)
      end
    end
    function adapter.sleep(seconds)
      adapter.wait({}, seconds)
    end
    function adapter.start(its_engine, its_pump)
      engine, pump = its_engine, its_pump
    end
    local sleeping = {}
    local function run()
      while ready[1] or next(sleeping) or engine and engine:busy() do
        local co = table.remove(ready, 1)
        if co then
          local ok, slot = coroutine.resume(co)
          if not ok then
            mine[co](slot, debug.traceback(co))
          elseif slot and slot.deadline then
            sleeping[slot] = co
          end
        elseif engine then
          pump(nil, 0.01)
        end
        for slot, sleeper in pairs(sleeping) do
          if slot.ready then
            sleeping[slot] = nil
          elseif slot.deadline <= os.clock() then
            sleeping[slot] = nil
            table.insert(ready, sleeper)
          end
        end
      end
    end
    local indoxhub = require "indoxhub"
    indoxhub.use_loop(adapter)
  ]]

  it("runs calls in a loop of somebody else", function()
    local sandbox = servers.sandbox("--pace 0")
    local said, code = programs.run(OWN_LOOP .. ([[
      local client = indoxhub.new { api_key = "k", base_url = %q }
      indoxhub.spawn(function()
        local stream = indoxhub.assert(client.chat:stream {
          messages = { { role = "user", content = "count to 5" } } })
        local pieces = 0
        while stream:next() do
          pieces = pieces + 1
        end
        print("pieces", pieces, stream:reply().data)
        assert(indoxhub.sleep(0.01))
        local replies, failed = indoxhub.gather {
          function() return client.user:health() end,
          function() return client.models:list() end,
        }
        print(replies[1].status, #replies[2] > 0, failed)
      end)
      indoxhub.on_error = function(err) print("failed", err) end
      indoxhub.spawn(function() error("on purpose", 0) end)
      print(indoxhub.fd())
      run()
    ]]):format(sandbox.url))
    assert.equal("nil\tthe loop in use watches the engine by itself\n"
      .. "failed\ton purpose\npieces\t5\t1 2 3 4 5\nok\ttrue\tnil\n", said)
    assert.equal(0, code)
    servers.kill(sandbox)
  end)
end)
