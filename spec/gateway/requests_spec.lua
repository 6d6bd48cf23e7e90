-- What requests say of themselves.
local requests = require "indoxhub.gateway.requests"

local TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"

describe("gateway/requests", function()
  it("passes on what is a traceparent, and nothing else", function()
    local good = ("00-%s-%s-01"):format(TRACE, PARENT)
    assert.equal(good, requests.traceparent(good))
    for _, text in ipairs { "", "x", good .. "\r\nX: y", good:upper(),
      "01" .. good:sub(3), good .. "0", good:sub(1, -2),
      ("00-%s-%s-01"):format(("0"):rep(32), PARENT),
      ("00-%s-%s-01"):format(TRACE, ("0"):rep(16)),
      ("00-%s-%s-0g"):format(TRACE, PARENT) } do
      assert.is_nil(requests.traceparent(text))
    end
    assert.is_nil(requests.traceparent(false))
  end)
end)
