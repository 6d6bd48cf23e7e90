-- API keys, tokens, and the end of an account.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"

local unpack = table.unpack or unpack

describe("the sandbox's keys", function()
  local sandbox = during_tests(ask.start)

  local function user_of(key)
    local user, err = sandbox:as(key):request("GET", "user/me")
    return user, err and err.message
  end

  it("are shown whole once, and work until they are deleted", function()
    local made = sandbox:post("user/api-keys", { name = "ci" })
    assert.truthy(made.api_key:find("^indox%-" .. ("%w"):rep(32) .. "$"))
    assert.equal("ci", made.name)
    assert.is_true(made.is_active)
    assert.is_nil(made.expires_at)
    local listed = sandbox:get("user/api-keys").keys
    assert.equal(made.id, listed[1].id)
    assert.equal(made.api_key:sub(1, 10) .. ("*"):rep(28), listed[1].api_key)
    assert.is_nil(listed[1].last_used_at)

    assert.equal(sandbox:get("user/me").id, user_of(made.api_key).id)
    assert.is_string(sandbox:get("user/api-keys").keys[1].last_used_at)

    local path = ("user/api-keys/%d"):format(made.id)
    assert.is_true(sandbox:post(path .. "/revoke").success)
    assert.is_false(sandbox:get("user/api-keys").keys[1].is_active)
    local user, message = user_of(made.api_key)
    assert.is_nil(user)
    assert.equal("API key has been revoked", message)
    assert.is_true(sandbox:post(path .. "/enable").success)
    assert.truthy(user_of(made.api_key))

    assert.is_true(sandbox:delete(path).success)
    assert.same({}, sandbox:get("user/api-keys").keys)
    user, message = user_of(made.api_key)
    assert.is_nil(user)
    assert.truthy(message:find("deleted", 1, true))
    for _, gone in ipairs { { "DELETE", path }, { "POST", path .. "/revoke" },
      { "POST", path .. "/enable" } } do
      local status, why = sandbox:refused(gone[1], gone[2])
      assert.equal(404, status)
      assert.truthy(why:find("API key not found", 1, true))
    end
  end)

  it("get a name and no end unless told", function()
    local made = sandbox:post("user/api-keys")
    assert.equal("API Key", made.name)
    assert.is_nil(made.expires_at)
    local for_ever = sandbox:post("user/api-keys",
      { expiration_time = indoxhub.null })
    assert.is_nil(for_ever.expires_at)
    assert.equal(made.id + 1, for_ever.id)
  end)

  it("run out after some days", function()
    local made = sandbox:post("user/api-keys", { expiration_time = 30 })
    local function day(stamp)
      local year, month, date = stamp:match("^(%d+)-(%d+)-(%d+)T")
      return os.time { year = year, month = month, day = date, hour = 12 }
    end
    local seconds = day(made.expires_at) - day(made.created_at)
    assert.equal(30, math.floor(seconds / 86400 + 0.5))
    local ended = sandbox:post("user/api-keys", { expiration_time = 0 })
    local _, message = user_of(ended.api_key)
    assert.equal("API key has expired", message)
  end)

  it("open an account each", function()
    local one, other = sandbox:as("indox-one"), sandbox:as("indox-other")
    local made = one:post("user/api-keys")
    assert.same({}, other:get("user/api-keys").keys)
    assert.equal(404, (other:refused("DELETE",
      ("user/api-keys/%d"):format(made.id))))
    assert.are_not.equal(one:get("user/me").id, other:get("user/me").id)
  end)

  it("are needed", function()
    local _, err = sandbox:as(""):request("GET", "user/me")
    assert.equal("authentication", err.kind)
    assert.equal("No credentials", err.message)
    local _, _, headers = sandbox:as(""):curl("user/me")
    assert.equal("Bearer", headers["www-authenticate"])
    _, err = sandbox:as("indox-invalid"):request("GET", "user/me")
    assert.equal("Invalid API key", err.message)
  end)

  it("are exchanged for tokens, by a header or a form", function()
    local by_header, status = sandbox:curl_json("auth/api-key", "-X", "POST",
      "-H", "X-API-Key: indox-spec")
    assert.equal(200, status)
    assert.equal("bearer", by_header.token_type)
    assert.equal(1800, by_header.expires_in)
    local by_form = sandbox:curl_json("auth/token",
      "-d", "username=pip_client&password=indox%2Dspec")
    for _, reply in ipairs { by_header, by_form } do
      assert.equal(sandbox:get("user/me").id, user_of(reply.access_token).id)
    end
    local _, _, headers = sandbox:curl("auth/api-key/", "-X", "POST",
      "-H", "X-API-Key: indox-spec")
    assert.truthy(headers["set-cookie"]:find("^access_token=%S+;"))
  end)

  it("are not exchanged when they are bad or missing", function()
    for _, arguments in ipairs { { "auth/api-key", "-X", "POST" },
      { "auth/api-key", "-X", "POST", "-H", "X-API-Key: an-invalid-one" },
      { "auth/token", "-d", "username=x" },
      { "auth/token", "-d", "username=x&password=invalid" } } do
      local reply, status = sandbox:curl_json(unpack(arguments))
      assert.equal(401, status)
      assert.is_string(reply.detail)
    end
  end)

  it("make tokens that run out, and end with their key", function()
    local short = sandbox:curl_json("auth/api-key", "-X", "POST", "-H",
      "X-API-Key: indox-spec", "-H", "X-Sandbox-Token-Seconds: 0")
    assert.equal(0, short.expires_in)
    local _, message = user_of(short.access_token)
    assert.truthy(message:find("Token has expired", 1, true))
    local made = sandbox:post("user/api-keys")
    local token = sandbox:curl_json("auth/api-key", "-X", "POST", "-H",
      "X-API-Key: " .. made.api_key).access_token
    assert.truthy(user_of(token))
    sandbox:post(("user/api-keys/%d/revoke"):format(made.id))
    _, message = user_of(token)
    assert.equal("API key has been revoked", message)
  end)

  it("must be exchanged where that is asked for", function()
    local wanted = { ["X-Sandbox-Auth"] = "token" }
    local status = sandbox:refused("GET", "user/me", nil, wanted)
    assert.equal(401, status)
    local token = sandbox:curl_json("auth/api-key", "-X", "POST", "-H",
      "X-API-Key: indox-spec", "-H", "X-Sandbox-Auth: token").access_token
    assert.truthy(sandbox:as(token):get("user/me", nil, wanted))
  end)

  it("end with their account", function()
    local leaving = sandbox:as("indox-leaving")
    local made = leaving:post("user/api-keys")
    local status, body, headers = leaving:curl("user/account", "-X", "DELETE")
    assert.equal(200, status)
    assert.equal('{"success":true}', body)
    assert.truthy(headers["set-cookie"]:find("access_token=; Max-Age=0", 1,
      true))
    for _, key in ipairs { "indox-leaving", made.api_key } do
      local _, message = user_of(key)
      assert.truthy(message:find("was deleted", 1, true))
    end
    assert.truthy(sandbox:get("user/me"))
  end)
end)
