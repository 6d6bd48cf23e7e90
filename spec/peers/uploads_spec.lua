-- Our uploads, read by two parsers of forms that nobody here wrote.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local sha256 = files.sha256

describe("an upload", function()
  local peer = during_tests(servers.multipart)
  local folder, wave

  local function write(name, bytes)
    return files.write(folder .. "/" .. name, bytes)
  end

  setup(function()
    folder = files.folder()
    -- Also what could be taken for the end of a part.
    wave = write("gap.wav", ("RIFF\r\n--\0\26\r\n\r\n--x--\r\n"):rep(50000))
  end)

  teardown(function()
    files.remove_folder(folder)
  end)

  local function client_of(parser, path, options)
    options = options or {}
    options.api_key = "indox-test"
    options.base_url = peer.url .. "/" .. parser .. path
    return indoxhub.new(options)
  end

  local function count(parser, path)
    return peer:ask("/__count").paths["/" .. parser .. path
      .. "/audio/stt/transcriptions"]
  end

  for _, parser in ipairs { "busboy", "formidable" } do
    it("arrives with its fields, says " .. parser, function()
      local reply = indoxhub.assert(client_of(parser, "/fields/v1")
        .audio:transcribe { file = wave, model = "openai/whisper-1",
          prompt = "sk\195\165l; \"x\"\r\ny=&z", temperature = 0.25,
          timestamp_granularities = { "word", "segment" } })
      assert.same({ model = { "openai/whisper-1" },
        prompt = { "sk\195\165l; \"x\"\r\ny=&z" }, temperature = { "0.25" },
        timestamp_granularities = { '["word","segment"]' } },
        reply.data.fields)
      assert.same({ { field = "file", filename = "gap.wav", size = 1050000,
        mime_type = "audio/wav", sha256 = sha256(wave) } }, reply.data.files)
    end)

    it("is sent again as a whole, says " .. parser, function()
      local client = client_of(parser, "/again/v1", { max_retries = 2,
        headers = { ["X-Peer-Fail"] = "503,2" } })
      local reply = indoxhub.assert(client.audio:transcribe { file = wave })
      assert.equal(sha256(wave), reply.data.files[1].sha256)
      assert.equal(3, count(parser, "/again/v1"))
    end)

    it("is not sent again when it may have been billed, says " .. parser,
      function()
        local client = client_of(parser, "/once/v1", { max_retries = 2,
          headers = { ["X-Peer-Fail"] = "500,1" } })
        local reply, err = client.audio:transcribe { file = wave }
        assert.is_nil(reply)
        assert.equal("server", err.kind)
        assert.equal(1, count(parser, "/once/v1"))
      end)

    it("may be as short as can be, says " .. parser, function()
      for _, bytes in ipairs { "", "x" } do
        local short = write("short.mp3", bytes)
        for _, given in ipairs { short, indoxhub.bytes(bytes),
          indoxhub.reader(function()
            local piece = bytes
            bytes = nil
            return piece
          end) } do
          local reply = indoxhub.assert(client_of(parser, "/short/v1")
            .audio:transcribe { file = given })
          assert.equal(1, #reply.data.files)
          assert.equal(sha256(short), reply.data.files[1].sha256)
        end
      end
    end)

    it("may contain what an earlier one ended with, says " .. parser,
      function()
        local raw = servers.raw()
        local base = raw:script("seen",
          servers.reply("200 OK", "text/plain", "x"))
        indoxhub.assert(indoxhub.new { api_key = "k", base_url = base }
          .audio:transcribe { file = indoxhub.bytes("x") })
        local body = raw:got("seen"):match("\r\n\r\n(.*)$")
        raw:stop()
        assert.matches("^%-%-.*%-%-\r\n$", body)
        local path = write("inner.mp3", body .. "\r\n" .. body)
        local reply = indoxhub.assert(client_of(parser, "/inner/v1")
          .audio:transcribe { file = path })
        assert.equal(1, #reply.data.files)
        assert.equal(sha256(path), reply.data.files[1].sha256)
      end)

    -- No two parsers agree on how such a name is written.
    it("keeps its bytes whatever its name, says " .. parser, function()
      for given, expected in pairs {
        ["b\195\165t \"1\"; x=%22.wav"] = "^b\195\165t .*%.wav$",
        ["a\r\nX-Evil: 1\r\n\r\n.wav"] = "^a[^\r\n]*%.wav$",
        ["../../etc/pass wd.wav"] = "^pass wd%.wav$",
        ["C:\\Users\\me\\talk.wav"] = "^talk%.wav$",
        ["\240\159\142\164\9'\1.wav"] = "^\240\159\142\164.*%.wav$",
      } do
        local reply = indoxhub.assert(client_of(parser, "/name/v1")
          .audio:transcribe { file = indoxhub.file(wave, {
            filename = given }) })
        assert.equal(1, #reply.data.files)
        local got = reply.data.files[1]
        assert.equal(sha256(wave), got.sha256)
        assert.equal("file", got.field)
        assert.equal("audio/wav", got.mime_type)
        assert.matches(expected, got.filename)
      end
    end)

    it("takes the name of the path, says " .. parser, function()
      local odd = folder .. "/b\195\165t \"1\"\n; x=%22.wav"
      assert(os.rename(wave, odd))
      local reply, err = client_of(parser, "/path/v1")
        .audio:transcribe { file = odd }
      assert(os.rename(odd, wave))
      indoxhub.assert(reply, err)
      assert.equal(sha256(wave), reply.data.files[1].sha256)
      assert.matches("^b\195\165t .*%.wav$", reply.data.files[1].filename)
    end)
  end

  it("needs little memory for a large file", function()
    local large = folder .. "/large.mp3"
    assert(os.execute("seq 100000000 | head -c 314572800 >" .. large))
    local hash = sha256(large)
    for _, given in ipairs { "%q", "indoxhub.reader(read(%q))" } do
      local said, code = programs.run(([[
        local indoxhub = require "indoxhub"
        local function read(path)
          local file = assert(io.open(path, "rb"))
          return function() return file:read(65536) end
        end
        local client = indoxhub.new { api_key = "k", base_url = %q }
        local reply = indoxhub.assert(client.audio:transcribe { file = ]]
        .. given .. [[ })
        local got = reply.data.files[1]
        for line in io.lines("/proc/self/status") do
          local peak = line:match("^VmHWM:%%s*(%%d+) kB")
          if peak then
            print(("%%.0f %%s %%s"):format(got.size, got.sha256, peak))
          end
        end
      ]]):format(peer.url .. "/busboy/large/v1", large))
      assert.equal(0, code, said)
      local size, got, peak = said:match("^(%d+) (%x+) (%d+)\n$")
      assert.equal("314572800", size)
      assert.equal(hash, got)
      assert.is_true(programs.SANITIZED or tonumber(peak) < 30 * 1024,
        "peak " .. tostring(peak))
    end
    os.remove(large)
  end)
end)
