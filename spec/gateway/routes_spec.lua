-- What the gateway answers, and what it does not.
local routes = require "indoxhub.gateway.routes"

describe("gateway/routes", function()
  local function operation(method, path)
    local route, other = routes.find(method, path)
    if route then
      return route.operation, route.is_native, route.argument
    end
    return nil, other or false
  end

  it("finds both faces", function()
    assert.same({ "chat", false }, {
      operation("POST", "/v1/chat/completions") })
    assert.same({ "chat", true }, {
      operation("POST", "/api/v1/chat/completions") })
    assert.same({ "model", false, "openai/gpt-4o-mini" }, {
      operation("GET", "/v1/models/openai/gpt-4o-mini") })
    assert.same({ "models", true }, { operation("GET", "/api/v1/models/") })
    assert.same({ "job", true, "a-b_1" }, {
      operation("GET", "/api/v1/videos/jobs/a-b_1") })
    assert.same({ "cancel", true, "x" }, {
      operation("POST", "/api/v1/videos/jobs/x/cancel") })
    assert.same({ "stream", false, "0af7" }, {
      operation("DELETE", "/v1/streams/0af7") })
  end)

  it("tells another method from another path", function()
    assert.same({ nil, true }, { operation("GET", "/v1/chat/completions") })
    for _, path in ipairs { "", "/", "/v1", "/v1/", "/api/v1/user/me",
      "/api/v1/analytics/usage", "/v1/user/me", "/V1/models",
      "/v1/chat/completions/x", "/v1/models/../x", "/v1/models/a//b",
      "/v1/models/a/", "/v1/models/.", "/v1/models/%2e", "/v1/models/a?b",
      "/v1/models/a\0b", "/api/v1/videos/jobs", "/api/v1/videos/jobs/..",
      "/x/v1/models", "/api/v2/models" } do
      for _, method in ipairs { "GET", "POST", "DELETE" } do
        assert.same({ nil, false }, { operation(method, path) }, path)
      end
    end
  end)
end)
