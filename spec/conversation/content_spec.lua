-- Questions of several parts, and the two forms of pictures.
local content = require "indoxhub.conversation.content"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"

local PNG = "\137PNG\r\n\26\n...."
local PNG_BASE64 = "iVBORw0KGgouLi4u"
local PNG_URI = "data:image/png;base64," .. PNG_BASE64

describe("content", function()
  local function make(given, form)
    local made, wrong, err = content.make(given, "the question", form)
    assert.is_nil(wrong)
    assert.is_nil(err)
    return made
  end

  local function picture(given, form)
    return make({ { image = given } }, form)[1]
  end

  it("is a text, or a list of parts", function()
    assert.equal("hello", make "hello")
    assert.equal("", make "")
    assert.same({ { type = "text", text = "a" }, { type = "text",
      text = "b" } }, make { "a", "b" })
  end)

  it("has parts of the API as they are", function()
    local part = { type = "input_audio", input_audio = { data = "AAAA",
      format = "wav", tags = indoxhub.array {}, none = indoxhub.null } }
    local made = make { part }
    assert.same({ part }, made)
    assert.are_not.equal(part, made[1])
    assert.are_not.equal(part.input_audio, made[1].input_audio)
    assert.equal(getmetatable(indoxhub.array()),
      getmetatable(made[1].input_audio.tags))
    assert.same({ { type = "image_url", image_url = { url = PNG_URI } } },
      make { { type = "image_url",
        image_url = { url = indoxhub.bytes(PNG) } } })
  end)

  it("takes pictures of the net as they are", function()
    for _, url in ipairs { "https://a.test/b.png", "http://a.test/b",
      "gs://bucket/b.png", PNG_URI, "data:image/svg+xml,%3Csvg/%3E" } do
      assert.same({ type = "image_url", image_url = { url = url } },
        picture(url))
    end
    assert.same({ type = "image", image = { url = "https://a.test/b" } },
      picture("https://a.test/b", "image"))
    assert.same({ type = "image", image = {
      url = "data:image/svg+xml,%3Csvg/%3E" } },
      picture("data:image/svg+xml,%3Csvg/%3E", "image"))
  end)

  it("takes pictures of the disk and of memory as data URIs", function()
    local name = files.write(os.tmpname(), PNG)
    for _, given in ipairs { name, indoxhub.file(name), indoxhub.bytes(PNG),
      indoxhub.bytes("....", "b.png") } do
      local url = picture(given).image_url.url
      assert.matches("^data:image/png;base64,", url)
    end
    assert.same({ type = "image", image = { media_type = "image/png",
      data = PNG_BASE64 } }, picture(name, "image"))
    assert.same(make { { image = name } }, make { indoxhub.file(name) })
    assert.same(make { { image = name } }, make(indoxhub.file(name)))
    os.remove(name)
  end)

  it("keeps how closely a picture is to be looked at", function()
    assert.same({ { type = "image_url", image_url = { url = "https://a.test",
      detail = "low" } } }, make { { image = "https://a.test",
      detail = "low" } })
  end)

  it("takes a picture that a function gives", function()
    local given = { PNG:sub(1, 5), PNG:sub(6) }
    local reader = indoxhub.reader(function()
      return table.remove(given, 1)
    end)
    assert.equal(PNG_URI, picture(reader).image_url.url)
  end)

  local function failure(given)
    local made, wrong, err = content.make(given, "the question")
    assert.is_nil(made)
    assert.is_nil(wrong)
    assert.equal("file", err.kind)
    return tostring(err)
  end

  it("names a picture that cannot be read", function()
    local folder = files.folder()
    local path = folder .. "/none.png"
    assert.matches(path .. ": No such file", failure { { image = path } }, 1,
      true)
    assert.matches(folder, failure { { image = folder } }, 1, true)
    assert(os.execute("mkfifo " .. path))
    assert.matches("not a regular file", failure { { image = path } })
    assert.matches("NUL byte", failure { { image = "a\0b" } })
    assert.matches("no reader", failure { { image = indoxhub.reader(
      function() return nil, "no reader" end) } })
    assert.matches(path, failure { { type = "x",
      file = indoxhub.file(path) } }, 1, true)
    files.remove_folder(folder)
  end)

  it("is not sent as a picture when it is none", function()
    local name = files.write(os.tmpname() .. ".txt", "root:x:0")
    local message = failure { { image = name } }
    assert.matches(name .. " is no picture, but application/octet-stream",
      message, 1, true)
    os.remove(name)
    assert.matches("is no picture, but audio/wav",
      failure { { image = indoxhub.bytes("RIFF....WAVE") } })
  end)

  it("reads no file where none may be named", function()
    for _, part in ipairs { { image = "/etc/hostname" } } do
      local made, wrong = content.make({ part }, "content", false)
      assert.is_nil(made)
      assert.matches("has no type", wrong)
    end
  end)
end)
