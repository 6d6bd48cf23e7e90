-- Files on their way: from paths, bytes and functions, in forms and in JSON.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local retry = require "indoxhub.call.retry"
local servers = require "spec.support.servers"

local GO_AHEAD = "HTTP/1.1 100 Continue\r\n\r\n"
local REPLY = servers.reply("200 OK", "application/json",
  '{"success":true,"data":{"text":"heard"}}')
local BUSY = servers.reply("503 Service Unavailable", "text/plain", "busy")

-- An upload is complete when the server has read it and says so.
local READS = { { "send", GO_AHEAD }, { "body" }, { "send", REPLY },
  { "again" } }
local REFUSES = { { "send", GO_AHEAD }, { "body" }, { "send", BUSY },
  { "again" } }

describe("an upload", function()
  local raw, folder, client, name
  local backoff = retry.backoff

  setup(function()
    raw = servers.raw()
    retry.backoff = function() return 0.01 end
    folder = files.folder()
  end)

  teardown(function()
    raw:stop()
    retry.backoff = backoff
    files.remove_folder(folder)
  end)

  local count = 0

  -- A client of a server that follows one script after the other, the next
  -- whenever a call is tried again.
  local function serve(...)
    count = count + 1
    name = "u" .. count
    local lay_out = raw:in_turn(name, { ... })
    client = indoxhub.new { api_key = "k", base_url = lay_out(),
      log = function(event)
        if event.name == "retry" then
          lay_out()
        end
      end }
    return client
  end

  before_each(function()
    serve(READS)
  end)

  it("takes a reader that has nothing yet now and then", function()
    local pieces, asked = { "ab", "", "", "cd" }, 0
    indoxhub.assert(client.audio:transcribe {
      file = indoxhub.reader(function()
        asked = asked + 1
        return pieces[asked]
      end, { size = 4 }) })
    assert.truthy(raw:got(name):find("abcd", 1, true))
  end)

  it("ends in time when its reader never has anything", function()
    local _, err = client.audio:transcribe({
      file = indoxhub.reader(function() return "" end) },
      { timeout = 0.3, max_retries = 0 })
    assert.equal("timeout total", err.kind .. " " .. err.code)
  end)

  it("ends in time when the server refuses it and then stalls", function()
    serve { { "take", 10 }, { "send", "HTTP/1.1 413 Too Large\r\n"
      .. "Content-Length: 100\r\n\r\nno" }, { "hold" } }
    local _, err = client.audio:transcribe({
      file = indoxhub.reader(function() return ("x"):rep(65536) end) },
      { timeout = { idle = 0.3 }, max_retries = 0 })
    assert.equal("timeout idle", err.kind .. " " .. err.code)
  end)

  after_each(function()
    client:close()
  end)

  local function write(file_name, bytes)
    return files.write(folder .. "/" .. file_name, bytes)
  end

  local function transcribe(file, options, fields)
    fields = fields or {}
    fields.file = file
    return client.audio:transcribe(fields, options)
  end

  -- Takes the marks of chunks out of a body.
  local function join_chunks(body)
    local pieces, at = {}, 1
    while true do
      local first, last, size = body:find("^(%x+)\r\n", at)
      size = first and tonumber(size, 16) or 0
      if size == 0 then
        return table.concat(pieces)
      end
      pieces[#pieces + 1] = body:sub(last + 1, last + size)
      at = last + size + 3
    end
  end

  -- What the server got: a list of requests, each a list of parts
  -- { head =, bytes = }.
  local function received()
    local got, requests, at = raw:got(name), {}, 1
    while true do
      local first, last = got:find("POST .-\r\n\r\n", at)
      if not first then
        return requests
      end
      local head = got:sub(first, last)
      local boundary = head:match("boundary=([^\r\n]+)")
      local next_one = got:find("POST /" .. name .. "/", last, true)
      local body = got:sub(last + 1, (next_one or 0) - 1)
      if head:lower():find("chunked", 1, true) then
        body = join_chunks(body)
      end
      local parts = { head = head }
      body = "\r\n" .. body
      for piece in body:gmatch("()\r\n%-%-" .. boundary:gsub("%-", "%%-")
        .. "\r\n") do
        local from = piece + #boundary + 6
        local to = assert(body:find("\r\n--" .. boundary, from, true))
        local part = body:sub(from, to - 1)
        local part_head, bytes = part:match("^(.-)\r\n\r\n(.*)$")
        parts[#parts + 1] = { head = part_head, bytes = bytes }
      end
      requests[#requests + 1] = parts
      at = next_one or #got + 1
    end
  end

  -- The one part of the one request.
  local function part()
    local requests = received()
    assert.equal(1, #requests)
    assert.equal(1, #requests[1])
    return requests[1][1]
  end

  local function assert_heard(reply, err)
    indoxhub.assert(reply, err)
    assert.equal("heard", reply.data.text)
  end

  local function kind_and_code(reply, err)
    assert.is_nil(reply)
    assert.equal("audio.transcribe", err.operation)
    return err.kind .. " " .. tostring(err.code), err.message
  end

  -- A reader of these pieces, and whatever else is to happen before each.
  local function pieces_of(pieces, before)
    local i = 0
    return function()
      i = i + 1
      if before then
        before(i)
      end
      return pieces[i]
    end
  end

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
        client:close()
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
        client:close()
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
      indoxhub.assert(client:request { path = "uploads", form = { n = 5,
        purpose = "stt_input", file = indoxhub.bytes("x", "a.wav") } })
      local parts = received()[1]
      assert.equal(3, #parts)
      assert.matches('name="file"; filename="a.wav"', parts[1].head, 1, true)
      assert.equal("x", parts[1].bytes)
      assert.equal("5", parts[2].bytes)
      assert.equal("stt_input", parts[3].bytes)
    end)
  end)

  describe("that a function gives", function()
    -- All tasks of a program that reads slowly.
    it("may wait in a task", function()
      local ticks = 0
      indoxhub.run(function()
        local ticker = indoxhub.spawn(function()
          while true do
            if not indoxhub.sleep(0.001) and ticks < 0 then
              return
            end
            ticks = ticks + 1
          end
        end)
        local pieces = {}
        for i = 1, 20 do
          pieces[i] = ("%02d"):format(i):rep(5000)
        end
        assert_heard(transcribe(indoxhub.reader(pieces_of(pieces, function()
          indoxhub.sleep(0.003)
        end))))
        assert.is_true(table.concat(pieces) == part().bytes)
        ticks = math.min(-1, -ticks)
        ticker:cancel()
      end)
      assert.is_true(ticks < -20)
    end)

    it("may wait outside of a task", function()
      assert_heard(transcribe(indoxhub.reader(pieces_of({ "a", "b", "c" },
        function() indoxhub.sleep(0.002) end))))
      assert.equal("abc", part().bytes)
    end)

    it("may come from another call", function()
      local text = serve(READS)
      local function fetch()
        return indoxhub.assert(text:request { path = "x" }).data.text
      end
      indoxhub.run(function()
        local done
        assert_heard(transcribe(indoxhub.reader(function()
          if not done then
            done = true
            return fetch()
          end
        end)))
      end)
      assert.matches("\r\nheard\r\n", raw:got(name))
    end)

    it("ends with what the function says", function()
      local what, message = kind_and_code(transcribe(indoxhub.reader(
        function() return nil, "the tape is torn" end)))
      assert.equal("file reader", what)
      assert.equal("the tape is torn", message)
    end)

    it("ends when the function returns no text", function()
      for _, value in ipairs { 5, true, {} } do
        local what, message = kind_and_code(transcribe(indoxhub.reader(
          function() return value end)))
        assert.equal("file reader", what)
        assert.matches("returned a " .. type(value), message)
      end
      assert.equal("file reader", (kind_and_code(transcribe(indoxhub.reader(
        function() return false end)))))
    end)

    it("ends when the function raises, and the call raises that", function()
      serve { { "send", GO_AHEAD }, { "hold" } }
      local function raise()
        transcribe(indoxhub.reader(function()
          error("torn", 0)
        end))
      end
      local function assert_ended(times)
        servers.wait_until(function()
          collectgarbage() -- which ends what PUC 5.1 cannot in a task
          indoxhub.step()
          return raw:gone(name) == times
        end, "the end of the transfer")
      end
      local ok, message = pcall(raise)
      assert.is_false(ok)
      assert.equal("torn", message)
      assert_ended(1)
      indoxhub.run(function()
        local task = indoxhub.spawn(raise)
        -- Nobody awaits it: PUC 5.1 cannot do so within pcall.
        indoxhub.on_error = function(err)
          message = "told: " .. err
        end
        while task:status() == "pending" do
          indoxhub.sleep(0.001)
        end
      end)
      indoxhub.on_error = nil
      assert.equal("told: torn", message)
      assert_ended(2)
    end)

    it("keeps the size that was announced", function()
      for what, pieces in pairs { fewer = { "ab" }, more = { "abc", "d" } } do
        local kind, message = kind_and_code(transcribe(indoxhub.reader(
          pieces_of(pieces), { size = 3 })))
        assert.equal("file size", kind)
        assert.matches(what, message)
      end
    end)

    it("serves one call, when it cannot start over", function()
      local file = indoxhub.reader(pieces_of { "abc" })
      assert_heard(transcribe(file))
      local what, message = kind_and_code(transcribe(file))
      assert.equal("file reader", what)
      assert.matches("read before", message)
      assert.equal(1, #received())
    end)

    it("serves many calls, when it can start over", function()
      local at = 0
      local file = indoxhub.reader(function()
        at = at + 1
        return ({ "abc" })[at]
      end, { rewind = function() at = 0 end })
      for _ = 1, 3 do
        assert_heard(transcribe(file))
      end
      for i = 1, 3 do
        assert.equal("abc", received()[i][1].bytes)
      end
    end)
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
        client:close()
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
        client:close()
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
      assert.equal("", (raw:got(name):match("^.-\r\n\r\n.*(x?)$")))
    end)

    -- How paths end is found out by trying: the server refuses the first, and
    -- nothing can be sent twice of a function that was asked.
    it("is sent when the function was not asked for anything yet", function()
      local page = servers.reply("403 Forbidden", "text/html", "<p>no</p>")
      local origin = servers.raw()
      local base = origin:script("slash", { { "send", page }, { "close" } })
      client = indoxhub.new { api_key = "k", base_url = base }
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
      client = indoxhub.new { api_key = "k", base_url = gone:base("x"),
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
        client:close()
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
      servers.wait_until(function()
        indoxhub.step()
        return raw:gone(name) == 1
      end, "the end of the transfer")
    end)
  end)

  describe("of a file", function()
    it("that is not there sends nothing", function()
      for _, file in ipairs { folder .. "/none.wav", folder .. "/none" } do
        local what, message = kind_and_code(transcribe(file))
        assert.equal("file unreadable", what)
        assert.equal(("cannot read %s: No such file or directory")
          :format(file), message)
      end
      assert.equal("", raw:got(name))
    end)

    it("that is no file sends nothing", function()
      assert(os.execute("mkfifo " .. folder .. "/pipe.wav"))
      assert(os.execute("mkdir " .. folder .. "/folder.wav"))
      for path, why in pairs { ["pipe.wav"] = "not a regular file",
        ["folder.wav"] = "Is a directory", [""] = "Is a directory",
        ["talk\0.wav"] = "NUL byte" } do
        local what, message = kind_and_code(transcribe(folder .. "/" .. path))
        assert.equal("file unreadable", what)
        assert.matches(why, message)
        assert.is_nil(message:find("%z"))
      end
      assert.equal("", raw:got(name))
    end)

    it("that cannot be read sends nothing", function()
      local what, message = kind_and_code(transcribe("/proc/self/mem"))
      assert.equal("file unreadable", what)
      assert.matches("^cannot read /proc/self/mem: ", message)
      assert.equal("", raw:got(name))
    end)

    it("that changes on its way ends", function()
      local path = write("shrinks.mp3", ("x"):rep(20000000))
      serve { { "take", 100000 }, { "hold" } }
      local what, message = kind_and_code(transcribe(path, {
        on_progress = function()
          write("shrinks.mp3", "")
        end }))
      assert.equal("file unreadable", what)
      assert.matches("changed", message)
    end)

    it("is read again from the disk by each try", function()
      local path = write("removed.mp3", "x")
      serve(REFUSES, READS)
      client = client:with { log = function(event)
        if event.name == "retry" then
          os.remove(path)
        end
      end }
      local what = kind_and_code(transcribe(path))
      assert.equal("file unreadable", what)
      assert.equal(1, #received())
    end)
  end)

  describe("given up in the middle", function()
    -- Gives up what is being sent to a server that never answers.
    local function run(file, give_up)
      serve { { "send", GO_AHEAD }, { "hold" } }
      local reply, err
      indoxhub.run(function()
        local begun
        local task = indoxhub.spawn(function()
          reply, err = transcribe(file, { on_progress = function(sent)
            begun = sent > 0
          end })
        end)
        while not begun do
          indoxhub.sleep(0.001)
        end
        give_up(task)
        task:await()
      end)
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      servers.wait_until(function()
        indoxhub.step()
        return raw:gone(name) == 1
      end, "the end of the transfer")
    end

    local function all_kinds()
      return { write("large.mp3", ("x"):rep(20000000)),
        indoxhub.bytes(("x"):rep(20000000)),
        indoxhub.reader(function() return ("x"):rep(10000) end),
        indoxhub.reader(function()
          indoxhub.sleep(0.001)
          return "x"
        end) }
    end

    it("ends with its task", function()
      for _, file in ipairs(all_kinds()) do
        run(file, function(task) task:cancel() end)
      end
    end)

    it("ends with its client", function()
      for _, file in ipairs(all_kinds()) do
        run(file, function() client:close() end)
      end
    end)

    it("leaves no descriptor open", function()
      local function open_files()
        local pipe = io.popen("ls /proc/$PPID/fd | wc -l")
        local number = tonumber(pipe:read("*a"))
        pipe:close()
        return number
      end
      local path = write("large.mp3", ("x"):rep(20000000))
      local function once()
        run(path, function(task) task:cancel() end)
        serve(READS)
        assert_heard(transcribe(write("small", "x")))
        assert.is_nil(transcribe(folder))
        client:close()
      end
      once()
      local before = open_files()
      for _ = 1, 5 do
        once()
      end
      -- Connections to the server may stay open for the next call.
      assert.is_true(open_files() <= before + 5)
      local pipe = io.popen("ls -l /proc/$PPID/fd | grep -c " .. folder)
      assert.equal("0", pipe:read("*l"))
      pipe:close()
    end)
  end)

  it("ends when the server answers before it is complete", function()
    serve { { "send", GO_AHEAD }, { "take", 1000 }, { "send", servers.reply(
      "413 Payload Too Large", "application/json", '{"detail":"too long"}') },
      { "hold" } }
    local asked = 0
    for _, file in ipairs { indoxhub.bytes(("x"):rep(30000000)),
      indoxhub.reader(function()
        asked = asked + 1
        return ("x"):rep(100000)
      end) } do
      local reply, err = transcribe(file)
      assert.is_nil(reply)
      assert.equal(413, err.status)
      assert.equal("too long", err.message)
    end
    assert.is_true(asked < 1000)
  end)

  it("goes over HTTP/2, whoever gives its bytes", function()
    local nginx = servers.nginx(raw.port)
    local bytes = ("0123456789"):rep(30000)
    local function run(file)
      -- The go-ahead is nginx's.
      serve { { "body" }, { "send", REPLY }, { "again" } }
      client = indoxhub.new { api_key = "k", ca_file = nginx.certificate,
        base_url = ("https://127.0.0.1:%s/%s"):format(nginx.port, name) }
      local last
      assert_heard(transcribe(file, { on_progress = function(sent)
        last = sent
      end }))
      assert.is_true(last >= #bytes)
      assert.is_true(bytes == part().bytes)
      client:close()
    end
    run(write("two.mp3", bytes))
    run(indoxhub.reader(pieces_of { bytes:sub(1, 200000),
      bytes:sub(200001) }, { size = #bytes }))
    run(indoxhub.reader(pieces_of({ bytes:sub(1, 10), bytes:sub(11) },
      function() indoxhub.sleep(0.002) end)))
    servers.wait_until(function() -- it writes its log afterwards
      return nginx:log():find("HTTP/2.0 %d+ /" .. name .. "/audio")
    end, "nginx's log")
    nginx:stop()
  end)

  it("tells the log no bytes of the file", function()
    local events = {}
    local logging = client:with { log_bodies = true, log = function(event)
      events[#events + 1] = event
    end }
    indoxhub.assert(logging.audio:transcribe { file = indoxhub.bytes("voice") })
    assert.equal("(form)", events[1].request_body)
  end)

  describe("in JSON", function()
    local PNG = "\137PNG\r\n\26\n\0\255"
    local URI = "data:image/png;base64," .. core.base64(PNG)

    local function sent_json()
      local got = raw:got(name)
      return json.decode(got:match("\r\n\r\n({.*})$")), got
    end

    before_each(function()
      serve { { "body" }, { "send", servers.reply("200 OK",
        "application/json", '{"data":{"job_id":"j","status":"pending"}}') } }
    end)

    it("is a data URI, from any kind of file", function()
      local path = write("picture", PNG)
      for _, file in ipairs { indoxhub.file(path), indoxhub.bytes(PNG),
        indoxhub.reader(pieces_of { PNG:sub(1, 4), "", PNG:sub(5) }),
        indoxhub.reader(pieces_of { PNG }, { size = #PNG }) } do
        serve { { "body" }, { "send", servers.reply("200 OK",
          "application/json", '{"data":{"job_id":"j"}}') } }
        indoxhub.assert(client.videos:generate { prompt = "p",
          input_image = file })
        assert.equal(URI, sent_json().input_image)
        client:close()
      end
    end)

    it("has the type that was given, or that its name tells", function()
      indoxhub.assert(client:request { path = "x", json = {
        indoxhub.bytes("x", "a.webp"), indoxhub.bytes("x", "a.webp", "x/y"),
        indoxhub.bytes("x"), indoxhub.bytes("") } })
      local _, got = sent_json()
      local list = json.decode(got:match("\r\n\r\n(%[.*%])$"))
      assert.same({ "data:image/webp;base64,eA==", "data:x/y;base64,eA==",
        "data:application/octet-stream;base64,eA==",
        "data:application/octet-stream;base64," }, list)
    end)

    it("stands anywhere, and changes no table of the program", function()
      local picture = indoxhub.bytes(PNG)
      local part_of = { type = "image_url", image_url = { url = picture } }
      local message = { role = "user", content = { part_of, part_of } }
      serve { { "body" }, { "send", servers.reply("200 OK",
        "application/json", '{"data":"seen","success":true}') } }
      indoxhub.assert(client.chat:create { messages = { message } })
      local content = sent_json().messages[1].content
      assert.equal(URI, content[1].image_url.url)
      assert.equal(URI, content[2].image_url.url)
      assert.equal(picture, message.content[1].image_url.url)
    end)

    it("is a text when it is one", function()
      indoxhub.assert(client.videos:generate { prompt = "p",
        input_image = folder .. "/picture" })
      assert.equal(folder .. "/picture", sent_json().input_image)
    end)

    it("that cannot be read sends nothing", function()
      local torn = indoxhub.reader(function() return nil, "torn" end)
      local short = indoxhub.reader(pieces_of { "ab" }, { size = 3 })
      for _, case in ipairs {
        { indoxhub.file(folder .. "/none.png"), "unreadable",
          "No such file" },
        { indoxhub.file(folder), "unreadable", "Is a directory" },
        { torn, "reader", "torn" },
        { short, "size", "2 bytes and not the announced 3" },
      } do
        local reply, err = client.videos:generate { prompt = "p",
          input_image = case[1] }
        assert.is_nil(reply)
        assert.equal("videos.generate", err.operation)
        assert.equal("file " .. case[2], err.kind .. " " .. err.code)
        assert.matches(case[3], err.message)
        reply, err = client:request { path = "x", json = { case[1] } }
        assert.is_nil(reply)
        assert.matches(" x$", err.operation)
        assert.equal("file", err.kind)
      end
      assert.equal("", raw:got(name))
    end)

    it("refuses what contains itself, with a file in it", function()
      local loop = { indoxhub.bytes("x") }
      loop[2] = loop
      local ok, message = pcall(function()
        local reply = client:request { path = "x", json = loop }
        return reply
      end)
      assert.is_false(ok)
      assert.matches("nested too deeply", message)
    end)
  end)
end)
