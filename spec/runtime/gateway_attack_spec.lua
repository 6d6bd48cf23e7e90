-- What hostile clients and upstreams try at the gateway.
local core = require "indoxhub.core"
local events = require "spec.support.events"
local files = require "spec.support.files"
local gateways = require "spec.runtime.gateway.server"
local json = require "indoxhub.base.json"
local keys = require "spec.runtime.gateway.keys"
local programs = require "spec.support.programs"
local redis = require "spec.support.redis"
local servers = require "spec.support.servers"

local QUESTION = { messages = { { role = "user", content = "x" } } }
local STREAM = { stream = true, messages = QUESTION.messages }
local ANSWER = servers.json('{"choices":[{"message":{"role":"assistant",'
  .. '"content":"x"},"finish_reason":"stop"}]}')

describe("gateway", function()
  local raw, gateway, key

  setup(function()
    raw = servers.raw()
    local option
    key, option = keys.option "calls_at_once = 3"
    gateway = gateways.start { base = raw:base "v1", lua =
      ("{ keys = { %s }, longest_answer = 1 }"):format(option) }
  end)

  teardown(function()
    assert.equal("", gateway:stop())
    raw:stop()
  end)

  local function ask(path, body, flags)
    return gateway:ask(path, { key = key, json = body, flags = flags })
  end

  -- Frees places as soon as they are not used: as many calls as there may be.
  local function has_all_places()
    raw:script("v1", ANSWER)
    for _ = 1, 5 do
      assert.equal(200, (ask("/v1/chat/completions", QUESTION)))
    end
  end

  it("ends answers of an upstream that never does", function()
    raw:script("v1", { { "body" }, { "hold" } })
    local status, body = ask("/v1/chat/completions", QUESTION)
    assert.equal(504, status)
    assert.equal("upstream_timeout", body.error.type)
    assert.equal(504, (ask("/v1/chat/completions", STREAM)))
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "hold" } })
    local text
    status, text = ask("/v1/chat/completions", STREAM)
    assert.equal(200, status)
    assert.truthy(text:find('"content":"one"', 1, true))
    assert.truthy(text:find('"type":"upstream_timeout"', 1, true))
    assert.is_nil(text:find("[DONE]", 1, true))
    assert.is_nil(text:find('"finish_reason":"', 1, true))
    has_all_places()
  end)

  it("lets a request take no longer for having several prompts", function()
    raw:script("v1", { { "body" }, { "sleep", 400 }, { "send", ANSWER },
      { "again" } })
    local prompts = { "a" }
    assert.equal(200, (ask("/v1/completions", { prompt = prompts })))
    for i = 1, 8 do
      prompts[i] = "a"
    end
    local status, body = ask("/v1/completions", { prompt = prompts })
    assert.equal(504, status)
    assert.equal("upstream_timeout", body.error.type)
    has_all_places()
  end)

  it("tells no answer for whole that broke off", function()
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "close" } })
    local _, text = ask("/v1/chat/completions", STREAM)
    assert.truthy(text:find('"type":"upstream_error"', 1, true))
    assert.is_nil(text:find("[DONE]", 1, true))
    has_all_places()
  end)

  it("sends nothing of a request in its headers, or to the upstream's",
  function()
    raw:script("v1", ANSWER)
    local body = { model = "a\r\nX-Evil: 1", messages = QUESTION.messages }
    local _, _, head = ask("/v1/chat/completions", body,
      "-H 'X-Request-Id: evil' -H 'X-Api-Key: evil' -H 'Cookie: evil=1' "
      .. "-H 'X-Forwarded-For: evil' -H 'traceparent: evil'")
    assert.is_nil(head:lower():find("evil", 1, true))
    local sent = raw:got("v1"):match "^.*(POST .-\r\n\r\n)"
    assert.is_nil(sent:lower():find("evil", 1, true))
    assert.is_nil(sent:find(key, 1, true))
    assert.truthy(sent:find("Bearer " .. gateways.UPSTREAM_KEY, 1, true))
  end)

  it("tells nothing of the upstream's key, whatever the upstream says",
  function()
    for _, status in ipairs { "400 Bad", "401 No", "403 No", "402 Pay",
      "404 None", "429 Slow", "500 Broken" } do
      raw:script("v1", servers.last_reply(status, json.encode { error = {
        message = "your key " .. gateways.UPSTREAM_KEY .. " is bad" } }))
      local _, body = ask("/v1/chat/completions", QUESTION, "-m 10")
      assert.is_nil(json.encode(body):find("s3cr3t", 1, true), status)
      assert.truthy(body.error.message)
    end
    assert.is_nil(gateway:log():find("s3cr3t", 1, true))
  end)

  it("keeps places of readers that hang up in any moment", function()
    raw:script("v1", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.delta "one" }, { "hold" } })
    for i = 1, 4 do
      ask("/v1/chat/completions", i % 2 == 0 and STREAM or QUESTION,
        "-H 'X-Stream-Linger: 0' -m 0.2")
      servers.wait_until(function()
        local status = ask("/v1/chat/completions", QUESTION, "-m 0.2")
        return status ~= 429
      end, "a place")
    end
    servers.wait_until(function()
      return raw:gone "v1" >= 8
    end, "all calls to be given up")
    has_all_places()
  end)

  it("leaves no file behind of speech whose client has gone", function()
    local folder = files.folder()
    assert(os.execute("chmod 777 " .. folder)) -- workers are of another user
    local sound = raw:script("sound", { { "hold" } }) .. "/a.mp3"
    local base = raw:script("speech", servers.json(json.encode {
      success = true, data = { audio_url = sound } }))
    local own, option = keys.option "calls_at_once = 1"
    local speaker = gateways.start { base = base, lua = ([[(function()
      local number = 0
      function os.tmpname()
        number = number + 1
        local name = "%s/" .. number
        assert(io.open(name, "w")):close()
        return name
      end
      return { keys = { %s } }
    end)()]]):format(folder, option) }
    local visit = speaker:visit("/v1/audio/speech", { key = own, json = {
      model = "openai/tts-1", input = "x", voice = "alloy" } })
    servers.wait_until(function()
      return raw:got("sound"):find "GET "
    end, "the download")
    assert.not_equal("", files.output("ls " .. folder))
    visit:leave()
    servers.wait_until(function()
      speaker:run "collectgarbage()" -- what was being written goes with it
      return files.output("ls " .. folder) == ""
    end, "the file to be removed")
    visit:forget()
    assert.equal("", speaker:stop())
    files.remove_folder(folder)
  end)

  it("answers files of forms as bytes, and never opens one of its own",
  function()
    for _, form in ipairs { "-F file=/etc/passwd -F model=x",
      "-F model=x" } do
      local status, body = gateway:ask("/v1/audio/transcriptions",
        { key = key, flags = form })
      assert.equal(400, status)
      assert.equal("file is required: the recording", body.error.message)
    end
    assert.equal(400, (gateway:ask("/v1/audio/transcriptions", { key = key,
      body = '{"file":"/etc/passwd"}' })))
  end)
