--- client:spent, indoxhub.Spent, indoxhub.Budget
local thrifty = client:with { budget = { tokens = 7 } }
for _ = 1, 2 do
  local reply, err = thrifty.chat:create { model = "openai/gpt-4o-mini",
    messages = { { role = "user", content = "What is 6 * 7?" } } }
  print(reply and reply.data or err and err.kind)
end
--> 6 * 7 is 42.
--> budget
print(thrifty:spent().tokens, thrifty:spent().requests)
--> 7	1
