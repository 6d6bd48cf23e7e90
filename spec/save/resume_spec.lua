-- Downloads that break off: what is asked for then, and what the file is.
local core = require "indoxhub.core"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local hurry = require "spec.support.hurry"
local servers = require "spec.support.servers"

local PATH = "/f?sig=1"
local ETAG = 'ETag: "v1"\r\n'

describe("a download that breaks off", function()
  local raw = during_tests(servers.raw)
  local folder, place, client

  hurry.at_once()

  before_each(function()
    folder = files.folder()
    place = folder .. "/a.bin"
  end)

  after_each(function()
    client:close()
    files.remove_folder(folder)
  end)

  local count = 0

  -- Saves from a server that gives one reply of the list after the other, the
  -- last for ever; a table is a script. Returns what save does, and the
  -- requests.
  local function save(replies, options)
    count = count + 1
    local name = "r" .. count
    local lay_out = raw:in_turn(name, replies)
    local url = lay_out()
    client = indoxhub.new { api_key = "k", base_url = raw:base("api"),
      log = hurry.log(lay_out) }
    local saved, err = client:save({ url = url .. PATH }, place, options)
    local requests = {}
    for request in raw:got(name):gmatch("(GET .-\r\n\r\n)") do
      requests[#requests + 1] = request
    end
    return saved, err, requests
  end

  local function content()
    return files.read(place)
  end

  local function left()
    return files.list(folder)
  end

  -- The first bytes of ten, then the connection ends.
  local function cut(bytes, extra)
    return servers.head("200 OK", "a/b", 10, extra or ETAG) .. bytes
  end

  local function rest(first, bytes, extra, range)
    return servers.head("206 Partial Content", "a/b", 10 - first,
      (extra or ETAG) .. ("Content-Range: %s\r\n"):format(range
        or ("bytes %d-9/10"):format(first))) .. bytes
  end

  local function assert_saved(text, saved, err)
    indoxhub.assert(saved, err)
    assert.equal(text, content())
    assert.equal(#text, saved.bytes)
    assert.equal("a.bin\n", left())
  end

  local function header(request, name)
    return request:match("\r\n" .. name:gsub("%-", "%%-") .. ": ([^\r\n]*)")
  end

  it("goes on where it broke off", function()
    local seen = {}
    local saved, err, requests = save({ cut("0123"), rest(4, "456789") }, {
      on_progress = function(received, total)
        seen[#seen + 1] = received .. "/" .. total
      end,
    })
    assert_saved("0123456789", saved, err)
    assert.equal(2, #requests)
    assert.is_nil(header(requests[1], "Range"))
    assert.is_nil(header(requests[1], "If-Range"))
    assert.equal("bytes=4-", header(requests[2], "Range"))
    assert.equal('"v1"', header(requests[2], "If-Range"))
    assert.matches("^GET /r%d+" .. PATH:gsub("%p", "%%%0"), requests[2])
    assert.same({ "4/10", "10/10" }, seen)
  end)

  it("goes on again and again while it gets on", function()
    local block, replies = ("0123456789abcdef"):rep(4096), {}
    local size = 5 * #block
    for i = 0, 4 do
      local status = i == 0 and "200 OK" or "206 Partial Content"
      replies[i + 1] = servers.head(status, "a/b", size - i * #block,
        ETAG .. (i == 0 and "" or ("Content-Range: bytes %d-%d/%d\r\n")
          :format(i * #block, size - 1, size))) .. block
    end
    local saved, err, requests = save(replies, { max_retries = 1 })
    assert_saved(block:rep(5), saved, err)
    assert.equal(5, #requests)
    assert.equal(("bytes=%d-"):format(4 * #block),
      header(requests[5], "Range"))
  end)

  it("is not put together from two versions of a file", function()
    local old = "Last-Modified: Mon, 02 Jun 2025 08:15:30 GMT\r\n"
    local new = "Last-Modified: Tue, 03 Jun 2025 08:15:30 GMT\r\n"
    local saved, err = save({ cut("AAAAA", old), rest(5, "BBBBB", new),
      servers.reply("200 OK", "a/b", "BBBBBBBBBB", new) })
    assert_saved("BBBBBBBBBB", saved, err)
  end)

  it("does not take more than was announced", function()
    local saved, err = save({ cut("01234"),
      servers.head("206 Partial Content", "a/b", 8, ETAG
        .. "Content-Range: bytes 5-9/10\r\n") .. "56789xyz",
      servers.reply("200 OK", "a/b", "0123456789", ETAG) })
    assert_saved("0123456789", saved, err)
  end)

  it("is given up when it hardly gets on", function()
    local saved, err, requests = save({ cut("0"), rest(1, "1"), rest(2, "2"),
      rest(3, "3"), rest(4, "456789") }, { max_retries = 2 })
    assert.is_nil(saved)
    assert.equal("truncated", err.kind)
    assert.equal(3, #requests)
    assert.equal("", left())
  end)

  it("begins anew behind an error that is called a success", function()
    local saved, _, requests = save { servers.reply("200 OK",
      "application/json", '{"error":{"code":503,"message":"not yet"}}', ETAG),
      servers.reply("200 OK", "a/b", "0123456789") }
    assert.equal(10, saved.bytes)
    assert.equal("0123456789", content())
    assert.equal(2, #requests)
    assert.is_nil(requests[2]:find "Range")
  end)

  it("is not a web page", function()
    local saved, err = save { servers.reply("200 OK", "text/html; charset=x",
      "<html><title>Sign in</title></html>") }
    assert.is_nil(saved)
    assert.equal("protocol html", err.kind .. " " .. err.code)
    assert.equal("", left())
  end)

  it("goes on after other failures in between", function()
    local saved, err, requests = save({ cut("0123"),
      servers.reply("503 Service Unavailable", "a/b", "no",
        "Connection: close\r\n"), "",
      rest(4, "456789") }, { max_retries = 3 })
    assert_saved("0123456789", saved, err)
    assert.equal(4, #requests)
    assert.equal("bytes=4-", header(requests[4], "Range"))
  end)

  it("goes on after less than was announced", function()
    local short = servers.head("206 Partial Content", "a/b", 2, ETAG
      .. "Content-Range: bytes 4-5/10\r\n") .. "45"
    local saved, err, requests = save { cut("0123"), short, rest(6, "6789") }
    assert_saved("0123456789", saved, err)
    assert.equal("bytes=6-", header(requests[3], "Range"))
  end)

  it("goes on by the date of the file when there is no tag", function()
    local date = "Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
    for _, extra in ipairs { date, date .. 'ETag: W/"v1"\r\n' } do
      local saved, err, requests = save { cut("0123", extra),
        rest(4, "456789", extra) }
      assert_saved("0123456789", saved, err)
      assert.equal("bytes=4-", header(requests[2], "Range"))
      assert.equal("Sat, 21 Nov 2026 10:00:00 GMT",
        header(requests[2], "If-Range"))
    end
  end)

  it("does not need to be told the size once more", function()
    assert_saved("0123456789", save { cut("0123"),
      rest(4, "456789", ETAG, "bytes 4-9/*") })
  end)

  it("begins anew where nothing says that it is the same file", function()
    for _, extra in ipairs { "", 'ETag: W/"v1"\r\n',
      ETAG .. "Accept-Ranges: none\r\n" } do
      local saved, err, requests = save { cut("wrong", extra),
        cut("0123456789", extra) }
      assert_saved("0123456789", saved, err)
      assert.is_nil(header(requests[2], "Range"))
      assert.is_nil(header(requests[2], "If-Range"))
    end
    -- nor how long it is
    local chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" .. ETAG
      .. "\r\n"
    local saved, err, requests = save { chunked .. servers.chunk("wrong"),
      chunked .. servers.chunk("right") .. servers.LAST_CHUNK }
    assert_saved("right", saved, err)
    assert.is_nil(header(requests[2], "Range"))
  end)

  it("begins anew when the server sends all of it again", function()
    local saved, err, requests = save { cut("wrong"),
      servers.reply("200 OK", "c/d", "another", 'ETag: "v2"\r\n') }
    assert_saved("another", saved, err)
    assert.equal("bytes=5-", header(requests[2], "Range"))
    assert.equal("c/d", saved.content_type)
  end)

  it("goes on with the file that it began anew", function()
    local saved, err, requests = save { cut("wrong"),
      cut("01", 'ETag: "v2"\r\n'), rest(2, "23456789", 'ETag: "v2"\r\n') }
    assert_saved("0123456789", saved, err)
    assert.equal('"v2"', header(requests[3], "If-Range"))
  end)

  describe("and is not joined with bytes of another place or file:", function()
    local answers = {
      ["another first byte"] = rest(3, "3456789"),
      ["another size"] = rest(4, "456789", ETAG, "bytes 4-9/11"),
      ["no place"] = rest(4, "456789", ETAG, "bytes"),
      ["another unit"] = rest(4, "456789", ETAG, "lines 4-9/10"),
      ["another tag"] = rest(4, "456789", 'ETag: "v2"\r\n'),
      ["a refusal of the range"] = servers.reply(
        "416 Range Not Satisfiable", "a/b", "", "Content-Range: bytes */3\r\n"),
    }
    for what, answer in pairs(answers) do
      it(what, function()
        local saved, err, requests = save { cut("wron"), answer,
          cut("0123456789") }
        assert_saved("0123456789", saved, err)
        assert.equal(3, #requests)
        assert.equal("bytes=4-", header(requests[2], "Range"))
        assert.is_nil(header(requests[3], "Range"))
      end)
    end
  end)

  it("is not joined with a part that nobody asked for", function()
    local saved, err, requests = save { cut("wron", ""), rest(4, "456789", ""),
      cut("0123456789", "") }
    assert_saved("0123456789", saved, err)
    assert.equal(3, #requests)
    assert.is_nil(header(requests[2], "Range"))
  end)

  -- Else a file that always breaks off there would be asked for without end.
  it("gives up when it gets no further", function()
    for _, extra in ipairs { ETAG, "" } do
      local saved, err, requests = save({ cut("0123", extra),
        extra == "" and cut("0123", extra) or rest(4, "") },
        { max_retries = 2 })
      assert.is_nil(saved)
      assert.equal("truncated", err.kind)
      assert.equal(3, #err.attempts)
      assert.equal(3, #requests)
      assert.equal("", left())
    end
  end)

  it("gives up when the server never sends the rest", function()
    local saved, err, requests = save({ cut("0123"), rest(3, "3456789") },
      { max_retries = 1 })
    assert.is_nil(saved)
    assert.equal("truncated range", err.kind .. " " .. err.code)
    assert.equal(2, #requests)
    assert.equal("", left())
  end)

  it("gives up at once when the server says why", function()
    local saved, err, requests = save { cut("0123"),
      servers.reply("403 Forbidden", "a/b", "expired") }
    assert.is_nil(saved)
    assert.equal("permission", err.kind)
    assert.equal(2, #requests)
    assert.equal("", left())
  end)

  it("is not tried again when nothing is to be tried", function()
    local saved, err, requests = save({ cut("0123") }, { max_retries = 0 })
    assert.is_nil(saved)
    assert.equal("truncated", err.kind)
    assert.equal(1, #requests)
    assert.equal("", left())
  end)

  it("has one time limit for all tries", function()
    local began = core.now()
    local saved, err, requests = save({
      { { "sleep", 500 }, { "send", cut("0123") } },
      { { "send", rest(4, "4") }, { "hold" } },
    }, { timeout = 1 })
    assert.is_nil(saved)
    assert.equal("timeout total", err.kind .. " " .. err.code)
    -- A limit for each try would have taken as long.
    assert.is_true(core.now() - began < 1.5)
    assert.equal(2, #requests)
    assert.equal("", left())
  end)
end)