end)

-- A key is 256 random bits, so nobody guesses one. What could help to is to be
-- told how near a guess is: by the answer, or by what is done for it, and so by
-- time. Times say little on a busy machine; here stands that the same is done.
describe("gateway of which keys are guessed", function()
  local GUESSES = 2000

  local raw, store, gateway, option, key

  setup(function()
    raw, store = servers.raw(), redis.start()
    local options
    option, options = keys.option()
    gateway = gateways.start { redis = store, base = raw:script("v1", ANSWER),
      lua = ("{ keys = { %s }, key_cache = 3600, redis_timeout = 10 }")
        :format(options) }
    key = keys.add(store)
  end)

  teardown(function()
    assert.equal("", gateway:stop())
    store:stop()
    raw:stop()
  end)

  local function ask(guess)
    return gateway:ask("/v1/chat/completions", { key = guess, json = QUESTION })
  end

  -- What a guess is told and what stands in the log, but for what is of each
  -- request.
  local function told_of(guess)
    local status, body, head = ask(guess)
    local id, logged = head:match "X%-Request%-Id: (%x+)", nil
    servers.wait_until(function()
      local list = gateway:accesses()
      logged = list[#list]
      return logged.id == id
    end, "a line in the log")
    logged.id = nil
    head = head:gsub("\nX%-Request%-Id: %x+", ""):gsub("\nDate: [^\r]+", "")
    return { status = status, body = body, head = head, logged = logged }
  end

  -- Commands of Redis from now on, as a function that returns those since.
  local function watch()
    local name = os.tmpname()
    local process = servers.start_silent(("redis-cli -p %s MONITOR >%s")
      :format(store.port, name))
    local seen, marks = 0, 0
    local function since()
      marks = marks + 1
      store:cli("ECHO mark" .. marks)
      local from, to
      servers.wait_until(function()
        from, to = files.read(name):find(('"ECHO" "mark%d"[^\n]*\n')
          :format(marks))
        return from
      end, "what Redis was asked")
      local list = {}
      for command in files.read(name):sub(seen + 1, from - 1)
        :gmatch "%] (\"[^\n]+)\n" do
        if not command:find '^"AUTH"' then -- of the shell's client
          list[#list + 1] = command
        end
      end
      seen = to
      return list
    end
    servers.wait_until(function()
      return files.read(name) == "OK\n"
    end, "MONITOR")
    since()
    return since, function()
      servers.kill(process)
      os.remove(name)
    end
  end

  -- All but the last digit of these keys is right; the rest has nothing of any.
  local function guesses()
    return { key:sub(1, -2) .. "f", option:sub(1, -2) .. "f",
      "ihg-" .. ("f"):rep(64), "ihg-" .. core.sha256(key) }
  end

  it("tells and does the same, however near they are", function()
    assert.equal(200, (ask(key)))
    assert.equal(200, (ask(option)))
    local expected = told_of("ihg-" .. ("e"):rep(64))
    assert.equal(401, expected.status)
    local since, stop = watch()
    for _, guess in ipairs(guesses()) do
      assert.same(expected, told_of(guess))
      local asked = since()
      assert.equal(1, #asked)
      -- Which has nothing of the guess: what is nearly the same is as far from
      -- it as any other.
      assert.equal(('"hgetall" "indoxhub:key:%s"'):format(core.sha256(guess)),
        asked[1])
      assert.is_nil(gateway:log():find(guess, 1, true))
      assert.is_nil(files.read(gateway.folder .. "/access.log")
        :find(guess, 1, true))
    end
    stop()
  end)

  it("does so without Redis", function()
    local token, options = keys.option()
    local alone = gateways.start { base = raw:base "v1",
      lua = ("{ keys = { %s } }"):format(options) }
    local function told(guess)
      local status, body = alone:ask("/v1/chat/completions", { key = guess,
        json = QUESTION })
      return { status, body }
    end
    assert.equal(200, told(token)[1])
    local far = told("ihg-" .. ("f"):rep(64))
    assert.equal(401, far[1])
    assert.same(far, told(token:sub(1, -2) .. "f"))
    assert.same(far, told(core.sha256(token)))
    assert.equal("", alone:stop())
  end)

  -- Entries of what the workers share, and of Redis.
  local function held()
    return gateway:run [[
      local counts = {}
      for _, name in ipairs { "keys", "limits", "metrics", "streams" } do
        counts[#counts + 1] = #ngx.shared["indoxhub_" .. name]:get_keys(0)
      end
      return table.concat(counts, " ") ]] .. " " .. store:cli "DBSIZE"
  end

  local function lookups()
    return tonumber(store:cli("INFO commandstats")
      :match "cmdstat_hgetall:calls=(%d+)")
  end

  -- Guesses beside us, 50 at the same time; the file gets a status of each.
  local function flood(name)
    local lines = { "parallel", "parallel-max = 50" }
    for i = 1, GUESSES do
      lines[#lines + 1] = ([[
%s
url = "%s/v1/models"
header = "Authorization: Bearer ihg-%064x"
output = /dev/null
silent
write-out = "%%{http_code}\n"]]):format(i > 1 and "next" or "", gateway.root,
        0xabc000 + i)
    end
    files.write(name .. ".list", table.concat(lines, "\n"))
    return servers.start_silent(("setpriv --pdeathsig KILL curl -K %s.list "
      .. ">%s 2>/dev/null"):format(name, name))
  end

  it("remembers none of them, and answers others meanwhile", function()
    assert.equal(200, (ask(key)))
    assert.equal(401, (gateway:ask("/v1/models", { key = ("f"):rep(64) })))
    local before, looked = held(), lookups()
    local name = os.tmpname()
    local process, asked = flood(name), 0
    repeat
      assert.equal(200, (ask(key)))
      asked = asked + 1
    until not programs.is_alive(process.pid)
    servers.kill(process)
    assert.is_true(asked > 1)
    assert.equal(GUESSES, select(2, files.read(name):gsub("401\n", "")))
    assert.equal(before, held())
    -- One look each; the key that is known was not thrown out for them.
    assert.equal(200, (ask(key)))
    assert.equal(looked + GUESSES, lookups())
    os.remove(name)
    os.remove(name .. ".list")
  end)

  it("knows one at once that was wrong before it was made", function()
    local token = "ihg-" .. ("d"):rep(64)
    assert.equal(401, (ask(token)))
    store:cli(("HSET indoxhub:key:%s name late"):format(core.sha256(token)))
    assert.equal(200, (ask(token)))
  end)
end)
