-- Transcripts, which servers send as JSON or as the body itself, under whatever
-- type.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local SUBTITLES = "1\n00:00:00,250 --> 00:00:01,500\nMind the gap.\n\n"
local TEXTS = { "text", "srt", "vtt" }
local TYPES = { "application/json", "text/plain; charset=utf-8", "text/vtt",
  "application/octet-stream", "application/x-subrip" }
local MARK = "\239\187\191"

describe("a transcript", function()
  local raw
  local scripts = 0

  setup(function()
    raw = servers.raw()
  end)

  teardown(function()
    raw:stop()
  end)

  -- Asks for a format; the server answers with a type and a body.
  local function ask(format, content_type, body, method)
    scripts = scripts + 1
    local client = indoxhub.new { api_key = "indox-test", max_retries = 0,
      base_url = raw:script("t" .. scripts, { { "body" }, { "send",
        servers.reply("200 OK", content_type, body) } }) }
    return client.audio[method or "transcribe"](client.audio, {
      file = indoxhub.bytes("RIFF", "gap.wav"), response_format = format })
  end

  local function check_text(expected, format, content_type, body, method)
    local reply, err = ask(format, content_type, body, method)
    local what = ("%s as %s: %s"):format(tostring(format), content_type, body)
    assert.is_nil(err, what)
    assert.equal(expected, reply.data.text, what)
    assert.is_true(reply.success)
  end

  local function check_error(kind, code, format, content_type, body)
    local reply, err = ask(format, content_type, body)
    local what = ("%s as %s: %s"):format(tostring(format), content_type, body)
    assert.is_nil(reply, what)
    assert.equal(kind, err.kind, what)
    if code then
      assert.equal(code, err.code, what)
    end
    return err
  end

  -- Bodies that are the transcript when it was asked for as text.
  local WORDS = { SUBTITLES, "WEBVTT\n\n00:00.250 --> 00:01.500\nMind.\n",
    "Mind the gap.", "Mind\nthe gap.\r\n", "", "\n", "42", "true", "null",
    "-1.5e3", "[Music]", "[1, 2]", "[]", "{laughs} Mind.", "data gap",
    '"Mind," she said, "the gap."', '"Mind" "the gap"', '"Mind', "<i>Mind</i>",
    '[{"text":"Mind"},{"text":"the gap"}]', "events: none" }

  it("is the body as it is when it was asked for as text", function()
    for i, words in ipairs(WORDS) do
      for j, content_type in ipairs(TYPES) do
        check_text(words, TEXTS[(i + j) % #TEXTS + 1], content_type, words)
      end
      check_text(words, "text", "application/json", words, "translate")
    end
  end)

  it("has no byte order mark in front", function()
    for _, content_type in ipairs(TYPES) do
      check_text(SUBTITLES, "srt", content_type, MARK .. SUBTITLES)
      check_text("Mind.", "json", content_type, MARK .. '{"text":"Mind."}')
      check_text("Mind.", "text", content_type, '"\\ufeffMind."')
    end
  end)

  it("is taken out of a JSON string", function()
    for _, format in ipairs { "text", "srt", "vtt", "json", "verbose_json" } do
      for _, content_type in ipairs(TYPES) do
        check_text("Mind\n\"the gap\"", format, content_type,
          ' "Mind\\n\\"the gap\\""\n')
        check_text("Mind.", format, content_type, [["{\"text\":\"Mind.\"}"]])
      end
    end
    check_text("{laughs", "text", "application/json", '"{laughs"')
  end)

  it("is taken out of an object of the API, under any type", function()
    for _, format in ipairs { "text", "srt", "vtt", "json", "verbose_json" } do
      for _, content_type in ipairs { "text/plain", "application/json",
        "text/html", "application/octet-stream" } do
        for _, body in ipairs { '{"text":"Mind."}', '[{"text":"Mind."}]',
          ' \r\n{"request_id":"r-1","success":true,"data":{"text":"Mind."}}',
          'data: {"text":"Mind."}\n\ndata: [DONE]\n\n' } do
          check_text("Mind.", format, content_type, body)
        end
      end
    end
    local reply = ask("srt", "text/plain", '{"text":"Mind.","language":"en"}')
    assert.equal("en", reply.data.language)
  end)

  it("that is an error is none, whatever was asked for", function()
    for _, format in ipairs { "text", "srt", "vtt", "json", "verbose_json" } do
      for _, content_type in ipairs { "text/plain", "application/json",
        "text/vtt", "text/html" } do
        local failure = '{"error":{"message":"no voice","code":400}}'
        for _, body in ipairs { failure, "[" .. failure .. "]",
          "[" .. failure .. "," .. failure .. "]", MARK .. failure,
          "data: " .. failure .. "\n\n",
          "event: error\ndata: " .. failure .. "\n\n",
          ": one moment\n\ndata: " .. failure .. "\n\n",
          [["{\"error\":{\"message\":\"no voice\",\"code\":400}}"]] } do
          local err = check_error("invalid_request", nil, format, content_type,
            body)
          assert.equal("no voice", err.message)
        end
        check_error("server", nil, format, content_type,
          '{"success":false,"message":"no voice"}')
      end
    end
  end)

  it("is no object without a text, and nothing that broke off", function()
    for _, format in ipairs(TEXTS) do
      for _, content_type in ipairs { "text/plain", "application/json" } do
        check_error("protocol", "reply", format, content_type, '{"a":"b"}')
        check_error("protocol", "reply", format, content_type, "{}")
        check_error("protocol", "json", format, content_type, '{"text":"Mi')
        check_error("protocol", "json", format, content_type,
          '{"text":"Mind."}}')
        check_error("protocol", "json", format, content_type,
          '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')
      end
    end
  end)

  local PAGES = { "<html><body>Sign in</body></html>", "<HTML >x",
    "\n <!DOCTYPE html>\n<html>", MARK .. "<html>" }

  it("is no web page, which its bytes tell", function()
    for _, format in ipairs { "text", "srt", "vtt", "json" } do
      for _, page in ipairs(PAGES) do
        for _, content_type in ipairs { "text/plain", "text/html; charset=x",
          "application/json", "application/octet-stream" } do
          check_error("protocol", "html", format, content_type, page)
        end
      end
      check_error("protocol", "html", format, "text/html", "<h1>Sign in</h1>")
    end
    check_error("protocol", "json", "json", "text/html", "Sign in")
    check_text("Mind.", "text", "text/html", "Mind.") -- a server's default
  end)

  it("is a text where JSON was asked for and a text came", function()
    for _, format in ipairs { "json", "verbose_json", false } do
      for _, words in ipairs { "Mind the gap.", SUBTITLES, "42" } do
        check_text(words, format or nil, "text/plain", words)
        check_error("protocol", words == "42" and "reply" or "json",
          format or nil, "application/json", words)
      end
      for _, content_type in ipairs { "text/plain", "application/json" } do
        check_error("protocol", nil, format or nil, content_type, "")
        check_text("", format or nil, content_type, '{"text":""}')
        check_text("", format or nil, content_type, '""')
      end
    end
  end)
end)
