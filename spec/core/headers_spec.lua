-- The headers of an answer, as core.headers reads them.
local core = require "indoxhub.core"

-- What they are, by a pattern.
local function expected(lines)
  local headers = {}
  for name, value in lines:gmatch("([^\r\n:]+):[ \t]*([^\r\n]*)") do
    name = name:lower()
    value = value:match("^(.*%S)") or ""
    headers[name] = headers[name] and headers[name] .. ", " .. value or value
  end
  return headers
end

describe("headers", function()
  it("have names in lower case, and values without blanks around", function()
    assert.same({ ["content-type"] = "text/plain", ["x-a"] = "a b: c",
      empty = "" }, core.headers("HTTP/1.1 200 OK\r\nContent-Type: "
        .. "text/plain\r\nX-A:\t a b: c \t \r\nEMPTY: \t\r\n\r\n"))
    assert.same({}, core.headers "")
    assert.same({}, core.headers "HTTP/1.1 200 OK\r\n\r\n")
  end)

  it("that come several times are one", function()
    assert.same({ a = "1, , 3", b = "2" },
      core.headers "a: 1\nB: 2\nA:\nA: 3\n")
  end)

  it("that come many times are joined once", function()
    -- Bytes that it takes: each join of two would copy all before them.
    local function taken(n)
      local lines = ("name: value\r\n"):rep(n)
      collectgarbage()
      collectgarbage("stop")
      local before = collectgarbage("count")
      local headers = core.headers(lines)
      local used = collectgarbage("count") - before
      collectgarbage("restart")
      assert.equal(("value, "):rep(n - 1) .. "value", headers.name)
      return used
    end
    assert.is_true(taken(4000) < 8 * taken(1000))
  end)

  it("may be as long as anything", function()
    local name, value = ("N"):rep(100000), ("v"):rep(100000)
    assert.same({ [name:lower()] = value .. ", " .. value },
      core.headers((name .. ": " .. value .. "\r\n"):rep(2)))
  end)

  it("are what a pattern finds, whatever comes", function()
    local state = 7
    local function roll(n)
      state = state * 16807 % 2147483647
      return state % n + 1
    end
    local PIECES = { ":", "\r", "\n", "\r\n", " ", "\t", "A", "b-C", "1", "\11",
      "\12", "x:y", "\0", "\200", "aa: b\r\n" }
    for _ = 1, 3000 do
      local pieces = {}
      for i = 1, roll(12) do
        pieces[i] = PIECES[roll(#PIECES)]
      end
      local lines = table.concat(pieces)
      assert.same(expected(lines), core.headers(lines))
    end
  end)

  it("are read from a text and nothing else", function()
    for _, value in ipairs { {}, true, print } do
      assert.is_false(pcall(core.headers, value))
    end
    assert.is_false(pcall(core.headers))
  end)
end)
