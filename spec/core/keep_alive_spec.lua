-- A connection is kept for the next request, however many others are in use.
local engines = require "spec.support.engines"
local servers = require "spec.support.servers"

-- More than there are connections that are kept while nobody uses them.
local MANY, KEPT = 130, 100

describe("a connection that can be used again", function()
  local raw, engine

  engines.for_tests(function(...)
    raw, engine = ...
  end)

  local function submit(url)
    return engines.submit(engine, { method = "GET", url = url })
  end

  -- So many transfers, all of which have begun.
  local function begin_many(url)
    local begun = {}
    for i = 1, MANY do
      begun[i] = submit(url)
    end
    for i = 1, MANY do
      engines.step_until(engine, function()
        return begun[i]:status()
      end, "the head of an answer")
    end
    return begun
  end

  -- What a script says, which takes the next request when it is let go.
  local function slow(name)
    return raw:script(name, { { "send", servers.CHUNKED_HEAD },
      { "until", name .. "-go" }, { "send", servers.LAST_CHUNK },
      { "again" } })
  end

  it("is kept beside many that are in use", function()
    local busy = begin_many(slow "busy")
    local url = raw:script("kept",
      { { "send", servers.reply("200 OK", "text/plain", "ok") }, { "again" } })
    for _ = 1, 10 do
      assert.equal("complete", engines.finish(engine, submit(url)).ended)
    end
    assert.equal(1, raw:opened "kept")
    assert.is_nil(busy[MANY]:result())
  end)

  it("is kept beside many that are in use no more, but not all are", function()
    local over = begin_many(slow "over")
    raw:allow "over-go"
    for i = 1, MANY do
      assert.equal("complete", engines.finish(engine, over[i]).ended)
    end
    local again = begin_many(slow "again")
    assert.equal(MANY - KEPT, raw:opened "again")
    assert.is_nil(again[MANY]:result())
  end)

  it("is kept after many that never came about", function()
    local closed = servers.raw()
    closed:stop()
    for _ = 1, MANY do
      assert.equal("curl", engines.finish(engine,
        submit(("http://localhost:%s/"):format(closed.port))).ended)
    end
    local url = raw:script("after",
      { { "send", servers.reply("200 OK", "text/plain", "ok") }, { "again" } })
    for _ = 1, 3 do
      assert.equal("complete", engines.finish(engine, submit(url)).ended)
    end
    assert.equal(1, raw:opened "after")
  end)

  it("is kept after many that were cut off", function()
    local over = begin_many(slow "left")
    for i = 1, MANY do
      over[i]:cancel()
    end
    local url = raw:script("behind",
      { { "send", servers.reply("200 OK", "text/plain", "ok") }, { "again" } })
    for _ = 1, 3 do
      assert.equal("complete", engines.finish(engine, submit(url)).ended)
    end
    assert.equal(1, raw:opened "behind")
  end)
end)
