-- Bodies: JSON with files in it, forms, and what of them may be shown.
local body = require "indoxhub.call.body"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"

describe("a JSON body", function()
  local function decoded(value)
    return json.decode(indoxhub.assert(body.of_json(value)).text)
  end

  it("is the value", function()
    assert.same({ a = 1, b = { "x", { c = true } } },
      decoded { a = 1, b = { "x", { c = true } } })
    assert.equal("[]", body.of_json(indoxhub.array {}).text)
    assert.equal('"x"', body.of_json("x").text)
    assert.equal("null", body.of_json(indoxhub.null).text)
  end)

  it("has data URIs for files, at any depth, and is a copy then", function()
    local file = indoxhub.bytes("x", "a.png")
    local uri = "data:image/png;base64,eA=="
    local shared = { file }
    local value = { list = { "a", file }, deep = { deep = { file = file } },
      one = shared, two = shared, plain = { 1 } }
    assert.same({ list = { "a", uri }, deep = { deep = { file = uri } },
      one = { uri }, two = { uri }, plain = { 1 } }, decoded(value))
    assert.equal(file, value.list[2])
    assert.equal(file, value.deep.deep.file)
    assert.equal(file, shared[1])
    assert.equal(uri, decoded(file))
  end)

  it("is made without a copy of what has no files in it", function()
    local messages = {}
    for i = 1, 1000 do
      messages[i] = { role = "user", content = { { type = "text",
        text = "How much is " .. i .. "?" } } }
    end
    local text = body.of_json({ messages = messages }).text
    collectgarbage()
    collectgarbage("stop")
    local before = collectgarbage "count"
    local made = body.of_json { messages = messages, seed = 7 }
    local grown = collectgarbage "count" - before
    collectgarbage("restart")
    assert.equal(#text + #',"seed":7', #made.text)
    -- Its text, and what does not grow with the messages.
    assert.is_true(grown < #made.text / 1024 + 8, tostring(grown))
  end)

  it("reads a file once that stands in it twice", function()
    local given = { "one", "two" }
    local file = indoxhub.reader(function() return table.remove(given, 1) end)
    local list = decoded { file, { file }, file }
    assert.same({ list[1], { list[1] }, list[1] }, list)
    assert.matches("base64,b25ldHdv$", list[1])
    assert.same({}, given)
  end)

  it("tells a file that cannot be read before a mistake", function()
    local made, wrong, err = body.of_json { print, indoxhub.file("/none/a") }
    assert.is_nil(made)
    assert.is_nil(wrong)
    assert.equal("file", err.kind)
    made, wrong, err = body.of_json { list = { indoxhub.bytes("x"), print } }
    assert.is_nil(made)
    assert.equal("list[2] is a function, which JSON cannot carry", wrong)
    assert.is_nil(err)
  end)

  it("tells what JSON cannot carry as a mistake", function()
    local loop = {}
    loop.loop = { loop, loop }
    for _, value in ipairs { { a = print }, { 0 / 0 }, loop } do
      local made, wrong, err = body.of_json(value)
      assert.is_nil(made)
      assert.is_string(wrong)
      assert.is_nil(err)
    end
  end)

  it("tells a file that cannot be read as an error", function()
    local made, wrong, err = body.of_json { { indoxhub.file("/none/a") } }
    assert.is_nil(made)
    assert.is_nil(wrong)
    assert.equal("file", err.kind)
  end)

  it("knows its secrets", function()
    assert.same({}, body.of_json({ a = "byok" }).secrets)
    local secrets = body.of_json({ byok_api_key = "one", x = { {
      byok_api_key = "two", file = indoxhub.bytes("x") } } }).secrets
    table.sort(secrets)
    assert.same({ "one", "two" }, secrets)
    assert.same({}, body.of_json("byok_api_key").secrets)
  end)
end)

describe("a form", function()
  it("has its fields in the order of their names", function()
    local file = indoxhub.bytes("x", "a.wav")
    local made = indoxhub.assert(body.of_fields { b = 57, a = true, c = file,
      d = "" })
    assert.same({ { name = "a", data = "true" }, { name = "b", data = "57" },
      { name = "c", data = "x", filename = "a.wav", type = "audio/wav" },
      { name = "d", data = "" } }, made.form)
    assert.is_nil(made.text)
    assert.is_nil(made.source)
  end)

  it("remembers whose function gives its bytes", function()
    local file = indoxhub.reader(function() end)
    assert.equal(file, body.of_fields({ a = "x", b = file, c = "y" }).source)
  end)

  it("knows its secrets", function()
    assert.same({ "one" }, body.of_fields({ byok_api_key = "one" }).secrets)
  end)
end)

describe("a body that is sent again", function()
  it("is any whose bytes are at hand", function()
    assert.is_true(body.can_be_resent(nil))
    body.restart(nil)
    for _, made in ipairs { body.of_json { 1 }, (body.of_fields { a = "x",
      b = indoxhub.bytes("x") }) } do
      assert.is_true(body.can_be_resent(made))
      body.restart(made)
    end
  end)

  local function form_of(options)
    local log = {}
    options.rewind = options.rewind and function()
      log[#log + 1] = "rewind"
    end
    local file = indoxhub.reader(function()
      log[#log + 1] = "read"
    end, options)
    return indoxhub.assert(body.of_fields { file = file }), file, log
  end

  it("is that of a function that was not asked yet", function()
    local made = form_of {}
    assert.is_true(body.can_be_resent(made))
    body.restart(made)
    assert.is_true(body.can_be_resent(made))
  end)

  it("is not that of a function that was asked", function()
    local made, file = form_of {}
    require("indoxhub.call.upload").next_bytes(file)
    assert.is_false(body.can_be_resent(made))
  end)

  it("is that of a function that can start over, which it does once",
    function()
      local made, file, log = form_of { rewind = true }
      local next_bytes = require("indoxhub.call.upload").next_bytes
      body.restart(made)
      next_bytes(file)
      next_bytes(file)
      assert.is_true(body.can_be_resent(made))
      body.restart(made)
      body.restart(made)
      next_bytes(file)
      next_bytes(file)
      assert.equal("read read rewind read read", table.concat(log, " "))
    end)
end)
