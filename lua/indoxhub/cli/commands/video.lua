--- `indoxhub video`: films, or goes on with a video that was begun.

local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local input = require "indoxhub.cli.shared.input"
local interrupt = require "indoxhub.cli.shared.interrupt"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local progress = require "indoxhub.cli.shared.progress"
local result_file = require "indoxhub.cli.shared.result_file"
local tables = require "indoxhub.cli.shared.tables"

-- Outside of tasks: what is still to be done when its task was cancelled needs
-- another one.
local video = { outside = true }

--- Adds the command to the parser.
function video.describe(parser)
  local command = parser:command("video", "Film, or list and get videos.")
    :epilog [[
Examples:
  indoxhub video "a ferry leaves the harbour" -o ferry.mp4
  indoxhub video "the fox runs" --image fox.png --duration 8 -o run.mp4
  indoxhub video "a ferry" --no-wait          (prints the id of the job)
  indoxhub video --job vj_12ab -o ferry.mp4   (waits for it)
  indoxhub video --jobs                       (lists them)
  indoxhub video --cancel vj_12ab

Ctrl-C ends the waiting; the job goes on, unless --cancel-job was given.]]
  options.add_words(command, "prompt", "What to film; - or nothing: stdin.")
  options.add_model(command)
  command:option("--image", "First picture, a file or a URL.")
    :argname("<file>")
  command:option("--duration", "Seconds."):argname("<n>")
    :convert(options.count "--duration")
  command:option("--size", "Such as 1280x720."):argname("<size>")
  options.add_output(command)
  command:option("--job", "Wait for this job."):argname("<id>")
  command:flag("--no-wait", "Print the job's id, and do not wait.")
  command:flag("--cancel-job", "Give the job up when Ctrl-C or --timeout end "
    .. "the waiting.")
  command:flag("--jobs", "List your jobs.")
  command:option("--cancel", "Give this job up."):argname("<id>")
  options.add_common(command, "Seconds to wait for the video.")
end

---------------------------------------------------------------------------
-- jobs that are there

local function list_jobs(client, given)
  local list, err = tables.items(client.videos:each_job())
  if not list then
    return nil, err
  elseif given.json then
    return output.json(indoxhub.array(list))
  end
  return output.table(tables.text({ { "job_id", "JOB" },
    { "status", "STATUS" }, { "progress", "%" }, { "created_at", "CREATED" },
    { "prompt", "PROMPT" } }, list))
end

local function cancel(client, given)
  local reply, err = client.videos:cancel(given.cancel)
  if not reply then
    return nil, err
  elseif given.json then
    return output.json(reply)
  end
  output.note(("Job %s is cancelled."):format(given.cancel))
  return true
end

---------------------------------------------------------------------------
-- waiting

-- As a shell takes it for one word.
local function quoted(word)
  return word:find("^[%w_./-]+$") and word
    or "'" .. word:gsub("'", [['\'']]) .. "'"
end

local function how_to_go_on(id, given)
  output.note(("The job goes on. To wait for it again:\n  indoxhub video "
    .. "--job %s%s"):format(quoted(id),
    given.output and " -o " .. quoted(given.output) or ""))
end

local function wait(client, id, given)
  local bar = progress.new("Filming")
  bar:show(0, "waiting")
  local clock = indoxhub.spawn(bar.keep_time, bar)
  local job, err = client.videos:wait(id, { timeout = given.timeout,
    cancel_job = given.cancel_job,
    on_progress = function(state)
      bar:show((tonumber(state.progress) or 0) / 100, tostring(state.status))
    end })
  clock:cancel()
  progress.clear()
  local goes_on = err and err.kind ~= "job_failed" and err.kind ~= "not_found"
    and not given.cancel_job
  if goes_on then
    how_to_go_on(id, given)
  end
  return job, err
end

local function deliver(client, items, given, name)
  return result_file.put(client, given, { items = items,
    shown = items[2] and items or items[1], text = name, kind = "video" })
end

local function wait_for(client, id, given, name)
  local job, err = wait(client, id, given)
  if not job then
    return nil, err
  end
  return deliver(client, { job }, given, name or job.prompt or id)
end

---------------------------------------------------------------------------
-- a new one

local function generate(client, given, prompt)
  local fields, err = options.fields("videos", "generate", { prompt = prompt,
    duration = given.duration, size = given.size,
    input_image = given.image and options.media(given.image) }, given)
  err = err or result_file.check(given, 1)
  if err then
    return nil, err
  end
  return client.videos:generate(fields)
end

-- What is begun is paid, so its id must not be lost.
local function show_job(reply, id, given)
  local ok, err
  if given.json then
    ok, err = output.json(reply)
  else
    ok, err = output.line(id)
  end
  if not ok then
    how_to_go_on(id, given)
  end
  return ok, err
end

local function film(client, given)
  local prompt, err = input.text(given.prompt, "description of the video")
  local reply
  if prompt then
    reply, err = generate(client, given, prompt)
  end
  if not reply then
    return nil, err
  end
  local id = reply.data.job_id
  if not id then
    return deliver(client, reply.data, given, prompt)
  end
  id = tostring(id)
  if given.no_wait then
    return show_job(reply, id, given)
  end
  output.note("Job " .. id)
  return wait_for(client, id, given, prompt)
end

local function conflict(given)
  local has_prompt = given.prompt[1] ~= nil
  local ways = (given.job and 1 or 0) + (given.jobs and 1 or 0)
    + (given.cancel and 1 or 0) + (has_prompt and 1 or 0)
  if ways > 1 then
    return "a description, --job, --jobs and --cancel are four different "
      .. "things: choose one"
  elseif given.no_wait and given.cancel_job then
    return "--cancel-job is for waiting, which --no-wait does not do"
  end
end

local function run(given)
  local wrong = conflict(given)
  local err = wrong and exit.usage(wrong)
    or given.job and result_file.check(given, 1)
  if err then
    return nil, err
  end
  -- --timeout is for the whole waiting.
  local client = options.client { base_url = given.base_url,
    auth = given.auth, record = given.record, record_mode = given.record_mode }
  if given.jobs then
    return list_jobs(client, given)
  elseif given.cancel then
    return cancel(client, given)
  elseif given.job then
    return wait_for(client, given.job, given)
  end
  return film(client, given)
end

-- Waits until the server has been told to give a job up.
local function settle(err)
  local _, failure = err.cancelling:await()
  if failure then
    output.note(("The job %s could not be cancelled: %s"):format(
      err.job.job_id, tostring(failure)))
  else
    output.note(("The job %s is cancelled."):format(err.job.job_id))
  end
end

--- Runs the command. Returns its exit code.
function video.run(given)
  interrupt.catch(true)
  local ok, err = interrupt.run(run, given)
  if err and err.cancelling then
    settle(err)
  end
  return ok and 0 or exit.with(err)
end

return video
