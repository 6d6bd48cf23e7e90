-- Vectors for programs: made, searched, kept in files.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local vectors = indoxhub.vectors

-- What a misuse raises, with the line it is told of.
local function refusal(fn, ...)
  local arguments, count = { ... }, select("#", ...)
  local ok, message = pcall(function()
    local result = fn((table.unpack or unpack)(arguments, 1, count))
    return result
  end)
  assert.is_false(ok)
  assert.matches("^[^:]*vectors_spec.lua:%d+: ", message)
  return (message:gsub("^[^:]*:%d+: ", ""))
end

describe("making vectors", function()
  it("takes lists of numbers, bytes, and vectors", function()
    local v = indoxhub.vector { 1, 2, 3 }
    assert.equal(3, #v)
    assert.is_true(v == indoxhub.vector(v))
    assert.is_true(v == vectors.from_bytes(v:bytes()))
    local m = vectors.matrix { v, { 4, 5, 6 } }
    assert.is_true(m[2] == indoxhub.vector { 4, 5, 6 })
    assert.is_true(m == vectors.matrix(m))
    assert.is_true(m == vectors.from_bytes(m:bytes(), 3))
    assert.equal(0, #vectors.matrix {})
    assert.equal(0, #vectors.from_bytes("", 3))
  end)

  it("says what is wrong, at the caller's line", function()
    assert.equal("vector: numbers must be a vector or a list of numbers, "
      .. "not nil", refusal(indoxhub.vector))
    assert.equal("vector: numbers must not be empty",
      refusal(indoxhub.vector, {}))
    assert.equal("vector: numbers[2] must be a number that fits into 32 bits, "
      .. "not a string", refusal(indoxhub.vector, { 1, "x" }))
    assert.matches("numbers%[1%] must be a number that fits into 32 bits",
      refusal(indoxhub.vector, { 1e39 }))
    assert.equal("matrix: list[2] has 1 dimensions, and the first has 2",
      refusal(vectors.matrix, { { 1, 2 }, { 3 } }))
    assert.matches("matrix: list%[2%]%[1%] must be a number",
      refusal(vectors.matrix, { { 1 }, { {} } }))
    assert.equal("matrix: list must be a list of vectors or a matrix, not "
      .. "a number", refusal(vectors.matrix, 5))
    assert.equal("from_bytes: 5 bytes are no whole number of float32",
      refusal(vectors.from_bytes, "12345"))
    assert.equal("from_bytes: 12 bytes are no whole number of vectors of 8 "
      .. "bytes", refusal(vectors.from_bytes, ("x"):rep(12), 2))
    assert.equal("from_bytes: bytes must be a string, not nil",
      refusal(vectors.from_bytes))
    assert.matches("^from_bytes: dimensions must be a whole number of at "
      .. "least 1, not 0$", refusal(vectors.from_bytes, "x", 0))
    assert.equal("from_bytes: bytes must not be empty",
      refusal(vectors.from_bytes, ""))
  end)
end)

describe("top_k", function()
  local LIST = { { 1, 0 }, { 0, 1 }, { 3, 3 }, { -2, 0 }, { 0, 0 }, { 5, 0 } }

  local function indexes(hits)
    local list = {}
    for i, hit in ipairs(hits) do
      list[i] = hit.index
    end
    return list
  end

  local function each_kind(look)
    local list = {}
    for i, numbers in ipairs(LIST) do
      list[i] = indoxhub.vector(numbers)
    end
    look(LIST)
    assert.same({ 1, 0 }, LIST[1]) -- and is no vector now
    look(list)
    look(vectors.matrix(list))
  end

  it("finds the nearest, equal ones in their order", function()
    each_kind(function(list)
      local hits = indoxhub.top_k({ 2, 0 }, list, 4)
      assert.same({ 1, 6, 3, 2 }, indexes(hits))
      assert.equal(1, hits[1].score)
      assert.equal(1, hits[2].score)
      assert.is_true(math.abs(hits[3].score - math.sqrt(0.5)) < 1e-12)
      assert.equal(0, hits[4].score)
      assert.same({ 1, 6, 3, 2, 5, 4 },
        indexes(indoxhub.top_k(indoxhub.vector { 2, 0 }, list, 100)))
    end)
  end)

  it("ranks by the product when asked to", function()
    each_kind(function(list)
      local hits = indoxhub.top_k({ 2, 0 }, list, 3, { by = "dot" })
      assert.same({ 6, 3, 1 }, indexes(hits))
      assert.equal(10, hits[1].score)
    end)
  end)

  it("finds nothing in nothing, and nothing that is no number", function()
    assert.same({}, indoxhub.top_k({ 1 }, {}, 5))
    assert.same({}, indoxhub.top_k({ 1 }, vectors.matrix {}, 5))
    local nan = vectors.from_bytes("\0\0\192\127")
    assert.same({ 2, 3 }, indexes(indoxhub.top_k({ 1 }, { nan, { 2 }, { -1 } },
      3)))
    assert.same({}, indoxhub.top_k(nan, { { 1 } }, 1))
  end)

  it("is what sorting all by their cosines is", function()
    local list, query = {}, indoxhub.vector { 3, -1, 2, 5, -4 }
    local state = 1
    for i = 1, 3000 do
      local numbers = {}
      for j = 1, 5 do
        state = state * 48271 % 2147483647
        numbers[j] = state % 7 - 3
      end
      list[i] = indoxhub.vector(numbers)
    end
    local order = {}
    for i = 1, #list do
      order[i] = { index = i, score = query:cosine(list[i]) }
    end
    table.sort(order, function(a, b)
      return a.score > b.score or a.score == b.score and a.index < b.index
    end)
    local hits = indoxhub.top_k(query, list, 500)
    assert.equal(500, #hits)
    for i, hit in ipairs(hits) do
      assert.equal(order[i].index, hit.index)
      assert.equal(order[i].score, hit.score)
    end
  end)

  it("refuses what it cannot compare", function()
    local v = indoxhub.vector { 1, 2 }
    local function wrong(...)
      return refusal(indoxhub.top_k, ...)
    end
    assert.matches("^top_k: query must be a vector", wrong("x", { v }, 1))
    assert.matches("^top_k: query must be a vector", wrong(nil, { v }, 1))
    assert.matches("^top_k: vectors must be a list of vectors or a matrix, "
      .. "not nil$", wrong(v))
    assert.equal("top_k: vectors[3] has 1 dimensions, and the query has 2",
      wrong(v, { v, { 1, 2 }, { 1 } }, 1))
    assert.equal("top_k: vectors[1] has 3 dimensions, and the query has 2",
      wrong(v, vectors.matrix { { 1, 2, 3 } }, 1))
    assert.matches("^top_k: vectors%[2%] must be a vector", wrong(v, { v, 5 },
      1))
    for _, k in ipairs { 0, -1, 1.5, "2", {}, math.huge } do
      assert.matches("^top_k: k must be a whole number of at least 1, not ",
        wrong(v, { v }, k))
    end
    assert.matches("^top_k: option by must be one of \"cosine\", \"dot\"",
      wrong(v, { v }, 1, { by = "angle" }))
    assert.matches("^top_k: unknown option bye: did you mean by%?",
      wrong(v, { v }, 1, { bye = "dot" }))
    -- a call with a colon gets the module as its query
    assert.matches("^top_k: query", wrong(vectors, v, { v }, 1))
  end)

  -- As many numbers as take some slices.
  local function large()
    return vectors.from_bytes(("\0\0\128\63"):rep(4000000), 4)
  end

  it("lets other tasks go on", function()
    local matrix, turns = large(), 0
    indoxhub.run(function()
      local done = false
      local other = indoxhub.spawn(function()
        while not done do
          turns = turns + 1
          indoxhub.sleep(0)
        end
      end)
      indoxhub.sleep(0)
      local before = turns
      assert.equal(3, #indoxhub.top_k({ 1, 1, 1, 1 }, matrix, 3))
      turns = turns - before
      done = true
      other:await()
    end)
    assert.is_true(turns > 0)
  end)

  it("ends with its task", function()
    local matrix = large()
    local hits, err = "none", nil
    indoxhub.run(function()
      local search
      search = indoxhub.spawn(function()
        indoxhub.sleep(0)
        search:cancel()
        hits, err = indoxhub.top_k({ 1, 1, 1, 1 }, matrix, 3)
      end)
      search:await()
    end)
    assert.is_nil(hits)
    assert.equal("cancelled", err.kind)
  end)
end)

describe("vectors in a file", function()
  local folder

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function path(name)
    return folder .. "/" .. (name or "v.f32")
  end

  it("come back as they were", function()
    local m = vectors.matrix { { 1, -2 }, { 0.1, 3e38 }, { 1e-45, 0 } }
    assert.is_true(indoxhub.assert(vectors.save(path(), m)))
    assert.equal(m:bytes(), files.read(path()))
    assert.is_true(m == indoxhub.assert(vectors.open(path(), 2)))
    -- a list replaces it
    assert(vectors.save(path(), { { 1, 2, 3 }, indoxhub.vector { 4, 5, 6 } }))
    local back = assert(vectors.open(path(), 3))
    assert.same({ 4, 5, 6 }, back[2]:table())
    assert.equal("v.f32\n", files.list(folder))
    assert(vectors.save(path(), {}))
    assert.equal(0, #assert(vectors.open(path(), 3)))
    assert.same({}, indoxhub.top_k({ 1, 2, 3 }, vectors.open(path(), 3), 1))
  end)

  it("are refused when they do not fit", function()
    files.write(path(), ("x"):rep(100))
    local m, err = vectors.open(path(), 24)
    assert.is_nil(m)
    assert.equal("file", err.kind)
    assert.equal("size", err.code)
    assert.equal("vectors.open: file: " .. path() .. " has 100 bytes, which is "
      .. "no whole number of vectors of 24 dimensions (96 bytes each) (size)",
      tostring(err))
  end)

  it("are not read from what is no file", function()
    local function failure(name)
      local m, err = vectors.open(name, 1)
      assert.is_nil(m)
      assert.equal("file", err.kind)
      assert.equal("unreadable", err.code)
      assert.equal("vectors.open", err.operation)
      return err.message
    end
    assert.matches("No such file", failure(path("none")))
    assert.matches("[Dd]irectory", failure(folder))
    assert.matches("not a regular file", failure("/dev/null"))
    os.execute("mkfifo " .. path("pipe"))
    assert.matches("not a regular file", failure(path("pipe")))
    assert.matches("[Nn]ot a directory", failure("/dev/null/x"))
  end)

  it("leave nothing behind when they cannot be written", function()
    local function failure(name)
      local ok, err = vectors.save(name, { { 1 } })
      assert.is_nil(ok)
      assert.equal("file", err.kind)
      assert.equal("unwritable", err.code)
      assert.equal("vectors.save", err.operation)
    end
    failure(path("none/v"))
    failure(folder)
    failure("/dev/full")
    assert.equal("", files.list(folder))
  end)

  it("refuse wrong use", function()
    assert.equal("vectors.save: path must be the name of a file, not a nil",
      refusal(vectors.save))
    assert.equal("vectors.save: path must be the name of a file, not an empty "
      .. "string", refusal(vectors.save, "", {}))
    assert.equal("vectors.save: path must not contain a NUL byte",
      refusal(vectors.save, "a\0b", {}))
    assert.equal("vectors.save: vectors[2] has 1 dimensions, and the first "
      .. "has 2", refusal(vectors.save, path(), { { 1, 2 }, { 1 } }))
    assert.equal("vectors.open: dimensions must be a whole number of at least "
      .. "1, not nil", refusal(vectors.open, path()))
    assert.equal("", files.list(folder))
  end)

  -- They would be seen if they were held twice.
  it("take no more memory than their numbers", function()
    local said, code = programs.run(([[
      local indoxhub = require "indoxhub"
      local path, ROWS, DIMENSIONS = %q, 50000, 1000
      local file = io.open(path, "wb")
      for _ = 1, ROWS do
        file:write(("\0\0\128\63"):rep(DIMENSIONS))
      end
      file:close()
      local function peak()
        for line in io.lines("/proc/self/status") do
          local kib = line:match("^VmHWM:%%s+(%%d+)")
          if kib then
            return kib / 1024
          end
        end
      end
      local before = peak()
      local m = indoxhub.assert(indoxhub.vectors.open(path, DIMENSIONS))
      assert(#indoxhub.top_k(m[1], m, 10) == 10)
      print(#m, peak() - before < 220)
    ]]):format(path()))
    assert.equal("50000\ttrue\n", said)
    assert.equal(0, code)
  end)

  it("are too many for the memory there is", function()
    if programs.SANITIZED or programs.EMULATED then
      return -- ASan and qemu claim more addresses, and do not begin
    end
    local said = programs.run(([[
      local indoxhub = require "indoxhub"
      local m, err = indoxhub.vectors.open(%q, 250)
      print(m, err.kind, err.code)
    ]]):format(path()), "truncate -s 8000000000 " .. path()
      .. "; ulimit -v 4000000")
    assert.equal("nil\tlimit\tmemory\n", said)
  end)
end)

describe("vectors", function()
  it("are kept by the collector as long as they are used", function()
    local queries = {}
    for i = 1, 50 do
      local m = vectors.matrix { { i, 1 }, { i, 2 } }
      queries[i] = core.search(m[2], 1)
    end
    collectgarbage()
    collectgarbage()
    for i = 1, 50 do
      assert.is_true(queries[i]:scan({ indoxhub.vector { i, 2 } }, 1, 1))
      assert.is_true(math.abs(queries[i]:best()[1].score - 1) < 1e-12)
    end
  end)
end)
