-- Vectors and matrices of the C core, and what takes them out of JSON.
local core = require "indoxhub.core"

local INF = math.huge

describe("a vector", function()
  local v = core.vector { 1, -2.5, 0.25 }

  it("is read like a list", function()
    assert.equal(3, #v)
    assert.equal(1, v[1])
    assert.equal(-2.5, v[2])
    assert.equal(0.25, v[3])
    for _, outside in ipairs { 0, 4, -1, 1.5, 2 ^ 40, -2 ^ 70, INF, -INF } do
      assert.is_nil(v[outside])
    end
    assert.is_nil(v[0 / 0])
    assert.is_nil(v.length)
    assert.is_nil(v[true])
    assert.same({ 1, -2.5, 0.25 }, v:table())
    assert.equal("indoxhub.vector (3 dimensions)", tostring(v))
  end)

  it("cannot be changed", function()
    assert.has_error(function() v[1] = 5 end)
    assert.has_error(function() v.dot = print end)
    assert.equal(1, v[1])
  end)

  it("equals nothing that is no vector", function()
    local m = core.matrix { v }
    assert.is_false(v == m or m == v)
    for _, other in ipairs { io.stdout, "v", 1, {} } do
      assert.is_false(v == other or other == v)
      assert.is_false(m == other or other == m)
    end
  end)

  it("equals one with the same numbers", function()
    assert.is_true(v == core.vector { 1, -2.5, 0.25 })
    assert.is_false(v == core.vector { 1, -2.5, 0.5 })
    assert.is_false(v == core.vector { 1, -2.5 })
    assert.is_true(core.vector { 0 } == core.vector_from("\0\0\0\128"))
    local nan = core.vector_from("\0\0\192\127")
    assert.is_false(nan == core.vector_from("\0\0\192\127"))
  end)

  it("is multiplied", function()
    assert.equal(1 + 6.25 + 0.0625, v:dot(v))
    assert.equal(1, v:cosine(v))
    assert.equal(-1, v:cosine(core.vector { -4, 10, -1 }))
    assert.equal(0, v:cosine(core.vector { 0, 0, 0 }))
    assert.equal(0, core.vector({ 3, 0 }):cosine(core.vector { 0, 5 }))
    local ok, message = pcall(v.dot, v, core.vector { 1 })
    assert.is_false(ok)
    assert.matches("the vectors have 3 and 1 dimensions", message)
    assert.has_error(function() v:cosine { 1, 2, 3 } end)
    assert.has_error(function() v.dot(5, v) end)
  end)

  it("is nothing that is no float32", function()
    local wrong = { "1", {}, 3.5e38, -3.5e38, 2 ^ 200, INF, -INF, 0 / 0, false }
    for _, value in ipairs(wrong) do
      local made, index = core.vector { 1, value }
      assert.is_nil(made)
      assert.equal(2, index)
    end
    assert.equal(3.4028234663852886e38, core.vector({ 3.4028235e38 })[1])
  end)

  it("goes to bytes and back", function()
    assert.equal("\0\0\128\63\0\0\32\192\0\0\128\62", v:bytes())
    assert.is_true(core.vector_from(v:bytes()) == v)
    assert.equal(0, #core.vector_from "")
    for n = 1, 3 do
      assert.is_nil(core.vector_from(("x"):rep(n)))
    end
  end)
end)

describe("a matrix", function()
  local rows = { core.vector { 1, 2 }, core.vector { 3, 4 },
    core.vector { 5, 6 } }
  local m = core.matrix(rows)

  it("is a list of vectors", function()
    assert.equal(3, #m)
    assert.equal(2, m:dimensions())
    for i = 1, 3 do
      assert.is_true(m[i] == rows[i])
      assert.is_true(m:table()[i] == rows[i])
    end
    assert.equal(3, #m:table())
    assert.is_nil(m[0])
    assert.is_nil(m[4])
    assert.is_nil(m.rows)
    assert.has_error(function() m[1] = rows[2] end)
    assert.equal("indoxhub.matrix (3 vectors of 2 dimensions)", tostring(m))
  end)

  it("goes to bytes and back", function()
    assert.equal(rows[1]:bytes() .. rows[2]:bytes() .. rows[3]:bytes(),
      m:bytes())
    assert.is_true(core.matrix_from(m:bytes(), 2) == m)
    assert.is_false(core.matrix_from(m:bytes(), 3) == m)
    assert.is_nil(core.matrix_from(m:bytes(), 4))
    assert.equal(0, #core.matrix_from("", 4))
  end)

  it("has vectors of one size only", function()
    local function refused(list)
      local made, index = core.matrix(list)
      assert.is_nil(made)
      return index
    end
    assert.equal(2, refused { rows[1], core.vector { 1 } })
    assert.equal(1, refused { 5 })
    assert.equal(3, refused { rows[1], rows[2], { 1, 2 } })
    assert.equal(0, #core.matrix {})
  end)

  it("lives as long as one of its vectors", function()
    local row
    do
      local many = {}
      for i = 1, 1000 do
        many[i] = core.vector { i, -i, i / 2 }
      end
      row = core.matrix(many)[997]
    end
    for _ = 1, 3 do
      collectgarbage()
      for i = 1, 100 do
        core.vector_from(("x"):rep(400 * i))
      end
    end
    assert.same({ 997, -997, 498.5 }, row:table())
  end)
end)

describe("taking vectors", function()
  it("leaves marks and gives float32", function()
    local rest, vectors = core.take_vectors
      '{"data":[[0.1,-2e1],{"embedding":[3]}],"n":[1,2]}'
    assert.equal('{"data":["\\u0000vector 1",{"embedding":"\\u0000vector 2"}],'
      .. '"n":[1,2]}', rest)
    assert.equal(2, #vectors)
    assert.is_true(vectors[1] == core.vector { 0.1, -20 })
    assert.is_true(vectors[2] == core.vector { 3 })
  end)

  it("leaves a text without vectors as it is", function()
    for _, text in ipairs { "", "{}", "null", '{"data":[]}', "<html>",
      '{"data":"x"}', '{"data":[[],[null]]}' } do
      local rest, vectors = core.take_vectors(text)
      assert.equal(text, rest)
      assert.is_nil(vectors)
    end
  end)

  it("leaves vectors that would take much more memory than their text",
    function()
      local text = '{"data":[' .. ("[0],"):rep(100000) .. "[0]]}"
      local rest, vectors = core.take_vectors(text)
      assert.equal(text, rest)
      assert.is_nil(vectors)
      text = '{"data":[' .. ("[1,2,3,4],"):rep(100000) .. "[1,2,3,4]]}"
      assert.equal(100001, #select(2, core.take_vectors(text)))
    end)

  it("keeps the numbers of a vector alive", function()
    local last
    do
      local _, vectors = core.take_vectors('{"data":['
        .. ("[1,2,3],"):rep(5000) .. "[7,8,9]]}")
      last = vectors[5001]
    end
    for _ = 1, 3 do
      collectgarbage()
      core.vector_from(("x"):rep(80000))
    end
    assert.same({ 7, 8, 9 }, last:table())
  end)
end)
