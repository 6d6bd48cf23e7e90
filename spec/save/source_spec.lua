-- Where the bytes of a result are, in every shape that results have.
local core = require "indoxhub.core"
local source_of = require "indoxhub.save.source"

local URL = "https://files.example.test/a.bin?sig=1"

local function url_of(item)
  local source, err = source_of(item)
  assert.is_nil(err)
  assert.is_nil(source.bytes)
  return source.url
end

local function bytes_of(item)
  local source, err = source_of(item)
  assert.is_nil(err)
  assert.is_nil(source.url)
  return source.bytes, source.content_type
end

local function refusal_of(item)
  local source, err = source_of(item)
  assert.is_nil(source)
  return err.kind .. " " .. err.code, err.message
end

describe("the source of a result", function()
  it("is a URL in any of its places", function()
    local places = {
      URL,
      { url = URL },
      { data = URL },
      { data = { url = URL } },
      { data = { { url = URL, index = 0 } } },
      { data = { audio_url = URL } },
      { images = { { url = URL, index = 0 } } },
      { data = "An image: here", images = { { url = URL } } },
      { status = "completed", result = { video_url = URL, file_size = 9 } },
      { status = "completed", result = { url = URL } },
      { status = "completed", result = URL },
      { status = "completed", result = { data = { { url = URL,
        s3_key = "a/b", file_size = 9 } }, model = "m", created = 1 } },
      { status = "completed", result = { videos = { { url = URL } } } },
      { status = "completed", data = { url = URL } },
      { status = "completed", data = { { url = URL } } },
      { data = { status = "completed", result = { video_url = URL } } },
    }
    for i, item in ipairs(places) do
      assert.equal(URL, url_of(item), "place " .. i)
    end
  end)

  it("is rather the result of a job than what is beside it", function()
    assert.equal(URL, url_of { status = "completed",
      data = { { url = "https://other.test/" } }, result = { url = URL } })
  end)

  it("may be relative", function()
    assert.equal("/media/a.bin", url_of { data = { url = "/media/a.bin" } })
  end)

  it("is base64 in any of its places", function()
    local text = core.base64("\0\255 bytes")
    for i, item in ipairs {
      { b64_json = text }, { audio = text }, { audio_content = text },
      { b64 = text }, { data = { audio = text, format = "mp3" } },
      { data = { { b64_json = text, url = "" } } },
      { images = { { b64_json = text } } },
      { audio = "data:audio/wav;base64," .. text },
    } do
      assert.equal("\0\255 bytes", (bytes_of(item)), "place " .. i)
    end
  end)

  it("may be a URL where base64 is expected", function()
    assert.equal(URL, url_of { data = { audio = URL } })
  end)

  it("is a data URI", function()
    local text = core.base64("\0\255")
    local bytes, kind = bytes_of("data:image/png;base64," .. text)
    assert.equal("\0\255", bytes)
    assert.equal("image/png", kind)
    assert.equal("\0\255", (bytes_of("DATA:image/png;x=y;BASE64," .. text)))
    assert.equal("\0\255", (bytes_of("data:;base64," .. text:gsub("/", "%%2F")
      :gsub("=", "%%3D"))))
    assert.equal("a b\0,c", (bytes_of { url = "data:,a%20b%00,c" }))
    bytes, kind = bytes_of("data:text/plain;charset=utf-8,%41+%")
    assert.equal("A+%", bytes)
    assert.equal("text/plain", kind)
    bytes, kind = bytes_of("data:,")
    assert.equal("", bytes)
    assert.is_nil(kind)
  end)

  it("is not garbage", function()
    assert.equal("protocol base64", (refusal_of { b64_json = "!" }))
    assert.equal("protocol base64", (refusal_of("data:a/b;base64,%%%")))
    assert.equal("protocol data_uri", (refusal_of("data:image/png;base64")))
  end)

  it("is not at a scheme that is no HTTP", function()
    for _, url in ipairs { "file:///etc/hosts", "ftp://files.test/a",
      "s3://bucket/a", "javascript:1", "FILE:/etc/hosts" } do
      local what, message = refusal_of { url = url }
      assert.equal("protocol scheme", what)
      assert.matches(url:match("^%a%w*"):lower() .. ":", message, 1, true)
      local _, err = source_of { url = url }
      assert.matches("only http:, https: and data: addresses", tostring(err),
        1, true)
    end
  end)

  it("is one thing only", function()
    local two = { { url = URL }, { url = URL } }
    for _, item in ipairs { two, { data = two }, { result = { data = two } },
      { status = "completed", result = { videos = two } } } do
      local what, message = refusal_of(item)
      assert.equal("invalid_request several", what)
      assert.matches("2 results", message)
    end
  end)

  it("is not there before a job has ended", function()
    for _, status in ipairs { "pending", "queued", "in_progress" } do
      local what, message = refusal_of { job_id = "j", status = status }
      assert.equal("invalid_request not_ready", what)
      assert.matches("the job is " .. status, message, 1, true)
      assert.equal(what, (refusal_of { data = { status = status } }))
    end
  end)

  it("is never there when a job has failed", function()
    local what, message = refusal_of { status = "failed", error = "no frames" }
    assert.equal("job_failed failed", what)
    assert.equal("no frames", message)
    what, message = refusal_of { data = { status = "failed",
      error = { message = "in a table" } } }
    assert.equal("job_failed failed", what)
    assert.equal("in a table", message)
    what, message = refusal_of { status = "failed", error = { 1 } }
    assert.equal("job_failed failed", what)
    assert.equal("the job failed", message)
    what, message = refusal_of { status = "cancelled" }
    assert.equal("job_failed cancelled", what)
    assert.equal("the job was cancelled", message)
    assert.equal("job_failed canceled", (refusal_of { status = "canceled" }))
  end)

  it("is not found in what holds none", function()
    for _, item in ipairs { "a text: with words", {}, { data = {} }, 5, true,
      { data = "just words" }, { url = "" }, { url = 5 }, { data = { {} } },
      { status = "completed" } } do
      assert.equal("invalid_request nothing", (refusal_of(item)))
    end
    assert.equal("invalid_request nothing", (refusal_of(nil)))
  end)
end)
