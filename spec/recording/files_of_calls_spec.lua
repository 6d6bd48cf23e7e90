-- Calls that send files and fetch them, recorded and played.
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("a recording", function()
  local raw = during_tests(servers.raw)
  local folder, place, count = nil, nil, 0

  before_each(function()
    folder, place = files.folder(), files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
    files.remove_folder(place)
  end)

  -- A client of a server that answers so, its address, and how often that was
  -- asked.
  local function recorder(answer, options)
    count = count + 1
    local name = "files" .. count
    local base = raw:script(name, answer)
    local given = { base_url = base, api_key = "indox-test", record = folder,
      max_retries = 0 }
    for key, value in pairs(options or {}) do
      given[key] = value
    end
    return indoxhub.new(given), base, function()
      return select(2, raw:got(name):gsub(" HTTP/1.1\r\n", ""))
    end
  end

  local function replay(client)
    return client:with { record_mode = "replay",
      base_url = "http://127.0.0.1:1" }
  end

  local function names()
    return select(2, files.list(folder):gsub("\n", ""))
  end

  local function kept()
    local name = files.list(folder):match "[^\n]+"
    return json.decode(files.read(folder .. "/" .. name))
  end

  -------------------------------------------------------------------------
  describe("of what is sent", function()
    local HEARD = servers.json '{"success":true,"text":"hello","data":"hello"}'

    local function hear(client, file, options)
      local reply, err = client.audio:transcribe({ file = file }, options)
      return reply and reply.data.text, err
    end

    it("knows files by their bytes, wherever they come from", function()
      local path = files.write(place .. "/a.wav", "RIFF\0sound")
      local client, _, asked = recorder(HEARD)
      assert.equal("hello", hear(client, path))
      local function reader(options)
        local read = 0
        local given = options or {}
        if given.rewind then
          given.rewind = function() read = 0 end
        end
        return indoxhub.reader(function()
          read = read + 1
          return ({ "RIFF", "\0so", "und" })[read]
        end, given)
      end
      for _, file in ipairs { indoxhub.bytes("RIFF\0sound"), reader(),
        reader { filename = "b.wav", rewind = print },
        reader { size = 10 } } do
        assert.equal("hello", hear(client, file))
        assert.equal("hello", hear(replay(client), file.read and reader()
          or file))
      end
      assert.equal(1, asked())
      files.write(path, "RIFF\0other")
      assert.equal("not_recorded", select(2, hear(replay(client), path)).kind)
      hear(client, path)
      assert.equal(2, asked())
      assert.is_nil(files.list(folder):find("sound", 1, true))
    end)

    it("sends what a function gives whole, also when it can be read once",
      function()
        for _, rewind in ipairs { false, true } do
          local read = 0
          local client = recorder({ { "body" }, { "send", HEARD } },
            { record_mode = "new" })
          assert.equal("hello", hear(client, indoxhub.reader(function()
            read = read + 1
            return read <= 3 and ("piece%d;"):format(read):rep(30000) or nil
          end, { rewind = rewind and function() read = 0 end or nil,
            size = 630000 })))
          local got = raw:got("files" .. count)
          for i = 1, 3 do
            assert.equal(30000, select(2, got:gsub("piece" .. i .. ";", "")))
          end
        end
      end)

    it("does not keep what never ends, but sends it", function()
      local client, _, asked = recorder({ { "body" }, { "send", HEARD } })
      local pieces, told = 0, {}
      local function endless()
        pieces = pieces + 1
        return pieces <= 70 and ("piece"):rep(209716) or nil -- 1 MiB
      end
      local function warned(event)
        told[#told + 1] = event.name == "warning" and event.message or nil
      end
      local text, err = hear(client:with { log = warned },
        indoxhub.reader(endless))
      assert.equal("hello", text, tostring(err))
      assert.same({ "what is sent is too large to be recorded" }, told)
      assert.equal(1, asked())
      assert.equal(0, names())
      pieces = 0
      err = select(2, hear(replay(client), indoxhub.reader(endless)))
      assert.equal("limit", err.kind)
    end)

    it("tells of a function that gives other than it said", function()
      local client, _, asked = recorder(HEARD)
      for _, size in ipairs { 4, 6 } do
        local left = 1
        local _, err = hear(client, indoxhub.reader(function()
          left = left - 1
          return left >= 0 and "12345" or nil
        end, { size = size }))
        assert.equal("file size", err.kind .. " " .. err.code)
      end
      assert.equal(0, asked())
    end)

    it("tells of progress when it is played", function()
      local path = files.write(place .. "/a.wav", ("RIFF\0"):rep(100000))
      local client = recorder({ { "body" }, { "send", HEARD } })
      local sent, total = 0, 0
      local function watch(n, all)
        sent, total = n, all or total
      end
      assert.equal("hello", hear(client, path, { on_progress = watch }))
      local live = sent
      assert.is_true(live > 500000)
      sent = 0
      assert.equal("hello", hear(replay(client), path,
        { on_progress = watch }))
      assert.equal(live, sent)
      assert.equal(live, total)
    end)

    it("has no picture in it, only what it is known by", function()
      local picture = ("\137PNG\r\n\26\n"):rep(1000)
      local client, _, asked = recorder(
        servers.json '{"success":true,"data":"a cat"}')
      local function look(who, bytes)
        return (indoxhub.assert(who.chat:create { messages = { { role = "user",
          content = { { type = "image_url", image_url =
            indoxhub.bytes(bytes) } } } } })).data
      end
      assert.equal("a cat", look(client, picture))
      assert.equal("a cat", look(replay(client), picture))
      assert.equal(1, asked())
      local text = files.read(folder .. "/" .. files.list(folder)
        :match "[^\n]+")
      assert.is_true(#text < 2000)
      assert.truthy(text:find("data:image/png;sha256," .. core.sha256(picture),
        1, true), text)
    end)

    it("tells of a file that is not there as ever", function()
      local client, _, asked = recorder(HEARD)
      os.execute("mkfifo " .. place .. "/pipe.wav")
      for _, who in ipairs { client, replay(client) } do
        for _, name in ipairs { "/none.wav", "/pipe.wav", "" } do
          local _, err = hear(who, place .. name)
          assert.equal("file", err.kind)
        end
      end
      local _, err = hear(client, indoxhub.reader(function()
        return nil, "the tape tore"
      end, { filename = "a.wav" }))
      assert.equal("file", err.kind)
      assert.truthy(tostring(err):find("the tape tore", 1, true))
      assert.equal(0, asked())
    end)
  end)

  -------------------------------------------------------------------------
  describe("of what is fetched", function()
    local BYTES = ("\0\r\n\255picture"):rep(5000)

    local function save(client, url, name, options)
      local saved, err = client:save({ url = url }, place .. "/" .. name,
        options)
      return saved and files.read(place .. "/" .. name), err
    end

    it("gives a file byte for byte", function()
      local client, base, asked = recorder(servers.reply("200 OK", "image/png",
        BYTES))
      assert.is_true(save(client, base .. "/f.png", "a") == BYTES)
      assert.is_true(save(client, base .. "/f.png", "b") == BYTES)
      local told = {}
      assert.is_true(save(replay(client), base .. "/f.png", "c",
        { on_progress = function(n, total)
          told[#told + 1] = { n, total }
        end }) == BYTES)
      assert.equal(1, asked())
      assert.same({ #BYTES, #BYTES }, told[#told])
      local saved = indoxhub.assert(replay(client):save({ url = base
        .. "/f.png" }, place .. "/d"))
      assert.equal("image/png", saved.content_type)
      assert.equal(base:match("^http://[^/]*(.*)$") .. "/f.png",
        kept().request.path)
      assert.equal(1, names())
    end)

    it("gives a file of another host, whatever that is called", function()
      local other = raw:script("other_" .. count,
        servers.reply("200 OK", "image/png", BYTES))
      local client, _, asked = recorder(servers.json "{}")
      assert.is_true(save(client, other .. "/f.png?v=2", "a") == BYTES)
      assert.equal(0, asked())
      local path = other:match("^http://[^/]*(.*)$")
      assert.equal(path .. "/f.png", kept().request.path)
      assert.same({ v = "2" }, kept().request.query)
      assert.is_true(save(replay(client), "https://cdn.example.com" .. path
        .. "/f.png?v=2", "b") == BYTES)
      local _, err = save(replay(client), other .. "/f.png?v=3", "c")
      assert.equal("not_recorded", err.kind)
      assert.equal("client.save", err.operation)
      assert.truthy(err.message:find('query.v: "2" was recorded, not "3"', 1,
        true), err.message)
      assert.is_nil(files.read(place .. "/c"))
    end)

    it("follows where it was sent to, once", function()
      local to = raw:script("to_" .. count, servers.reply("200 OK",
        "image/png", BYTES))
      local client, base = recorder(("HTTP/1.1 302 Found\r\nLocation: %s/f"
        .. "\r\nContent-Length: 0\r\n\r\n"):format(to))
      assert.is_true(save(client, base .. "/f.png", "a") == BYTES)
      assert.is_true(save(replay(client), base .. "/f.png", "b") == BYTES)
      assert.matches("/f%.png$", kept().request.path)
      assert.equal(200, kept().answers[1].status)
    end)

    it("has a file whole that came in several attempts", function()
      local half = 20000
      local head = ('Accept-Ranges: bytes\r\nETag: "1"\r\n')
      local name = "parts" .. count
      local first = { { "body" }, { "send", servers.head("200 OK", "image/png",
        #BYTES, head) .. BYTES:sub(1, half) }, { "close" } }
      local second = { { "body" }, { "send", servers.head(
        "206 Partial Content", "image/png", #BYTES - half, head
        .. ("Content-Range: bytes %d-%d/%d\r\n"):format(half, #BYTES - 1,
          #BYTES)) .. BYTES:sub(half + 1) } }
      local lay_out = raw:in_turn(name, { first, second })
      local client = indoxhub.new { base_url = raw:base(name),
        record = folder, api_key = function()
          lay_out()
          return "indox-test"
        end }
      assert.is_true(save(client, raw:base(name) .. "/f.png", "a") == BYTES)
      assert.truthy(raw:got(name):find("Range: bytes=20000-", 1, true))
      local answer = kept().answers[1]
      assert.equal(200, answer.status)
      assert.equal(tostring(#BYTES), answer.headers["content-length"])
      assert.is_nil(answer.headers["content-range"])
      assert.is_true(save(replay(client), raw:base(name) .. "/f.png", "b")
        == BYTES)
    end)

    it("has no file that broke off, and one that is not there", function()
      local client, base = recorder { { "body" }, { "send",
        servers.head("200 OK", "image/png", 100) .. "x" }, { "close" } }
      assert.equal("truncated", select(2, save(client, base .. "/f",
        "a")).kind)
      assert.equal(0, names())
      client, base = recorder(servers.reply("404 Not Found", "text/plain",
        "gone"))
      assert.equal("not_found", select(2, save(client, base .. "/f",
        "a")).kind)
      local _, err = save(replay(client), base .. "/f", "a")
      assert.equal("not_found", err.kind)
      assert.is_true(err.recorded)
    end)

    it("has speech, which is bytes", function()
      local client, _, asked = recorder(servers.json(json.encode {
        success = true, data = { audio = core.base64 "ID3\0\255" } }))
      local function speak(who)
        local reply = indoxhub.assert(who.audio:speak {
          input = "hello" })
        indoxhub.assert(who:save(reply, place .. "/a.mp3"))
        return files.read(place .. "/a.mp3")
      end
      assert.equal("ID3\0\255", speak(client))
      assert.equal("ID3\0\255", speak(replay(client)))
      assert.equal(1, asked())
    end)
  end)
end)
