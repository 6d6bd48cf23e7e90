-- What a server may send to keep a program busy: each of these is read in a
-- time that grows with its length, and would take minutes if it grew with the
-- square.
local programs = require "spec.support.programs"

local MEGABYTES = 2

-- Runs code with `long(text)`, which is that text again and again.
local function assert_reads(code)
  local said, exit = programs.run(([[
    local function long(text)
      return text:rep(math.floor(%d * 1024 * 1024 / #text))
    end
    local function answer(content_type, text, headers)
      headers = headers or {}
      headers["content-type"] = content_type
      return { status = 500, http_version = "1.1", headers = headers,
        text = text, hide = require("indoxhub.base.redact").new {} }
    end
  ]]):format(MEGABYTES) .. code .. "\nprint('read')")
  assert.equal("read\n", said)
  assert.equal(0, exit)
end

describe("time does not run away with", function()
  it("an event of blanks", function()
    assert_reads [[
      local sse = require("indoxhub.core").sse()
      assert(sse:feed("data:" .. long " " .. "\n\n" .. long "\n"
        .. long ":\n" .. "data: x\n\n"))
    ]]
  end)

  it("an error page without an end", function()
    assert_reads [[
      local from_status = require("indoxhub.api.errors.answer").from_status
      for _, text in ipairs { long "<title", long "<title>", long "<",
        "<title>" .. long " ", long "<title >" } do
        from_status(answer("text/html", text))
      end
    ]]
  end)

  it("a hint of many digits or blanks", function()
    assert_reads [[
      local hint = require "indoxhub.api.errors.retry_hint"
      local plain = {}
      for _, text in ipairs { "in " .. long "9", long "in 9", long "in ",
        "in " .. long " ", "in 9" .. long " ", long "retry " } do
        hint(answer("text/plain", text), {}, text)
        hint(answer("a/b", "", { ["retry-after"] = text, date = text,
          ["x-ratelimit-reset"] = text }), {})
        hint(answer("a/b", ""), { details = { retry_after = text,
          reset_time = text } })
      end
    ]]
  end)

  it("text that holds almost a secret", function()
    assert_reads [[
      local hide = require("indoxhub.base.redact").new { "indox-0123456789" }
      for _, text in ipairs { long "indox-012345678", long "Bearer ",
        long "indox-", long "sk-" } do
        hide(text)
      end
    ]]
  end)

  it("a location of dots", function()
    assert_reads [[
      local address = require "indoxhub.base.address"
      for _, to in ipairs { long "../", long "/..", long "./", long "//",
        "http:" .. long "/", "http://" .. long "@", "http://" .. long ":" } do
        address.resolve("http://a.test/b", to)
        address.shown(to)
      end
    ]]
  end)
end)
