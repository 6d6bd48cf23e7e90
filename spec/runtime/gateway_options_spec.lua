-- The gateway and what is wrong with its options and its nginx.conf.
local files = require "spec.support.files"
local gateways = require "spec.runtime.gateway.server"
local keys = require "spec.runtime.gateway.keys"
local servers = require "spec.support.servers"

local DIGEST = ("ab"):rep(32)

local function key(more)
  return ("{ keys = { { name = 'a', sha256 = '%s', %s } } }"):format(DIGEST,
    more)
end

-- Starts one with an nginx.conf that has other text in place of a line.
local function start_with(line, other, options)
  local text = files.read "spec/runtime/gateway/nginx.conf"
  local from, to = text:find(line, 1, true)
  options.config = files.write(os.tmpname(), text:sub(1, from - 1) .. other
    .. text:sub(to + 1))
  local one = gateways.start(options)
  os.remove(options.config)
  return one
end

describe("a gateway", function()
  local gateway

  setup(function()
    gateway = gateways.start {}
  end)

  teardown(function()
    assert.equal("", gateway:stop { "INDOXHUB_API_KEY is not set" })
  end)

  -- What is said of options.
  local function wrong(options)
    return gateway:run(([[
      local ok, said = pcall(require("indoxhub.gateway").new, %s)
      return ok and "fine" or said
    ]]):format(options))
  end

  it("takes options that are right", function()
    for _, options in ipairs { "nil", "{}", key "", key "linger = 3",
      key "models = { 'a/b' }", key "models = 'a/b'", key "cost_per_day = 0.5",
      "{ keys = {}, models = { 'a/b' } }", "{ cache = { { seconds = 0, " ..
      "models = { 'a/b' } }, { seconds = 60 } } }" } do
      assert.equal("fine", wrong(options))
    end
  end)

  it("has no key unbounded that was to be bounded", function()
    for more, wanted in pairs {
      ["requests_per_minut = 5"] = "did you mean requests_per_minute?",
      ["key = 'x'"] = "keys[1]: unknown option key; known: ",
      ["models = {}"] = "keys[1].models must name one at least",
      ["models = ','"] = "keys[1].models must name one at least",
      ["models = { ['a/b'] = true }"] = "keys[1].models must name one at least",
      ["models = { 1 }"] = "keys[1].models must name one at least",
      ["models = 5"] = "keys[1].models must name one at least",
      ["cost_per_day = -1"] = "keys[1].cost_per_day must be a number",
    } do
      assert.matches(wanted, wrong(key(more)), 1, true)
    end
    assert.matches("keys[2].sha256 is that of another key", wrong((
      "{ keys = { { name = 'a', sha256 = '%s' }, { name = 'b', sha256 = '%s' "
      .. "} } }"):format(DIGEST, DIGEST:upper())), 1, true)
  end)

  it("passes over nothing that stands where a list belongs", function()
    for options, wanted in pairs {
      ["{ keys = { name = 'a', sha256 = 'b' } }"] = "keys must be a list",
      ["{ cache = { seconds = 60 } }"] = "cache must be a list",
      ["{ cache = { { seconds = -1 } } }"] = "cache[1].seconds must be",
      ["{ cache = { { seconds = 1, models = {} } } }"]
        = "cache[1].models must be a list of names",
      ["{ cache = { { seconds = 1, models = { a = true } } } }"]
        = "cache[1].models must be a list of names",
      ["{ models = { ['a/b'] = true } }"] = "models must be a list of names",
      ["{ visitors = { models = {}, requests_per_minute = 1 } }"]
        = "visitors.models must name one at least",
      ["{ upstreams = { client = 1 } }"] = "upstreams must be a list",
      ["{ client = require('indoxhub').new {}, upstreams = {} }"]
        = "upstreams take the place of client",
    } do
      assert.matches(wanted, wrong(options), 1, true)
    end
  end)

  it("tells which memory nginx.conf lacks", function()
    for _, name in ipairs { "limits", "keys", "metrics", "streams", "cache" } do
      local said = gateway:run(([[
        local kept = ngx.shared.indoxhub_%s
        ngx.shared.indoxhub_%s = nil
        local _, said = pcall(require("indoxhub.gateway").new,
          { cache = { { seconds = 1 } } })
        ngx.shared.indoxhub_%s = kept
        return said
      ]]):format(name, name, name))
      assert.matches("nginx.conf needs lua_shared_dict indoxhub_" .. name, said,
        1, true)
    end
  end)

  it("tells which line nginx.conf lacks, and answers nothing", function()
    for _, line in ipairs {
      "init_worker_by_lua_block { gateway.init_worker() }",
      "access_by_lua_block { gateway.access() }" } do
      local one = start_with(line, "", {})
      local status, body = one:ask "/v1/models"
      assert.same({ 500, "server_error" }, { status, body.error.type })
      assert.matches("nginx.conf needs " .. line, one:log(), 1, true)
      assert.equal("", one:stop { "nginx.conf needs" })
    end
  end)

  it("answers while its code cache is off, where no worker begins", function()
    local sandbox = servers.sandbox "--pace 0"
    local token, text = keys.option()
    local one = start_with("http {", "user root; env LUA_PATH; env LUA_CPATH; "
      .. "env INDOXHUB_API_KEY; env INDOXHUB_BASE_URL; http { "
      .. "lua_code_cache off;", { base = sandbox.url,
      lua = "{ keys = { " .. text .. " } }" })
    local status, body = one:chat { key = token }
    assert.equal(200, status)
    assert.equal("6 * 7 is 42.", body.choices[1].message.content)
    servers.kill(sandbox)
    one:stop()
  end)

  it("logs at its start that there is no key of the upstream", function()
    local _, before = gateway:log():gsub("INDOXHUB_API_KEY is not set", "")
    wrong "{ client = require('indoxhub').new { api_key = 'k' } }"
    wrong "{ upstreams = { { client = require('indoxhub').new {} } } }"
    local _, between = gateway:log():gsub("INDOXHUB_API_KEY is not set", "")
    wrong "{}" -- workers have no environment
    local _, after = gateway:log():gsub("INDOXHUB_API_KEY is not set", "")
    assert.same({ 0, 1 }, { between - before, after - between })
  end)

  it("logs at its start that Redis does not answer, once", function()
    local one = gateways.start { workers = 2,
      redis = { url = "redis://127.0.0.1:1" } }
    servers.wait_until(function()
      return one:log():find "away: Redis at 127.0.0.1:1"
    end, "a line in the log")
    local _, count = one:log():gsub("away: Redis at", "")
    assert.equal(1, count)
    assert.equal("", one:stop { "away: Redis at" })
  end)
end)
