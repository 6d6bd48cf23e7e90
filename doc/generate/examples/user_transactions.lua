--- client.user:transactions, client.user:each_transaction
local reply = indoxhub.assert(client.user:transactions { limit = 5 })
print(#reply.transactions <= 5)
--> true
local count = 0
for item in client.user:each_transaction() do
  count = count + (item.amount and 1 or 0)
end
print(count == reply.total_count)
--> true
