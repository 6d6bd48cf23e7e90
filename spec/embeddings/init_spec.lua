-- Embeddings as float32: of every reply there is, the same numbers and the same
-- errors as without.
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local raw_server = require "spec.support.raw_server"
local servers = require "spec.support.servers"

local TEXTS = { "gull", "tern" }

describe("embeddings as vectors", function()
  local raw = raw_server()
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  local function client_at(url)
    return indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = url }
  end

  local function ask(url, options, fields)
    return client_at(url).embeddings:create(fields or { text = TEXTS }, options)
  end

  -- The reply to a body, with vectors and without.
  local function both(name, body, content_type, texts)
    local fields = { text = texts or TEXTS }
    local url = raw:script(name,
      servers.reply("200 OK", content_type or "application/json", body))
    local vectors = { ask(url, { as = "vectors" }, fields) }
    return vectors, { ask(url, nil, fields) }
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
    local items, texts = {}, {}
    for i = 1, 40 do
      items[i] = ('{"index":0,"embedding":[%d]}'):format(i)
      texts[i] = "gull"
    end
    local vectors, lists = both("same-index", ('{"data":[%s]}'):format(
      table.concat(items, ",")), nil, texts)
    for i = 1, 40 do
      assert.equal(i, vectors[1].data[i][1])
      assert.equal(i, lists[1].data[i][1])
    end
  end)

  it("may stand under their own name", function()
    for i, body in ipairs { '{"embeddings":[[1,2],[3,4]]}',
      '{"data":{"embeddings":[[1,2],[3,4]]}}',
      '{"embeddings":["AACAPwAAAEA=","AABAQAAAgEA="]}' } do
      local vectors, lists = both("named-" .. i, body)
      assert.same({ { 1, 2 }, { 3, 4 } }, tables(vectors[1].data))
      assert.same({ { 1, 2 }, { 3, 4 } }, lists[1].data)
      vectors, lists = both("few-" .. i, body, nil, { "gull", "tern", "auk" })
      for _, result in ipairs { vectors, lists } do
        assert.equal("protocol", result[2].kind)
        assert.matches("2 vectors for 3 texts", result[2].message)
      end
    end
  end)

  it("tell of a failure in whatever form it comes", function()
    local TOLD = '{"error":{"code":429,"message":"slower"}}'
    for i, body in ipairs { TOLD, "[" .. TOLD .. "]", "data: " .. TOLD
      .. "\n\ndata: [DONE]\n\n", "event: error\ndata: " .. TOLD .. "\n\n",
      '"' .. TOLD:gsub('"', '\\"') .. '"', TOLD .. "\n" .. TOLD .. "\n",
      TOLD .. "\0", '{"code":"Throttling","message":"slower"}' } do
      for _, result in ipairs { both("told-" .. i, body) } do
        assert.is_nil(result[1])
        assert.equal("rate_limit", result[2].kind, body)
        assert.equal("slower", result[2].message)
      end
    end
  end)

  for i, known in ipairs(dofile "spec/vectors/replies.lua") do
    if known.operation == "create_embedding" then
      it("are the same: " .. known.name, function()
        local vectors, lists = both("v" .. i, known.body, known.content_type,
          known.texts == 1 and "gull" or nil)
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

  it("go on where a list had to be left in the text", function()
    -- a key that is spelled in another way, and a mark that a server sends
    local vectors = both("odd", [=[{"d\u0061ta":[[1,2],[0.5,3]],"x":"y"}]=])
    assert.same({ { 1, 2 }, { 0.5, 3 } }, tables(vectors[1].data))
    vectors = both("mark", [=[{"data":[[7],"\u0000vector 1"]}]=])
    assert.same({ { 7 }, { 7 } }, tables(vectors[1].data))
  end)

  it("leave all other numbers what they are", function()
    local vectors = both("others", [=[{"data":[[1,2]],"list":[1,2.5],
      "usage":{"total_tokens":3,"data":[4]},"request_id":"r-1"}]=], nil, "x")
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
      '{"data":[{"embedding":[1,-1e39]}]}', '{"data":[[1,null]]}' } do
      local url = raw:script("big" .. i, servers.json(body))
      local reply, err = ask(url, { as = "vectors" }, { text = "gull" })
      assert.is_nil(reply, body)
      assert.equal("protocol", err.kind)
      assert.equal("reply", err.code)
      assert.matches("^the vector of text 1 holds ", err.message)
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

-- Bodies with these vectors, in each shape that a server may send them in.
local SHAPES = {
  envelope = function(vectors)
    return ('{"request_id":"r-1","success":true,"message":"","data":[%s],'
      .. '"usage":{"tokens_prompt":7}}'):format(table.concat(vectors, ","))
  end,
  openai = function(vectors)
    local items = {}
    for i, vector in ipairs(vectors) do
      items[i] = ('{"object":"embedding","index":%d,"embedding":%s}')
        :format(i - 1, vector)
    end
    return ('{"object":"list","data":[%s],"model":"m-1",'
      .. '"usage":{"prompt_tokens":7}}'):format(table.concat(items, ","))
  end,
  flat = function(vectors)
    assert(#vectors == 1)
    return ('{"success":true,"data":%s,"usage":{"input_tokens":7}}')
      :format(vectors[1])
  end,
}

local FORMS = { numbers = { "[0.5,-3]", "[1,2]", "[4,0.25]" },
  base64 = { '"AAAAPwAAQMA="', '"AACAPwAAAEA="', '"AACAQAAAgD4="' } }
local NUMBERS = { { 0.5, -3 }, { 1, 2 }, { 4, 0.25 } }

local function first_of(list, count)
  local first = {}
  for i = 1, count do
    first[i] = list[i]
  end
  return first
end

describe("a reply of embeddings", function()
  local raw = during_tests(servers.raw)

  local scripts = 0

  -- The reply to texts that a server answers with a body.
  local function answer(body, texts, as)
    scripts = scripts + 1
    local url = raw:script("n" .. scripts, servers.json(body))
    local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = url }
    return client.embeddings:create({ text = texts }, { as = as })
  end

  -- Calls fn("lists", ask) and fn("vectors", ask); ask(body, texts) returns
  -- lists of numbers in either.
  local function in_both_forms(fn)
    for _, as in ipairs { "lists", "vectors" } do
      fn(as, function(body, texts)
        local reply, err = answer(body, texts, as == "vectors" and as or nil)
        for i, vector in ipairs(reply and reply.data or {}) do
          assert.equal(as == "vectors" and "userdata" or "table", type(vector))
          reply.data[i] = as == "vectors" and vector:table() or vector
        end
        return reply, err
      end)
    end
  end

  local function refusal(ask, body, texts, code)
    local reply, err = ask(body, texts)
    assert.is_nil(reply, body)
    assert.equal("protocol", err.kind, body)
    assert.equal(code, err.code, body)
    return err.message, err
  end

  local function texts_of(count)
    return count == 0 and "gull" or first_of({ "gull", "tern", "skua", "auk" },
      count)
  end

  it("has a vector for each text, in any shape and form", function()
    in_both_forms(function(_, ask)
      for shape, body_of in pairs(SHAPES) do
        for _, vectors in pairs(FORMS) do
          for count = shape == "flat" and 3 or 0, 3 do -- 0: one, not in a list
            local many = shape == "flat" and 1 or math.max(count, 1)
            local reply = indoxhub.assert(ask(body_of(first_of(vectors, many)),
              texts_of(shape == "flat" and 0 or count)))
            assert.same(first_of(NUMBERS, many), reply.data)
            assert.equal(2, reply.dimensions)
            assert.equal(7, reply.usage.tokens_prompt)
          end
        end
      end
    end)
  end)

  it("with fewer or more vectors is an error that counts both", function()
    in_both_forms(function(_, ask)
      for shape, body_of in pairs(SHAPES) do
        for _, vectors in pairs(FORMS) do
          for sent = shape == "flat" and 1 or 0, shape == "flat" and 1 or 3 do
            for asked = 0, 4 do -- 0: one, not in a list
              local texts = math.max(asked, 1)
              if texts ~= sent then
                local message, err = refusal(ask, body_of(first_of(vectors,
                  sent)), texts_of(asked), "count")
                assert.equal(("the server sent %d vector%s for %d text%s")
                  :format(sent, sent == 1 and "" or "s", texts,
                  texts == 1 and "" or "s"), message)
                assert.equal(7, err.usage.tokens_prompt)
              end
            end
          end
        end
      end
    end)
  end)

  -- Places of items: the index of each as it is sent, and the numbers of the
  -- vectors as they must come out, or what is wrong.
  local ORDERS = {
    { { "1", "0" }, { 2, 1 } },
    { { "2", "0", "1" }, { 2, 3, 1 } },
    { { "0", "0", "0" }, { 1, 2, 3 } }, -- some give the same to all
    { { "null", "null" }, { 1, 2 } },
    { { '"1"', '"0"' }, { 2, 1 } },
    { { "2", "1" }, { 2, 1 } }, -- counted from 1
    { { "8", "7", "9" }, { 2, 1, 3 } }, -- or on from the call before
    { { "1.0", "0.0" }, { 2, 1 } },
    { { "1", "null" }, { 2, 1 } }, -- some leave zeros out
    { { "null", "2", "null" }, { 1, 3, 2 } },
    { { "{}", "true" }, { 1, 2 } },
    { { "7" }, { 1 } },
    { { "0", "1", "1" }, "vectors for 2 of 3 texts: index 1 came twice" },
    { { "1", "1", "null" }, "vectors for 2 of 3 texts: index 1 came twice" },
    { { "0", "0", "1", "1" }, "vectors for 2 of 4 texts: index 0 came twice" },
    { { "0", "2" }, "vectors for 1 of 2 texts: index 2 is of none" },
    { { "null", "-1" }, "vectors for 1 of 2 texts: index -1 is of none" },
    { { "0", "0.5" }, "vectors for 1 of 2 texts: index 0.5 is of none" },
    { { "0", "1e300" }, "vectors for 1 of 2 texts: index 1e+300 is of none" },
  }

  it("is in the order of the texts, or tells whose vector is missing",
    function()
      in_both_forms(function(_, ask)
        for _, order in ipairs(ORDERS) do
          local items, expected = {}, {}
          for i, index in ipairs(order[1]) do
            items[i] = ('{"index":%s,"embedding":[%d]}'):format(index, i)
            expected[i] = type(order[2]) == "table" and { order[2][i] } or nil
          end
          local body = ('{"data":[%s]}'):format(table.concat(items, ","))
          if expected[1] then
            assert.same(expected, indoxhub.assert(ask(body,
              texts_of(#items))).data, body)
          else
            assert.equal("the server sent " .. order[2],
              (refusal(ask, body, texts_of(#items), "count")))
          end
        end
      end)
    end)

  it("may be of base64 in no order", function()
    in_both_forms(function(_, ask)
      local reply = indoxhub.assert(ask([[{"data":[
        {"embedding":"AAAAPwAAQMA=","index":1},
        {"embedding":"AACAPw AAAEA","index":0}]}]], { "gull", "tern" }))
      assert.same({ { 1, 2 }, { 0.5, -3 } }, reply.data)
    end)
  end)

  it("may have one item that is in no list", function()
    in_both_forms(function(_, ask)
      for _, vector in ipairs { "[1,2]", '"AACAPwAAAEA="' } do
        local reply = indoxhub.assert(ask(('{"data":{"embedding":%s}}')
          :format(vector), { "gull" }))
        assert.same({ { 1, 2 } }, reply.data)
      end
    end)
  end)

  it("tells how many numbers there are, whatever the server says", function()
    in_both_forms(function(_, ask)
      assert.equal(2, ask('{"data":[[1,2]],"dimensions":0}', "x").dimensions)
    end)
  end)

  it("tells which vector is none, and why", function()
    in_both_forms(function(_, ask)
      for vector, wrong in pairs { ["null"] = "is missing",
        ["5"] = "is missing", ["true"] = "is missing", ["{}"] = "is empty",
        ['{"a":1}'] = "is missing", ["[]"] = "is empty", ['""'] = "is empty",
        ['"x!"'] = "is no base64 of float32",
        ['"AACA"'] = "is no base64 of float32",
        ['"AACAPwA="'] = "is no base64 of float32",
        ["[1,null]"] = "holds what is no number",
        ['[1,"2"]'] = "holds what is no number",
        ["[1,[2]]"] = "holds what is no number",
        ["[null,1]"] = "holds what is no number",
        ["[[1,2]]"] = "holds what is no number" } do
        for _, shape in ipairs { "envelope", "openai" } do
          local message, err = refusal(ask, SHAPES[shape] { "[1,2]", vector },
            { "gull", "tern" }, "reply")
          assert.equal("the vector of text 2 " .. wrong, message, vector)
          assert.equal(7, err.usage.tokens_prompt)
        end
      end
    end)
  end)

  it("tells that vectors are of different sizes", function()
    in_both_forms(function(_, ask)
      for _, short in ipairs { "[1]", '"AACAPw=="' } do
        assert.equal("the vector of text 2 has 1 number, and that of text 1 has"
          .. " 2", (refusal(ask, SHAPES.openai { "[1,2]", short, "[1,2]" },
          { "gull", "tern", "skua" }, "dimensions")))
      end
    end)
  end)

  it("counts what was sent, not what the program's list becomes", function()
    local url = raw:script("later", { { "body" }, { "sleep", 20 }, { "send",
      servers.reply("200 OK", "application/json", '{"data":[[1],[2]]}') } })
    local texts = { "gull", "tern" }
    local reply = indoxhub.run(function()
      local call = indoxhub.spawn(function()
        return indoxhub.new({ api_key = "k", base_url = url }).embeddings
          :create { text = texts }
      end)
      indoxhub.sleep(0)
      texts[3] = "skua"
      return indoxhub.assert(call:await())
    end)
    assert.equal(2, #reply.data)
  end)
end)
