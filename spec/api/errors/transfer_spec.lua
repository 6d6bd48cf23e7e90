local errors = require "indoxhub.base.errors"
local redact = require "indoxhub.base.redact"
local transfer_errors = require "indoxhub.api.errors.transfer"

-- The error of an exchange that the engine ended.
local function ended(how)
  return transfer_errors.from_result({ ended = how, curl = 0, os_error = 0,
    text = "", bytes_in = 0 }, redact.new {})
end

-- The error of an exchange that libcurl gave up with one of its numbers.
local function gave_up(number, fields)
  local result = { ended = "curl", curl = number, os_error = 0,
    text = "what libcurl says", bytes_in = 0 }
  for name, value in pairs(fields or {}) do
    result[name] = value
  end
  return transfer_errors.from_result(result, redact.new {})
end

local function kind_and_code(err)
  return err.kind .. " " .. tostring(err.code)
end

describe("an exchange that completed", function()
  it("has no error", function()
    assert.is_nil(ended("complete"))
  end)
end)

describe("an exchange that the engine ended", function()
  it("names the time that ran out", function()
    for _, phase in ipairs { "connect", "first_byte", "idle", "total" } do
      local err = ended(phase)
      assert.equal("timeout " .. phase, kind_and_code(err))
      assert.is_true(err.retryable)
      assert.matches("%a+ %a+", err.message)
    end
  end)

  it("tells comments from nothing at all", function()
    local function first_byte(bytes_in)
      return transfer_errors.from_result({ ended = "first_byte", curl = 0,
        os_error = 0, text = "", bytes_in = bytes_in }, redact.new {})
    end
    assert.matches("did not begin to answer", first_byte(0).message)
    assert.matches("only comments, blanks or pings", first_byte(9).message)
    assert.equal("timeout first_byte", kind_and_code(first_byte(9)))
  end)

  it("names an encoding as the engine does", function()
    for how, what in pairs { encoding = "protocol encoding",
      encoding_cut = "truncated encoding" } do
      local err = transfer_errors.from_result({ ended = how, curl = 0,
        os_error = 0, text = "Content-Encoding br", bytes_in = 9 },
        redact.new {})
      assert.equal(what, kind_and_code(err))
      assert.equal("Content-Encoding br", err.message)
      assert.is_nil(tostring(err):find("web page", 1, true))
    end
    assert.is_nil(ended("cut"))
  end)

  it("names the limit that was passed", function()
    assert.equal("limit response", kind_and_code(ended("body_limit")))
    assert.matches("max_response_bytes", ended("body_limit").message)
    assert.equal("limit headers", kind_and_code(ended("head_limit")))
    assert.equal("limit memory", kind_and_code(ended("memory")))
  end)

  it("was cancelled, by the program or with its engine", function()
    assert.equal("cancelled nil", kind_and_code(ended("cancelled")))
    assert.equal("cancelled nil", kind_and_code(ended("closed")))
    assert.not_equal(ended("cancelled").message, ended("closed").message)
  end)

  it("tells what is wrong with a file as the engine does", function()
    for how, code in pairs { file = "unreadable", upload_size = "size" } do
      local err = transfer_errors.from_result({ ended = how, curl = 42,
        os_error = 5, text = "the reason", bytes_in = 0 }, redact.new {})
      assert.equal("file " .. code, kind_and_code(err))
      assert.equal("the reason", err.message)
      assert.is_false(err.retryable)
    end
  end)

  it("belongs to a parent process", function()
    assert.equal(tostring(errors.forked()), tostring(ended("forked")))
  end)

  it("is an error object", function()
    assert.is_true(errors.is(ended("idle")))
  end)
end)

describe("an exchange that libcurl gave up", function()
  it("is a matter of the network, which part its code says", function()
    local expected = {
      [5] = "proxy", [6] = "dns", [7] = "connect", [16] = "reset",
      [35] = "tls", [52] = "reset", [53] = "tls", [54] = "tls",
      [55] = "reset", [56] = "reset", [58] = "tls", [59] = "tls",
      [60] = "tls", [64] = "tls", [66] = "tls", [77] = "tls", [80] = "tls",
      [82] = "tls", [83] = "tls", [90] = "tls", [91] = "tls",
      [92] = "reset", [95] = "reset", [96] = "connect", [97] = "proxy",
    }
    for number, code in pairs(expected) do
      local err = gave_up(number)
      assert.equal("network " .. code, kind_and_code(err), number)
      assert.is_true(err.retryable)
    end
  end)

  it("is a matter of what the server speaks", function()
    assert.equal("protocol http", kind_and_code(gave_up(1)))
    assert.equal("protocol http", kind_and_code(gave_up(8)))
    assert.equal("protocol encoding", kind_and_code(gave_up(61)))
  end)

  it("is a matter of the address", function()
    assert.equal("invalid_request url", kind_and_code(gave_up(3)))
  end)

  it("is a matter of memory", function()
    assert.equal("limit memory", kind_and_code(gave_up(27)))
  end)

  it("keeps a number that nobody expected as its code", function()
    assert.equal("network curl4711", kind_and_code(gave_up(4711)))
  end)

  it("says what libcurl said", function()
    assert.equal("what libcurl says", gave_up(6).message)
  end)
end)

describe("a connection that was cut", function()
  it("truncates an answer that had begun", function()
    assert.equal("truncated closed",
      kind_and_code(gave_up(18, { bytes_in = 1 })))
    for _, number in ipairs { 16, 52, 55, 56, 92, 95 } do
      assert.equal("truncated reset",
        kind_and_code(gave_up(number, { bytes_in = 1 })), number)
    end
  end)

  it("is no truncation when it was never made", function()
    assert.equal("network tls", kind_and_code(gave_up(35, { bytes_in = 1 })))
    assert.equal("network dns", kind_and_code(gave_up(6, { bytes_in = 1 })))
  end)
end)

describe("too many open files", function()
  it("are named, in this process or in the whole system", function()
    for _, number in ipairs { 23, 24 } do
      local err = gave_up(7, { os_error = number })
      assert.equal("network descriptors", kind_and_code(err))
      assert.matches("ulimit %-n", tostring(err))
    end
  end)

  it("are not what another number of the system means", function()
    assert.equal("network connect", kind_and_code(gave_up(7,
      { os_error = 111 })))
  end)
end)

describe("the text of libcurl", function()
  it("is shown without secrets", function()
    local err = transfer_errors.from_result({ ended = "curl", curl = 3,
      os_error = 0, bytes_in = 0, text = "bad url with s3cret inside" },
      redact.new { "s3cret" })
    assert.equal("bad url with [redacted] inside", err.message)
  end)
end)
