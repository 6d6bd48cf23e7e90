-- How a program names the files it sends.
local files = require "indoxhub.api.params.files"
local indoxhub = require "indoxhub"

describe("a file", function()
  it("is known as one", function()
    assert.is_true(files.is(indoxhub.file("a")))
    assert.is_true(files.is(indoxhub.bytes("a")))
    assert.is_true(files.is(indoxhub.reader(function() end)))
    assert.is_true(files.is(files.of("a")))
    for _, other in ipairs { "a", {}, 5, true } do
      assert.is_false(files.is(other))
    end
    assert.is_false(files.is(nil))
    assert.equal("indoxhub.file (a/b.wav)", tostring(indoxhub.file("a/b.wav")))
    assert.equal("indoxhub.file (2 bytes)", tostring(indoxhub.bytes("xy")))
    assert.equal("indoxhub.file (a reader)",
      tostring(indoxhub.reader(function() end)))
  end)

  describe("is refused", function()
    local function wrong(make, ...)
      local arguments = { n = select("#", ...), ... }
      local ok, message = pcall(function()
        local made = make((unpack or table.unpack)(arguments, 1, arguments.n))
        return made
      end)
      assert.is_false(ok)
      assert.matches("^spec/api/params/files_spec.lua:%d+: ", message)
      return message
    end

    it("with a source of another kind", function()
      assert.matches("indoxhub.file: path must be a string, not nil",
        wrong(indoxhub.file))
      assert.matches("name of a file", wrong(indoxhub.file, ""))
      assert.matches("name of a file", wrong(indoxhub.file, "a\0b"))
      assert.matches("data must be a string", wrong(indoxhub.bytes, 5))
      assert.matches("read must be a function", wrong(indoxhub.reader, "a"))
    end)

    it("with wrong options", function()
      local function read() end
      assert.matches("unknown option size; known", wrong(indoxhub.file, "a",
        { size = 1 }))
      assert.matches("unknown option name; known: content_type", wrong(
        indoxhub.reader, read,
        { name = "a" }))
      assert.matches("options must be a table", wrong(indoxhub.file, "a", "b"))
      assert.matches("filename must be a string", wrong(indoxhub.bytes, "a",
        5))
      assert.matches("NUL", wrong(indoxhub.bytes, "a", "b\0"))
      assert.matches("filename is not UTF%-8: byte 2 %(0xFF%)",
        wrong(indoxhub.bytes, "a", "b\255"))
      for _, size in ipairs { -1, 0.5, 1 / 0, 0 / 0, 2 ^ 53 } do
        assert.matches("whole number of bytes", wrong(indoxhub.reader, read,
          { size = size }))
      end
      for _, kind in ipairs { "", "audio", "a/b\r\nX: y", "a/", "/b",
        "a/b\0" } do
        assert.matches("audio/wav", wrong(indoxhub.bytes, "a", "b", kind))
      end
    end)

    it("not with these", function()
      assert.is_true(files.is(indoxhub.reader(function() end, { size = 0 })))
      assert.is_true(files.is(indoxhub.bytes("", "", "audio/x-m4a")))
      assert.is_true(files.is(indoxhub.bytes("", "a",
        "image/svg+xml; charset=\"utf-8\"")))
    end)
  end)
end)
