--- Video replies: jobs, lists of jobs, and videos that came at once.

local errors = require "indoxhub.base.errors"
local reply = require "indoxhub.api.replies.reply"

local videos = {}

-- States of a job that has its result, in the words of all sorts of servers.
-- Any state that is not here and not below is one of a job that goes on.
local DONE = { completed = true, complete = true, succeeded = true,
  success = true, done = true, finished = true }

-- States of a job that will never have a result.
local FAILED, CANCELLED = "the job failed", "the job was cancelled"
local LOST = { failed = FAILED, failure = FAILED, error = FAILED,
  errored = FAILED, rejected = FAILED, cancelled = CANCELLED,
  canceled = CANCELLED, aborted = CANCELLED, expired = "the job has expired",
  timeout = "the job took too long", timedout = "the job took too long" }

-- Servers write them in any case, and some as "TIMED_OUT".
local function state_of(job)
  local status = job.status
  return type(status) == "string" and (status:lower():gsub("[%s_-]", "")) or ""
end

--- Whether a job has its result.
---@param job table
---@return boolean
function videos.is_done(job)
  return DONE[state_of(job)] == true
end

--- Why a job will never have a result, in the server's words where it gave
--- some; nil when it may have one.
---@param job table
---@return indoxhub.Error?
function videos.failure(job)
  local lost = LOST[state_of(job)]
  if not lost then
    return nil
  end
  local why = type(job.error) == "table" and job.error.message or job.error
  return errors.new("job_failed", type(why) == "string" and why:find("%S")
    and why or lost, { code = job.status })
end

--- Whether a body is the answer to a new video.
---@param body table
---@return boolean
function videos.is_reply(body)
  return type(body.data) == "table" or body.job_id ~= nil
    or body.request_id ~= nil or body.id ~= nil
end

--- `data` is a list of finished videos, or a job to wait for, whose id is in
--- any case in `data.job_id`.
---@param body table
---@return table
function videos.normalise(body)
  reply.envelope(body)
  local data = body.data
  if type(data) ~= "table" then
    data = { job_id = body.job_id, status = body.status }
  elseif data[1] == nil and data.url ~= nil and data.job_id == nil then
    data = { data }
  end
  if data[1] == nil then
    data.job_id = data.job_id or data.id or body.job_id or body.request_id
  end
  body.data = data
  return body
end

--- Whether a body describes a job.
---@param body table
---@return boolean
function videos.is_job(body)
  return body.status ~= nil or body.job_id ~= nil
    or type(body.data) == "table" and body.data.status ~= nil
end

--- A job as it is; one within an envelope is taken out of it.
---@param body table
---@return table
function videos.job(body)
  if body.status == nil and type(body.data) == "table"
    and body.data.status ~= nil then
    return body.data
  end
  body.job_id = body.job_id or body.id
  return body
end

-- A list of jobs wherever a body has it.
local function list_of(body)
  if body[1] ~= nil or next(body) == nil then
    return body
  end
  return type(body.jobs) == "table" and body.jobs
    or type(body.data) == "table" and body.data or nil
end

--- Whether a body lists jobs.
---@param body table
---@return boolean
function videos.is_list(body)
  return list_of(body) ~= nil
end

--- A list of jobs, with the number of all in `total`.
---@param body table
---@return table
function videos.list(body)
  local list = list_of(body)
  for name, value in pairs(body) do
    if type(name) == "string" and name ~= "jobs" and name ~= "data" then
      list[name] = value
    end
  end
  list.total = list.total or #list
  return list
end

return videos
