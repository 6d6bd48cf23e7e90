-- Forms with files.
local multipart = require "indoxhub.gateway.multipart"

local TYPE = "multipart/form-data; boundary=XyZ"

local function part(head, bytes)
  return "--XyZ\r\n" .. head .. "\r\n\r\n" .. bytes .. "\r\n"
end

local FIELD = 'Content-Disposition: form-data; name="%s"'
local FILE = 'Content-Disposition: form-data; name="file"; filename="%s"\r\n'
  .. "Content-Type: audio/wav"

describe("gateway/multipart", function()
  it("reads fields, lists and a file", function()
    local form = assert(multipart.read(TYPE, part(FIELD:format "model", "m")
      .. part(FIELD:format "kinds[]", "word")
      .. part(FIELD:format "kinds[]", "segment")
      .. part(FILE:format "a.wav", "RIFF\0\r\n--XyY\r\n") .. "--XyZ--\r\n"))
    assert.same({ model = "m", kinds = { "word", "segment" } }, form.fields)
    assert.same({ bytes = "RIFF\0\r\n--XyY\r\n", filename = "a.wav",
      content_type = "audio/wav" }, form.files.file)
  end)

  it("reads what other programs write", function()
    local function name_of(head, kind)
      local form = multipart.read(kind or TYPE, part(head, "x") .. "--XyZ--")
      return form and form.files.file and form.files.file.filename
    end
    for _, kind in ipairs { "MULTIPART/FORM-DATA; Boundary=XyZ",
      'Multipart/Form-Data;BOUNDARY="XyZ"; charset=utf-8',
      "multipart/form-data; charset=utf-8; boundary=XyZ" } do
      assert.equal("a.wav", name_of(FILE:format "a.wav", kind), kind)
    end
    assert.equal("A b.wav",
      name_of 'content-disposition: form-data; Filename="A b.wav"; NAME="file"')
    assert.equal("a.wav",
      name_of "Content-Disposition: form-data; name=file; filename=a.wav")
    assert.equal("na\195\175ve.wav", name_of("Content-Disposition: form-data; "
      .. "name=\"file\"; filename*=UTF-8''na%C3%AFve.wav"))
    assert.equal("", name_of(FILE:format ""))
    -- Blanks behind a boundary are allowed.
    local form = multipart.read(TYPE, "--XyZ \t\r\n" .. FIELD:format "a"
      .. "\r\n\r\n1\r\n--XyZ--")
    assert.same({ a = "1" }, form and form.fields)
  end)

  it("never takes a field for a file", function()
    local form = assert(multipart.read(TYPE,
      part(FIELD:format "file", "/etc/passwd") .. "--XyZ--"))
    assert.is_nil(form.files.file)
  end)

  it("refuses what is cut off or malformed, at every byte", function()
    local whole = part(FIELD:format "a", "1") .. part(FILE:format "b", "2")
      .. "--XyZ--"
    for length = 0, #whole - 1 do
      local form, wrong = multipart.read(TYPE, whole:sub(1, length))
      assert.is_nil(form)
      assert.equal("string", type(wrong))
    end
    assert.truthy(multipart.read(TYPE, whole))
    for _, kind in ipairs { "", "application/json", "multipart/form-data",
      "multipart/form-data; boundary=", "multipart/form-data; boundary="
        .. ("x"):rep(300) } do
      assert.is_nil((multipart.read(kind, whole)))
    end
    assert.is_nil((multipart.read(TYPE, part("X: y", "1") .. "--XyZ--")))
    assert.is_nil((multipart.read(TYPE,
      part(FIELD:format "a", "1"):rep(65) .. "--XyZ--")))
  end)
end)
