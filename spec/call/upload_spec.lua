-- What a file is sent as: its part of a form, and its data URI.
local core = require "indoxhub.core"
local disk = require "spec.support.files"
local files = require "indoxhub.api.params.files"
local indoxhub = require "indoxhub"
local upload = require "indoxhub.call.upload"

local WAVE = "RIFF\36\0\0\0WAVEfmt \16\0\0\0"

describe("a file", function()
  local folder

  setup(function()
    folder = disk.folder()
  end)

  teardown(function()
    disk.remove_folder(folder)
  end)

  local function write(name, bytes)
    return disk.write(folder .. "/" .. name, bytes)
  end

  local function part(file)
    return indoxhub.assert(upload.part(file, "file"))
  end

  it("is a part with a name, a type and one source", function()
    local path = write("talk.wav", "x")
    assert.same({ name = "file", filename = "talk.wav", type = "audio/wav",
      path = path }, part(files.of(path)))
    assert.same({ name = "file", filename = "file.wav", type = "audio/wav",
      data = WAVE }, part(indoxhub.bytes(WAVE)))
    assert.same({ name = "file", filename = "a.mp3", type = "audio/mpeg",
      pull = true, size = 9 }, part(indoxhub.reader(function() end,
        { size = 9, filename = "a.mp3" })))
  end)

  describe("is named", function()
    local function name_of(path, filename, content_type)
      return part(files.file(path, { filename = filename,
        content_type = content_type or "x/y" })).filename
    end

    it("after the last segment of its path", function()
      assert.equal("c.wav", name_of("/a/b/c.wav"))
      assert.equal("c.wav", name_of("c.wav"))
      assert.equal("c d;.wav", name_of("a/c d;.wav"))
      assert.equal("c.wav", name_of("C:\\a\\c.wav"))
    end)

    it("as the program says, without folders", function()
      assert.equal("talk", name_of("/a/b/c.wav", "talk"))
      assert.equal("talk.mp3", name_of("c.wav", "../../talk.mp3"))
      assert.equal("talk.mp3", name_of("c.wav", "..\\talk.mp3"))
    end)

    it("after its type when there is no name", function()
      for _, none in ipairs { "", ".", "..", "a/", "a/..", "a\\" } do
        assert.equal("file.wav", name_of("c", none, "audio/wav"))
      end
      assert.equal("file", part(indoxhub.bytes("text")).filename)
      assert.equal("file.mp3", part(indoxhub.bytes("", nil,
        "audio/mpeg")).filename)
    end)

    it("with an ending where the program chose none", function()
      assert.equal("talk.wav", part(files.of(write("talk", WAVE))).filename)
      assert.equal("notes", part(files.of(write("notes", "text"))).filename)
      assert.equal("talk.x", part(files.of(write("talk.x", WAVE))).filename)
      assert.equal("talk", part(files.bytes(WAVE, "talk")).filename)
    end)

    it("without what would break a line", function()
      assert.equal("a%0D%0Ab%09%7F\195\165.wav",
        name_of("a\r\nb\9\127\195\165.wav"))
    end)
  end)

  describe("has the type", function()
    local function type_of(...)
      return part(...).type
    end

    it("that the program says", function()
      assert.equal("x/y; z=1", type_of(indoxhub.bytes(WAVE, "a.mp3",
        "x/y; z=1")))
    end)

    it("that its name says, before its bytes", function()
      assert.equal("audio/mpeg", type_of(indoxhub.bytes(WAVE, "a.mp3")))
      assert.equal("audio/mpeg", type_of(files.of(write("a.mp3", WAVE))))
    end)

    it("that its bytes say", function()
      assert.equal("audio/wav", type_of(indoxhub.bytes(WAVE, "a.bin")))
      assert.equal("audio/wav", type_of(files.of(write("b", WAVE))))
    end)

    it("of anything else", function()
      assert.equal("application/octet-stream", type_of(indoxhub.bytes("?")))
      assert.equal("application/octet-stream", type_of(files.of(write("c",
        ""))))
      assert.equal("application/octet-stream", type_of(indoxhub.reader(
        function() end)))
    end)
  end)

  it("is opened only when its type has to be found out", function()
    -- Nobody writes to the pipe, and opening it would wait for that.
    assert(os.execute("mkfifo " .. folder .. "/pipe.wav"))
    assert.equal("audio/wav", part(files.of(folder .. "/pipe.wav")).type)
    local made, err = upload.part(files.of(folder .. "/none"), "file")
    assert.is_nil(made)
    assert.equal("file unreadable", err.kind .. " " .. err.code)
  end)

  it("is a data URI in JSON", function()
    assert.equal("data:audio/wav;base64," .. core.base64(WAVE),
      upload.data_uri(files.of(write("d", WAVE))))
    assert.equal("data:image/png;base64,AP8=",
      upload.data_uri(indoxhub.bytes("\0\255", "a.png")))
    assert.equal("data:application/octet-stream;base64,",
      upload.data_uri(files.of(write("e", ""))))
  end)
end)
