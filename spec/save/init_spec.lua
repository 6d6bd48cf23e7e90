-- Downloads: what arrives, where the key goes, and what is left on the disk.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local KEY = "indox-" .. ("k"):rep(32)

describe("client:save", function()
  local raw = during_tests(servers.raw)
  local other = during_tests(servers.raw)
  local folder, place, client

  before_each(function()
    folder = files.folder()
    place = folder .. "/a.bin"
    client = indoxhub.new { api_key = KEY, base_url = raw:base("api"),
      headers = { ["X-Own"] = "mine" } }
  end)

  after_each(function()
    client:close()
    files.remove_folder(folder)
  end)

  local read, write = files.read, files.write

  -- The names in the folder, as one text.
  local function names()
    return files.list(folder)
  end

  -- A URL of a server, where it says these bytes to everybody.
  local function url_of(server, name, bytes)
    return server:script(name, bytes) .. "/f"
  end

  -- Saves what cannot be saved; nothing is left. Returns the error.
  local function failure(url, options)
    write(place, "before")
    local saved, err = client:save({ url = url }, place, options)
    assert.is_nil(saved)
    assert.equal("client.save", err.operation)
    assert.is_nil(tostring(err):find(KEY, 1, true))
    assert.equal("a.bin\n", names())
    assert.equal("before", read(place))
    return err
  end

  local function kind_and_code(err)
    return err.kind .. " " .. tostring(err.code)
  end

  describe("of what a server has", function()
    it("makes no strings of Lua of it", function()
      local size = 8 * 1024 * 1024
      local url = raw:script("large", {
        { "send", ("HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
          .. "Content-Length: %d\r\n\r\n"):format(size) },
        { "repeat", size / 1024, ("0123456789abcdef"):rep(64) } })
      collectgarbage()
      collectgarbage "stop"
      local before = collectgarbage "count"
      local saved = client:save({ url = url .. "/f" }, place)
      local after = collectgarbage "count"
      collectgarbage "restart"
      assert.equal(size, indoxhub.assert(saved).bytes)
      assert.equal(("0123456789abcdef"):rep(size / 16), read(place))
      assert.is_true((after - before) * 1024 < size / 8)
    end)

    it("writes it byte for byte", function()
      local bytes = ("\0\r\n\255--x"):rep(30000)
      write(place, "before")
      local saved = indoxhub.assert(client:save({ data = { {
        url = url_of(raw, "whole", servers.reply("200 OK", "image/png",
          bytes)) } } }, place))
      assert.same({ path = place, bytes = #bytes,
        content_type = "image/png" }, saved)
      assert.is_true(bytes == read(place))
      assert.equal("a.bin\n", names())
    end)

    it("writes what has no length, or none but its end", function()
      local chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        .. servers.chunk("ab") .. servers.chunk("c") .. servers.LAST_CHUNK
      indoxhub.assert(client:save(url_of(raw, "chunks", chunks), place))
      assert.equal("abc", read(place))
      local closing = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcd"
      local shown
      local saved = indoxhub.assert(client:save(url_of(raw, "closing",
        closing), place, { on_progress = function(received, total)
          assert.is_nil(total)
          shown = received
        end }))
      assert.equal("abcd", read(place))
      assert.equal(4, shown)
      assert.is_nil(saved.content_type)
    end)

    it("writes what is empty", function()
      local saved = indoxhub.assert(client:save(url_of(raw, "empty",
        servers.reply("200 OK", "a/b", "")), place))
      assert.equal(0, saved.bytes)
      assert.equal("", read(place))
    end)

    it("shows how far it is", function()
      local url = raw:script("shown", { { "send", servers.head("200 OK", "a/b",
        300000) }, { "repeat", 150000, "ab" } })
      local last = 0
      indoxhub.assert(client:save(url, place, {
        on_progress = function(received, total)
          assert.equal(300000, total)
          assert.is_true(received > last)
          last = received
        end,
      }))
      assert.equal(300000, last)
      assert.equal(300000, #read(place))
    end)

    it("is found beside the base URL when the URL is relative", function()
      url_of(raw, "media", servers.reply("200 OK", "a/b", "here"))
      indoxhub.assert(client:save({ url = "/media/x?y=z" }, place))
      assert.equal("here", read(place))
      assert.matches("GET /media/x?y=z HTTP", raw:got("media"), 1, true)
      assert.equal("protocol url", kind_and_code(failure("http:x y")))
    end)

    it("is not limited by max_response_bytes", function()
      local small = client:with { max_response_bytes = 10 }
      local url = url_of(raw, "beyond", servers.reply("200 OK", "a/b",
        ("x"):rep(1000)))
      assert.equal(1000, indoxhub.assert(small:save(url, place)).bytes)
    end)
  end)

  describe("and the key", function()
    local function got(server, name)
      return server:got(name):lower()
    end

    it("goes to its own server", function()
      indoxhub.assert(client:save(url_of(raw, "own", servers.reply("200 OK",
        "a/b", "x")), place))
      assert.matches("authorization: bearer " .. KEY, got(raw, "own"), 1, true)
      assert.matches("x-own: mine", got(raw, "own"), 1, true)
    end)

    it("goes to no other host or port", function()
      for _, base in ipairs { other:base("f"),
        "http://localhost:" .. raw.port .. "/f" } do
        url_of(raw, "f", servers.reply("200 OK", "a/b", "x"))
        url_of(other, "f", servers.reply("200 OK", "a/b", "x"))
        indoxhub.assert(client:save(base .. "/f", place))
      end
      for _, server in ipairs { raw, other } do
        assert.matches("^get /f/f http", got(server, "f"))
        assert.is_nil(got(server, "f"):find("authorization", 1, true))
        assert.is_nil(got(server, "f"):find("x-own", 1, true))
        assert.is_nil(got(server, "f"):find(KEY, 1, true))
      end
    end)

    local function redirect(name, location, status)
      return url_of(raw, name, servers.reply(status or "302 Found", "a/b", "",
        "Location: " .. location .. "\r\n"))
    end

    it("follows redirects of the same server", function()
      url_of(raw, "end", servers.reply("200 OK", "a/b", "there"))
      for _, status in ipairs { "301 A", "302 A", "303 A", "307 A", "308 A" } do
        indoxhub.assert(client:save(redirect("again", "/end/f?x#y", status),
          place))
        assert.equal("there", read(place))
      end
      assert.matches("GET /end/f?x HTTP", raw:got("end"), 1, true)
      assert.matches("authorization: bearer " .. KEY, got(raw, "end"), 1, true)
    end)

    it("follows no redirect to another server without TLS", function()
      for _, location in ipairs { other:base("never") .. "/f?secret=1",
        "file:///etc/hostname", "http:", "" } do
        local err = failure(redirect("elsewhere", location))
        assert.equal("protocol redirect", kind_and_code(err))
        assert.equal(302, err.status)
        assert.is_nil(tostring(err):find("secret", 1, true))
      end
      assert.equal("", other:got("never"))
    end)

    -- The other speaks no TLS; what counts is what it is told.
    it("may be redirected to TLS, and says nothing there", function()
      other:script("tls", { { "close" } })
      assert.equal("network", failure(redirect("secure", "https://127.0.0.1:"
        .. other.port .. "/x"), { max_retries = 0 }).kind)
      assert.is_true(#other:got("tls") > 0)
      assert.is_nil(other:got("tls"):find(KEY, 1, true))
    end)

    it("follows no redirect for ever", function()
      assert.equal("protocol redirect",
        kind_and_code(failure(redirect("round", "/round/f"))))
      assert.equal(4, select(2, raw:got("round"):gsub("GET ", "")))
    end)

    it("shows no query of a URL, which may give access", function()
      local events = {}
      local logging = client:with { log = function(event)
        events[#events + 1] = event
      end }
      indoxhub.assert(logging:save(url_of(raw, "signed", servers.reply("200 OK",
        "a/b", "x")) .. "?signature=abc", place))
      assert.equal(2, #events)
      for _, event in ipairs(events) do
        assert.equal(raw:base("signed") .. "/f", event.path)
        assert.equal("GET", event.method)
      end
    end)
  end)

  describe("fails", function()
    it("as the server says", function()
      local url = url_of(raw, "gone", servers.reply("404 Not Found",
        "application/json", '{"detail":"expired"}'))
      local err = failure(url)
      assert.equal("not_found", err.kind)
      assert.equal(404, err.status)
      assert.equal("expired", err.message)
    end)

    it("when the server sends something else", function()
      for _, status in ipairs { "204 No Content", "206 Partial Content",
        "304 Not Modified", "202 Accepted" } do
        local err = failure(url_of(raw, "else", servers.reply(status, "a/b",
          "")))
        assert.equal("protocol status", kind_and_code(err))
        assert.equal(tonumber(status:match("%d+")), err.status)
      end
    end)

    it("when the server calls an error a success", function()
      local err = failure(url_of(raw, "told", servers.reply("200 OK",
        "application/json",
        '{"error":{"code":404,"message":"the link has expired"}}')))
      assert.equal("not_found nil", kind_and_code(err))
      assert.equal("the link has expired", err.message)
    end)

    it("when the page that refuses has no end", function()
      client = client:with { max_response_bytes = 1000000 }
      local err = failure(raw:script("flood", { { "send",
        servers.head("404 Not Found", "a/b", 9000000) },
        { "repeat", 9000000, "x" } }))
      assert.equal("not_found nil", kind_and_code(err))
    end)

    it("when nobody is there, after some tries", function()
      local gone = servers.raw()
      gone:stop()
      local err = failure(gone:base("x"), { max_retries = 1 })
      assert.equal("network connect", kind_and_code(err))
      assert.equal(2, #err.attempts)
    end)

    it("when it takes longer than it may", function()
      local url = raw:script("slow", { { "send", servers.head("200 OK", "a/b",
        10) .. "abc" }, { "hold" } })
      assert.equal("timeout total", kind_and_code(failure(url, {
        timeout = 0.2 })))
      local err = failure(url, { timeout = { idle = 0.2 }, max_retries = 0 })
      assert.equal("timeout idle", kind_and_code(err))
    end)

    it("when the file cannot be written, before anything is sent", function()
      local url = url_of(raw, "unasked", servers.reply("200 OK", "a/b", "x"))
      local saved, err = client:save(url, folder .. "/none/a.bin")
      assert.is_nil(saved)
      assert.equal("file unwritable", kind_and_code(err))
      assert.matches("^client.save: file: cannot write " .. folder, tostring(
        err))
      assert.equal("", raw:got("unasked"))
    end)

    it("when there is nothing in it", function()
      local saved, err = client:save({ status = "failed", error = "no" }, place)
      assert.is_nil(saved)
      assert.equal("client.save: job_failed: no (failed)", tostring(err))
      assert.equal("", names())
    end)

    -- As on a full disk: here the system allows no file of that size.
    it("when there is no room", function()
      write(place, "before")
      local said = programs.run(([[
        local indoxhub = require "indoxhub"
        local client = indoxhub.new { api_key = "k", base_url = %q }
        local saved, err = client:save(%q, %q)
        print(saved, err)
      ]]):format(raw:base("api"), raw:script("large", { { "send",
        servers.head("200 OK", "a/b", 3000000) },
        { "repeat", 3000000, "x" } }), place),
        "trap '' XFSZ; ulimit -f 64")
      assert.equal(("nil\tclient.save: file: cannot write %s: File too large "
        .. "(unwritable)\n"):format(place), said)
      assert.equal("a.bin\n", names())
      assert.equal("before", read(place))
    end)
  end)

  describe("given up in the middle", function()
    local url

    before_each(function()
      url = raw:script("held", { { "send", servers.head("200 OK", "a/b", 10)
        .. "abc" }, { "hold" } })
    end)

    -- Runs a download in a task and calls `give_up` when bytes are there.
    local function run(give_up)
      write(place, "before")
      local saved, err
      indoxhub.run(function()
        local begun
        local task = indoxhub.spawn(function()
          saved, err = client:save(url, place, { on_progress = function()
            begun = true
          end })
        end)
        while not begun do
          indoxhub.sleep(0.001)
        end
        assert.is_true(#names() > #"a.bin\n")
        give_up(task)
        task:await()
      end)
      assert.is_nil(saved)
      assert.equal("cancelled", err.kind)
      assert.equal("a.bin\n", names())
      assert.equal("before", read(place))
    end

    it("leaves nothing when its task is cancelled", function()
      run(function(task) task:cancel() end)
    end)

    it("leaves nothing when its client is closed", function()
      run(function() client:close() end)
    end)

    it("leaves nothing when on_progress raises", function()
      write(place, "before")
      local gone = raw:gone("held")
      local ok, message = pcall(client.save, client, url, place, {
        on_progress = function() error("enough", 0) end })
      assert.is_false(ok)
      assert.equal("enough", message)
      assert.equal("a.bin\n", names())
      assert.equal("before", read(place))
      servers.wait_until(function()
        indoxhub.step()
        return raw:gone("held") == gone + 1
      end, "the end of the transfer")
    end)

    it("does not begin with a closed client", function()
      client:close()
      assert.equal("cancelled", failure(url).kind)
    end)
  end)

  it("leaves no descriptor open", function()
    local function open_files()
      local pipe = io.popen("ls /proc/$PPID/fd | wc -l")
      local count = tonumber(pipe:read("*a"))
      pipe:close()
      return count
    end
    local good = url_of(raw, "again-good", servers.head("200 OK", "a/b", 1,
      "Connection: close\r\n") .. "x")
    local bad = url_of(raw, "again-bad", servers.head("404 No", "a/b", 1,
      "Connection: close\r\n") .. "x")
    local function once()
      indoxhub.assert(client:save(good, place))
      failure(bad)
      assert.is_nil(client:save("data:,x", folder))
      indoxhub.assert(client:save("data:,x", place))
    end
    once()
    local before = open_files()
    for _ = 1, 10 do
      once()
    end
    -- A connection that the server ends is closed by a step to come.
    servers.wait_until(function()
      indoxhub.step()
      return open_files() <= before
    end, "all files to be closed")
  end)

  it("refuses wrong arguments at the line of the call", function()
    local function message(...)
      local arguments = { n = select("#", ...), ... }
      local ok, wrong = pcall(function()
        local saved = client:save((unpack or table.unpack)(arguments, 1,
          arguments.n))
        return saved
      end)
      assert.is_false(ok)
      assert.matches("^spec/save/init_spec.lua:%d+: client.save: ", wrong)
      return wrong
    end
    assert.matches("expects a reply.*, not nil", message(nil, "a"))
    assert.matches("not a nil", message({}))
    assert.matches("not an empty string", message({}, ""))
    assert.matches("NUL", message({}, "a\0b"))
    assert.matches("unknown", message({}, "a", { retry_unsafe = true }))
    assert.matches("on_progress", message({}, "a", { on_progress = 5 }))
    assert.matches("colon", select(2, pcall(client.save, {}, place)))
  end)

  -- In a process of its own, whose memory is only this.
  it("needs little memory for a large file", function()
    local url = raw:script("huge", { { "send", servers.head("200 OK", "a/b",
      300 * 1024 * 1024) }, { "repeat", 300 * 1024, ("0123456789abcdef"):rep(64)
      } })
    local said, code = programs.run(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { api_key = "k", base_url = %q }
      local saved = indoxhub.assert(client:save(%q, %q))
      for line in io.lines("/proc/self/status") do
        local peak = line:match("^VmHWM:%%s*(%%d+) kB")
        if peak then
          print(("%%.0f %%s"):format(saved.bytes, peak))
        end
      end
    ]]):format(raw:base("api"), url, place))
    assert.equal(0, code, said)
    local bytes, peak = said:match("^(%d+) (%d+)\n$")
    assert.equal("314572800", bytes)
    assert.is_true(programs.SANITIZED or tonumber(peak) < 30 * 1024,
      "peak " .. tostring(peak))
    local pipe = io.popen(("head -c 1048576 %s | sha256sum; tail -c 1048576 %s "
      .. "| sha256sum; stat -c %%s %s"):format(place, place, place))
    local first, last = pipe:read("*l"), pipe:read("*l")
    local size = pipe:read("*l")
    pipe:close()
    assert.equal(first, last)
    assert.equal("314572800", size)
  end)
end)
