-- Forms and what is fed into them, against a server that records what it got.
local core = require "indoxhub.core"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local KIB = 1024
-- Answers of a server that ends its script there, and of one that goes on.
local OK = { "send", servers.reply("200 OK", "text/plain", "ok",
  "Connection: close\r\n") }
local NEXT = { "send", servers.reply("200 OK", "text/plain", "ok") }

-- Bytes of every value, without a pattern that could hide a shift.
local function noise(n)
  local seed, pieces = 1, {}
  for i = 1, math.min(n, 4096) do
    seed = (seed * 1103 + 12345) % 65536
    pieces[i] = string.char(math.floor(seed / 256))
  end
  local block = table.concat(pieces)
  local whole = block:rep(math.floor(n / math.max(1, #block)) + 1)
  return whole:sub(1, n)
end

-- The bytes that chunks carry.
local function join_chunks(text)
  local pieces, at = {}, 1
  while true do
    local size, from = text:match("^(%x+)\r\n()", at)
    size = tonumber(size, 16)
    if size == 0 then
      assert.equal("\r\n", text:sub(from))
      return table.concat(pieces)
    end
    pieces[#pieces + 1] = text:sub(from, from + size - 1)
    assert.equal("\r\n", text:sub(from + size, from + size + 1))
    at = from + size + 2
  end
end

-- One recorded request as its head, body and parts; a part is
-- { head =, disposition =, type =, data = }.
local function read_form(got)
  local head, body = got:match("^(.-\r\n)\r\n(.*)$")
  local length = tonumber(head:match("\r\n[Cc]ontent%-[Ll]ength: (%d+)\r\n"))
  if length then
    assert.equal(length, #body)
  else
    assert.truthy(head:find("\r\nTransfer-Encoding: chunked\r\n", 1, true))
    body = join_chunks(body)
  end
  local mark = "--" .. assert(head:match(
    "\r\n[Cc]ontent%-[Tt]ype: multipart/form%-data; boundary=([^\r\n]+)"))
  local form = { head = head, body = body, length = length }
  local at = #mark + 1
  assert.equal(mark, body:sub(1, #mark))
  while body:sub(at, at + 3) ~= "--\r\n" do
    local till = assert(body:find("\r\n" .. mark, at, true))
    local part_head, data = body:sub(at, till - 1)
      :match("^\r\n(.-\r\n)\r\n(.*)$")
    form[#form + 1] = { head = part_head, data = data,
      disposition = part_head:match("Content%-Disposition: ([^\r\n]*)\r\n"),
      type = part_head:match("Content%-Type: ([^\r\n]*)\r\n") }
    at = till + 2 + #mark
  end
  assert.equal(#body, at + 3)
  return form
end

describe("uploads", function()
  local raw, engine
  local files = {}

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  before_each(function()
    engine = assert(core.engine())
  end)

  after_each(function()
    engine:close()
    while #files > 0 do
      os.remove(table.remove(files))
    end
  end)

  local function file_of(bytes)
    local path = os.tmpname()
    files[#files + 1] = path
    local file = assert(io.open(path, "wb"))
    assert(file:write(bytes))
    file:close()
    return path
  end

  local function submit(url, fields)
    local request = { method = "POST", url = url }
    for name, value in pairs(fields or {}) do
      request[name] = value
    end
    return assert(engine:submit(request))
  end

  local function step(wait)
    return engine:step({}, nil, nil, wait or 0.05)
  end

  local function step_until(condition, what)
    local deadline = core.now() + 20
    while not condition() do
      assert.is_true(core.now() < deadline, "waited too long for " .. what)
      step()
    end
  end

  local function finish(transfer)
    step_until(function()
      return transfer:result()
    end, "the end of a transfer")
    return transfer:result()
  end

  -- Feeds the pieces as the transfer asks for them, then the end.
  local function feed(transfer, pieces)
    local i = 0
    step_until(function()
      while transfer:hungry() do
        i = i + 1
        transfer:feed(pieces[i])
      end
      return transfer:result()
    end, "the end of a fed transfer")
    return transfer:result()
  end

  -- Sends a form and returns it as the server got it.
  local function send(name, form, fields)
    local request = { form = form }
    for field, value in pairs(fields or {}) do
      request[field] = value
    end
    local url = raw:script(name, { { "body" }, OK })
    local transfer = submit(url, request)
    local result = finish(transfer)
    assert.equal("complete", result.ended)
    assert.equal(200, transfer:status())
    assert.is_true(result.sent_all)
    local got = read_form(raw:got(name))
    assert.equal(#got.body, result.bytes_out)
    return got, transfer
  end

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

  describe("from the host", function()
    -- Feeds pieces into one part between two others; returns what arrived.
    local function fed(name, pieces, size, fields)
      local request = { form = { { name = "before", data = "1" },
        { name = "file", pull = true, size = size, filename = "f.wav",
          type = "audio/wav" }, { name = "after", data = "2" } } }
      for field, value in pairs(fields or {}) do
        request[field] = value
      end
      local transfer = submit(raw:script(name, { { "body" }, OK }), request)
      local result = feed(transfer, pieces)
      assert.equal("complete", result.ended)
      assert.is_true(result.sent_all)
      local got = read_form(raw:got(name))
      assert.equal(3, #got)
      assert.equal("1", got[1].data)
      assert.equal("2", got[3].data)
      assert.equal('form-data; name="file"; filename="f.wav"',
        got[2].disposition)
      assert.equal("audio/wav", got[2].type)
      return got[2].data, got, transfer
    end

    it("arrive with a size and without one", function()
      local pieces = { "a", noise(70 * KIB), "", "bc", noise(300 * KIB), "d" }
      local whole = table.concat(pieces)
      local data, got = fed("known", pieces, #whole)
      assert.is_true(data == whole)
      assert.is_number(got.length)
      data, got = fed("unknown", pieces)
      assert.is_true(data == whole)
      assert.is_nil(got.length)
    end)

    it("arrive when there are few or none", function()
      assert.equal("", (fed("nothing", {})))
      assert.equal("", (fed("none", {}, 0)))
      assert.equal("x", (fed("byte", { "x" })))
      assert.equal("x", (fed("onebyte", { "x" }, 1)))
      assert.equal("xy", (fed("twobytes", { "x", "y" }, 2)))
    end)

    it("arrive when each piece comes late", function()
      for _, size in ipairs { -1, 5 } do
        local name = "late" .. size
        local transfer = submit(raw:script(name, { { "body" }, OK }), {
          form = { { name = "f", pull = true,
            size = size >= 0 and size or nil } }, idle = 0.2,
          first_byte = 20 })
        for i = 1, 5 do
          local until_when = core.now() + 0.3
          repeat
            step(0.05)
          until core.now() > until_when
          assert.is_true(transfer:hungry(), "piece " .. i)
          assert.is_true(transfer:feed(tostring(i)))
        end
        assert.is_false(transfer:feed())
        assert.equal("complete", finish(transfer).ended)
        assert.equal("12345", read_form(raw:got(name))[1].data)
      end
    end)

    it("are asked for when little of them is left, and that is news",
      function()
        local transfer = submit(raw:script("news", { { "body" }, OK }), {
          form = { { name = "f", pull = true } } })
        local token, news, rounds = transfer:token(), {}, 0
        local deadline = core.now() + 20
        assert.is_true(transfer:hungry())
        while rounds < 20 do
          assert.is_true(core.now() < deadline, "waited too long for hunger")
          while transfer:hungry() do
            rounds = rounds + 1
            local wants_more = transfer:feed(noise(100 * KIB + rounds))
            assert.equal(wants_more, transfer:hungry())
          end
          local heard = false
          while not heard and not transfer:hungry() do
            assert.is_true(core.now() < deadline, "waited too long for news")
            for i = 1, assert(engine:step(news, nil, nil, 0.05)) do
              heard = heard or news[i] == token
            end
          end
          -- Whoever waits for news finds a hungry transfer.
          assert.is_true(heard)
          assert.is_true(transfer:hungry())
        end
        transfer:feed()
        assert.equal("complete", finish(transfer).ended)
      end)

    it("may be more than fit at once, and are not asked for then", function()
      local bytes = noise(3000 * KIB)
      local transfer = submit(raw:script("more", { { "body" }, OK }), {
        form = { { name = "f", pull = true, size = #bytes + 1 } } })
      assert.is_false(transfer:feed(bytes))
      assert.is_false(transfer:hungry())
      step_until(function()
        return transfer:hungry()
      end, "hunger")
      transfer:feed("!")
      transfer:feed()
      assert.equal("complete", finish(transfer).ended)
      assert.is_true(read_form(raw:got("more"))[1].data == bytes .. "!")
    end)

    it("are not waited for while the answer is held, nor the other way round",
      function()
        -- The server answers before it reads, more than the queue takes.
        local answer = ("x"):rep(600 * KIB)
        local transfer = submit(raw:script("both", {
          { "take", 50 }, { "send", servers.head("200 OK", "text/plain",
            #answer) }, { "send", answer }, { "body" } }), { paced = true,
          queue_bytes = 64 * KIB, idle = 0.2,
          form = { { name = "f", pull = true, size = 400 * KIB } } })
        step_until(function()
          return transfer:waiting() >= 64 * KIB
        end, "a full queue")
        local until_when = core.now() + 0.5
        repeat
          step(0.05)
        until core.now() > until_when
        assert.is_nil(transfer:result())
        assert.is_true(transfer:hungry())
        local read, sent = {}, 0
        step_until(function()
          read[#read + 1] = transfer:read()
          while transfer:hungry() do
            sent = sent + 40 * KIB
            transfer:feed(sent <= 400 * KIB and noise(40 * KIB) or nil)
          end
          return transfer:result() and transfer:waiting() == 0
        end, "both directions")
        assert.equal("complete", transfer:result().ended)
        assert.is_true(table.concat(read) == answer)
        assert.is_true(transfer:result().sent_all)
      end)

    for _, case in ipairs {
      { "few", 10, { "12345" }, "fewer than the announced 10" },
      { "none", 10, {}, "fewer than the announced 10" },
      { "many", 10, { "12345", "678901" }, "more than the announced 10" },
      { "toolate", 10, { "1234567890", "1" }, "more than the announced 10" },
      { "huge", 10, { noise(500 * KIB) }, "more than the announced 10" },
    } do
      it("end the transfer when their size is not kept: " .. case[1],
        function()
          local name = "promise" .. case[1]
          local url = raw:script(name, { { "body" }, NEXT, { "again" } })
          local transfer = submit(url, { form = {
            { name = "f", pull = true, size = case[2] } } })
          local result = feed(transfer, case[3])
          assert.equal("upload_size", result.ended)
          assert.is_false(result.sent_all)
          assert.truthy(result.text:find(case[4], 1, true))
          assert.equal(0, engine:running())
          -- What comes next does not meet a half of what came before.
          local plain = submit(url, { body = "plain" })
          assert.equal("complete", finish(plain).ended)
          assert.equal("plain", raw:got(name):sub(-5))
        end)
    end

    it("are held back until their number is known to be right", function()
      local transfer = submit(raw:script("promise", { { "body" }, OK }), {
        form = { { name = "f", pull = true, size = 3 } } })
      transfer:feed("123")
      for _ = 1, 20 do
        step(0.01)
      end
      assert.is_nil(transfer:result())
      assert.is_true(transfer:hungry())
      assert.is_false(transfer:feed())
      assert.equal("complete", finish(transfer).ended)
      assert.equal("123", read_form(raw:got("promise"))[1].data)
    end)
  end)

  describe("of files", function()
    local MISSING, IS_FOLDER, NO_FILE = 2, 21, 29

    -- Everything this process has open, but for pipes and the folder listed.
    -- How many of the files of these tests are open. Others come and go.
    local function count_open()
      local pipe = io.popen("for fd in /proc/$PPID/fd/*; do readlink $fd; " ..
        "done | grep -c '^/tmp/lua_'")
      local n = tonumber(pipe:read("*a"))
      pipe:close()
      return n
    end

    -- Refuses a form because of its last part.
    local function refused(path, os_error, why)
      local before = count_open()
      local transfer, message, kind, number = engine:submit { method = "POST",
        url = raw:base("refused"), form = {
          { name = "good", path = file_of("x") },
          { name = "bad", path = path } } }
      assert.is_nil(transfer)
      assert.equal("file", kind)
      assert.equal(os_error, number)
      assert.equal(("cannot read %s: %s"):format(path, why), message)
      assert.equal(0, engine:running())
      assert.equal(before, count_open())
    end

    it("that cannot be read are told before anything begins", function()
      local pipe = os.tmpname()
      os.remove(pipe)
      assert(os.execute("mkfifo " .. pipe))
      files[#files + 1] = pipe
      refused("/nowhere/at/all", MISSING, "No such file or directory")
      refused("/tmp", IS_FOLDER, "Is a directory")
      refused(pipe, NO_FILE, "not a regular file")
      -- It says that it is empty and is not.
      refused("/proc/self/status", NO_FILE, "not a regular file")
      step(0)
      assert.equal("", raw:got("refused"))
    end)

    it("are sent as they were opened, whatever their name means later",
      function()
        local path = file_of("first")
        local transfer = submit(raw:script("renamed", { { "body" }, OK }),
          { form = { { name = "f", path = path } } })
        os.remove(path)
        file_of("second")
        assert.equal("complete", finish(transfer).ended)
        assert.equal("first", read_form(raw:got("renamed"))[1].data)
      end)

    -- Sends a file that is changed before or while it is sent.
    local function changed(name, size, change, wait)
      local path = file_of(noise(size))
      local url = raw:script(name, { { "take", 50 }, { "sleep", 300 },
        { "body" }, NEXT, { "again" } })
      local transfer = submit(url, { form = { { name = "f", path = path } } })
      if wait then
        step_until(function()
          return transfer:sent() > 0
        end, "the first bytes")
      end
      change(path)
      local result = finish(transfer)
      assert.equal("file", result.ended)
      assert.equal("the file changed while it was sent", result.text)
      assert.is_false(result.sent_all)
      assert.equal(0, result.os_error)
      assert.equal(0, engine:running())
      assert.equal("complete", finish(submit(
        raw:script("after", { { "body" }, OK }), { body = "x" })).ended)
    end

    local function shrink(path)
      local file = assert(io.open(path, "wb"))
      file:write("short")
      file:close()
    end

    local function grow(path)
      local file = assert(io.open(path, "ab"))
      file:write("!")
      file:close()
    end

    it("that change end the transfer", function()
      changed("shrunk", 1000, shrink)
      changed("grown", 1000, grow)
      changed("vanished", 1, shrink)
      changed("aligned", 128 * KIB, grow)
    end)

    it("that change while they are sent end the transfer", function()
      changed("shrinking", 40 * 1024 * KIB, shrink, true)
      changed("growing", 40 * 1024 * KIB, grow, true)
    end)

    it("are closed at every kind of end", function()
      local path = file_of(noise(40 * 1024 * KIB))
      local url = raw:script("closed", { { "take", 50 }, { "hold" } })
      local function start()
        local transfer = submit(url, { form = { { name = "f", path = path } }
          })
        step_until(function()
          return transfer:sent() > 0
        end, "the first bytes")
        return transfer
      end
      local before = count_open()
      local transfer = start()
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      assert.equal(before, count_open())
      start()
      collectgarbage()
      collectgarbage()
      assert.equal(0, engine:running())
      assert.equal(before, count_open())
      transfer = start()
      engine:close()
      assert.equal("closed", transfer:result().ended)
      assert.is_false(transfer:result().sent_all)
      engine = assert(core.engine())
      assert.equal(before, count_open())
    end)

    it("of any size take no memory", function()
      local path = file_of("")
      local file = assert(io.open(path, "wb"))
      file:seek("set", 300 * 1024 * KIB - 1)
      file:write("!")
      file:close()
      local url = raw:script("sparse", { { "count" }, OK })
      local said, code = programs.run(([[
        local core = require "indoxhub.core"
        local function peak()
          local file = assert(io.open("/proc/self/status"))
          local kib = file:read("*a"):match("VmHWM:%%s*(%%d+)")
          file:close()
          return tonumber(kib)
        end
        local engine = assert(core.engine())
        local function send(part)
          local transfer = assert(engine:submit { method = "POST",
            url = %q, form = { part } })
          while not transfer:result() do
            engine:step({}, nil, nil, 1)
          end
          assert(transfer:result().ended == "complete")
          assert(transfer:result().sent_all)
        end
        send { name = "f", data = "x" }
        local before = peak()
        send { name = "f", path = %q }
        print(before, peak())
      ]]):format(url, path))
      local before, after = said:match("(%d+)%s+(%d+)")
      assert.equal(0, code, said)
      assert.is_true(tonumber(after) - tonumber(before) < 8 * 1024, said)
      -- A sanitizer's own memory comes on top.
      if not os.getenv("LD_PRELOAD") then
        assert.is_true(tonumber(after) < 30 * 1024, said)
      end
      local size = tonumber(raw:got("sparse"):match("(%d+) bytes\n$"))
      assert.is_true(size > 300 * 1024 * KIB)
    end)
  end)

  describe("and their server", function()
    local LARGE = 40 * 1024 * KIB
    -- libcurl's names for a connection that is gone.
    local GONE = { [52] = true, [55] = true, [56] = true }

    local function large_form()
      return { { name = "f", path = file_of(noise(LARGE)) } }
    end

    it("that refuses them early is heard", function()
      local refusal = { "send", servers.reply("401 Unauthorized", "text/plain",
        "no") }
      local transfer = submit(raw:script("early", { { "take", 50 }, refusal,
        { "hold" } }), { form = large_form() })
      local result = finish(transfer)
      assert.equal("complete", result.ended)
      assert.equal(401, transfer:status())
      assert.equal("no", transfer:read())
      assert.is_false(result.sent_all)
    end)

    it("that refuses them early is heard while nothing is fed", function()
      for _, size in ipairs { -1, 100 } do
        local transfer = submit(raw:script("hungry", { { "take", 50 },
          { "send", servers.reply("401 Unauthorized", "text/plain", "no") },
          { "hold" } }), { form = { { name = "f", pull = true,
            size = size >= 0 and size or nil } } })
        assert.is_true(transfer:feed("x"))
        local result = finish(transfer)
        assert.equal("complete", result.ended)
        assert.equal(401, transfer:status())
        assert.is_false(result.sent_all)
        assert.is_false(transfer:hungry())
        assert.is_false(transfer:feed("y"))
        assert.is_false(transfer:feed())
      end
    end)

    it("that resets the connection has not got them", function()
      local result = finish(submit(raw:script("torn", { { "take", 50 },
        { "reset" } }), { form = large_form() }))
      assert.equal("curl", result.ended)
      assert.is_true(GONE[result.curl])
      assert.is_true(result.os_error > 0)
      assert.is_false(result.sent_all)
    end)

    it("that leaves is noticed while nothing is fed", function()
      for _, way in ipairs { "close", "reset" } do
        local transfer = submit(raw:script("left", { { "take", 50 }, { way } }),
          { form = { { name = "f", pull = true } } })
        transfer:feed("x")
        local result = finish(transfer)
        assert.equal("curl", result.ended)
        assert.is_true(GONE[result.curl])
        assert.is_false(result.sent_all)
        assert.is_false(transfer:hungry())
      end
    end)

    it("that reset one connection is not blamed for the next", function()
      local torn = finish(submit(raw:script("torn", { { "body" },
        { "reset" } }), { body = "x" }))
      assert.is_true(torn.os_error > 0)
      local short = finish(submit(raw:script("short", { { "body" },
        { "send", servers.head("200 OK", "text/plain", 10) .. "abc" } }),
        { body = "x" }))
      assert.equal(18, short.curl)
      assert.equal(0, short.os_error)
    end)

    it("that was never reached has not got them", function()
      local closed = servers.raw()
      closed:stop()
      local url = "http://127.0.0.1:" .. closed.port
      for _, request in ipairs { { body = "x" }, {},
        { form = { { name = "f", data = "x" } } } } do
        local result = finish(submit(url, request))
        assert.equal(7, result.curl)
        assert.is_false(result.sent_all)
      end
    end)

    it("that got them and says nothing may have them", function()
      for i, request in ipairs { { body = "x" }, { body = noise(100 * KIB) },
        {}, { form = { { name = "f", data = "x" } } },
        { form = { { name = "f", path = file_of(noise(100 * KIB)) } } },
      } do
        local name = "silent" .. i
        local result = finish(submit(raw:script(name, { { "body" },
          { "sleep", 50 }, { "reset" } }), request))
        assert.equal("curl", result.ended, name)
        assert.is_true(result.sent_all, name)
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

  describe("that wait for a go-ahead", function()
    local GO = { "send", "HTTP/1.1 100 Continue\r\n\r\n" }

    local function requests()
      return { { body = "small" }, { body = noise(2000 * KIB) },
        { form = { { name = "f", data = noise(100 * KIB) } } } }
    end

    it("send nothing of the body before it", function()
      for i, request in ipairs(requests()) do
        local name = "go" .. i
        request.expect = true
        local transfer = submit(raw:script(name, { { "sleep", 200 }, GO,
          { "body" }, OK }), request)
        step_until(function()
          return raw:got(name) ~= ""
        end, "the head")
        assert.truthy(raw:got(name):find("\r\n\r\n$"))
        assert.truthy(raw:got(name):find("\r\nExpect: 100-continue\r\n", 1,
          true))
        local result = finish(transfer)
        assert.equal("complete", result.ended)
        assert.is_true(result.sent_all)
        assert.equal(result.bytes_out,
          #raw:got(name):match("\r\n\r\n(.*)$"))
      end
    end)

    it("send nothing when it is denied", function()
      for _, status in ipairs { 417, 404 } do
        for i, request in ipairs(requests()) do
          local name = ("deny%d_%d"):format(status, i)
          request.expect = true
          local transfer = submit(raw:script(name, { { "send",
            servers.reply(status .. " No", "text/plain", "no") },
            { "hold" } }), request)
          local result = finish(transfer)
          assert.equal("complete", result.ended)
          assert.equal(0, result.curl)
          assert.equal(status, transfer:status())
          assert.is_false(result.sent_all)
          assert.equal(0, result.bytes_out)
          assert.equal(0, engine:running())
          local got = raw:got(name)
          assert.truthy(got:find("\r\n\r\n$"))
          assert.equal(1, select(2, got:gsub("POST ", "")))
        end
      end
    end)

    it("go after a while when nobody answers", function()
      for i, request in ipairs(requests()) do
        request.expect = true
        local transfer = submit(raw:script("mute" .. i, { { "body" }, OK }),
          request)
        assert.equal("complete", finish(transfer).ended)
        assert.is_true(transfer:result().sent_all)
      end
    end)
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

  describe("have timeouts", function()
    local SIZE = 20 * 1024 * KIB

    it("for a server that stops reading", function()
      local result = finish(submit(raw:script("stuck", { { "take", 50 },
        { "sleep", 60000 } }), { idle = 0.3, first_byte = 60, form = {
          { name = "f", path = file_of(noise(SIZE)) } } }))
      assert.equal("idle", result.ended)
      assert.is_false(result.sent_all)
    end)

    it("for one that does not answer, from the last byte sent on", function()
      local steps = {}
      for _ = 1, 10 do
        steps[#steps + 1] = { "take", SIZE / 10 }
        steps[#steps + 1] = { "sleep", 50 }
      end
      steps[#steps + 1] = { "count" }
      steps[#steps + 1] = { "hold" }
      local transfer = submit(raw:script("dumb", steps), { idle = 60,
        first_byte = 0.3, form = { { name = "f", path = file_of(
          noise(SIZE)) } } })
      local result = finish(transfer)
      assert.equal("first_byte", result.ended)
      assert.is_true(result.sent_all)
    end)

    it("for one that does not answer what was fed", function()
      for _, size in ipairs { -1, 3 } do
        local transfer = submit(raw:script("fedup", { { "body" }, { "hold" } }),
          { idle = 60, first_byte = 0.3, form = { { name = "f", pull = true,
            size = size >= 0 and size or nil } } })
        local result = feed(transfer, { "abc" })
        assert.equal("first_byte", result.ended)
        assert.is_true(result.sent_all)
      end
    end)

    it("that do not end a slow but living upload", function()
      local steps = {}
      for _ = 1, 10 do
        steps[#steps + 1] = { "take", SIZE / 10 }
        steps[#steps + 1] = { "sleep", 60 }
      end
      steps[#steps + 1] = { "count" }
      steps[#steps + 1] = OK
      local transfer = submit(raw:script("slow", steps), { idle = 20,
        first_byte = 20, form = { { name = "f", data = noise(SIZE) } } })
      assert.equal("complete", finish(transfer).ended)
    end)
  end)

  describe("end between two pieces", function()
    local function held(name)
      local transfer = submit(raw:script(name, { { "take", 50 }, { "hold" } }),
        { form = { { name = "f", pull = true, size = 1000 } } })
      transfer:feed(("x"):rep(500))
      step_until(function()
        return #raw:got(name) > 100 and transfer:sent() > 500
      end, "the first bytes")
      return transfer
    end

    local function wait_for_the_end(name)
      servers.wait_until(function()
        return raw:gone(name) == 1
      end, "the server to notice")
    end

    it("by cancelling", function()
      local transfer = held("cancelled")
      transfer:cancel()
      assert.equal("cancelled", transfer:result().ended)
      assert.is_false(transfer:result().sent_all)
      assert.is_false(transfer:hungry())
      assert.is_false(transfer:feed("more"))
      assert.is_false(transfer:feed())
      wait_for_the_end("cancelled")
    end)

    it("by closing the engine", function()
      local transfer = held("shut")
      engine:close()
      assert.equal("closed", transfer:result().ended)
      assert.is_false(transfer:hungry())
      assert.is_false(transfer:feed("more"))
      assert.same({ "number", "number" },
        { type(transfer:sent()), type(select(2, transfer:sent())) })
      wait_for_the_end("shut")
    end)

    it("by being collected", function()
      held("lost")
      collectgarbage()
      collectgarbage()
      assert.equal(0, engine:running())
      wait_for_the_end("lost")
    end)

    it("and what was collected says so", function()
      local transfer = held("dead")
      getmetatable(transfer).__gc(transfer)
      for _, method in ipairs { "hungry", "feed", "sent" } do
        local ok, message = pcall(transfer[method], transfer)
        assert.is_false(ok)
        assert.truthy(message:find("collected", 1, true))
      end
    end)

    it("in a forked child only", function()
      local url = raw:script("forked", { { "body" }, OK })
      local said, code = programs.run(([[
        local core = require "indoxhub.core"
        local process = require "spec_process"
        local engine = assert(core.engine())
        local transfer = assert(engine:submit { method = "POST", url = %q,
          form = { { name = "disk", path = %q },
            { name = "fed", pull = true, size = 2 } } })
        transfer:feed("1")
        repeat
          engine:step({}, nil, nil, 0.05)
        until transfer:sent() > 1000
        local pid = process.fork()
        if pid == 0 then
          print(transfer:hungry(), transfer:feed("?"), transfer:feed(),
            transfer:result().ended)
          transfer = nil
          collectgarbage()
          collectgarbage()
          engine:close()
          io.stdout:flush()
          os.exit(0)
        end
        print(process.wait(pid))
        transfer:feed("2")
        transfer:feed()
        while not transfer:result() do
          engine:step({}, nil, nil, 1)
        end
        print(transfer:result().ended)
      ]]):format(url, file_of(noise(2000))),
        -- The child leaves what libcurl holds for its parent, on purpose.
        "export ASAN_OPTIONS=detect_leaks=0")
      assert.equal("false\tfalse\tfalse\tforked\n0\ncomplete\n", said)
      assert.equal(0, code)
      local got = read_form(raw:got("forked"))
      assert.is_true(got[1].data == noise(2000))
      assert.equal("12", got[2].data)
    end)

    it("by their time limit, before they begin and later", function()
      local transfer = submit(raw:script("linger", { { "body" }, OK }),
        { form = { { name = "f", pull = true } } })
      transfer:linger(0.1)
      assert.equal("total", finish(transfer).ended)
      transfer = held("lingering")
      transfer:linger(0.1)
      assert.equal("total", finish(transfer).ended)
      wait_for_the_end("lingering")
    end)
  end)

  describe("refuse wrong use", function()
    local function refuses(what, request)
      local whole = { method = "POST", url = raw:base("wrong") }
      for field, value in pairs(request) do
        whole[field] = value
      end
      local ok, message = pcall(engine.submit, engine, whole)
      assert.is_false(ok, what)
      assert.truthy(message:find(what, 1, true), message)
      assert.equal(0, engine:running())
    end

    local function refuses_part(what, part)
      refuses(what, { form = { part } })
    end

    it("of forms", function()
      refuses("not both", { body = "x", form = { { name = "a", data = "" } } })
      refuses("must be a list of parts", { form = "x" })
      refuses("form[1] must be a table", { form = { "x" } })
      refuses("only one part", { form = { { name = "a", pull = true },
        { name = "b", pull = true } } })
      refuses("more than 10000 items", { form = setmetatable({},
        { __index = error }), headers = (function()
          local many = {}
          for i = 1, 10001 do
            many[i] = "A: b"
          end
          return many
        end)() })
    end)

    it("of parts", function()
      refuses_part("form[1] has no name", { data = "x" })
      refuses_part("one of data, path and pull", { name = "a" })
      refuses_part("one of data, path and pull", { name = "a", data = "x",
        path = "y" })
      refuses_part("one of data, path and pull", { name = "a", data = "x",
        pull = true })
      refuses_part("'name' must be a string", { name = 1, data = "x" })
      refuses_part("'name' contains a NUL", { name = "a\0", data = "x" })
      refuses_part("'filename' contains a NUL", { name = "a", data = "x",
        filename = "\0" })
      refuses_part("'path' contains a NUL", { name = "a", path = "a\0b" })
      refuses_part("'type' contains a NUL", { name = "a", data = "x",
        type = "a\0b" })
      refuses_part("'type' contains a line break", { name = "a", data = "x",
        type = "a\r\nb" })
      refuses_part("'data' must be a string", { name = "a", data = 5 })
      refuses_part("'size' must not be negative", { name = "a", pull = true,
        size = -1 })
      refuses_part("'size' must be a whole number", { name = "a", pull = true,
        size = 1.5 })
      refuses_part("'size' must be a whole number", { name = "a", pull = true,
        size = 1e300 })
    end)

    it("of methods that are no words", function()
      for _, method in ipairs { "", "GET ", "GET / HTTP/1.1\r\nX: 1", "G-T",
        "\xC3\xA9" } do
        refuses("must be a word of letters", { method = method })
      end
    end)

    it("of feeding", function()
      local transfer = submit(raw:script("unfed", { { "body" }, OK }),
        { form = { { name = "a", data = "x" } } })
      local ok, message = pcall(transfer.feed, transfer, "x")
      assert.is_false(ok)
      assert.truthy(message:find("no part to feed", 1, true))
      assert.is_false(transfer:hungry())
      transfer = submit(raw:script("fed", { { "body" }, OK }),
        { form = { { name = "a", pull = true } } })
      transfer:feed()
      ok, message = pcall(transfer.feed, transfer, "x")
      assert.is_false(ok)
      assert.truthy(message:find("to its end", 1, true))
      assert.is_false(transfer:feed())
      assert.is_false(pcall(transfer.feed, transfer, {}))
    end)

    it("of an engine that is closed while it reads the request", function()
      local part = setmetatable({ name = "a" }, { __index = function(_, field)
        engine:close()
        return field == "data" and "x" or nil
      end })
      local transfer, message = engine:submit { method = "POST",
        url = raw:base("wrong"), form = { part } }
      assert.is_nil(transfer)
      assert.equal("the engine is closed", message)
    end)

    it("and keep what a request's metamethods make up for it", function()
      local url = raw:script("made", { { "body" }, OK })
      local function made_up(fields)
        return setmetatable({}, { __index = function(_, field)
          collectgarbage()
          local value = fields[field]
          return type(value) == "string" and value:sub(1, -2) or value
        end })
      end
      local transfer = assert(engine:submit(made_up { method = "POST!",
        url = url .. "!", form = { made_up { name = ("n"):rep(50) .. "!",
          data = ("d"):rep(5000) .. "!", filename = "file!",
          type = "a/b!" } } }))
      assert.equal("complete", finish(transfer).ended)
      local got = read_form(raw:got("made"))
      assert.equal(('form-data; name="%s"; filename="file"')
        :format(("n"):rep(50)), got[1].disposition)
      assert.equal(("d"):rep(5000), got[1].data)
      assert.equal("a/b", got[1].type)
    end)
  end)
end)
