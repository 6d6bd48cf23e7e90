local body = require "indoxhub.api.errors.body"
local json = require "indoxhub.base.json"

describe("the body of a failed answer", function()
  it("is JSON, whatever stands before it", function()
    for _, before in ipairs { "", " \r\n", "\239\187\191",
      "\239\187\191\n " } do
      assert.same({ message = "x" }, body.read(before .. '{"message":"x"}'))
      assert.same({ "x" }, body.read(before .. '["x"]'))
      assert.equal("x", body.read(before .. '"x"'))
    end
  end)

  it("is JSON, whatever stands behind it", function()
    for _, behind in ipairs { "\0\0", "\n\0", "\n{\"message\":\"y\"}\n",
      "\n\ndata: [DONE]\n\n", "\0rest" } do
      assert.same({ message = "x" }, body.read('{"message":"x"}' .. behind))
    end
    assert.same({ message = "x" }, body.read('{\n "message":"x"\n}\0'))
  end)

  it("is what an event says", function()
    for _, bytes in ipairs { 'data: {"message":"x"}\n\n',
      'data:{"message":"x"}', 'event: error\r\ndata: {"message":"x"}\r\n\r\n',
      ': hello\n\nid: 1\ndata: {"message":"x"}\n\ndata: [DONE]\n\n',
      "\239\187\191data: {\"message\":\ndata: \"x\"}\n\n" } do
      assert.same({ message = "x" }, body.read(bytes))
    end
  end)

  it("is what the event of a failure says, and not the one before", function()
    for _, event in ipairs { 'event: error\ndata: {"message":"x"}',
      'data: {"type":"error","message":"x"}',
      'data: {"error":"y","message":"x"}' } do
      assert.equal("x", body.read('data: {"message":"first"}\n\n' .. event
        .. "\n\ndata: [DONE]\n\n").message)
    end
  end)

  it("is the text of an event that has no object", function()
    assert.equal("no luck", body.read "event: error\ndata: no luck\n\n")
  end)

  it("is nothing where it is neither", function()
    for _, bytes in ipairs { "", "no", "{broken", "<html>", "error: no",
      "data: [DONE]\n\n", ":\n\n", "\0\1" } do
      assert.is_nil(body.read(bytes))
    end
    assert.equal(json.null, body.read "null")
  end)
end)

describe("a field", function()
  it("may hold an object or a list as text", function()
    assert.same({ message = "x" }, body.nested ' {"message":"x"}')
    assert.same({ "x" }, body.nested '["x"]')
    assert.same({ message = "x" }, body.nested 'data: {"message":"x"}\n\n')
  end)

  it("holds none in any other text", function()
    for _, value in ipairs { "no", "{broken", '"x"', "42", "data: x", "due: x",
      42, true } do
      assert.is_nil(body.nested(value))
    end
  end)
end)
