-- Uses each helper of the library once, against the sandbox.
local SCHEMA = { type = "object", properties = {} }

local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }

local function talk(indoxhub, client, name)
  local made = client:conversation { model = "openai/gpt-4o-mini" }
  assert(made:send "What is 6 * 7?")
  assert(made:save(name))
  assert(indoxhub.load_conversation(client, name))
  indoxhub.tool { name = "a" }
end

local function structured(client)
  assert(client.chat:create({ messages = MESSAGES }, { schema = SCHEMA })
    .parsed)
  local stream = assert(client.chat:stream({ messages = MESSAGES },
    { schema = SCHEMA }))
  assert(select(2, stream:next_element "a").kind == "schema")
end

local function vectors(indoxhub, client)
  assert(indoxhub.top_k(indoxhub.vector { 1 },
    indoxhub.vectors.matrix { { 1 } }, 1))
  assert(client.embeddings:batch { text = { "a", "b" } })
end

local function lists(indoxhub, client, name)
  assert(not select(2, indoxhub.map({ 1 }, tostring, { resume = name })))
  assert(client.videos:each_job():next())
  assert(client.user:each_transaction():next())
  assert(client.analytics:query():fetch()):table()
end

local function media(client, name)
  local image = assert(client.images:generate { prompt = "a" })
  assert(client:save(image, name))
  assert(client.videos:generate({ prompt = "a" },
    { wait = { interval = 0.01 },
      headers = { ["X-Sandbox-Job-Seconds"] = "0.1" } }))
end

local function recorded(client, name)
  for _ = 1, 2 do
    assert(client:with { record = name }.chat:create { messages = MESSAGES })
  end
  os.execute("rm -r " .. name)
end

local function tools_of_others(indoxhub, client)
  local base = tostring(client):match("%((.*)%)")
  local server = indoxhub.mcp { url = base .. "/mcp" }
  assert(#assert(server:tools()) > 0)
  server:close()
end

return function(indoxhub, client)
  local name = os.tmpname()
  local names = { name, name .. ".map", name .. ".png" }
  talk(indoxhub, client, names[1])
  structured(client)
  media(client, names[3])
  lists(indoxhub, client, names[2]) -- also of the job that has made a video
  vectors(indoxhub, client)
  recorded(client, name .. ".recorded")
  tools_of_others(indoxhub, client)
  for _, one in ipairs(names) do
    os.remove(one)
  end
end
