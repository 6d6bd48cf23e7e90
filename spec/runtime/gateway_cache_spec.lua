-- Answers that the gateway gives again.
local gateways = require "spec.runtime.gateway.server"
local keys = require "spec.runtime.gateway.keys"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local function answer(text)
  return servers.json('{"choices":[{"message":{"role":"assistant","content":"'
    .. text .. '"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,'
    .. '"completion_tokens":4,"total_tokens":7}}')
end

for _, place in ipairs { "Redis", "the memory of the machine" } do
  describe("gateway/cache in " .. place, function()
    local raw, store, gateway, key, other

    setup(function()
      raw = servers.raw()
      local rules = 'cache = { { seconds = 60, models = { "a/shared" }, ' ..
        'shared = true }, { seconds = 60, models = { "a/kept" } } }'
      if place == "Redis" then
        store = redis.start()
        key = keys.add(store)
        other = keys.add(store, { tokens_per_minute = 5000 })
      end
      local one, two = "", ""
      if not store then
        key, one = keys.option()
        other, two = keys.option()
      end
      gateway = gateways.start { redis = store, base = raw:base "v1",
        workers = 2, lua = ("{ %s, keys = { %s %s } }"):format(rules,
          one ~= "" and one .. "," or "", two) }
    end)

    teardown(function()
      assert.equal("", gateway:stop())
      raw:stop()
      if store then
        store:stop()
      end
    end)

    local asked = 0

    local function body(model, text)
      return { model = model, messages = { { role = "user",
        content = text } } }
    end

    -- How often the model was asked.
    local function count()
      return select(2, raw:got("v1"):gsub("POST ", ""))
    end

    local function ask(model, who, flags, text)
      local status, said, head = gateway:ask("/v1/chat/completions",
        { key = who or key, json = body(model, text or "x"), flags = flags })
      return status, status == 200 and said.choices[1].message.content,
        head:match "[Xx]%-[Gg]ateway%-[Cc]ache: (%w+)"
    end

    before_each(function()
      asked = count()
    end)

    it("gives an answer again to its own key only", function()
      raw:script("v1", answer "one")
      assert.same({ 200, "one", "miss" }, { ask "a/kept" })
      raw:script("v1", answer "two")
      assert.same({ 200, "one", "hit" }, { ask "a/kept" })
      assert.same({ 200, "two", "miss" }, { ask("a/kept", other) })
      assert.same({ 200, "two", "miss" }, { ask("a/kept", nil, nil, "y") })
      assert.equal(asked + 3, count())
    end)

    it("shares answers where a rule says so", function()
      raw:script("v1", answer "three")
      assert.same({ 200, "three", "miss" }, { ask "a/shared" })
      assert.same({ 200, "three", "hit" }, { ask("a/shared", other) })
      assert.equal(asked + 1, count())
    end)

    it("keeps nothing unless it is asked to", function()
      raw:script("v1", answer "four")
      assert.same({ 200, "four" }, { ask "a/plain" })
      assert.same({ 200, "four", "miss" }, {
        ask("a/plain", nil, "-H 'X-Gateway-Cache: 60'") })
      assert.same({ 200, "four", "hit" }, {
        ask("a/plain", nil, "-H 'X-Gateway-Cache: 60'") })
      assert.same({ 200, "four" }, { ask("a/kept", nil,
        "-H 'X-Gateway-Cache: 0'") })
      assert.equal(asked + 3, count())
    end)

    it("keeps no failure", function()
      raw:script("v1", servers.last_reply("400 Bad", "{}"))
      assert.equal(400, (ask("a/kept", nil, nil, "bad")))
      raw:script("v1", answer "five")
      assert.same({ 200, "five", "miss" }, { ask("a/kept", nil, nil,
        "bad") })
    end)

    it("has one of equal requests ask, and the others wait", function()
      raw:script("v1", { { "body" }, { "until", "go" },
        { "send", answer "six" } })
      local visits = {}
      for i = 1, 5 do
        visits[i] = gateway:visit("/v1/chat/completions", { key = key,
          json = body("a/kept", "wait") })
      end
      servers.wait_until(function()
        return count() == asked + 1
      end, "one to ask")
      raw:allow "go"
      for _, visit in ipairs(visits) do
        visit:wait()
        assert.truthy(visit:text():find('"six"', 1, true))
        visit:forget()
      end
      assert.equal(asked + 1, count())
    end)

    it("has another ask when the one that asked is gone", function()
      raw:script("v1", { { "body" }, { "hold" } })
      local first = gateway:visit("/v1/chat/completions", { key = key,
        json = body("a/kept", "gone") })
      servers.wait_until(function()
        return count() == asked + 1
      end, "one to ask")
      raw:script("v1", answer "seven")
      local second = gateway:visit("/v1/chat/completions", { key = key,
        json = body("a/kept", "gone") })
      first:leave()
      second:wait()
      assert.truthy(second:text():find('"seven"', 1, true))
      assert.equal(asked + 2, count())
      first:forget()
      second:forget()
    end)
  end)
end
