-- Has a video made, tells how far it is, and saves it:
--     lua examples/video.lua "a fox in the snow" fox.mp4
-- Ctrl-C gives it up, on the server too. A wait that breaks off can go on, with
-- the job's id in place of the prompt: lua examples/video.lua job:ID fox.mp4
local indoxhub = require "indoxhub"

local wanted, path = arg[1], arg[2]
if not path then
  io.stderr:write('usage: lua examples/video.lua "PROMPT" FILE\n')
  os.exit(2)
end

-- The key comes from INDOXHUB_API_KEY. Looks that fail are tried again.
local client = indoxhub.new { max_retries = 5 }
local id = wanted:match("^job:(.+)$")

io.stdout:setvbuf "line" -- shown at once, in a pipe too

local OPTIONS = {
  interval = 1,
  cancel_job = true,
  on_progress = function(job)
    if not id then
      id = job.job_id
      print("Job " .. id)
    end
    print(("%s, %d %%"):format(job.status, job.progress or 0))
  end,
}

local function film()
  if id then
    return client.videos:wait(id, OPTIONS)
  end
  return client.videos:generate({ prompt = wanted }, { wait = OPTIONS })
end

local task = indoxhub.spawn(film)
local ok, job, err = pcall(task.await, task)
if not ok then
  -- At Ctrl-C Lua raises "interrupted!" here; the task does not know of it.
  task:cancel()
  job, err = task:await()
end
if job then
  local saved = indoxhub.assert(client:save(job, path))
  print(("%s (%d bytes)"):format(path, saved.bytes))
  return
end
local given_up = err.cancelling and err.cancelling:await()
io.stderr:write(given_up and "Given up." or tostring(err), "\n")
if id and not given_up and err.kind ~= "job_failed" then
  io.stderr:write(("To go on: lua examples/video.lua job:%s %s\n"):format(id,
    path))
end
os.exit(given_up and 130 or 1)
