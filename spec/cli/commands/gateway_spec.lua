-- `indoxhub gateway keys`, with a redis-server of its own.
local command = require "spec.support.command"
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local redis = require "spec.support.redis"

describe("indoxhub gateway keys", function()
  local store = during_tests(redis.start, { password = "s3cret" })
  local indoxhub

  setup(function()
    indoxhub = command.new "http://127.0.0.1:1"
  end)

  teardown(function()
    indoxhub:remove()
  end)

  -- Runs it with this REDIS_URL, which stands in no argument.
  local function run(arguments, url)
    local name = files.write(indoxhub.folder .. "/url",
      ("export REDIS_URL='%s'"):format(url or store.url))
    return command.shell((". %s; %s"):format(name,
      indoxhub:line("gateway keys " .. arguments)))
  end

  it("makes keys that Redis knows by their digest only", function()
    local out, err, code = run("add page --requests-per-minute 20 " ..
      "--cost-per-day 0.5 --models openai/gpt-4o-mini,a/b")
    assert.equal(0, code, err)
    local token = out:match "^(ihg%-%x+)\n$"
    assert.equal(68, #token)
    assert.truthy(err:find('Key "page"', 1, true))
    assert.is_nil(err:find(token, 1, true))
    local place = "indoxhub:key:" .. core.sha256(token)
    assert.equal("20", store:cli("HGET " .. place .. " requests_per_minute"))
    assert.equal(0.5, tonumber(store:cli("HGET " .. place
      .. " cost_per_day")))
    assert.equal("openai/gpt-4o-mini,a/b",
      store:cli("HGET " .. place .. " models"))
    assert.is_nil(store:cli("HGETALL " .. place):find(token, 1, true))
  end)

  it("lists them, and takes them back", function()
    local token = run("add other"):match "%S+"
    local list = json.decode((run "list --json")).keys
    assert.same({ "other", "page" }, { list[1].name, list[2].name })
    assert.equal(20, list[2].requests_per_minute)
    local out = run "list"
    assert.truthy(out:find "other")
    assert.is_nil(out:find(token, 1, true))
    local _, err, code = run "revoke other"
    assert.equal(0, code, err)
    assert.equal("0", store:cli("EXISTS indoxhub:key:"
      .. core.sha256(token)))
    _, err, code = run "revoke other"
    assert.equal(1, code)
    assert.truthy(err:find("there is no key named", 1, true))
  end)

  it("refuses what is not meant, and shows no password", function()
    for arguments, word in pairs { ["add page"] = "already",
      ["add 'a/b'"] = "letters", ["add x --cost-per-day 0"] = "above 0",
      ["add x --models ,"] = "models must name one at least",
      ["list --redis 127.0.0.1:1"] = "refused",
      ["list --redis :s3cret@127.0.0.1:1"] = "takes no password" } do
      local out, err, code = run(arguments)
      assert.equal("", out)
      assert.is_true(code > 0)
      assert.truthy(err:find(word, 1, true), err)
      assert.is_nil(err:find("s3cret", 1, true))
    end
    for arguments, url in pairs { ["list"] = "redis://:wrong@127.0.0.1:"
      .. store.port, ["add z"] = "redis://127.0.0.1:" .. store.port,
      ["list --redis 127.0.0.1:" .. store.port] = "" } do
      local _, err, code = run(arguments, url)
      assert.equal(3, code, err)
      assert.truthy(err:find("REDIS_URL", 1, true), err)
    end
    for url, word in pairs { ["rediss://:s3cret@h"] = "TLS",
      [""] = "say where Redis is", ["redis://:wrong@127.0.0.1:"
        .. store.port] = "WRONGPASS" } do
      local _, err, code = run("list", url)
      assert.is_true(code > 0)
      assert.truthy(err:find(word, 1, true), err)
      assert.is_nil(err:find("wrong@", 1, true))
    end
  end)
end)
