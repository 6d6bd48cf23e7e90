-- Where servers put the reason of a failure. Every body says the same here.
local json = require "indoxhub.base.json"
local reason = require "indoxhub.api.errors.reason"

local R = "no kiln is free"

-- As a gateway passes on what it was told.
local function as_text(value)
  return json.encode(value)
end

local function assert_reason(expected, body)
  assert.equal(expected, reason.of(json.decode(json.encode(body))),
    json.encode(body))
end

describe("the reason", function()
  it("is in any of the fields that servers use", function()
    for _, body in ipairs {
      { error = { message = R } }, { error = R }, { error = { msg = R } },
      { error = { Message = R } }, { error = { error = { message = R } } },
      { error = { error = R } }, { error = { details = R } },
      { error = { details = { { message = R } } } },
      { error = { metadata = { raw = R } } },
      { message = R }, { Message = R }, { msg = R }, { detail = R },
      { detail = { message = R } }, { detail = { error = { message = R } } },
      { error_description = R }, { title = R }, { description = R },
      { errmsg = R, errcode = 7 }, { err_msg = R }, { Error = R },
      { Error = { Message = R } },
      { base_resp = { status_code = 1008, status_msg = R } },
    } do
      assert_reason(R, body)
      assert_reason(R, { body })
    end
  end)

  it("may be a list, or several", function()
    assert_reason(R, { error = { R } })
    assert_reason(R, { error = { { message = R } } })
    assert_reason(R, { message = { R } })
    assert_reason(R, { detail = { { msg = R } } })
    assert_reason(R .. "; and no clay",
      { errors = { { code = 7, message = R }, { detail = "and no clay" } } })
    assert_reason("body.clay: " .. R,
      { detail = { { loc = { "body", "clay" }, msg = R } } })
    assert_reason(R, { errors = { R, R } })
  end)

  it("may be a map from fields to what is wrong with them", function()
    assert_reason("clay: is wet; kiln: " .. R,
      { errors = { kiln = { R }, clay = "is wet" } })
    assert_reason("kiln: " .. R, { message = { kiln = { R } } })
    assert_reason("kiln: " .. R, { detail = { kiln = { { message = R } } } })
  end)

  it("may be written as JSON in a text", function()
    assert_reason(R, { error = as_text { message = R } })
    assert_reason(R, { message = as_text { error = { message = R } } })
    assert_reason(R, { detail = as_text { error = R } })
    assert_reason(R, { error = { message = as_text { { error = R } } } })
  end)

  it("is what a gateway was told, beside what it says", function()
    for _, raw in ipairs { R, as_text { error = { message = R } },
      as_text { { error = { message = R } } }, { message = R },
      "data: " .. as_text { message = R } .. "\n\n",
      "<html><title>" .. R .. "</title></html>" } do
      assert_reason("upstream refused: " .. R,
        { error = { message = "upstream refused", metadata = { raw = raw } } })
    end
    assert_reason("refused: " .. R, { error = { message = R,
      metadata = { raw = "refused: " .. R } } })
    assert_reason(R, { error = { message = R, metadata = { raw = " " } } })
    assert_reason(R, { error = { message = R, metadata = { raw = "\0\1" } } })
  end)

  it("is not a name for machines while another field has one", function()
    for _, field in ipairs { "message", "Message", "msg", "detail", "errors",
      "error_description", "title" } do
      assert_reason(R, { error = "kiln_missing", [field] = R })
      assert_reason(R, { error = "KilnMissing", [field] = { R } })
    end
    assert_reason("kiln_missing", { error = "kiln_missing" })
    assert_reason("kiln_missing", { error = "kiln_missing", message = " " })
  end)

  it("is more than the name of its status", function()
    assert_reason("Bad Request: " .. R, { error = "Bad Request",
      message = { R } })
    assert_reason("The input is wrong: kiln: " .. R,
      { message = "The input is wrong", errors = { kiln = { R } } })
  end)

  it("is in the next place where one is blank", function()
    assert_reason(R, { error = { message = "" }, message = R })
    assert_reason(R, { error = "", message = "\n", detail = R })
    assert_reason(R, { error = json.null, message = json.null, title = R })
    assert_reason(R, { error = {}, errors = { { message = R } } })
  end)

  it("is where an event has it", function()
    assert_reason(R, { type = "response.failed",
      response = { status = "failed", error = { message = R } } })
    assert_reason(R, { choices = { { index = 0, error = { message = R },
      finish_reason = "error" } } })
    for _, field in ipairs { "data", "content", "text", "delta" } do
      assert_reason(R, { type = "error", [field] = R })
      assert.is_nil(reason.of { type = "content", [field] = R })
    end
  end)

  it("is nothing where nothing is said", function()
    for _, body in ipairs { {}, { error = {} }, { error = { code = 7 } },
      { detail = {} }, { errors = { { code = 7 } } }, { message = "" },
      { choices = {} }, { 1, true }, { error = false } } do
      assert.is_nil(reason.of(body))
    end
    assert.is_nil(reason.of(json.null))
    assert.is_nil(reason.of(nil))
    assert.is_nil(reason.of(42))
  end)

  it("ends in a body without end", function()
    local deep, wide = { message = R }, {}
    for i = 1, 1000 do
      deep, wide[i] = { error = deep }, { message = "m" .. i }
    end
    assert.is_nil(reason.of(deep))
    assert.is_true(#reason.of { errors = wide } < 200)
  end)
end)
