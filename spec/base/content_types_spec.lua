-- Types of files by their names and by their first bytes.
local content_types = require "indoxhub.base.content_types"

-- Ending, type, and how such a file begins, 12 bytes at least.
local KNOWN = {
  { "mp3", "audio/mpeg", "ID3\4\0\0\0\0\0\0\0\0" },
  { "wav", "audio/wav", "RIFF\36\0\0\0WAVEfmt " },
  { "flac", "audio/flac", "fLaC\0\0\0\34\16\0\16\0" },
  { "ogg", "audio/ogg", "OggS\0\2\0\0\0\0\0\0" },
  { "m4a", "audio/mp4", "\0\0\0\32ftypM4A \0\0" },
  { "aac", "audio/aac", "\255\241\80\128\0\0\0\0\0\0\0\0" },
  { "webm", "audio/webm", "\26\69\223\163\1\0\0\0\0\0\0\31" },
  { "mp4", "video/mp4", "\0\0\0\32ftypisom\0\0\2\0" },
  { "mov", "video/quicktime", "\0\0\0\20ftypqt  \0\0\0\0" },
  { "png", "image/png", "\137PNG\r\n\26\n\0\0\0\13" },
  { "jpg", "image/jpeg", "\255\216\255\224\0\16JFIF\0\1" },
  { "webp", "image/webp", "RIFF\36\0\0\0WEBPVP8 " },
  { "gif", "image/gif", "GIF89a\1\0\1\0\0\0" },
}

describe("the type of a file", function()
  it("is told by the ending of its name, whatever its case", function()
    for _, row in ipairs(KNOWN) do
      assert.equal(row[2], content_types.of_name("a.b." .. row[1]))
      assert.equal(row[2], content_types.of_name("A." .. row[1]:upper()))
    end
    assert.equal("image/jpeg", content_types.of_name("a.jpeg"))
    assert.equal("audio/ogg", content_types.of_name("a.opus"))
  end)

  it("is told by its first bytes", function()
    for _, row in ipairs(KNOWN) do
      assert.is_true(#row[3] >= 12)
      assert.equal(row[2], content_types.of_bytes(row[3]))
      assert.equal(row[2], content_types.of_bytes(row[3] .. "\0more"))
    end
    -- MPEG audio without a tag, of three versions
    for _, second in ipairs { 251, 250, 243, 242, 227 } do
      assert.equal("audio/mpeg", content_types.of_bytes("\255"
        .. string.char(second) .. ("\0"):rep(10)))
    end
  end)

  it("is not told by anything else", function()
    for _, name in ipairs { "", "mp3", ".", "a.", "a.mp3.txt", "a.mp3/b",
      "a.mp-3" } do
      assert.is_nil(content_types.of_name(name))
    end
    for _, bytes in ipairs { "", "R", "RIFF", "RIFF....AVI ", "\255",
      "\255\255\255\255", "just some text", "I", ("\0"):rep(20),
      "xRIFF\0\0\0\0WAVE", "\0\0\0\32fty" } do
      assert.is_nil(content_types.of_bytes(bytes))
    end
  end)

  it("gives an ending to a file without a name", function()
    for _, row in ipairs(KNOWN) do
      assert.equal("." .. row[1], content_types.ending(row[2]))
    end
    assert.equal(".mp3", content_types.ending("Audio/MPEG; rate=1"))
    assert.equal("", content_types.ending("application/octet-stream"))
    assert.equal("", content_types.ending(""))
  end)
end)
