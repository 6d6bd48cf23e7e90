--- client.videos:jobs, client.videos:each_job, pages:next
indoxhub.assert(client.videos:generate { prompt = "fog" })
local list = indoxhub.assert(client.videos:jobs { limit = 1 })
print(#list, list.total >= 1)
--> 1	true
local count = 0
for job in client.videos:each_job { page_size = 5 } do
  count = count + (job.job_id and 1 or 0)
end
print(count == list.total)
--> true
local jobs = client.videos:each_job()
print(jobs:next().job_id ~= nil)
--> true
