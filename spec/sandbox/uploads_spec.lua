-- Uploads: what multipart bodies the sandbox reads, and what it hears in them.
-- On two interpreters: the sandbox is another program, on lua5.4.
local ask = require "spec.sandbox.ask"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local programs = require "spec.support.programs"

describe("the sandbox's uploads", function()
  local sandbox = during_tests(ask.start)
  local names = {}

  teardown(function()
    for _, name in ipairs(names) do
      os.remove(name)
    end
  end)

  local STT = "audio/stt/transcriptions"

  local function file_with(bytes)
    local name = files.write(os.tmpname(), bytes)
    names[#names + 1] = name
    return name
  end

  local function send(bytes, ...)
    return sandbox:curl_json(STT, "-F",
      "file=@" .. file_with(bytes) .. ";type=audio/ogg;filename=clip.ogg", ...)
  end

  local function sha256(bytes)
    return files.sha256(file_with(bytes))
  end

  local function speech(text)
    return ask.bytes(sandbox:post("audio/tts/generations",
      { input = text }).data.audio_url)
  end

  it("are described byte for byte", function()
    for _, bytes in ipairs { "", "x", "\r\n--", ("abc\r\n--"):rep(20000),
      ("\0\255\r\n"):rep(100000) } do
      local data = send(bytes, "-F", "model=openai/whisper-1",
        "-F", "prompt=a \"quoted\" text").data
      assert.equal(#bytes, data.size)
      assert.equal(sha256(bytes), data.sha256)
      assert.equal("clip.ogg", data.file_name)
      assert.equal("audio/ogg", data.content_type)
      assert.same({ model = "openai/whisper-1",
        prompt = 'a "quoted" text' }, data.fields)
      assert.truthy(data.text:find(("(%d bytes)"):format(#bytes), 1, true))
    end
  end)

  it("are measured and understood when they are the sandbox's own", function()
    local data = send(speech("Two tickets, please")).data
    assert.equal(1.14, data.duration)
    assert.truthy(data.text:find("^heard 1%.14 seconds of audio/ogg"))
    assert.truthy(data.text:find(": Two tickets, please$"))
    local name = file_with(speech("Zwei Karten"))
    data = sandbox:curl_json("audio/stt/translations", "-F",
      "file=@" .. name .. ";type=audio/wav").data
    assert.truthy(data.text:find("^translated .*: Zwei Karten$"))
  end)

  it("answer with words and segments when they are asked for", function()
    local bytes = speech("One two three four five six seven")
    local plain = send(bytes).data
    assert.is_nil(plain.words)
    assert.is_nil(plain.segments)
    local usual = send(bytes, "-F", "response_format=verbose_json").data
    assert.is_nil(usual.words)
    assert.is_table(usual.segments)
    local words = send(bytes, "-F", "response_format=verbose_json", "-F",
      'timestamp_granularities=["word"]').data
    assert.is_nil(words.segments)
    assert.equal("heard", words.words[1].word)
    assert.equal(0, words.words[1].start)
    assert.equal(words.duration, words.words[#words.words]["end"])
    local both = send(bytes, "-F", "response_format=verbose_json", "-F",
      'timestamp_granularities=["word","segment"]').data
    local text = {}
    for i, segment in ipairs(both.segments) do
      text[i] = segment.text
    end
    assert.equal(both.text, table.concat(text, " "))
    assert.equal(#words.words, #both.words)
  end)

  it("answer with text and subtitles", function()
    local name = "file=@" .. file_with(speech("Hello there"))
      .. ";type=audio/wav;filename=a.wav"
    local function as(format)
      local status, body, headers = sandbox:curl(STT, "-F", name, "-F",
        "response_format=" .. format)
      assert.equal(200, status)
      return body, headers["content-type"]
    end
    local body, kind = as("text")
    assert.equal("text/plain; charset=utf-8", kind)
    assert.truthy(body:find("^heard 0%.66 seconds.*: Hello there\n$"))
    body, kind = as("srt")
    assert.equal("application/x-subrip; charset=utf-8", kind)
    assert.truthy(body:find("^1\n00:00:00,000 %-%-> 00:00:00,%d%d%d\nheard"))
    body, kind = as("vtt")
    assert.equal("text/vtt; charset=utf-8", kind)
    assert.truthy(body:find(
      "^WEBVTT\n\n00:00:00%.000 %-%-> 00:00:00%.%d%d%d\nheard"))
  end)

  it("answer with the text at the top on request", function()
    local reply = send("abc", "-H", "X-Sandbox-Shape: top")
    assert.is_nil(reply.data)
    assert.truthy(reply.text:find("^heard "))
    assert.equal("en", reply.language)
  end)

  it("keep odd names", function()
    local odd = 'a "b" \195\188.wav'
    local reply = sandbox:curl_json(STT, "-F", "file=@" .. file_with("x")
      .. ';filename="a \\"b\\" \195\188.wav"')
    assert.equal(odd, reply.data.file_name)
  end)

  it("may be sent in chunks, and without a length", function()
    local reply = sandbox:curl_json(STT, "-H", "Transfer-Encoding: chunked",
      "-F", "file=@" .. file_with(("ab"):rep(100000)))
    assert.equal(200000, reply.data.size)
    assert.equal(sha256(("ab"):rep(100000)), reply.data.sha256)
  end)

  local function parts(...)
    return "--b\r\n" .. table.concat({ ... }, "\r\n--b\r\n")
  end

  local function part(disposition, content)
    return "Content-Disposition: " .. disposition .. "\r\n\r\n" .. content
  end

  local FILE = part('form-data; name="file"; filename="a"', "x")

  local function raw(body, kind)
    local reply, status = sandbox:curl_json(STT, "-H", "Content-Type: "
      .. (kind or "multipart/form-data; boundary=b"), "--data-binary",
      "@" .. file_with(body))
    return status, reply.detail, reply
  end

  it("are read strictly", function()
    local status, _, reply = raw(parts(FILE) .. "\r\n--b--\r\n")
    assert.equal(200, status)
    assert.equal("a", reply.data.file_name)
    assert.equal(200, (raw(parts(FILE, part('form-data; name="prompt"', ""))
      .. "\r\n--b--", 'multipart/form-data; boundary="b"')))
    -- A part whose name is empty is a field like others, but unknown.
    assert.equal(422, (raw(parts(FILE, part('form-data; name=""', ""))
      .. "\r\n--b--")))
    for body, why in pairs {
      ["x"] = "ends before its last boundary",
      ["xyz" .. parts(FILE) .. "\r\n--b--\r\n"] = "does not begin with",
      [parts(FILE)] = "ends before its last boundary",
      [parts(FILE) .. "\r\n--b"] = "ends before its last boundary",
      [parts(FILE) .. "\n--b--\r\n"] = "ends before its last boundary",
      [parts(FILE) .. "\r\n--bX\r\n"] = "not followed by a line end",
      [parts(FILE) .. "\r\n--b--\r\nmore"] = "something follows",
      [parts(part("form-data", "x")) .. "\r\n--b--\r\n"] = "has no name",
      [parts(part('attachment; name="file"', "x")) .. "\r\n--b--\r\n"]
        = "has no name",
      [parts("no header\r\n\r\nx") .. "\r\n--b--\r\n"] = "that is none",
      [parts(FILE, FILE) .. "\r\n--b--\r\n"] = "comes twice",
      [parts(("x"):rep(9000))] = "headers of a part do not end",
    } do
      local code, detail = raw(body)
      assert.equal(400, code)
      assert.truthy(detail:find(why, 1, true), detail)
    end
    local code, detail = raw("{}", "application/json")
    assert.equal(400, code)
    assert.truthy(detail:find("multipart/form-data", 1, true))
  end)

  it("are validated as forms", function()
    local function wrong(...)
      local reply, status = sandbox:curl_json(STT, ...)
      assert.equal(422, status)
      return table.concat(reply.detail[1].loc, ".") .. ": "
        .. reply.detail[1].msg
    end
    local file = "file=@" .. file_with("x")
    assert.equal("body.file: is required", wrong("-F", "model=m"))
    assert.equal("body.file: must be a file", wrong("-F", "file=text"))
    assert.equal("body.temperature: must be a number",
      wrong("-F", file, "-F", "temperature=hot"))
    assert.equal("body.temperature: must be at most 1",
      wrong("-F", file, "-F", "temperature=2"))
    assert.truthy(wrong("-F", file, "-F", "response_format=doc")
      :find("must be 'json', 'text'", 1, true))
    assert.equal("body.timestamp_granularities: must be a list",
      wrong("-F", file, "-F", "timestamp_granularities=word"))
    assert.equal("body.volume: is not known here",
      wrong("-F", file, "-F", "volume=11"))
  end)

  it("may be huge: they are not kept", function()
    local name = file_with("")
    assert(os.execute("truncate -s 300M " .. name))
    local reply = sandbox:curl_json(STT, "-F", "file=@" .. name)
    assert.equal(314572800, reply.data.size)
    local status = assert(io.open(("/proc/%s/status")
      :format(sandbox.server.pid)))
    local peak = status:read("*a"):match("VmHWM:%s*(%d+)")
    status:close()
    assert.is_true(programs.SANITIZED or tonumber(peak) < 80000,
      "used " .. peak .. " kB")
  end)

  it("may be given up in the middle", function()
    local name = file_with(("x"):rep(2000000))
    for _, expect in ipairs { "Expect:", "Expect: 100-continue" } do
      for _, way in ipairs { "", "-H 'Transfer-Encoding: chunked'" } do
        local code = os.execute(("curl -s -m 0.3 --limit-rate 100k " ..
          "-H '%s' %s -H 'Authorization: Bearer k' -F file=@%s %s/%s")
          :format(expect, way, name, sandbox.server.url, STT))
        assert.is_true(code ~= 0 and code ~= true)
        assert.equal("ok", sandbox:get("user/health").status)
      end
    end
  end)

  it("are refused before they are sent, when that is awaited", function()
    local name = file_with(("x"):rep(2000000))
    local status, body = sandbox:curl(STT, "-H", "Expect: 100-continue",
      "-H", "X-Sandbox-Slash: on", "-F", "file=@" .. name, "-w",
      "sent %{size_upload}")
    assert.equal(403, status)
    assert.equal("0", body:match("sent (%d+)$"))
    status, body = sandbox:curl(STT .. "/", "-H", "Expect: 100-continue",
      "-H", "X-Sandbox-Slash: on", "-F", "file=@" .. name, "-w",
      "sent %{size_upload}")
    assert.equal(200, status)
    assert.is_true(tonumber(body:match("sent (%d+)$")) > 2000000)
  end)
end)
