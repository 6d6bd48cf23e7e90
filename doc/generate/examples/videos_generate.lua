--- client.videos:generate, indoxhub.VideoOptions, indoxhub.WaitOptions
local job = indoxhub.assert(client.videos:generate({
  prompt = "A lighthouse in the fog", duration = 4,
}, {
  wait = { interval = 0.1, on_progress = function(seen)
    assert(seen.progress <= 100)
  end },
}))
print(job.status)
--> completed
local name = os.tmpname()
print(indoxhub.assert(client:save(job, name)).content_type)
--> video/mp4
os.remove(name)
