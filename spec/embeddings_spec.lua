-- Embeddings as float32: of every reply there is, the same numbers and the same
-- errors as without.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local TEXTS = { "gull", "tern" }

describe("embeddings as vectors", function()
  local raw, sandbox

  setup(function()
    raw = servers.raw()
    sandbox = servers.sandbox "--pace 0"
  end)

  teardown(function()
    raw:stop()
    servers.kill(sandbox)
  end)

  local function client_at(url)
    return indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = url }
  end

  local function ask(url, options, fields)
    return client_at(url).embeddings:create(fields or { text = TEXTS }, options)
  end

  -- The reply to a body, with vectors and without.
  local function both(name, body, content_type)
    local url = raw:script(name, { { "body" }, { "send",
      servers.reply("200 OK", content_type or "application/json", body) } })
    local vectors = { ask(url, { as = "vectors" }) }
    return vectors, { ask(url) }
  end

  -- Lists of numbers as float32.
  local function round(lists)
    local rounded = {}
    for i, list in ipairs(lists) do
      rounded[i] = core.vector(list):table()
    end
    return rounded
  end

  local function tables(vectors)
    local list = {}
    for i, vector in ipairs(vectors) do
      assert.matches("^indoxhub.vector ", tostring(vector))
      list[i] = vector:table()
    end
    return list
  end

  it("keep their order where all have the same index", function()
    local items = {}
    for i = 1, 40 do
      items[i] = ('{"index":0,"embedding":[%d]}'):format(i)
    end
    local vectors, lists = both("same-index", ('{"data":[%s]}'):format(
      table.concat(items, ",")))
    for i = 1, 40 do
      assert.equal(i, vectors[1].data[i][1])
      assert.equal(i, lists[1].data[i][1])
    end
  end)

  for i, known in ipairs(dofile "spec/vectors/replies.lua") do
    if known.operation == "create_embedding" then
      it("are the same: " .. known.name, function()
        local vectors, lists = both("v" .. i, known.body, known.content_type)
        local reply, expected = vectors[1], lists[1]
        if not expected then
          assert.is_nil(reply)
          assert.equal(tostring(lists[2]), tostring(vectors[2]))
          return
        end
        assert.same(round(expected.data), tables(reply.data))
        reply.data, expected.data = nil, nil
        assert.same(expected, reply)
        assert.equal(200, indoxhub.meta(reply).status)
      end)
    end
  end

  it("come from the sandbox in each of its dialects", function()
    for _, dialect in ipairs { "responses", "gateway", "openai", "legacy" } do
      local fields = { text = { "a gull", "a tern", "a gull" },
        model = "openai/text-embedding-3-small" }
      local headers = { ["X-Sandbox-Dialect"] = dialect }
      local reply = indoxhub.assert(ask(sandbox.url,
        { as = "vectors", headers = headers }, fields))
      local lists = indoxhub.assert(ask(sandbox.url, { headers = headers },
        fields))
      assert.same(round(lists.data), tables(reply.data))
      assert.is_true(reply.data[1] == reply.data[3])
      assert.equal(lists.dimensions, reply.dimensions)
      assert.equal(lists.usage.tokens_total, reply.usage.tokens_total)
      local one = indoxhub.assert(ask(sandbox.url, { as = "vectors",
        headers = headers }, { text = "a gull", model = fields.model }))
      assert.equal(1, #one.data)
      assert.is_true(one.data[1] == reply.data[1])
    end
  end)

  it("are read from base64, too", function()
    local bytes = core.base64(core.vector({ 0.5, -3 }):bytes())
    local vectors = both("b64", ([[{"data":[
      {"embedding":"%s","index":1},{"embedding":"AACAPw==","index":0}]}]])
      :format(bytes))
    assert.same({ { 1 }, { 0.5, -3 } }, tables(vectors[1].data))
  end)

  it("go on where a list had to be left in the text", function()
    -- a key that is spelled in another way, and a mark that a server sends
    local vectors = both("odd", [=[{"d\u0061ta":[[1,2],[0.5,3]],"x":"y"}]=])
    assert.same({ { 1, 2 }, { 0.5, 3 } }, tables(vectors[1].data))
    vectors = both("mark", [=[{"data":[[7],"\u0000vector 1"]}]=])
    assert.same({ { 7 }, { 7 } }, tables(vectors[1].data))
  end)

  it("leave all other numbers what they are", function()
    local vectors = both("others", [=[{"data":[[1,2]],"list":[1,2.5],
      "usage":{"total_tokens":3,"data":[4]},"request_id":"r-1"}]=])
    local reply = vectors[1]
    assert.same({ 1, 2.5 }, reply.list)
    assert.same({ 4 }, reply.usage.data)
    assert.equal(3, reply.usage.tokens_total)
    assert.equal("r-1", reply.request_id)
  end)

  local BODIES = { "", "null", "5", '"x"', "[]", "[[1,2]]", "{}", "<html>",
    '{"data":[[1,2]', '{"data":[[1,2],]}', '{"data":[[1,2}]}', '{"data":[]}',
    '{"data":[[]]}', '{"data":[null]}', '{"data":[[1],null]}', '{"data":{}}',
    '{"data":[[1],"x"]}', '{"data":[[1],{}]}', '{"data":[{"embedding":5}]}',
    '{"data":"AACAPw=="}', '{"data":["AACAPw=="]}', '{"data":5}',
    '{"success":false,"data":[[1]],"message":"no"}',
    '{"data":[[1]],"error":{"message":"no","code":"overloaded"}}',
    '{"data":[[1 2]]}', '{"data":[[01x]]}', '{"data":[[1],[2],"\\u0000"]}',
    '{"data":[{"embedding":[1]},{"embedding":[nul]}]}' }

  it("fail as without", function()
    for i, body in ipairs(BODIES) do
      local vectors, lists = both("bad" .. i, body,
        body == "<html>" and "text/html" or nil)
      assert.is_nil(vectors[1], body)
      assert.is_nil(lists[1], body)
      assert.equal(lists[2].kind, vectors[2].kind, body)
      assert.equal(lists[2].code, vectors[2].code, body)
      assert.equal(lists[2].body, vectors[2].body, body)
      if lists[2].code ~= "json" then -- the decoder tells of places
        assert.equal(tostring(lists[2]), tostring(vectors[2]))
      end
    end
  end)

  it("refuse what no float32 can be", function()
    for i, body in ipairs { '{"data":[[1e39]]}', '{"data":[1,1e39]}',
      '{"data":[{"embedding":[1,-1e39]}]}', '{"data":[[1,null]]}',
      '{"data":[{"embedding":"x!"}]}', '{"data":[{"embedding":""}]}',
      '{"data":[{"embedding":[]}]}', '{"data":[{"embedding":[null]}]}',
      '{"data":[{"embedding":"AACA"}]}', '{"data":[["1"]]}',
      '{"data":[[1],"\\u0000vector 2"]}', '{"data":[[1,"x"],[2]]}' } do
      local vectors = both("big" .. i, body)
      assert.is_nil(vectors[1], body)
      assert.equal("protocol", vectors[2].kind)
      assert.equal("reply", vectors[2].code)
    end
  end)

  it("are of a body that was cut off", function()
    local url = raw:script("cut", { { "body" }, { "send", servers.head("200 OK",
      "application/json", 100) .. '{"data":[[1,2]' }, { "close" } })
    local reply, err = ask(url, { as = "vectors" })
    assert.is_nil(reply)
    assert.equal("truncated", err.kind)
  end)

  it("are asked for by name", function()
    local function refusal(as)
      local ok, message = pcall(function()
        ask(sandbox.url, { as = as })
      end)
      assert.is_false(ok)
      return message
    end
    assert.matches('embeddings.create: option as must be "vectors", not '
      .. '"vector"', refusal "vector")
    assert.matches('option as must be "vectors", not true', refusal(true))
    local ok, message = pcall(function()
      client_at(sandbox.url).images:generate({ prompt = "x" },
        { as = "vectors" })
    end)
    assert.is_false(ok)
    assert.matches("images.generate: unknown option as", message)
  end)
end)
