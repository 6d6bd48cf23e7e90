-- Whatever a server does, one time after the other: who is asked, how often,
-- and what is told and counted of it. What is to be is worked out beside it.
local events = require "spec.support.events"
local fallbacks = require "spec.support.fallbacks"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local random = require "spec.meaning.random"
local servers = require "spec.support.servers"

local SEQUENCES = 60

local USED = json.encode { detail = "no", usage = { cost = 0.5,
  tokens_total = 3 } }

local function refusal(status, headers, body)
  return fallbacks.refusal(status, headers, body or USED)
end

-- An answer; whether the same model is asked again, and another one; how long
-- is to be waited; tokens that it tells of. `half` is text that came before.
local ANSWERS = {
  fine = { servers.last_reply("200 OK",
    '{"data":"fine","usage":{"tokens_total":7}}'), ends = true, tokens = 7 },
  busy = { refusal "503 Busy", again = true, other = true, tokens = 3 },
  broken = { refusal "500 Broken", other = true, tokens = 3 },
  soon = { refusal("429 Slow", "Retry-After: 1\r\n"), again = true,
    other = true, wait = 1, tokens = 3 },
  late = { refusal("429 Slow", "Retry-After: 9\r\n"), again = true,
    other = true, wait = 9, tokens = 3 },
  unknown = { refusal("404 None", nil, '{"detail":"no such model"}'),
    other = true, tokens = 0 },
  refused = { refusal "400 Bad Request", ends = true, tokens = 3 },
  unpaid = { refusal "402 Pay", ends = true, tokens = 3 },
  reset = { { { "body" }, { "reset" } }, ends = true, tokens = 0 },
  event = { servers.EVENTS_HEAD .. events.created .. events.frame(
    '{"error":{"code":503},"usage":{"tokens_total":2}}'), again = true,
    other = true, tokens = 2 },
  failed = { servers.EVENTS_HEAD .. events.frame '{"error":{"code":500}}',
    other = true, tokens = 0 },
  half = { servers.EVENTS_HEAD .. events.delta "x" .. events.frame(
    '{"error":{"code":500}}'), ends = true, half = true, tokens = 0 },
}

local NAMES = {}
for name in pairs(ANSWERS) do
  NAMES[#NAMES + 1] = name
end
table.sort(NAMES)

-- What is to come of a plan: the models that are asked, and the last answer.
local function work_out(plan, models, most)
  local asked, tokens, at, failed = {}, 0, 1, 0
  while true do
    local name = plan[math.min(#asked + 1, #plan)]
    local answer = ANSWERS[name]
    asked[#asked + 1] = models[at]
    tokens, failed = tokens + answer.tokens, failed + 1
    local again = answer.again and failed <= most
    local other = answer.other and models[at + 1] ~= nil
    if other and (not again or (answer.wait or 0) > 5) then
      at, failed = at + 1, 0
    elseif answer.ends or not again then
      return asked, name, tokens
    end
  end
end

describe("a call with a fallback, whatever happens,", function()
  local scene = fallbacks.scene()

  -- A plan of what the server does, and what there is to ask.
  local function plan_of(seed)
    local one = random.new(seed)
    local plan, models, most = {}, { "a/one" }, one:int(3) - 1
    for i = 1, one:int(9) do
      plan[i] = one:pick(NAMES)
    end
    for i = 2, one:int(4) do
      models[i] = "m/" .. i
    end
    return plan, models, most
  end

  local function ask(client, streams)
    local fields = { model = "a/one", messages = fallbacks.MESSAGES }
    if not streams then
      return client.chat:create(fields)
    end
    local stream, err = client.chat:stream(fields)
    if stream then
      return stream:reply()
    end
    return nil, err
  end

  local function try(seed, streams)
    local plan, models, most = plan_of(seed)
    local answers, others = {}, {}
    for i, name in ipairs(plan) do
      answers[i] = ANSWERS[name][1]
    end
    for i = 2, #models do
      others[i - 1] = models[i]
    end
    local client, name = scene.client(answers, { fallback = others,
      max_retries = most })
    local reply, err = ask(client, streams)
    local expected, last, tokens = work_out(plan, models, most)
    local what = ("seed %d: %s"):format(seed, table.concat(plan, " "))
    assert.equal(table.concat(expected, " "), scene.asked(name), what)
    assert.equal(tokens, client:spent().tokens, what)
    assert.equal(#expected, client:spent().requests, what)
    assert.equal(last == "fine", reply ~= nil, what)
    local other = expected[#expected]
    other = other ~= "a/one" and other or nil
    if reply then
      assert.equal(models[2] and expected[#expected], reply.model, what)
      assert.equal(other, indoxhub.meta(reply).fallback, what)
    else
      assert.equal(table.concat(expected, " "), scene.tried(err), what)
      assert.equal(other, err.model, what)
      assert.equal(ANSWERS[last].half and "x" or "", err.partial or "", what)
    end
  end

  it("asks in turn, tells of each try and counts each answer", function()
    for seed = 1, SEQUENCES do
      try(seed, seed % 2 == 0)
    end
  end)

  it("does the same beside others", function()
    indoxhub.run(function()
      local fns = {}
      for seed = SEQUENCES + 1, 2 * SEQUENCES do
        fns[#fns + 1] = function()
          try(seed, seed % 2 == 0)
          return true
        end
      end
      local _, errors = indoxhub.gather(fns, { concurrency = 10 })
      for _, err in pairs(errors or {}) do
        error(err, 0)
      end
    end)
  end)
end)
