-- Many texts in several calls.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

local function texts(count)
  local list = {}
  for i = 1, count do
    list[i] = "text number " .. i
  end
  return list
end

describe("a batch of embeddings", function()
  local raw = raw_server()
  local sandbox = during_tests(servers.sandbox, "--pace 0")
  local keys = 0

  -- With a key of its own, so with an account that counts its calls.
  local function new_client(url)
    keys = keys + 1
    return indoxhub.new { api_key = "indox-batch-" .. keys, max_retries = 0,
      base_url = url or sandbox.url }
  end

  local function asked(client)
    return indoxhub.assert(client.user:usage {}).total_requests
  end

  -- Options that make requests fail: see sandbox/faults.lua.
  local function failing(fault, options)
    keys = keys + 1
    options.headers = { ["X-Sandbox-Fail"] = fault,
      ["X-Sandbox-Id"] = "batch-" .. keys }
    return options
  end

  local function requests(name)
    return select(2, raw:got(name):gsub("POST ", ""))
  end

  local function both_ways(fn)
    fn()
    indoxhub.run(fn)
  end

  it("is the reply of one call, in the order of the texts", function()
    both_ways(function()
      local client, list = new_client(), texts(50)
      local whole = indoxhub.assert(client.embeddings:create { text = list })
      local reply = indoxhub.assert(client.embeddings:batch({ text = list },
        { size = 7, concurrency = 3 }))
      assert.same(whole.data, reply.data)
      assert.equal(whole.dimensions, reply.dimensions)
      assert.equal(whole.model, reply.model)
      assert.equal(whole.usage.tokens_total, reply.usage.tokens_total)
      assert.is_true(math.abs(whole.usage.cost - reply.usage.cost) < 1e-9)
      assert.is_true(reply.success)
      assert.equal(1 + 8, asked(client))
    end)
  end)

  it("may be of vectors, and of a list alone", function()
    local client, list = new_client(), texts(10)
    local lists = indoxhub.assert(client.embeddings:batch(list))
    local reply = indoxhub.assert(client.embeddings:batch(list,
      { size = 4, as = "vectors" }))
    for i = 1, 10 do
      assert.is_true(reply.data[i] == indoxhub.vector(lists.data[i]))
    end
    assert.equal(1 + 3, asked(client))
  end)

  it("passes fields and options on", function()
    local name = "fields"
    local client = new_client(raw:script(name,
      servers.json('{"data":[[1],[2]]}')))
    local reply = indoxhub.assert(client.embeddings:batch({
      text = { "a", "b" }, model = "m-1", flavour = "x" },
      { headers = { ["X-Own"] = "yes" }, size = 2 }))
    assert.same({ { 1 }, { 2 } }, reply.data)
    assert.is_nil(reply.usage)
    local got = raw:got(name)
    assert.matches('"model":"m%-1"', got)
    assert.matches('"flavour":"x"', got)
    assert.matches("X%-Own: yes", got)
    assert.is_nil(got:find("size", 1, true))
  end)

  it("of nothing asks for nothing", function()
    local client = new_client "http://127.0.0.1:1"
    assert.same({ success = true, data = {} },
      client.embeddings:batch { text = {} })
  end)

  it("shows its progress", function()
    both_ways(function()
      local seen = {}
      indoxhub.assert(new_client().embeddings:batch({ text = texts(10) },
        { size = 4, concurrency = 1, on_progress = function(done, total)
          seen[#seen + 1] = done .. " of " .. total
        end }))
      assert.same({ "4 of 10", "8 of 10", "10 of 10" }, seen)
    end)
  end)

  it("raises what the program's function raises, and asks no more", function()
    local client = new_client()
    local oops = {}
    local ok, err = pcall(function()
      client.embeddings:batch({ text = texts(10) }, { size = 1,
        concurrency = 2, on_progress = function() error(oops) end })
    end)
    assert.is_false(ok)
    assert.equal(oops, err)
    assert.is_true(asked(client) <= 3)
  end)

  it("tells what is missing, and goes on there", function()
    both_ways(function()
      local client, list = new_client(), texts(10)
      local options = failing("status:500*2", { size = 3, concurrency = 1 })
      local none, err = client.embeddings:batch({ text = list }, options)
      assert.is_nil(none)
      assert.equal("server", err.kind)
      assert.equal("embeddings.batch", err.operation)
      assert.equal(500, err.status)
      assert.matches("%(2 of 4 parts are missing%)", tostring(err))
      assert.matches("err.partial holds what came", tostring(err))
      assert.same({ 1, 2, 3, 4, 5, 6 }, err.missing)
      assert.equal(10, #err.partial.data)
      for i = 1, 10 do
        assert.equal(i > 6, err.partial.data[i] and true)
      end
      local before = err.partial.usage.tokens_total
      assert.equal(2, asked(client))

      local seen = {}
      options.resume, options.size = err, 4
      options.on_progress = function(done, total)
        seen[#seen + 1] = done .. "/" .. total
      end
      local reply = indoxhub.assert(client.embeddings:batch({ text = list },
        options))
      assert.same({ "8/10", "10/10" }, seen)
      assert.equal(2 + 2, asked(client))
      local whole = indoxhub.assert(client.embeddings:create { text = list })
      assert.same(whole.data, reply.data)
      assert.equal(whole.usage.tokens_total, reply.usage.tokens_total)
      -- the error stays what it was
      assert.equal(before, err.partial.usage.tokens_total)
      assert.is_false(err.partial.data[1])
    end)
  end)

  it("may need to go on more than once", function()
    local client, list = new_client(), texts(3)
    local options = failing("status:500*3", { size = 1, concurrency = 1 })
    local failures, reply = 0
    repeat
      local err
      reply, err = client.embeddings:batch({ text = list }, options)
      failures = failures + (err and 1 or 0)
      options.resume = err
    until reply
    assert.equal(1, failures)
    assert.equal(3, asked(client))
  end)

  it("tries only the parts again that failed", function()
    local client, list = new_client(), texts(8)
    local reply = indoxhub.assert(client.embeddings:batch({ text = list },
      failing("status:429*2", { size = 2, max_retries = 2 })))
    assert.equal(8, #reply.data)
    assert.equal(4, asked(client))
  end)

  it("ends when no part can succeed", function()
    for status, kind in pairs { ["401 No"] = "authentication",
      ["402 No"] = "insufficient_credits", ["403 No"] = "permission",
      ["404 No"] = "not_found" } do
      local name = kind
      local client = new_client(raw:script(name,
        servers.reply(status, "application/json", '{"message":"no"}')))
      local reply, err = client.embeddings:batch({ text = texts(20) },
        { size = 1, concurrency = 2 })
      assert.is_nil(reply)
      assert.equal(kind, err.kind)
      assert.equal(20, #err.missing)
      assert.is_true(requests(name) <= 3, requests(name))
    end
  end)

  it("notices a reply with too few vectors", function()
    local client = new_client(raw:script("few",
      servers.json('{"data":[[1],[2]]}')))
    local reply, err = client.embeddings:batch({ text = texts(5) },
      { size = 2, concurrency = 1 })
    assert.is_nil(reply)
    assert.equal("protocol", err.kind)
    assert.equal("count", err.code)
    assert.matches("^the server sent 2 vectors for 1 text %(", err.message)
    assert.same({ 5 }, err.missing)
    assert.same({ { 1 }, { 2 }, { 1 }, { 2 }, false }, err.partial.data)
  end)

  it("notices a reply whose vectors are of another size", function()
    local function client_of(name, data)
      return new_client(raw:script(name, servers.json(
        ('{"data":%s,"usage":{"total_tokens":3}}'):format(data))))
    end
    local options = { size = 2, concurrency = 1 }
    local _, err = client_of("short", "[[1],[2]]").embeddings:batch(
      { text = texts(3) }, options)
    assert.equal("count", err.code)
    options.resume = err
    _, err = client_of("long", "[[1,2]]").embeddings:batch(
      { text = texts(3) }, options)
    assert.equal("protocol", err.kind)
    assert.equal("dimensions", err.code)
    assert.equal("the server sent vectors of 2 numbers, and before of 1",
      err.message)
    assert.equal(3, err.usage.tokens_total)
    assert.equal(3, err.partial.usage.tokens_total)
    assert.same({ 3 }, err.missing)
    assert.same({ { 1 }, { 2 }, false }, err.partial.data)
    options.resume = err
    assert.same({ { 1 }, { 2 }, { 3 } }, indoxhub.assert(client_of("right",
      "[[3]]").embeddings:batch({ text = texts(3) }, options)).data)
  end)

  it("asks for so many parts at a time, until its task is cancelled",
    function()
      local client = new_client(raw:script("hold", { { "body" }, { "hold" } }))
      local reply, err = "none", nil
      indoxhub.run(function()
        local batch = indoxhub.spawn(function()
          reply, err = client.embeddings:batch({ text = texts(10) },
            { size = 1, concurrency = 3 })
        end)
        while requests "hold" < 3 do
          indoxhub.sleep(0.01)
        end
        batch:cancel()
        batch:await()
      end)
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      assert.equal(10, #err.missing)
      servers.wait_until(function()
        return raw:gone "hold" == 3
      end, "the end of the calls")
      assert.equal(3, requests "hold")
    end)

  it("ends with its client", function()
    local client = new_client(raw:script("close", { { "body" }, { "hold" } }))
    local err
    indoxhub.run(function()
      local batch = indoxhub.spawn(function()
        return select(2, client.embeddings:batch(texts(3), { size = 1 }))
      end)
      while requests "close" < 3 do
        indoxhub.sleep(0.01)
      end
      client:close()
      err = batch:await()
    end)
    assert.equal("cancelled", err.kind)
  end)

  it("refuses wrong use, at the caller's line", function()
    local client = new_client()
    local function refusal(fields, options)
      local ok, message = pcall(function()
        client.embeddings:batch(fields, options)
      end)
      assert.is_false(ok)
      assert.matches("^[^:]*embeddings/batch_spec.lua:%d+: embeddings.batch: ",
        message)
      return (message:gsub("^.-embeddings.batch: ", ""))
    end
    assert.equal("expects a table with a list of texts as text, not nil",
      refusal())
    assert.equal("expects a table with a list of texts as text, not a string",
      refusal "x")
    assert.equal("text must be a list of texts, not nil", refusal {})
    assert.equal("text must be a list of texts, not a string",
      refusal { text = "x" })
    assert.equal("text[2] must be a string, not a number", refusal { "x", 5 })
    assert.equal("text[3] must be a string, not a table",
      refusal { text = { "a", "b", {} } })
    assert.equal("model stands in the list of texts: put that into text = "
      .. "{...}", refusal { "a", model = "m" })
    assert.equal("text is a list with holes", refusal { text = { "a", nil,
      nil, "b" } })
    for _, option in ipairs { "size", "concurrency" } do
      assert.equal(("option %s must be at least 1"):format(option),
        refusal({ "a" }, { [option] = 0 }))
      assert.matches(("option %s must be a whole number"):format(option),
        refusal({ "a" }, { [option] = 1.5 }))
    end
    assert.matches("^unknown option sise: did you mean size%?",
      refusal({ "a" }, { sise = 1 }))
    assert.matches("^option as must be \"vectors\"", refusal({ "a" },
      { as = "x" }))
    assert.equal("option resume must be the error of a batch, with err.missing",
      refusal({ "a" }, { resume = {} }))
    local _, err = new_client("http://127.0.0.1:1").embeddings:batch { "a" }
    assert.equal("option resume is of 1 texts, and these are 2",
      refusal({ "a", "b" }, { resume = err }))
    -- what create refuses
    assert.matches("^unknown field modle", refusal { text = { "a" },
      modle = "m" })
    assert.matches("^model must be a string", refusal { text = { "a" },
      model = 5 })
    assert.equal(0, asked(client))
    assert.has_error(function() client.embeddings.batch { "a" } end)
  end)
end)
