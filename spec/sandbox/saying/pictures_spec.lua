-- What is seen of pictures.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local core = require "indoxhub.core"
local pictures = require "indoxhub.sandbox.saying.pictures"

local PNG = "\137PNG\r\n\26\n\0\0\0\13IHDR\0\0\2\128\0\0\1\224"
local GIF = "GIF89a\128\2\224\1"
local JPEG = "\255\216\255\224\0\4ab\255\192\0\17\8\1\224\2\128"

describe("a picture", function()
  local function see(bytes)
    return pictures.list { { type = "image_url", image_url = {
      url = "data:image/png;base64," .. core.base64(bytes) } } }[1]
  end

  it("is measured", function()
    assert.equal("a PNG of 640 x 480 pixels", see(PNG))
    assert.equal("a GIF of 640 x 480 pixels", see(GIF))
    assert.equal("a JPEG of 640 x 480 pixels", see(JPEG))
    assert.equal("a WebP", see "RIFF\0\0\0\0WEBP")
  end)

  it("is not trusted", function()
    for size = 0, #JPEG do
      for _, bytes in ipairs { PNG:sub(1, size), GIF:sub(1, size),
        JPEG:sub(1, size) } do
        assert.is_string(see(bytes))
      end
    end
    assert.equal("9 bytes that are no picture I know", see "something")
  end)

  it("comes in several forms", function()
    local data = core.base64(PNG)
    assert.same({ "a PNG of 640 x 480 pixels", "a PNG of 640 x 480 pixels",
      "a PNG of 640 x 480 pixels",
      "a picture at example.test/a.png, which I cannot fetch" },
      pictures.list { { type = "text", text = "x" },
        { type = "image", image = { data = data } },
        { type = "image", source = { data = data } },
        { type = "input_image", image_url = "data:image/png;base64," .. data },
        { type = "image_url", image_url = {
          url = "https://example.test/a.png?key=1" } },
        { type = "image_url" }, { type = "image", image = 5 }, 5 })
    assert.same({}, pictures.list "text")
  end)

  it("is told of, alone and with others", function()
    assert.equal("I see a.", pictures.tell { "a" })
    assert.equal("I see 2 pictures: a, b.", pictures.tell { "a", "b" })
  end)
end)
