-- Downloads that a server sends compressed: the file is what they stand for,
-- and the two forms are never mixed.
local compress = require "spec.support.compress"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local hurry = require "spec.support.hurry"
local servers = require "spec.support.servers"

local ETAG = 'ETag: "v1"\r\n'
local GZIP = "Content-Encoding: gzip\r\n"

describe("a download that is compressed", function()
  local raw = during_tests(servers.raw)
  local folder, place, client
  local count = 0
  local bytes = ("\137PNG" .. ("pixels"):rep(7)):rep(4000)
  local packed

  hurry.at_once()

  setup(function()
    packed = compress.text("gzip", bytes)
  end)

  before_each(function()
    folder = files.folder()
    place = folder .. "/a.bin"
  end)

  after_each(function()
    client:close()
    files.remove_folder(folder)
  end)

  -- Saves from a server that gives these answers in turn. Returns what save
  -- does, and the requests.
  local function save(answers, options)
    count = count + 1
    local lay_out = raw:in_turn("z" .. count, answers)
    client = indoxhub.new { api_key = "k", base_url = raw:base("api"),
      log = hurry.log(lay_out) }
    local saved, err = client:save({ url = lay_out() }, place, options)
    return saved, err, raw:got("z" .. count)
  end

  local function reply(body, extra, length)
    return servers.head("200 OK", "image/png", length or #body,
      "Connection: close\r\n" .. (extra or "")) .. body
  end

  it("is saved as what it stands for", function()
    local seen
    local saved = indoxhub.assert(save({ reply(packed, GZIP) },
      { on_progress = function(received, total)
        seen = { received, total }
      end }))
    assert.equal(#bytes, saved.bytes)
    assert.equal("image/png", saved.content_type)
    assert.is_true(files.read(place) == bytes)
    -- The length of the other form is not the file's.
    assert.same({ #bytes }, seen)
  end)

  it("begins at its first byte again when it breaks off", function()
    local saved, _, got = save({ reply(packed:sub(1, 300), GZIP .. ETAG,
      #packed), reply(packed, GZIP .. ETAG) })
    assert.equal(#bytes, saved.bytes)
    assert.is_true(files.read(place) == bytes)
    assert.is_nil(got:find("Range:", 1, true))
  end)

  it("begins again when only the second answer is compressed", function()
    local saved, _, got = save({ reply(bytes:sub(1, 5000), ETAG, #bytes),
      reply(packed, GZIP .. ETAG) })
    assert.equal(#bytes, saved.bytes)
    assert.is_true(files.read(place) == bytes)
    assert.truthy(got:find("Range: bytes=5000-", 1, true))
  end)

  it("does not take a part of another form for the rest", function()
    local rest = packed:sub(101)
    local saved = save({ reply(bytes:sub(1, 100), ETAG, #bytes),
      servers.reply("206 Partial Content", "image/png", rest,
        "Connection: close\r\n" .. GZIP .. ETAG ..
        ("Content-Range: bytes 100-%d/%d\r\n"):format(#bytes - 1, #bytes)),
      reply(bytes, ETAG) })
    assert.equal(#bytes, saved.bytes)
    assert.is_true(files.read(place) == bytes)
  end)

  it("is no file when it cannot be decoded", function()
    local damaged = packed:sub(1, 100) .. "\255\255" .. packed:sub(103)
    for _, answer in ipairs { reply(packed:sub(1, -9), GZIP),
      reply(damaged, GZIP), reply("x", "Content-Encoding: br\r\n") } do
      local saved, err = save({ answer }, { max_retries = 0 })
      assert.is_nil(saved)
      assert.equal("encoding", err.code)
      assert.truthy(tostring(err):find("Content-Encoding", 1, true))
      assert.equal("", files.list(folder))
      client:close()
    end
  end)

  it("may have a name that is no compression", function()
    local saved = indoxhub.assert(save({ reply(bytes,
      "Content-Encoding: aws-chunked\r\n" .. ETAG) }))
    assert.equal(#bytes, saved.bytes)
    assert.is_true(files.read(place) == bytes)
  end)
end)
