-- Pictures, speech, and the files that answers point to.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"

local unpack = table.unpack or unpack

describe("the sandbox's media", function()
  local sandbox = during_tests(ask.start)

  -- What another program makes of base64 text.
  local function unbase64(text)
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write(text)
    file:close()
    local pipe = io.popen("base64 -d " .. name)
    local bytes = pipe:read("*a")
    pipe:close()
    os.remove(name)
    return bytes
  end

  local function draw(fields, headers)
    return sandbox:post("images/generations", fields, headers).data
  end

  local function speak(fields, shape)
    return sandbox:post("audio/tts/generations", fields,
      shape and { ["X-Sandbox-Shape"] = shape }).data
  end

  local function number(bytes, at, count)
    local value = 0
    for i = at, at + count - 1 do
      value = value + bytes:byte(i) * 256 ^ (i - at)
    end
    return value
  end

  it("are pictures that depend on the prompt", function()
    local owl = draw { prompt = "an owl", n = 2 }
    assert.equal(2, #owl)
    local bytes = ask.bytes(owl[1].url)
    assert.equal("\137PNG\r\n\26\n", bytes:sub(1, 8))
    assert.equal("IEND", bytes:sub(-8, -5))
    assert.are_not.equal(bytes, ask.bytes(owl[2].url))
    local same = draw({ prompt = "an owl", response_format = "b64_json" })[1]
    assert.is_nil(same.url)
    assert.equal(bytes, unbase64(same.b64_json))
    assert.are_not.equal(same.b64_json,
      draw({ prompt = "a heron", response_format = "b64_json" })[1].b64_json)
  end)

  it("are pictures in OpenAI's shape on request", function()
    local body = sandbox:post("images/generations", { prompt = "owl" },
      { ["X-Sandbox-Shape"] = "openai" })
    assert.is_nil(body.request_id)
    assert.is_number(body.created)
    assert.equal(0.04, body.usage.cost_breakdown.total_cost)
    assert.is_string(body.data[1].url)
  end)

  it("are recordings as long as the text", function()
    local short = ask.bytes(speak({ input = "Hello" }).audio_url)
    assert.equal("RIFF", short:sub(1, 4))
    assert.equal("WAVEfmt ", short:sub(9, 16))
    assert.equal(#short - 8, number(short, 5, 4))
    local long = ask.bytes(speak({ input = "Hello, hello, hello" }).audio_url)
    assert.is_true(#long > 2 * #short)
    local slow = ask.bytes(speak({ input = "Hello", speed = 0.5 }).audio_url)
    assert.is_true(#slow > 1.8 * #short)
  end)

  it("are recordings under another name or inside the reply", function()
    local whole = ask.bytes(speak({ input = "Hi" }).audio_url)
    assert.equal(whole, ask.bytes(speak({ input = "Hi" }, "url").url))
    local inside = speak({ input = "Hi", voice = "nova", speed = 1 }, "base64")
    assert.equal(whole, unbase64(inside.audio))
    assert.equal("nova", inside.voice)
    assert.equal("wav", inside.format)
    assert.equal(2, inside.character_count)
  end)

  it("are served whole, in ranges, and as heads", function()
    local url = draw({ prompt = "an owl" })[1].url
    local status, whole, headers = sandbox:curl(url)
    assert.equal(200, status)
    assert.equal("image/png", headers["content-type"])
    assert.equal("bytes", headers["accept-ranges"])
    assert.equal(#whole, tonumber(headers["content-length"]))
    local size = #whole
    for range, expected in pairs { ["2-5"] = { 3, 6 }, ["10-"] = { 11, size },
      ["-7"] = { size - 6, size }, ["5-999999"] = { 6, size } } do
      local code, part, told = sandbox:curl(url, "-r", range)
      assert.equal(206, code)
      assert.equal(whole:sub(expected[1], expected[2]), part)
      assert.equal(("bytes %d-%d/%d"):format(expected[1] - 1,
        expected[2] - 1, size), told["content-range"])
    end
    local part
    status, part, headers = sandbox:curl(url, "-r", "999999-")
    assert.equal(416, status)
    assert.equal("", part)
    assert.equal("bytes */" .. size, headers["content-range"])
    status, part, headers = sandbox:curl(url, "-I")
    assert.equal(200, status)
    assert.equal("", part)
    assert.equal(size, tonumber(headers["content-length"]))
    local tag = headers.etag
    assert.equal(206, (sandbox:curl(url, "-r", "0-1", "-H",
      "If-Range: " .. tag)))
    assert.equal(200, (sandbox:curl(url, "-r", "0-1", "-H",
      'If-Range: "other"')))
  end)

  it("are served to anybody, but not changed by them", function()
    local url = draw({ prompt = "an owl" })[1].url
    assert.equal(200, (sandbox:as("an-invalid-key"):curl(url)))
    assert.equal(405, (sandbox:curl(url, "-d", "x")))
    assert.equal(404, (sandbox:curl("/media/nothing.png")))
  end)

  it("are cut and resumed", function()
    local url = draw({ prompt = "an owl" })[1].url
    local fault = { "-H", "X-Sandbox-Fail: cut:100*1", "-H",
      "X-Sandbox-Id: resumed" }
    local _, first, headers = sandbox:curl(url, unpack(fault))
    assert.equal(100, #first)
    assert.is_true(tonumber(headers["content-length"]) > 100)
    fault[#fault + 1] = "-r"
    fault[#fault + 1] = "100-"
    local status, rest = sandbox:curl(url, unpack(fault))
    assert.equal(206, status)
    assert.equal(ask.bytes(url), first .. rest)
  end)

  it("fail with a status", function()
    local url = draw({ prompt = "an owl" })[1].url
    assert.equal(503, (sandbox:curl(url, "-H", "X-Sandbox-Fail: status:503")))
    assert.equal(500, (sandbox:curl(url, "-H", "X-Sandbox-Fail: error:0")))
  end)
end)
