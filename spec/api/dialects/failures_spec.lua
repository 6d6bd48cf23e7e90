-- Events that end a stream as a failure.
local decoding = require "spec.support.decoding"
local json = require "indoxhub.base.json"

local play, error_of = decoding.play, decoding.error_of
local created, part, done = decoding.created, decoding.part, decoding.done
local content = decoding.content

describe("an error event", function()
  it("is an object with an error in it", function()
    local err = error_of { part "par", { error = "Status 401: rejected" },
      part "no" }
    assert.equal("authentication", err.kind)
    assert.equal("Status 401: rejected", err.message)
    err = error_of { { error = { message = "model overloaded",
      type = "server_error", code = "overloaded" } } }
    assert.equal("unavailable", err.kind)
    assert.equal("overloaded", err.code)
    assert.equal("model overloaded", err.message)
  end)

  it("keeps what was said before it, and nothing after it", function()
    local told = play { part "par", { error = "x" }, part "tial" }
    assert.equal("par", told.text)
    assert.is_table(told.failure)
  end)

  it("is named error, by its line or by its type", function()
    for _, event in ipairs {
      { "error", { message = "reset", code = "provider_error" } },
      { type = "error", message = "reset", code = "provider_error" },
      { "error", { error = { message = "reset", code = "provider_error" } } },
    } do
      local err = error_of { content "par", event }
      assert.equal("server", err.kind)
      assert.equal("reset", err.message)
      assert.equal("provider_error", err.code)
    end
  end)

  it("may be named so and say nothing", function()
    for _, payload in ipairs { "null", "{}", '{"error":null}', "[]" } do
      assert.matches("without a reason",
        error_of({ { "error", payload } }).message)
    end
  end)

  it("may be named so and be a text, a number or what else", function()
    assert.equal("upstream gone",
      error_of({ { "error", '"upstream gone"' } }).message)
    assert.equal("upstream gone",
      error_of({ { "error", "upstream gone" } }).message)
    assert.equal("503", error_of({ { "error", "503" } }).message)
    assert.equal("{broken", error_of({ { "error", "{broken" } }).message)
  end)

  it("is a response that failed, under any name", function()
    for _, kind in ipairs { "response.completed", "response.done",
      "response.failed" } do
      local err = error_of { created(), part "par", { type = kind,
        response = { id = "resp-1", status = "failed",
          error = { message = "quota exceeded" } } } }
      assert.equal("quota exceeded", err.message)
      assert.equal("resp-1", err.request_id)
      assert.equal("server", err.kind)
    end
    assert.matches("without a reason", error_of { {
      type = "response.done", response = { status = "failed" } } }.message)
  end)

  it("is an envelope without success", function()
    local err = error_of { { success = true, data = "a" },
      { success = false, message = "no credits", status_code = 402 } }
    assert.equal("insufficient_credits", err.kind)
    assert.equal(402, err.status)
  end)

  it("is not an error that is null", function()
    local event = part "x"
    event.error = json.null
    local last = done { error = json.null }
    last.error = json.null
    local told = play { event, last }
    assert.is_nil(told.failure)
    assert.equal("x", told.text)
    assert.is_true(told.decoder.reading.complete)
  end)

  it("may come in the first place", function()
    assert.is_table(play({ { error = "x" } }).failure)
    assert.is_table(play({ { "error", "x" } }).failure)
  end)

  it("may be told by a raw text, too", function()
    assert.equal("x", error_of({ "Once ", { "error", "x" } }).message)
  end)
end)

describe("a broken event", function()
  local function is_protocol(events)
    local told = play(events)
    assert.is_string(told.failure and told.failure.message)
    assert.is_nil(told.failure.body)
    return told
  end

  it("is an object that cannot be read", function()
    for _, payload in ipairs { '{"type":"response.content_part.delta","del',
      '{"a":}', "{", '{"a":1}}', '{"a":1} {"b":2}', "{'a':1}" } do
      local told = is_protocol { part "par", payload, part "no" }
      assert.equal("par", told.text)
    end
  end)

  it("is anything but an object after an object", function()
    for _, payload in ipairs { "42", "true", "null", '"text"', "[1]", "[]",
      "word", "[{}]" } do
      assert.equal("par", is_protocol({ part "par", payload }).text)
      is_protocol { created(), payload }
    end
  end)

  it("does not repeat the payload, which may hold secrets", function()
    local told = is_protocol { '{"key":"s3cret' }
    assert.is_nil(told.failure.message:find("s3cret", 1, true))
  end)

  it("is not a blank one before the first", function()
    assert.equal("x", play { "", " ", part "x" }.text)
  end)
end)
