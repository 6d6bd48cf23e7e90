-- The engine when memory runs out: see spec/support/short_memory. INDOXHUB_LONG
-- has every allocation fail, not some of them.
local during_tests = require "spec.support.during_tests"
local run = require "spec.support.short_memory.run"
local servers = require "spec.support.servers"

local STEP = os.getenv("INDOXHUB_LONG") and 1 or 11

-- "hello hello hello", packed by gzip.
local PACKED = ("1f8b08000000000002ffcb48cdc9c957c840"
  .. "90008088f9e511000000"):gsub("%x%x", function(hex)
  return string.char(tonumber(hex, 16))
end)

-- The answers that transfers.lua asks for.
local function scripts(raw)
  raw:script("hello", servers.reply("200 OK", "text/plain", "hello"))
  raw:script("encoded", servers.reply("200 OK", "text/plain", PACKED,
    "Content-Encoding: gzip\r\n"))
  raw:script("large", { { "body" },
    { "send", servers.head("200 OK", "text/plain", 100000) },
    { "repeat", 1000, ("x"):rep(100) } })
end

describe("an engine out of memory", function()
  local raw = during_tests(function()
    local server = servers.raw()
    scripts(server)
    return server
  end)
  local front = during_tests(function()
    return servers.tls_front(raw)
  end)

  -- What is done comes to an end, goes well the next time, and leaves no
  -- descriptor.
  local function survives(name, step)
    local said, code = run.program("transfers", ("%d %s %s %s %s"):format(step,
      raw:base(""):gsub("/$", ""), front.root, front.certificate, name))
    assert.equal(0, code, said)
    assert.truthy(said:find("%d+ runs, 0 failed"), said)
  end

  it("ends a transfer and makes the next one", function()
    survives("get", 1)
  end)

  for _, case in ipairs { { "encoded", "while it decodes" },
    { "form", "while it sends a form" }, { "named", "while looking a name up" },
    { "held", "while it lets one go on" },
    { "crowd", "with others beside it" }, { "tls", "under TLS" } } do
    it("does so " .. case[2], function()
      survives(case[1], STEP)
    end)
  end

  it("begins a process with it, and does not crash", function()
    survives("start", STEP)
  end)
end)
