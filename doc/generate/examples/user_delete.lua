--- client.user:delete_account
local other = client:with { api_key = "indox-of-somebody-else" }
print(other.user:delete_account { confirm = true } ~= nil)
--> true
