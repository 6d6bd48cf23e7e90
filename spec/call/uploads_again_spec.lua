-- Uploads that are sent again, whole, or not at all.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local uploads = require "spec.support.upload_calls"

local READS, REFUSES = uploads.READS, uploads.REFUSES
local pieces_of, assert_heard = uploads.pieces_of, uploads.assert_heard
local kind_and_code = uploads.kind_and_code

describe("an upload", function()
  local scene = uploads.scene()
  local serve, transcribe, write = scene.serve, scene.transcribe, scene.write
  local received = scene.received

  before_each(function()
    serve(READS)
  end)

  after_each(function()
    scene.client:close()
  end)

  describe("that is sent again", function()
    local BYTES = ("again"):rep(50000)

    local function assert_sent_twice()
      local requests = received()
      assert.equal(2, #requests)
      for _, parts in ipairs(requests) do
        assert.is_true(BYTES == parts[1].bytes)
      end
    end

    it("is whole", function()
      local path = write("again.mp3", BYTES)
      for _, file in ipairs { path, indoxhub.bytes(BYTES) } do
        serve(REFUSES, READS)
        assert_heard(transcribe(file))
        assert_sent_twice()
        scene.client:close()
      end
    end)

    it("is whole when the function can start over", function()
      for _, size in ipairs { false, #BYTES } do
        serve(REFUSES, READS)
        local handle = assert(io.open(write("again.mp3", BYTES), "rb"))
        assert_heard(transcribe(indoxhub.reader(function()
          return handle:read(1000)
        end, { size = size or nil, rewind = function()
          indoxhub.sleep(0.001)
          return handle:seek("set")
        end })))
        handle:close()
        assert_sent_twice()
        scene.client:close()
      end
    end)

    it("is not sent when the function cannot", function()
      serve(REFUSES, READS)
      local reply, err = transcribe(indoxhub.reader(pieces_of { "x" }))
      assert.is_nil(reply)
      assert.equal("unavailable", err.kind)
      assert.equal(1, #received())
    end)

    it("is not sent when starting over fails", function()
      serve(REFUSES, READS)
      local what, message = kind_and_code(transcribe(indoxhub.reader(
        pieces_of { "x" }, { rewind = function()
          return nil, "no way back"
        end })))
      assert.equal("file reader", what)
      assert.equal("no way back", message)
      assert.equal("", (scene.got():match("^.-\r\n\r\n.*(x?)$")))
    end)

    -- How paths end is found out by trying: the server refuses the first, and
    -- nothing can be sent twice of a function that was asked.
    it("is sent when the function was not asked for anything yet", function()
      local page = servers.reply("403 Forbidden", "text/html", "<p>no</p>")
      local origin = servers.raw()
      local base = origin:script("slash", { { "send", page }, { "close" } })
      scene.client = indoxhub.new { api_key = "k", base_url = base }
      local reply, err = transcribe(indoxhub.reader(pieces_of { "x" }))
      local got = origin:got("slash")
      origin:stop()
      assert.is_nil(reply)
      assert.equal(403, err.status)
      local first = got:match("^POST .-\r\n\r\n")
      assert.matches("POST /slash/audio/stt/transcriptions HTTP", first, 1,
        true)
      assert.matches("Expect: 100-continue\r\n", first, 1, true)
      assert.matches("POST /slash/audio/stt/transcriptions/ HTTP",
        got:sub(#first + 1), 1, true)
    end)

    it("is sent when nobody was there to take it", function()
      local gone = servers.raw()
      gone:stop()
      scene.client = indoxhub.new { api_key = "k", base_url = gone:base("x"),
        max_retries = 2 }
      local asked = false
      local reply, err = transcribe(indoxhub.reader(function()
        asked = true
      end))
      assert.is_nil(reply)
      assert.equal("network", err.kind)
      assert.equal(3, #err.attempts)
      assert.is_false(asked)
    end)
  end)
end)
