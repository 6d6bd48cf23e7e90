-- Scenes of answers that are recorded, and played where nobody answers.
local core = require "indoxhub.core"
local indoxhub = require "indoxhub"
local kit = require "spec.runtime.scenes.kit"

local MESSAGES, ANSWER = kit.MESSAGES, kit.ANSWER
local same, need, contains, read = kit.same, kit.need, kit.contains, kit.read
local list, scene = kit.list()

local NOBODY = "http://127.0.0.1:1"

-- Runs a function with a client of the sandbox that records, and one that plays
-- that. What was recorded is gone after it.
local function with_folder(setup, headers, fn)
  local folder = os.tmpname()
  os.remove(folder)
  local client = kit.sandbox(setup, headers):with { record = folder }
  fn(client, client:with { base_url = NOBODY, record_mode = "replay" })
  for _, name in ipairs(need(core.list_folder(folder))) do
    os.remove(folder .. "/" .. name)
  end
  os.remove(folder)
end

local function ask(client)
  return client.chat:create { messages = MESSAGES }
end

scene("a recorded chat", function(setup)
  with_folder(setup, nil, function(client, player)
    same(ANSWER, need(ask(client)).data, "live")
    for _, who in ipairs { client, player } do
      local reply = need(ask(who))
      same(ANSWER, reply.data, "played")
      same(7, reply.usage.tokens_total, "tokens")
      same(true, indoxhub.meta(reply).recorded, "recorded")
    end
  end)
end)

scene("a recorded stream", function(setup)
  with_folder(setup, { ["X-Sandbox-Pace"] = "0.002" }, function(client, player)
    local pieces = need(read(need(client.chat:stream {
      messages = MESSAGES })))
    local stream = need(player.chat:stream { messages = MESSAGES })
    same(table.concat(pieces, "|"), table.concat(need(read(stream)), "|"),
      "pieces")
    same(ANSWER, need(stream:reply()).data, "data")
  end)
end)

scene("siblings beside a recorded stream", function(setup)
  local question = { messages = { { role = "user",
    content = "Count to 30" } } }
  with_folder(setup, { ["X-Sandbox-Pace"] = "0.002" }, function(client, player)
    need(read(need(client.chat:stream(question))))
    local slow, before = player:with { record_pace = 1000 }, setup.ticks()
    local task = indoxhub.spawn(function()
      return read(need(slow.chat:stream(question)))
    end)
    kit.wait_until(function()
      return setup.ticks() - before >= 5
    end, "the sibling")
    task:cancel()
    local _, err = task:await()
    same("cancelled", err.kind, "kind")
  end)
end)

scene("a recorded stream that is closed, or cancelled", function(setup)
  with_folder(setup, { ["X-Sandbox-Pace"] = "0.002" }, function(client, player)
    local question = { messages = { { role = "user",
      content = "Count to 30" } } }
    need(read(need(client.chat:stream(question))))
    local slow = player:with { record_pace = 1000 }
    local stream = need(slow.chat:stream(question))
    stream:close()
    local _, err = stream:reply()
    same("cancelled", err.kind, "closed")
    local begun
    local task = indoxhub.spawn(function()
      local one = need(slow.chat:stream(question))
      begun = true
      return read(one)
    end)
    kit.wait_until(function() return begun end, "a stream")
    task:cancel()
    _, err = task:await()
    same("cancelled", err.kind, "cancelled")
  end)
end)

scene("fifty recorded answers at once", function(setup)
  with_folder(setup, nil, function(client, player)
    need(ask(client))
    local calls = {}
    for i = 1, 50 do
      calls[i] = function() return ask(player) end
    end
    local replies = need(indoxhub.gather(calls))
    for i = 1, 50 do
      same(ANSWER, replies[i].data, "data")
    end
  end)
end)

scene("recorded bytes that are sent, and fetched", function(setup)
  with_folder(setup, nil, function(client, player)
    local path = os.tmpname()
    for _, who in ipairs { client, player } do
      local heard = need(who.audio:transcribe {
        file = indoxhub.bytes(("x"):rep(300000), "talk.mp3") })
      contains(heard.data.text, "(300000 bytes) from talk.mp3")
      local drawn = need(who.images:generate { prompt = "a fox" })
      need(who:save(drawn, path))
    end
    os.remove(path)
  end)
end)

scene("what was not recorded", function(setup)
  with_folder(setup, nil, function(client, player)
    need(ask(client))
    local reply, err = player.chat:create { messages = { { role = "user",
      content = "What is 6 * 8?" } } }
    same(nil, reply, "reply")
    same("not_recorded", err.kind, "kind")
    contains(err.message, 'recorded, not "What is 6 * 8?"')
  end)
end)

return list
