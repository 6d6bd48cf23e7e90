--- Reply kinds of the endpoint table, and what makes a reply of each.
--
--   make(body, operation)   turns the decoded body into the reply to a call; or
--                    nil, what is wrong, and a name for it
--   is_failure(body) whether a body of status 200 tells of a failure
--   is_reply(body)   whether it looks like a reply at all; nil: any body does
--   may_be_empty     an empty body is an empty table
--   decode(text, operation, answer)   in place of json.decode
--   is_verbatim      decode gets every byte of the body, also of an empty one
--   is_text          it is generated text: the rest is for failures only, and
--                    api/dialects reads it

local audio = require "indoxhub.api.replies.audio"
local embeddings = require "indoxhub.api.replies.embeddings"
local failure = require "indoxhub.api.reading.failure"
local images = require "indoxhub.api.replies.images"
local models = require "indoxhub.api.replies.models"
local videos = require "indoxhub.api.replies.videos"

local function as_it_is(body)
  return body
end

-- Fields of a body that is an error and nothing else.
local OF_ERRORS = { error = true, detail = true, message = true, code = true,
  status = true, status_code = true, type = true, request_id = true,
  success = true, details = true }

-- Bodies of any endpoint may have a status and an error of their own, such as
-- those of a job that failed. An object that describes an error, beside nothing
-- else, is no answer of any.
local function says_so(body)
  local is_error = type(body.error) == "table" and failure.is_told(body)
  for name in pairs(is_error and body or {}) do
    is_error = is_error and OF_ERRORS[name] == true
  end
  return is_error or body.success == false
end

-- What is returned as it is, whatever it tells, is refused only when it is
-- nothing of what was asked for.
local function unless(is_reply)
  return function(body)
    return body.success == false and not is_reply(body)
  end
end

local function never()
  return false
end

local function generation(make, is_reply)
  return { make = make, is_reply = is_reply,
    is_failure = failure.is_of_generation }
end

local function catalogue(make, is_reply)
  return { make = make, is_reply = is_reply, is_failure = failure.is_told }
end

local answer = { is_text = true, is_failure = failure.is_of_generation }
local transcript = generation(audio.transcript, audio.is_transcript)
transcript.decode, transcript.is_verbatim = audio.decode, true
local lists = generation(embeddings.normalise, embeddings.is_reply)
lists.decode = embeddings.decode_lists
local vectors = generation(embeddings.normalise_float32, embeddings.is_reply)
vectors.decode = embeddings.decode

return {
  chat = answer, completion = answer,
  embeddings = lists, vectors = vectors,
  images = generation(images.normalise, images.is_reply),
  speech = generation(audio.speech, audio.is_speech),
  transcript = transcript,
  video = generation(videos.normalise, videos.is_reply),
  job = { make = videos.job, is_reply = videos.is_job,
    is_failure = unless(videos.is_job) },
  jobs = { make = videos.list, is_reply = videos.is_list,
    is_failure = unless(videos.is_list) },
  cancelled_job = { make = as_it_is, is_failure = never, may_be_empty = true },
  providers = catalogue(models.providers, models.is_list),
  provider = catalogue(models.provider, models.is_one),
  model = catalogue(models.model, models.is_one),
  model_list = catalogue(models.model_list, models.is_model_list),
  trending = catalogue(models.model_list, models.is_model_list),
  plain = { make = as_it_is, is_failure = says_so, may_be_empty = true },
}
