-- Files on their way: from paths, bytes and functions, whole and in sight.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local uploads = require "spec.support.upload_calls"

local GO_AHEAD, REPLY, READS = uploads.GO_AHEAD, uploads.REPLY, uploads.READS
local pieces_of, assert_heard = uploads.pieces_of, uploads.assert_heard

describe("an upload", function()
  local scene = uploads.scene()
  local serve, transcribe, write = scene.serve, scene.transcribe, scene.write
  local received, part = scene.received, scene.part

  before_each(function()
    serve(READS)
  end)

  after_each(function()
    scene.client:close()
  end)

  describe("of each kind", function()
    local BYTES = ("RIFF\0\0\0\0WAVE\r\n--\0\255"):rep(20000)

    it("arrives byte for byte", function()
      local path = write("talk.wav", BYTES)
      local rewinds = 0
      for _, file in ipairs {
        path, indoxhub.file(path), indoxhub.bytes(BYTES, "talk.wav"),
        indoxhub.reader(pieces_of { BYTES }, { filename = "talk.wav" }),
        indoxhub.reader(pieces_of { BYTES:sub(1, 70000), "",
          BYTES:sub(70001) }, { filename = "talk.wav", size = #BYTES,
          rewind = function() rewinds = rewinds + 1 end }),
      } do
        serve(READS)
        assert_heard(transcribe(file))
        local got = part()
        assert.is_true(BYTES == got.bytes)
        assert.equal('Content-Disposition: form-data; name="file"; ' ..
          'filename="talk.wav"\r\nContent-Type: audio/wav', got.head)
        scene.client:close()
      end
      assert.equal(0, rewinds)
    end)

    it("says how long it is when that is known", function()
      assert_heard(transcribe(indoxhub.reader(pieces_of { "abc" },
        { size = 3 })))
      assert.matches("Content%-Length: %d+\r\n", received()[1].head)
      serve(READS)
      assert_heard(transcribe(indoxhub.reader(pieces_of { "abc" })))
      assert.matches("Transfer%-Encoding: chunked\r\n", received()[1].head)
    end)

    it("may be empty", function()
      for _, file in ipairs { write("none.mp3", ""), indoxhub.bytes(""),
        indoxhub.reader(pieces_of {}), indoxhub.reader(pieces_of {},
          { size = 0 }), indoxhub.reader(pieces_of { "", "" }) } do
        serve(READS)
        assert_heard(transcribe(file))
        assert.equal("", part().bytes)
        scene.client:close()
      end
    end)

    it("goes with the other fields, lists as JSON", function()
      assert_heard(transcribe(indoxhub.bytes("x"), nil, { model = "a/b",
        timestamp_granularities = { "word", "segment" } }))
      local fields = {}
      for _, one in ipairs(received()[1]) do
        fields[one.head:match('name="([^"]*)"')] = one.bytes
      end
      assert.same({ file = "x", model = "a/b",
        timestamp_granularities = '["word","segment"]' }, fields)
    end)

    it("goes with calls that have no method of their own", function()
      indoxhub.assert(scene.client:request { path = "uploads", form = { n = 5,
        purpose = "stt_input", file = indoxhub.bytes("x", "a.wav") } })
      local parts = received()[1]
      assert.equal(3, #parts)
      assert.matches('name="file"; filename="a.wav"', parts[1].head, 1, true)
      assert.equal("x", parts[1].bytes)
      assert.equal("5", parts[2].bytes)
      assert.equal("stt_input", parts[3].bytes)
    end)
  end)

  describe("that is shown", function()
    local function progress_of(file)
      local seen = {}
      assert_heard(transcribe(file, { on_progress = function(sent, total)
        local last = seen[#seen]
        assert.is_true(not last or sent > last.sent)
        seen[#seen + 1] = { sent = sent, total = total }
      end }))
      assert.is_true(#seen > 1)
      return seen, seen[#seen]
    end

    it("ends at its total", function()
      local bytes = ("x"):rep(3000000)
      for _, file in ipairs { write("shown.mp3", bytes),
        indoxhub.bytes(bytes), indoxhub.reader(pieces_of { bytes },
          { size = #bytes }) } do
        serve(READS)
        local seen, last = progress_of(file)
        assert.is_true(#seen > 3)
        assert.equal(last.total, last.sent)
        assert.is_true(last.sent > #bytes and last.sent < #bytes + 1000)
        for _, step in ipairs(seen) do
          assert.equal(last.total, step.total)
        end
        scene.client:close()
      end
    end)

    it("has no total when nobody knows it", function()
      local _, last = progress_of(indoxhub.reader(pieces_of {
        ("x"):rep(300000) }))
      assert.is_nil(last.total)
      assert.is_true(last.sent > 300000)
    end)

    it("ends when on_progress raises", function()
      serve { { "send", GO_AHEAD }, { "hold" } }
      local ok, message = pcall(transcribe, indoxhub.bytes("x"), {
        on_progress = function(sent)
          return sent > 0 and error("enough", 0)
        end })
      assert.is_false(ok)
      assert.equal("enough", message)
      scene.wait_for_end()
    end)
  end)

  it("goes over HTTP/2, whoever gives its bytes", function()
    local nginx = servers.nginx(scene.raw.port)
    local bytes = ("0123456789"):rep(30000)
    local function run(file)
      -- The go-ahead is nginx's.
      serve { { "body" }, { "send", REPLY }, { "again" } }
      scene.client = indoxhub.new { api_key = "k", ca_file = nginx.certificate,
        base_url = ("https://127.0.0.1:%s/%s"):format(nginx.port, scene.name) }
      local last
      assert_heard(transcribe(file, { on_progress = function(sent)
        last = sent
      end }))
      assert.is_true(last >= #bytes)
      assert.is_true(bytes == part().bytes)
      scene.client:close()
    end
    run(write("two.mp3", bytes))
    run(indoxhub.reader(pieces_of { bytes:sub(1, 200000),
      bytes:sub(200001) }, { size = #bytes }))
    run(indoxhub.reader(pieces_of({ bytes:sub(1, 10), bytes:sub(11) },
      function() indoxhub.sleep(0.002) end)))
    servers.wait_until(function() -- it writes its log afterwards
      return nginx:log():find("HTTP/2.0 %d+ /" .. scene.name .. "/audio")
    end, "nginx's log")
    nginx:stop()
  end)

  it("tells the log no bytes of the file", function()
    local events = {}
    local logging = scene.client:with { log_bodies = true, log = function(event)
      events[#events + 1] = event
    end }
    indoxhub.assert(logging.audio:transcribe { file = indoxhub.bytes("voice") })
    assert.equal("(form)", events[1].request_body)
  end)
end)
