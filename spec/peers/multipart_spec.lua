-- The two parsers of uploads among the peers, fed by curl: what they tell of an
-- upload is what was in it.
-- On two interpreters: what is tested is a program in JavaScript.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local sha256 = files.sha256

describe("the parser of uploads", function()
  local peer = during_tests(servers.multipart)
  local file

  setup(function()
    -- More than any buffer on the way, and every byte.
    local bytes = {}
    for i = 0, 255 do
      bytes[i + 1] = string.char(i)
    end
    file = files.write(os.tmpname(), table.concat(bytes):rep(4096))
  end)

  teardown(function()
    os.remove(file)
  end)

  local function send(path, arguments)
    local status, body = servers.curl(("%s '%s%s'"):format(arguments,
      peer.url, path))
    return status, json.decode(body)
  end

  local function count(path)
    return peer:ask("/__count").paths[path]
  end

  for _, name in ipairs { "busboy", "formidable" } do
    local path = "/" .. name .. "/api/v1/audio/stt/transcriptions"

    describe(name, function()
      it("tells fields and files", function()
        local status, reply = send(path, "-F model=m-1 --form-string "
          .. "'prompt=b\195\165t; \"x\"' -F tag=1 -F tag=2 -F 'file=@" .. file
          .. ";type=audio/wav;filename=gap.wav'")
        assert.equal(200, status)
        assert.is_true(reply.success)
        assert.equal("ok", reply.data.text)
        assert.same({ model = { "m-1" }, prompt = { 'b\195\165t; "x"' },
          tag = { "1", "2" } }, reply.data.fields)
        assert.same({ { field = "file", filename = "gap.wav",
          mime_type = "audio/wav", size = 1048576, sha256 = sha256(file) } },
          reply.data.files)
      end)

      it("tells an empty file", function()
        local status, reply = send(path, "-F 'file=@/dev/null;filename=e.mp3'")
        assert.equal(200, status)
        assert.equal(0, reply.data.files[1].size)
        assert.equal("e.mp3", reply.data.files[1].filename)
      end)

      it("refuses what is no form", function()
        assert.equal(400, (send(path, "-d a=b")))
        assert.equal(400, (send(path, "-d x -H " ..
          "'Content-Type: multipart/form-data'")))
      end)

      it("refuses a form that ends early", function()
        assert.equal(400, (send(path, "-H 'Content-Type: multipart/form-data;"
          .. " boundary=b' -d '--b\r\nContent-Disposition: form-data; "
          .. "name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF'")))
      end)

      it("fails as often as it is asked to", function()
        local flaky = "/" .. name .. "/flaky/audio"
        local arguments = "-H 'X-Peer-Fail: 503,2' -F file=@" .. file
        assert.equal(503, (send(flaky, arguments)))
        assert.equal(503, (send(flaky, arguments)))
        local status, reply = send(flaky, arguments)
        assert.equal(200, status)
        assert.equal(sha256(file), reply.data.files[1].sha256)
        assert.equal(3, count(flaky))
      end)

      it("fails by the query, too", function()
        local query = "/" .. name .. "/query/audio?fail=429,1"
        assert.equal(429, (send(query, "-F file=@" .. file)))
        assert.equal(200, (send(query, "-F file=@" .. file)))
        assert.equal(2, count("/" .. name .. "/query/audio"))
      end)
    end)
  end
end)
