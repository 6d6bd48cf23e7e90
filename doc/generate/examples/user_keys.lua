--- client.user:create_api_key, client.user:api_keys,
--- client.user:revoke_api_key, client.user:enable_api_key,
--- client.user:delete_api_key
local key = indoxhub.assert(client.user:create_api_key {
  name = "build server", expiration_time = 90,
})
print(key.name, key.is_active)
--> build server	true
indoxhub.assert(client.user:revoke_api_key(key.id))
indoxhub.assert(client.user:enable_api_key(key.id))
local known = false
for _, one in ipairs(indoxhub.assert(client.user:api_keys()).keys) do
  known = known or one.id == key.id
end
print(known)
--> true
indoxhub.assert(client.user:delete_api_key(key.id))
