-- One exchange: what is read of the head, and what ends it.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local redact = require "indoxhub.base.redact"
local servers = require "spec.support.servers"
local transfers = require "indoxhub.call.transfer"

describe("an exchange", function()
  local raw = during_tests(servers.raw)
  local owner

  before_each(function()
    owner = { running = {} }
  end)

  local function exchange(base, fields)
    local made = { method = "POST", url = base .. "/x", headers = {},
      hide = redact.new {} }
    for name, value in pairs(fields or {}) do
      made[name] = value
    end
    return made
  end

  -- Sends, and waits for the whole answer.
  local function run(made)
    local transfer, err = transfers.submit(owner, made)
    local answer
    if transfer then
      answer, err = transfers.head(transfer, made)
    end
    if answer then
      answer, err = transfers.body(transfer, answer, made)
    end
    return answer, err, transfer
  end

  local function answering(name, ...)
    local steps = { { "body" } }
    for _, bytes in ipairs { ... } do
      steps[#steps + 1] = { "send", bytes }
    end
    return exchange(raw:script(name, steps))
  end

  it("gives status, headers and the body", function()
    local answer = indoxhub.assert(run(answering("plain",
      servers.reply("201 Created", "a/b", "bytes",
        "X-Twice: 1\r\nx-twice:2  \r\nX-Empty:\r\nX-Time: 10:11:12\r\n"))))
    assert.equal(201, answer.status)
    assert.equal("bytes", answer.text)
    assert.equal("1.1", answer.http_version)
    assert.equal("a/b", answer.headers["content-type"])
    assert.equal("1, 2", answer.headers["x-twice"])
    assert.equal("", answer.headers["x-empty"])
    assert.equal("10:11:12", answer.headers["x-time"])
  end)

  it("is not confused by an answer before the answer", function()
    local answer = indoxhub.assert(run(answering("early",
      "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n",
      servers.reply("200 OK", "a/b", "x"))))
    assert.equal(200, answer.status)
    assert.is_nil(answer.headers["x-early"])
  end)

  it("is truncated when it ends within its head", function()
    local answer, err = run(answering("short", "HTTP/1.1 200 OK\r\nX-A: 1"))
    assert.is_nil(answer)
    assert.equal("truncated", err.kind)
  end)

  it("is truncated when it ends within its body, with its status", function()
    local answer, err = run(answering("cut", servers.head("200 OK", "a/b", 9)
      .. "x"))
    assert.is_nil(answer)
    assert.equal("truncated closed", err.kind .. " " .. err.code)
    assert.equal(200, err.status)
  end)

  it("is remembered by its owner while it runs", function()
    local transfer = assert(transfers.submit(owner, exchange(raw:script("held",
      { { "hold" } }))))
    assert.is_true(owner.running[transfer])
    transfer:cancel()
    assert.equal("cancelled", transfers.failure(transfer:result(),
      exchange("")).kind)
  end)

  it("is unsent when nobody was there to take it", function()
    local gone = servers.raw()
    gone:stop()
    local answer, err, transfer = run(exchange(gone:base("x"), { body = "x" }))
    assert.is_nil(answer)
    assert.equal("network", err.kind)
    assert.is_true(transfers.is_unsent(transfer))
    assert.is_true(transfers.is_unsent(nil))
  end)

  it("is sent when it was taken as a whole", function()
    local answer, _, transfer = run(exchange(raw:script("taken",
      { { "body" }, { "close" } }), { body = "x" }))
    assert.is_nil(answer)
    assert.is_false(transfers.is_unsent(transfer))
  end)

  it("does not begin with a file that cannot be read", function()
    local transfer, err = transfers.submit(owner, exchange(raw:base("x"),
      { form = { { name = "file", path = "/none/a.wav" } } }))
    assert.is_nil(transfer)
    assert.equal("file unreadable", err.kind .. " " .. err.code)
    assert.equal("cannot read /none/a.wav: No such file or directory",
      err.message)
    assert.is_nil(next(owner.running))
  end)

  it("does not begin in an engine that was closed", function()
    indoxhub.assert(run(answering("before", servers.reply("200 OK", "a/b",
      ""))))
    owner.engine:close()
    local transfer, err = transfers.submit(owner, exchange(raw:base("x")))
    assert.is_nil(transfer)
    assert.equal("cancelled", err.kind)
  end)
end)
