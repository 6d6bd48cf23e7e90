--- Videos: jobs that get on with the clock, are cancelled, or fail.
--
-- A job fails when its prompt has the word "fail", or when that was asked for.

local calls = require "indoxhub.sandbox.calls"
local envelope = require "indoxhub.sandbox.shapes.envelope"
local json = require "indoxhub.base.json"
local media = require "indoxhub.sandbox.media"
local refusals = require "indoxhub.sandbox.refusals"
local replies = require "indoxhub.sandbox.replies"
local states = require "indoxhub.sandbox.state"

local videos = {}

local USUAL_SECONDS = 4
local COST_PER_SECOND = 0.1
-- Parts of a job's life after which it starts, fails, or is stuck.
local STARTS, FAILS, STICKS = 0.2, 0.6, 0.5

local FAILURE = "The provider does not film this prompt"

-- Names of states in the rival vocabulary.
local QUEUED = { pending = "queued", in_progress = "processing" }

local function wants_failure(request)
  return request.context.job == "fail"
    or request.fields.prompt:lower():find("%f[%a]fail%f[%A]") ~= nil
end

-- One result per video asked for, each with an address here.
local function results_of(state, request)
  local fields, results = request.fields, {}
  local seconds = fields.duration or USUAL_SECONDS
  for i = 1, fields.n or 1 do
    local function make()
      return media.mp4(fields.prompt .. i, seconds)
    end
    local path = states.add_file(state, "mp4", make)
    results[i] = { url = "http://" .. request.host .. path,
      file_size = #make(), content_type = "video/mp4",
      file_name = path:match("[^/]+$"), duration = seconds }
  end
  return results
end

-- Where a job is: state, progress, and seconds since it began or ended.
local function progress_of(job, now)
  local part = job.life > 0 and (now - job.started) / job.life or 1
  part = math.min(part, job.ends == "stuck" and STICKS or 1)
  if job.cancelled then
    return "cancelled", job.cancelled
  elseif job.ends == "fail" and part >= FAILS then
    return "failed", math.floor(FAILS * 100)
  elseif part >= 1 then
    return "completed", 100
  elseif part < STARTS then
    return "pending", 0
  end
  return "in_progress", math.floor(part * 100)
end

local function result_of(job, shape)
  local first = job.results[1]
  if shape.data then
    return { data = job.results, model = job.call.provider .. "/"
      .. job.call.model, created = job.call.created }
  elseif shape.url then
    return { url = first.url }
  end
  return { video_url = first.url, file_size = first.file_size,
    content_type = first.content_type, duration = first.duration }
end

local function describe(state, job, shape)
  local status, progress = progress_of(job, state.clock())
  local completed = status == "completed"
  return {
    job_id = job.id, progress = progress,
    status = shape.queued and QUEUED[status] or status,
    provider = job.call.provider, model = job.call.model, prompt = job.prompt,
    created_at = states.stamp(job.call.created), updated_at = states.stamp(),
    completed_at = completed
      and states.stamp(math.floor(job.call.created + job.life)) or json.null,
    result = completed and result_of(job, shape) or json.null,
    error = status == "failed" and FAILURE or json.null,
  }
end

local function begin_job(state, request, call, results)
  local context = request.context
  local job = { call = call, prompt = request.fields.prompt, results = results,
    life = context.job_seconds, started = state.clock(),
    ends = wants_failure(request) and "fail" or context.job,
    id = context.shape.noid and call.id or "vj_" .. states.random(12) }
  table.insert(request.account.jobs, job)
  local data = { status = context.shape.queued and "queued" or "pending",
    is_async = true }
  if not context.shape.noid then
    data.job_id, data.provider_video_id = job.id, "video_" .. states.random(8)
  end
  return data
end

--- POST /videos/generations
function videos.create(state, request)
  local call = calls.begin(state, request, "video")
  if not call then
    return
  end
  local fields, shape = request.fields, request.context.shape
  call.cost = COST_PER_SECOND * (fields.duration or USUAL_SECONDS)
    * (fields.n or 1)
  local results = results_of(state, request)
  if shape.sync and not request:pause(request.context.job_seconds) then
    return
  end
  calls.charge(state, request, call, fields.prompt, results[1].url)
  local data = shape.sync and results
    or begin_job(state, request, call, results)
  replies.json(request, envelope.around(call, data), call.id)
end

-- The job a path names; nil when the account has none such, and the refusal
-- sent.
local function job_of(state, request)
  for _, job in ipairs(request.account.jobs) do
    if job.id == request.arguments.job_id then
      return job
    end
  end
  refusals.refuse(state, request, 404, "Video job not found")
end

--- GET /videos/jobs/{job_id}
function videos.job(state, request)
  local job = job_of(state, request)
  if job then
    replies.json(request, describe(state, job, request.context.shape))
  end
end

--- GET /videos/jobs: the newest first.
function videos.jobs(state, request)
  local jobs, list = request.account.jobs, json.array()
  local limit, skip = request.fields.limit or 20, request.fields.skip or 0
  for i = #jobs - skip, math.max(1, #jobs - skip - limit + 1), -1 do
    list[#list + 1] = describe(state, jobs[i], request.context.shape)
  end
  replies.json(request, request.context.shape.array and list
    or { jobs = list, total = #jobs, limit = limit, skip = skip })
end

--- POST /videos/jobs/{job_id}/cancel
function videos.cancel(state, request)
  local job = job_of(state, request)
  if not job then
    return
  end
  local status, progress = progress_of(job, state.clock())
  if status ~= "pending" and status ~= "in_progress" then
    return refusals.refuse(state, request, 400,
      ("Job is already %s"):format(status))
  end
  job.cancelled = progress
  replies.json(request, { success = true,
    message = ("Job %s cancelled"):format(job.id) })
end

return videos
