-- What an error says, wherever the server put it.
local json = require "indoxhub.base.json"
local refusals = require "spec.support.refusals"

local refused = refusals.refused

describe("the message", function()
  it("is the field message of an envelope that failed (E1)", function()
    local err = refused(400, { request_id = "7c1e", success = false,
      message = "model is missing", data = "" })
    assert.equal("model is missing", err.message)
    assert.equal("7c1e", err.request_id)
  end)

  it("is the text in detail (E2)", function()
    assert.equal("Invalid API key",
      refused(401, { detail = "Invalid API key" }).message)
  end)

  it("is made of the list in detail (E3)", function()
    local err = refused(422, { detail = {
      { loc = { "body", "messages", 0, "role" }, msg = "field required",
        type = "value_error.missing" },
      { loc = { "body" }, msg = "too long", type = "value_error" },
    } })
    assert.equal("body.messages.0.role: field required; body: too long",
      err.message)
  end)

  it("is made of what a list in detail has, and be it little", function()
    assert.equal("must be short", refused(422,
      { detail = { { msg = "must be short" } } }).message)
    assert.equal("body: is not valid", refused(422,
      { detail = { { loc = { "body" } } } }).message)
    assert.equal("first; second", refused(422,
      { detail = { "first", "second" } }).message)
  end)

  it("is the field message beside a machine name (E4)", function()
    local err = refused(404, { error = "ModelNotFoundError",
      message = "no such model", status_code = 404, success = false,
      request_id = "7c1e", details = { provider = "openai" } })
    assert.equal("no such model", err.message)
    assert.equal("ModelNotFoundError", err.code)
    assert.equal("7c1e", err.request_id)
  end)

  it("is the message of an error object (E5)", function()
    local err = refused(400, { error = { message = "bad top_p",
      type = "invalid_request_error", param = "top_p", code = json.null } })
    assert.equal("bad top_p", err.message)
    assert.equal("invalid_request_error", err.code)
  end)

  it("is the title of a web page (E6)", function()
    local err = refused(403, "<!doctype html><html><head>\n<title lang=en>"
      .. "\n Attention Required! </title><style>p{}</style></head>"
      .. "<body><p>ray</p></body></html>")
    assert.equal("Attention Required!", err.message)
  end)

  it("is the text of a web page without a title (E6)", function()
    local err = refused(502, "<html><style>a{color:red}</style>"
      .. "<script>var a = 1;</script><h1>502 Bad Gateway</h1>\n<hr>"
      .. "<center>nginx</center></html>")
    assert.matches("502 Bad Gateway", tostring(err))
    assert.matches("nginx", tostring(err))
    for _, noise in ipairs { "<", "var a", "color" } do
      assert.is_nil(err.message:find(noise, 1, true), noise)
    end
  end)

  it("is the text of a web page whose title is empty (E6)", function()
    assert.matches("Bad Gateway", refused(502,
      "<html><title></title><h1>Bad Gateway</h1></html>").message)
  end)

  it("is a plain text (E6)", function()
    assert.equal("Access denied", refused(403, "Access denied").message)
  end)

  it("is what an object in detail says (E7)", function()
    for _, name in ipairs { "message", "msg", "error" } do
      assert.equal("said so",
        refused(400, { detail = { [name] = "said so" } }).message)
    end
  end)

  it("says that there is none when the body is empty (E7)", function()
    for _, body in ipairs { "", " \n", "{}", "[]", '{"detail":{}}',
      '{"message":"","detail":"  "}', '{"detail":[]}' } do
      assert.equal("the server gave no reason", refused(500, body).message,
        body)
    end
  end)

  it("is the body itself where no field is known that has one", function()
    for _, body in ipairs { '{"fault":{"faultstring":"No such policy"}}',
      '{"info":["out of order today"]}', '{"a":{"b":{"c":"do it again"}}}' } do
      assert.equal(body, refused(400, body).message)
    end
    assert.equal('{"why":"' .. ("no way "):rep(27) .. "no ...",
      refused(400, '{"why":"' .. ("no way "):rep(99) .. '"}').message)
    assert.equal("the server gave no reason",
      refused(400, '{"id":"q-1","model":"gpt"}').message)
  end)

  it("is read from any bytes that are JSON or an event", function()
    for _, bytes in ipairs { '\239\187\191 {"detail":"too hot"}',
      'data: {"error":{"message":"too hot"}}\n\n', '["too hot"]',
      "event: error\ndata: too hot\n\n", '"too hot"' } do
      for _, content_type in ipairs { "text/plain", "application/json",
        "text/event-stream", "image/png" } do
        assert.equal("too hot", refused(400, bytes,
          { ["content-type"] = content_type }).message)
      end
    end
  end)

  it("is the beginning of a long text", function()
    assert.equal(("\195\164"):rep(200) .. "...",
      refused(500, ("\195\164"):rep(900)).message)
  end)

  it("is never made of bytes that are no text", function()
    assert.equal("the server gave no reason",
      refused(500, "\137PNG\r\n\26\n\0\0\0\13IHDR").message)
    assert.equal("the server gave its reason compressed (gzip), which was "
      .. "not asked for", refused(500, "\31\139\8\0\0abc").message)
    assert.equal("the server gave its reason compressed (br), which was "
      .. "not asked for", refused(500, "\27\2abc",
        { ["content-encoding"] = "br" }).message)
  end)

  it("is never empty, whatever scalar came (E7)", function()
    for _, body in ipairs { "42", "true", "null", '"x"' } do
      assert.is_true(#refused(500, body).message > 0)
    end
  end)

  it("prefers what is meant for people", function()
    local body = { error = { message = "first" }, message = "second",
      detail = "third" }
    assert.equal("first", refused(400, body).message)
    body.error = "machine_name"
    assert.equal("second", refused(400, body).message)
    body.message = ""
    assert.equal("third", refused(400, body).message)
    body.detail = nil
    assert.equal("machine_name", refused(400, body).message)
  end)
end)
