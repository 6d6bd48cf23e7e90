--- Rows of what is seen and heard: images, audio and videos. What a row says
--- stands in init.lua.

local shared = require "indoxhub.api.endpoints.shared"

local MODEL, PROVIDER = shared.MODEL, shared.PROVIDER
local EXTRA, BYOK = shared.EXTRA, shared.BYOK
local list = shared.list

-- How long what is drawn, and what is filmed or spoken, may take.
local IMAGE_SECONDS, MEDIA_SECONDS = 600, 1200

-- What the two calls that listen to speech have in common.
local SPEECH = {
  { "file", "file", required = true,
    about = "path of the recording, or what indoxhub.file, bytes or reader " ..
      "gave" },
  MODEL, PROVIDER,
  { "prompt", "string", about = "a text that shows style or spelling" },
  { "response_format", "string",
    one_of = { "json", "text", "srt", "verbose_json", "vtt" },
    about = "what to write: JSON with the text, or subtitles",
    default = '"json"' },
  { "temperature", "number", range = { 0, 1 },
    about = "how much chance there is in the answer", default = "0" },
  BYOK,
}

return {
  {
    resource = "images", name = "generate", operation = "create_image",
    http = "POST", path = "images/generations", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "what to draw" } }, MODEL, PROVIDER, {
      { "size", "string", about = 'pixels, such as "1024x1024"' },
      { "n", "integer", about = "how many images" },
      { "quality", "string", about = 'such as "hd"' },
      { "style", "string", about = 'such as "vivid"' },
      { "response_format", "string",
        about = 'how the images come: "url" or "b64_json"' },
      { "user", "string", about = "your name for the end user" },
      { "background", "string",
        about = 'OpenAI: "transparent", "opaque" or "auto"' },
      { "moderation", "string", about = 'OpenAI: "low" or "auto"' },
      { "output_compression", "integer",
        about = "OpenAI: percent, from 0 to 100" },
      { "output_format", "string", about = 'OpenAI: "png", "jpeg" or "webp"' },
      { "negative_prompt", "string", about = "Google: what not to draw" },
      { "guidance_scale", "number",
        about = "Google: how closely to follow the prompt" },
      { "seed", "integer", about = "Google: the same seed draws the same" },
      { "safety_filter_level", "string",
        about = "Google: how much to leave out" },
      { "person_generation", "string",
        about = 'Google: "dont_allow", "allow_adult" or "allow_all"' },
      { "include_safety_attributes", "boolean",
        about = "Google: tell how safe each image is" },
      { "include_rai_reason", "boolean",
        about = "Google: tell why an image was left out" },
      { "language", "string", about = "Google: the language of the prompt" },
      { "output_mime_type", "string",
        about = 'Google: such as "image/png"' },
      { "add_watermark", "boolean",
        about = "Google: whether there is a watermark" },
      { "enhance_prompt", "boolean",
        about = "Google: whether to improve the prompt" },
      { "aspect_ratio", "string", about = 'Google: such as "16:9"' },
    }, EXTRA, BYOK),
    extra = "additional_params", first_byte = IMAGE_SECONDS, reply = "images",
    summary = "Asks a model to draw.", returns = "indoxhub.ImageResponse",
    source = "client-methods.txt, api-reference.md (Create Image)",
  },
  {
    resource = "audio", name = "speak", operation = "create_text_to_speech",
    http = "POST", path = "audio/tts/generations", key = "required",
    params = list({ { "input", "string", required = true,
      about = "the text to speak" } }, MODEL, PROVIDER, {
      { "voice", "string", about = 'such as "alloy"' },
      { "instructions", "string", about = "how to speak" },
      { "response_format", "string", about = 'such as "wav"',
        default = '"mp3"' },
      { "speed", "number", range = { 0.25, 4 }, about = "1 is normal" },
    }, EXTRA, BYOK),
    extra = "additional_params", first_byte = MEDIA_SECONDS, reply = "speech",
    summary = "Has a text spoken.", returns = "indoxhub.AudioResponse",
    source = "client-methods.txt, api-reference.md (Create Text To Speech)",
  },
  {
    resource = "audio", name = "transcribe", operation = "create_transcription",
    http = "POST", path = "audio/stt/transcriptions", key = "required",
    place = "form",
    params = list(SPEECH, {
      { "language", "string",
        about = 'the language that is spoken, such as "en"' },
      { "timestamp_granularities", "strings",
        about = 'what to tell the times of: a list of "word" and "segment"' },
    }),
    first_byte = MEDIA_SECONDS, reply = "transcript",
    summary = "Writes down what a recording says.",
    returns = "indoxhub.TranscriptResponse",
    source = "client-methods.txt, api-reference.md (Create Transcription)",
  },
  {
    resource = "audio", name = "translate", operation = "create_translation",
    http = "POST", path = "audio/stt/translations", key = "required",
    place = "form", params = list(SPEECH),
    first_byte = MEDIA_SECONDS, reply = "transcript",
    summary = "Writes down in English what a recording says.",
    returns = "indoxhub.TranscriptResponse",
    source = "client-methods.txt, api-reference.md (Create Translation)",
  },
  {
    resource = "videos", name = "generate", operation = "create_video",
    http = "POST", path = "videos/generations", key = "required",
    params = list({ { "prompt", "string", required = true,
      about = "what to film" } }, MODEL, PROVIDER, {
      { "aspect_ratio", "string", about = 'such as "16:9"' },
      { "resolution", "string", about = 'such as "720p"' },
      { "duration", "integer", about = "seconds" },
      { "n", "integer", about = "how many videos" },
      { "size", "string", about = 'pixels, such as "1280x720"' },
      { "input_image", "media", about = "the first picture" },
      { "reference_image", "media", about = "a picture to follow" },
      { "reference_images", "media_list", about = "up to three of them" },
      { "generate_audio", "boolean", about = "whether it has sound" },
      { "negative_prompt", "string", about = "what not to film" },
      { "person_generation", "string",
        about = 'Google: "dont_allow", "allow_adult" or "allow_all"' },
      { "last_frame", "media", about = "the last picture" },
      { "video", "media", about = "a video to go on from" },
      { "response_format", "string",
        about = 'how the videos come: "url" or "b64_json"' },
    }, EXTRA, BYOK),
    extra = "additional_params", first_byte = MEDIA_SECONDS, reply = "video",
    summary = "Begins a video. Most models answer with a job to wait for.",
    returns = "indoxhub.VideoResponse",
    source = "client-methods.txt, api-reference.md (Create Video)",
  },
  {
    resource = "videos", name = "job", operation = "get_video_job_status",
    http = "GET", path = "videos/jobs/{job_id}", key = "required",
    reply = "job", summary = "Tells how far a video is.",
    returns = "indoxhub.VideoJobStatus",
    source = "response-schemas.txt (VideoJobStatus)",
  },
  {
    resource = "videos", name = "jobs", operation = "get_user_video_jobs",
    http = "GET", path = "videos/jobs", key = "required", place = "query",
    params = {
      { "limit", "integer", about = "most jobs to list" },
      { "skip", "integer", about = "jobs to leave out before them" },
    },
    reply = "jobs", summary = "Lists your videos.",
    returns = "indoxhub.VideoJobList",
    source = "client-methods.txt, api-reference.md (Get User Video Jobs)",
  },
  {
    resource = "videos", name = "cancel", operation = "cancel_video_job",
    http = "POST", path = "videos/jobs/{job_id}/cancel", key = "required",
    reply = "cancelled_job", summary = "Gives a video up.",
    returns = "indoxhub.CancelledJob",
    source = "client-methods.txt, api-reference.md (Cancel Video Job)",
  },
}
