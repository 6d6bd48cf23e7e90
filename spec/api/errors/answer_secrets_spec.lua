-- That no error shows a key.
local answer_errors = require "indoxhub.api.errors.answer"
local refusals = require "spec.support.refusals"

local KEY, BYOK = refusals.KEY, refusals.BYOK
local answer, refused, told = refusals.answer, refusals.refused, refusals.told

describe("secrets", function()
  -- Every text of an error, at any depth.
  local function texts_of(value, found)
    found = found or {}
    if type(value) == "string" then
      found[#found + 1] = value
    elseif type(value) == "table" then
      for key, item in pairs(value) do
        texts_of(key, found)
        texts_of(item, found)
      end
    end
    return found
  end

  local function assert_clean(err)
    local found = texts_of(err)
    found[#found + 1] = tostring(err)
    for _, text in ipairs(found) do
      for _, secret in ipairs { KEY, BYOK, KEY:sub(1, 20) } do
        assert.is_nil(text:find(secret, 1, true), text)
      end
    end
  end

  it("are not in message and body", function()
    local err = refused(401, { detail = "bad key " .. KEY .. " " .. BYOK })
    assert.equal("bad key [redacted] [redacted]", err.message)
    assert.equal("bad key [redacted]", refused(401, "bad key " .. KEY).body)
    assert_clean(refused(401, "bad key " .. KEY .. " or " .. BYOK))
  end)

  it("are not in the details", function()
    local err = refused(422, { detail = { { loc = { "body", "byok_api_key" },
      msg = "refused: " .. BYOK, type = "value_error", input = BYOK } } })
    assert.equal("refused: [redacted]", err.detail[1].msg)
    assert_clean({ err.detail, err.message, tostring(err) })
  end)

  it("are not in the body as JSON writes them", function()
    -- Some servers write a slash with a backslash before it.
    local err = refused(400, [[{"input":"sk-own\/4711+x"}]])
    assert.is_nil(err.body:find("4711", 1, true), err.body)
  end)

  it("are not in a title of a web page", function()
    assert_clean(refused(403, "<title>denied: " .. KEY .. "</title>"))
  end)

  it("are not in the other fields either", function()
    assert_clean(refused(422, { error = KEY, request_id = KEY, detail = {
      { loc = { "body", KEY }, msg = "x", type = KEY } } }))
    assert_clean(refused(500, {}, { ["x-request-id"] = KEY }))
  end)

  it("are not half in the body where that is cut", function()
    for missing = 1, #BYOK - 1 do
      local before = ("x"):rep(2000 - #BYOK + missing)
      local err = refused(500, before .. BYOK .. " rest")
      assert.is_nil(err.body:find(BYOK:sub(1, 3), 1, true), missing)
    end
  end)

  it("are not half in the message where the body is cut", function()
    local err = refused(500, ("x"):rep(1990) .. BYOK)
    assert.is_nil(err.message:find("sk-", 1, true))
  end)

  it("are not in what a successful reply or an event tells", function()
    local err = told { success = false, message = "key " .. KEY }
    assert.equal("key [redacted]", err.message)
    assert_clean(err)
  end)

  it("are not in a broken promise", function()
    local err = answer_errors.protocol("not JSON: " .. KEY,
      answer(200, "also " .. KEY))
    assert.equal("not JSON: [redacted]", err.message)
    assert.equal("also [redacted]", err.body)
  end)
end)
