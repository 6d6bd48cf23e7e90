-- Gates before exchanges, where the client cannot show what they do.
local core = require "indoxhub.core"
local engines = require "spec.support.engines"
local files = require "spec.support.files"
local servers = require "spec.support.servers"

describe("core.gate", function()
  local raw, engine

  engines.for_tests(function(...)
    raw, engine = ...
  end)

  local HOLD = { { "body" }, { "hold" } }

  local function submit(gate, url, fields)
    local request = { method = "GET", url = url, gate = gate }
    for name, value in pairs(fields or {}) do
      request[name] = value
    end
    return assert((fields and fields.engine or engine):submit(request))
  end

  local function requests(name)
    return select(2, raw:got(name):gsub("GET ", ""))
  end

  local function step_until(condition, ...)
    local all = { engine, ... }
    servers.wait_until(function()
      for _, one in ipairs(all) do
        one:step({})
      end
      return condition()
    end)
  end

  it("takes whole numbers from 1", function()
    for _, wrong in ipairs { 0, -1, 0 / 0, -1 / 0 } do
      assert.has_error(function()
        core.gate(wrong)
      end)
    end
    assert.has_error(function()
      core.gate()
    end)
    assert(core.gate(1e10))
    assert(core.gate(1 / 0))
    assert.has_error(function()
      submit(engine, raw:script("wrong", HOLD))
    end)
  end)

  it("leaves one that passed what is left of its time", function()
    local url, gate = raw:script("left", HOLD), core.gate(1)
    local first = submit(gate, url)
    step_until(function()
      return requests "left" == 1
    end)
    local second = submit(gate, url, { total = 0.05 })
    local began = core.now()
    while core.now() - began < 0.06 do -- no step, so that nobody looks
    end
    first:cancel()
    step_until(function()
      return second:result()
    end)
    assert.equal("total", second:result().ended)
    assert.equal(1, requests "left")
  end)

  it("ends one in front of it in time, without a look from outside", function()
    local url, gate = raw:script("front", HOLD), core.gate(1)
    submit(gate, url)
    local second = submit(gate, url, { total = 0.05 })
    while not second:result() do
      engine:step({}, nil, nil, 10) -- the engine's own alarm ends the wait
    end
    assert.equal("gate", second:result().ended)
    assert.is_false(second:result().sent_all)
  end)

  it("hands a place on to another engine", function()
    local url, gate = raw:script("two", HOLD), core.gate(1)
    local other = assert(core.engine())
    local first = submit(gate, url)
    local second = submit(gate, url, { engine = other })
    step_until(function()
      return requests "two" == 1
    end, other)
    engine:close()
    assert.equal("closed", first:result().ended)
    while requests "two" < 2 do
      other:step({}, nil, nil, 10)
    end
    assert.is_nil(second:result())
    other:close()
    assert.equal("closed", second:result().ended)
  end)

  it("outlives its owner while requests hold it", function()
    local url, gate = raw:script("held", HOLD), core.gate(1)
    local first, second = submit(gate, url), submit(gate, url)
    gate = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    first:cancel()
    step_until(function()
      return requests "held" == 1
    end)
    assert.is_nil(second:result())
  end)

  it("is held when the options make it, and keep it nowhere", function()
    local url = raw:script("made", HOLD)
    local made, is_lost = setmetatable({}, { __mode = "v" }), false
    local options = { method = "GET", url = url }
    setmetatable(options, { __index = function(_, key)
      if key == "gate" then
        made.gate = core.gate(1)
        made.asked = true
        return made.gate
      end
      collectgarbage()
      collectgarbage()
      is_lost = is_lost or made.asked and not made.gate
    end })
    local transfer = assert(engine:submit(options))
    assert.is_true(made.asked)
    assert.is_falsy(is_lost)
    collectgarbage()
    collectgarbage()
    step_until(function()
      return requests "made" == 1
    end)
    assert.is_nil(transfer:result())
  end)

  it("may be dropped by hand while options are read", function()
    local url, gate = raw:script("dropped", HOLD), core.gate(1)
    local transfers = {}
    for i, moment in ipairs { "headers", "paced", "max_event_bytes" } do
      local options = { method = "GET", url = url }
      setmetatable(options, { __index = function(_, key)
        if key == moment then
          getmetatable(gate).__gc(gate)
        end
        return key == "gate" and gate or nil
      end })
      transfers[i] = assert(engine:submit(options))
    end
    step_until(function()
      return requests "dropped" == 3
    end)
    assert.equal(3, #transfers)
  end)

  it("does not count one that was left to itself", function()
    local url, gate = raw:script("lingers", HOLD), core.gate(1)
    local first = submit(gate, url)
    submit(gate, url)
    step_until(function()
      return requests "lingers" == 1
    end)
    first:linger(60)
    step_until(function()
      return requests "lingers" == 2
    end)
    assert.is_nil(first:result())
    first:cancel()
    submit(gate, url)
    engine:step({})
    assert.is_true(gate:full())
  end)

  -- How many files of this folder this process has open.
  local function count_open(folder)
    return tonumber(files.output("for fd in /proc/$PPID/fd/*; do " ..
      "readlink $fd; done | grep -c " .. folder))
  end

  it("has those in front of it hold no files open", function()
    local folder = files.folder()
    files.write(folder .. "/one", "what is sent")
    files.write(folder .. "/other", "what is sent")
    local url, gate = raw:script("files", HOLD), core.gate(1)
    local first = submit(gate, url)
    local function upload(name)
      return submit(gate, url, { method = "POST", form = {
        { name = "f", path = folder .. "/" .. name } } })
    end
    local second, third = upload "one", upload "other"
    assert.equal(0, count_open(folder))
    step_until(function()
      return requests "files" == 1
    end)
    first:cancel()
    step_until(function()
      return raw:got("files"):find("what is sent", 1, true)
    end)
    files.write(folder .. "/other", "what is longer")
    second:cancel()
    step_until(function()
      return third:result()
    end)
    assert.equal("file", third:result().ended)
    assert.equal("the file changed while it was sent", third:result().text)
    assert.equal(0, count_open(folder))
    files.remove_folder(folder)
  end)

  it("forgets those that were collected", function()
    local url, gate = raw:script("forgotten", HOLD), core.gate(1)
    local last
    do
      submit(gate, url)
      submit(gate, url)
      last = submit(gate, url)
    end
    collectgarbage()
    collectgarbage()
    step_until(function()
      return requests "forgotten" == 1
    end)
    assert.is_nil(last:result())
  end)

  it("keeps its engine asleep while all places are taken", function()
    local url, gate = raw:script("asleep", HOLD), core.gate(1)
    submit(gate, url)
    submit(gate, url)
    step_until(function()
      return requests "asleep" == 1
    end)
    local began, steps = core.now(), 0
    while core.now() - began < 0.1 do
      engine:step({}, nil, nil, 0.1)
      steps = steps + 1
    end
    assert.is_true(steps < 20, steps .. " steps")
  end)
end)
