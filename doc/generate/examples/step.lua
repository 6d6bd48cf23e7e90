--- indoxhub.step, indoxhub.fd
local answer
indoxhub.spawn(function()
  answer = indoxhub.assert(client.chat:create {
    messages = { { role = "user", content = "What is 6 * 7?" } },
  }).data
end)
print(type(indoxhub.fd())) -- readable when there is something to do
--> number
while not answer do
  indoxhub.step(0.002) -- in each frame; never waits
end
print(answer)
--> 6 * 7 is 42.
