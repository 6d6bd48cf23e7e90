-- What a server may send without an end, or without need: the limits of size
-- and time hold whatever it is.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local MESSAGES = { { role = "user", content = "go" } }
local MIB = 1024 * 1024
local CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
  .. "Transfer-Encoding: chunked\r\n\r\n"
local REPLY = '{"success":true,"data":"ok"}'

describe("limits hold for", function()
  local raw = during_tests(servers.raw)
  local count = 0

  local function base(steps)
    count = count + 1
    return raw:script("l" .. count, steps)
  end

  local function create(steps, options)
    local settings = { api_key = "k", max_retries = 0, base_url = base(steps) }
    for name, value in pairs(options or {}) do
      settings[name] = value
    end
    return indoxhub.new(settings).chat:create { messages = MESSAGES }
  end

  local function kind_and_code(err)
    return err.kind .. " " .. tostring(err.code)
  end

  it("trailers", function()
    local _, err = create { { "body" }, { "send", CHUNKED ..
      servers.chunk(REPLY) .. "0\r\n" }, { "repeat", 1e8, "X: yyyyyyyy\r\n" } }
    assert.equal("limit headers", kind_and_code(err))
  end)

  it("a header line", function()
    local _, err = create { { "body" }, { "send",
      "HTTP/1.1 200 OK\r\nX: " }, { "repeat", 1e8, "yyyyyyyyyyyyyyyy" } }
    assert.equal("limit headers", kind_and_code(err))
  end)

  it("few trailers, which are welcome", function()
    assert.equal("ok", create({ { "body" }, { "send", CHUNKED ..
      servers.chunk(REPLY) .. "0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n" },
      { "again" } }).data)
  end)

  it("responses before the last one", function()
    local _, err = create { { "body" }, { "repeat", 1e8,
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" } }
    assert.equal("limit headers", kind_and_code(err))
  end)

  -- libcurl drops them without a word.
  it("what stands beside the size of a chunk", function()
    local _, err = create({ { "body" }, { "send", CHUNKED ..
      servers.chunk("{") .. "5;x=" }, { "repeat", 1e9, "yyyyyyyyyyyyyyyy" } },
      { timeout = { idle = 0.2 } })
    assert.equal("timeout", err.kind)
  end)

  it("trailers that come slowly", function()
    local steps = { { "body" }, { "send", CHUNKED .. servers.chunk(REPLY)
      .. "0\r\n" } }
    for _ = 1, 300 do
      steps[#steps + 1] = { "send", "X: y\r\n" }
      steps[#steps + 1] = { "sleep", 50 }
    end
    local _, err = create(steps, { timeout = { idle = 0.3 } })
    assert.equal("timeout idle", kind_and_code(err))
  end)

  it("total, on a body without an end", function()
    local from = os.clock()
    local _, err = create({ { "body" }, { "send", CHUNKED .. "7fffffff\r\n{" },
      { "repeat", 1e9, "xxxxxxxxxxxxxxxx" } },
      { timeout = { total = 0.5 }, max_response_bytes = 4e9 })
    assert.equal("timeout total", kind_and_code(err))
    -- A copy of what had come by then would take longer. It is the processor's
    -- time, to which other programs add nothing.
    assert.is_true(os.clock() < from + 5)
  end)

  it("total, on a stream without an end", function()
    local event = 'data: {"success":true,"data":"' .. ("x"):rep(8000)
      .. '"}\n\n'
    local from = os.clock()
    local client = indoxhub.new { api_key = "k", max_retries = 0,
      base_url = base { { "body" }, { "send", servers.EVENTS_HEAD },
        { "repeat", 1e8, event } }, timeout = { total = 0.5 } }
    local opened = indoxhub.assert(client.chat:stream { messages = MESSAGES })
    local size = 0
    for piece in opened.next, opened do
      size = size + #piece
    end
    local _, err = opened:reply()
    assert.equal("timeout total", kind_and_code(err))
    assert.equal(size, #err.partial)
    -- Copies of what had come by then would take longer.
    assert.is_true(os.clock() < from + 5)
  end)

  it("the body of a failed answer, of which the reason is told", function()
    for _, beginning in ipairs { '{"error":{"message":"too long"},"echo":"',
      '{"echo":[1,2],"error":{"message":"too long"},"more":[{"a":["',
      '{"detail":"too long","input":{"x":"\\u00' } do
      local _, err = create { { "body" }, { "send", "HTTP/1.1 422 X\r\n"
        .. "Content-Type: application/json\r\n\r\n" .. beginning },
        { "repeat", 1e9, "xxxxxxxxxxxxxxxx" } }
      assert.equal("validation", err.kind)
      assert.equal("too long", err.message)
    end
  end)

  it("the body of a failed answer, however small the reply may be", function()
    local _, err = create({ { "body" }, { "send", servers.reply("404 X",
      "application/json", '{"error":{"message":"no model"},"echo":"'
        .. ("x"):rep(5000) .. '"}') } }, { max_response_bytes = 1000 })
    assert.equal("not_found", err.kind)
    assert.equal("no model", err.message)
  end)

  -- In a process of its own, whose memory is only this. Returns how many MiB
  -- its peak was above what it had before.
  local function peak_of(url, said)
    local out, code = programs.run(([[
      local indoxhub = require "indoxhub"
      local function peak()
        for line in io.lines("/proc/self/status") do
          local kib = line:match("^VmHWM:%%s*(%%d+) kB")
          if kib then
            return tonumber(kib) / 1024
          end
        end
      end
      local client = indoxhub.new { api_key = "k", max_retries = 0,
        base_url = %q }
      local before = peak()
      local reply, err = client.chat:create { messages = {
        { role = "user", content = "go" } } }
      print(("%%.1f %%s"):format(peak() - before,
        reply and #reply.data or err.kind))
    ]]):format(url))
    assert.equal(0, code, out)
    local mib, what = out:match("^(%S+) (%S+)\n$")
    assert.equal(tostring(said), what)
    return tonumber(mib)
  end

  it("memory: a body is there once, and in a string", function()
    local size = 32 * MIB
    local url = base { { "body" }, { "send", servers.head("200 OK",
      "application/json", size + 28) .. '{"success":true,"data":"' },
      { "repeat", size / 16, "xxxxxxxxxxxxxxxx" }, { "send", '"}  ' } }
    -- Bytes, string, the reader's own, and the value: never all at a time.
    local peak = peak_of(url, size)
    assert.is_true(programs.SANITIZED or peak <= 4 * 32 + 8)
  end)

  it("memory: nothing of a large failure", function()
    local url = base { { "body" }, { "send", servers.head("400 X", "text/plain",
      32 * MIB) }, { "repeat", 2 * MIB, "xxxxxxxxxxxxxxxx" } }
    assert.is_true(peak_of(url, "invalid_request") < 16)
  end)

  it("memory: nothing of trailers", function()
    local url = base { { "body" }, { "send", CHUNKED .. servers.chunk(REPLY)
      .. "0\r\n" }, { "repeat", 1e8, "X: yyyyyyyy\r\n" } }
    assert.is_true(peak_of(url, "limit") < 16)
  end)
end)
