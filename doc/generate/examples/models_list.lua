--- client.models:list, client.models:provider, client.models:get
local providers = indoxhub.assert(client.models:list())
local first = providers[1]
print(type(first.id), #first.models > 0)
--> string	true
print(indoxhub.assert(client.models:provider(first.id)).id == first.id)
--> true
local model = indoxhub.assert(client.models:get "openai/gpt-4o-mini")
print(model.modelName)
--> gpt-4o-mini
