-- Replies with speech, and with the text of what was said.
local kit = dofile "spec/vectors/replies/kit.lua"
local add, add_to_each, envelope = kit.add, kit.add_to_each, kit.envelope
local enveloped, USAGE, USED = kit.enveloped, kit.USAGE, kit.USED

add "create_text_to_speech" {
  {
    name = "audio_url",
    body = envelope([["byok_api_key": false,
      "data": { "audio_url": "https://media.test/s/1.opus?e=9" }, ]] .. USAGE),
    expect = enveloped { byok_api_key = false, usage = USED,
      data = { url = "https://media.test/s/1.opus?e=9",
        audio_url = "https://media.test/s/1.opus?e=9" } },
  },
  {
    name = "url",
    body = envelope [["message": "Audio generated successfully",
      "data": { "url": "https://media.test/s/2.mp3" },
      "usage": { "characters": 44, "cost": 0.0625 }]],
    expect = { message = "Audio generated successfully",
      data = { url = "https://media.test/s/2.mp3" },
      usage = { characters = 44, cost = 0.0625 } },
  },
  {
    name = "audio",
    body = envelope [["data": { "audio": "T2dnUwACAAA=", "format": "opus",
      "voice": "fable", "speed": 1.5, "character_count": 44 }]],
    expect = enveloped { data = { audio = "T2dnUwACAAA=", format = "opus",
      voice = "fable", speed = 1.5, character_count = 44 } },
  },
  {
    name = "audio_content",
    body = envelope [["data": { "audio_content": "UklGRiQAAAA=" }]],
    expect = { data = { audio = "UklGRiQAAAA=" } },
  },
  {
    name = "b64_json",
    body = envelope [["data": { "b64_json": "ZkxhQwAAACI=" }]],
    expect = { data = { audio = "ZkxhQwAAACI=" } },
  },
  {
    name = "address and audio",
    body = envelope [["data": { "audio_url": "https://media.test/s/3.wav",
      "audio": "UklGRg==" }]],
    expect = { data = { url = "https://media.test/s/3.wav",
      audio = "UklGRg==" } },
  },
}

add_to_each({ "create_transcription", "create_translation" }, function()
  return {
    {
      name = "verbose data",
      body = envelope [["data": { "text": "Mind the gap.", "language": "en",
        "duration": 1.75, "words": [{ "word": "Mind", "start": 0.25,
          "end": 0.5 }],
        "segments": [{ "id": 0, "start": 0, "end": 1.5,
          "text": "Mind the gap." }] },
        "usage": { "type": "audio", "seconds": 1.75 }]],
      expect = enveloped { usage = { type = "audio", seconds = 1.75 }, data = {
        text = "Mind the gap.", language = "en", duration = 1.75,
        words = { { word = "Mind", start = 0.25, ["end"] = 0.5 } },
        segments = { { id = 0, start = 0, ["end"] = 1.5,
          text = "Mind the gap." } } } },
    },
    {
      name = "text alone",
      body = envelope [["data": { "text": "Mind the gap.", "language": null,
        "words": null, "segments": null }]],
      expect = enveloped { data = { text = "Mind the gap." } },
    },
    {
      name = "text beside the envelope",
      body = envelope [["text": "Mind the gap.", "language": "en",
        "duration": 1.75, "words": [{ "word": "gap", "start": 1, "end": 1.5 }],
        "segments": [{ "start": 0.5, "end": 1.5, "text": "Mind the gap." }],
        "usage": { "duration_seconds": 1.75, "cost": 0.125 }]],
      expect = enveloped { usage = { duration_seconds = 1.75, cost = 0.125 },
        data = { text = "Mind the gap.", language = "en", duration = 1.75,
          words = { { word = "gap", start = 1, ["end"] = 1.5 } },
          segments = { { start = 0.5, ["end"] = 1.5,
            text = "Mind the gap." } } } },
    },
    {
      name = "text beside data that is null",
      body = envelope [["data": null, "text": "Mind the gap."]],
      expect = { data = { text = "Mind the gap." } },
    },
    {
      name = "data is the text",
      body = envelope [["data": "Mind the gap."]],
      expect = enveloped { data = { text = "Mind the gap." } },
    },
    {
      name = "bare object",
      body = [[{ "text": "Mind the gap." }]],
      expect = { success = true, data = { text = "Mind the gap." } },
      absent = { "request_id" },
    },
    {
      name = "silence",
      body = envelope [["data": { "text": "" }]],
      expect = { data = { text = "" } },
    },
    {
      name = "subtitles in an envelope",
      body = envelope [["data": {
        "text": "1\n00:00:00,250 --> 00:00:01,500\nMind the gap.\n" }]],
      expect = { data = {
        text = "1\n00:00:00,250 --> 00:00:01,500\nMind the gap.\n" } },
    },
    {
      name = "plain text",
      content_type = "text/plain; charset=utf-8",
      body = "Mind the gap \226\128\147 please.\n",
      expect = { success = true,
        data = { text = "Mind the gap \226\128\147 please.\n" } },
    },
    {
      name = "plain text that looks like JSON",
      content_type = "text/plain",
      body = "42",
      expect = { success = true, data = { text = "42" } },
    },
    {
      name = "bare subtitles",
      content_type = "text/vtt",
      body = "WEBVTT\n\n00:00.250 --> 00:01.500\nMind the gap.\n",
      expect = { success = true, data = {
        text = "WEBVTT\n\n00:00.250 --> 00:01.500\nMind the gap.\n" } },
    },
  }
end)

return kit.replies
