-- Forms and how they are sent, against a server that records what it got.
local core = require "indoxhub.core"
local servers = require "spec.support.servers"
local uploads = require "spec.support.uploads"

local noise, file_of = uploads.noise, uploads.file_of
local read_form = uploads.read_form
local submit, finish = uploads.submit, uploads.finish
local feed, send = uploads.feed, uploads.send
local OK, NEXT = uploads.OK, uploads.NEXT

local KIB = 1024

describe("uploads", function()
  local raw, engine

  uploads.for_tests(function(...)
    raw, engine = ...
  end)

  describe("of forms", function()
    it("carry fields and files in memory", function()
      local got = send("fields", {
        { name = "model", data = "a/b" },
        { name = "file", data = "RIFF\0\1\r\n", filename = "speech.wav",
          type = "audio/wav" },
        { name = "untyped", data = "x", filename = "y.txt" },
      })
      assert.equal(3, #got)
      assert.equal('form-data; name="model"', got[1].disposition)
      assert.is_nil(got[1].type)
      assert.equal("a/b", got[1].data)
      assert.equal('form-data; name="file"; filename="speech.wav"',
        got[2].disposition)
      assert.equal("audio/wav", got[2].type)
      assert.equal("RIFF\0\1\r\n", got[2].data)
      assert.equal("application/octet-stream", got[3].type)
      assert.is_nil(got.head:find("Expect", 1, true))
      assert.truthy(got.head:find("^POST "))
    end)

    it("carry every length byte for byte", function()
      for _, n in ipairs { 0, 1, 2, 4096, 65535, 65536, 300 * KIB + 7 } do
        local bytes = noise(n)
        local got = send("length" .. n, {
          { name = "memory", data = bytes },
          { name = "disk", path = file_of(bytes) },
          { name = "last", data = "." },
        })
        assert.is_true(got[1].data == bytes, "in memory: " .. n)
        assert.is_true(got[2].data == bytes, "from disk: " .. n)
        assert.equal(".", got[3].data)
      end
    end)

    it("name a file after its path unless told otherwise", function()
      local path = file_of("x")
      local got = send("named", { { name = "a", path = path },
        { name = "b", path = path, filename = "other.mp3",
          type = "audio/mpeg" } })
      assert.equal(('form-data; name="a"; filename="%s"')
        :format(path:match("[^/]+$")), got[1].disposition)
      assert.equal("application/octet-stream", got[1].type)
      assert.equal('form-data; name="b"; filename="other.mp3"',
        got[2].disposition)
      assert.equal("audio/mpeg", got[2].type)
    end)

    it("keep names from breaking out of their line", function()
      local got = send("escaped", {
        { name = 'a"b\r\nX-Evil: 1', data = "1",
          filename = 'c"; x="\n\r.wav' },
        { name = "\xC3\xA9\xE2\x82\xAC", data = "2",
          filename = "\xE5\x90\x8D%22.txt" },
      })
      assert.equal(2, #got)
      assert.equal('form-data; name="a%22b%0D%0AX-Evil: 1"; ' ..
        'filename="c%22; x=%22%0A%0D.wav"', got[1].disposition)
      assert.equal('form-data; name="\xC3\xA9\xE2\x82\xAC"; ' ..
        'filename="\xE5\x90\x8D%22.txt"', got[2].disposition)
    end)

    it("are not confused by what looks like a boundary", function()
      local text = "\r\n--------------------------\r\n" ..
        "------------------------0000000000000000--\r\n--\r\n"
      local got = send("boundary", { { name = "a", data = text },
        { name = "b", path = file_of(text) } })
      assert.equal(text, got[1].data)
      assert.equal(text, got[2].data)
    end)

    it("go with other methods", function()
      local got = send("put", { { name = "a", data = "1" } },
        { method = "PUT" })
      assert.truthy(got.head:find("^PUT "))
      assert.equal("1", got[1].data)
    end)

    it("can be empty", function()
      local got = send("empty", {})
      assert.equal(0, #got)
    end)

    it("leave the connection good for the next request", function()
      local url = raw:script("reused", { { "body" }, NEXT, { "again" } })
      for i = 1, 3 do
        local transfer = submit(url, { form = {
          { name = "a", path = file_of(noise(100 * KIB)) } } })
        local result = finish(transfer)
        assert.equal("complete", result.ended)
        assert.equal(i == 1 and 1 or 0, result.new_connections)
      end
      local plain = submit(url, { body = "plain" })
      assert.equal(0, finish(plain).new_connections)
      assert.equal(5, plain:result().bytes_out)
      assert.equal("plain", raw:got("reused"):sub(-5))
    end)

    it("can be sent side by side", function()
      local transfers, bytes = {}, noise(400 * KIB)
      for i = 1, 6 do
        transfers[i] = submit(raw:script("side" .. i, { { "body" }, OK }), {
          form = { { name = "n", data = tostring(i) },
            { name = "f", path = file_of(bytes .. i) } } })
      end
      for i = 1, 6 do
        assert.equal("complete", finish(transfers[i]).ended)
        local got = read_form(raw:got("side" .. i))
        assert.equal(tostring(i), got[1].data)
        assert.is_true(got[2].data == bytes .. i)
      end
    end)
  end)

  it("go over HTTP/2 as well", function()
    local nginx = servers.nginx(raw.port)
    if not nginx then
      return pending("needs nginx: run make deps-all")
    end
    finally(function()
      nginx:stop()
    end)
    -- nginx takes a megabyte and passes it on with a length.
    local function over_http2(name, part, pieces)
      raw:script(name, { { "body" }, OK })
      local transfer = submit(nginx.url:gsub("/api/v1$", "/" .. name), {
        ca_file = nginx.certificate, form = { part } })
      local result = feed(transfer, pieces or {})
      return transfer, result
    end
    local bytes = noise(300 * KIB)
    local pieces = { "a", noise(150 * KIB), "b", noise(100 * KIB) }
    local whole = table.concat(pieces)
    for name, case in pairs {
      disk = { { name = "f", path = file_of(bytes) }, bytes },
      sized = { { name = "f", pull = true, size = #whole }, whole, pieces },
      unsized = { { name = "f", pull = true }, whole, pieces },
    } do
      local transfer, result = over_http2(name, case[1], case[3])
      assert.equal("complete", result.ended)
      assert.equal(200, transfer:status())
      assert.is_true(result.sent_all)
      assert.is_true(read_form(raw:got(name))[1].data == case[2])
    end
    local transfer, result = over_http2("refused", { name = "f",
      path = file_of(noise(40 * 1024 * KIB)) })
    assert.equal("complete", result.ended)
    assert.equal(413, transfer:status())
    assert.is_false(result.sent_all)
    assert.truthy(nginx:log():find("HTTP/2.0", 1, true))
    assert.is_nil(nginx:log():find("HTTP/1", 1, true))
  end)

  describe("tell of their progress", function()
    it("as news, when it is asked for", function()
      local size = 8 * 1024 * KIB
      local transfer = submit(raw:script("progress", { { "count" }, OK }), {
        progress = true, form = {
          { name = "f", path = file_of(noise(size)) } } })
      assert.same({ 0 }, { transfer:sent() })
      local deadline, news, last, changes = core.now() + 20, {}, 0, 0
      while not transfer:result() do
        assert.is_true(core.now() < deadline, "waited too long")
        local count = engine:step(news, nil, nil, 0.05)
        local sent, total = transfer:sent()
        assert.is_true(count <= 1)
        if sent ~= last then
          assert.equal(1, count)
          assert.is_true(sent > last and sent <= total)
          assert.is_true(total > size)
          changes = changes + 1
          last = sent
        end
      end
      assert.is_true(changes > 5, "changes: " .. changes)
      assert.equal(transfer:result().bytes_out, last)
      assert.equal(last, select(2, transfer:sent()))
    end)

    it("without a word when it is not", function()
      local transfer = submit(raw:script("quiet", { { "count" },
        { "sleep", 50 }, OK }), { form = {
          { name = "f", path = file_of(noise(4000 * KIB)) } } })
      local deadline = core.now() + 20
      while not transfer:status() do
        assert.is_true(core.now() < deadline, "waited too long")
        local count = engine:step({}, nil, nil, 0.05)
        assert.is_true(count == 0 or transfer:status() ~= nil)
      end
      assert.equal("complete", finish(transfer).ended)
    end)

    it("also for plain bodies, and for none", function()
      for i, body in ipairs { "", "small", noise(500 * KIB) } do
        local transfer = submit(raw:script("plain" .. i, { { "body" }, OK }),
          { body = body, progress = true })
        assert.same({ 0, #body }, { transfer:sent() })
        finish(transfer)
        assert.same({ #body, #body }, { transfer:sent() })
        assert.is_true(transfer:result().sent_all)
      end
      local transfer = submit(raw:script("bare", { OK }), { method = "GET" })
      finish(transfer)
      assert.same({ 0, 0 }, { transfer:sent() })
    end)

    it("without a total when that is not known", function()
      local transfer = submit(raw:script("endless", { { "body" }, OK }), {
        form = { { name = "f", pull = true } } })
      feed(transfer, { noise(100 * KIB), noise(100 * KIB) })
      local sent, total = transfer:sent()
      assert.is_true(sent > 200 * KIB)
      assert.is_nil(total)
    end)
  end)
end)
