--- client.videos:wait, client.videos:job, client.videos:cancel
local made = indoxhub.assert(client.videos:generate { prompt = "fog" })
local id = made.data.job_id
local seen = indoxhub.assert(client.videos:job(id))
print(seen.job_id == id)
--> true
local done = indoxhub.assert(client.videos:wait(id, { interval = 0.1 }))
print(done.status, done.progress)
--> completed	100
local other = indoxhub.assert(client.videos:generate { prompt = "rain" })
indoxhub.assert(client.videos:cancel(other.data.job_id))
