-- Recordings of calls that another model has answered, and what they cost.
local events = require "spec.support.events"
local fallbacks = require "spec.support.fallbacks"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

local BUSY = fallbacks.refusal("503 Service Unavailable", nil,
  '{"detail":"no","usage":{"tokens_total":3}}')
local TWO = fallbacks.fine("two", { tokens_total = 7 })
local FAILING = servers.EVENTS_HEAD .. events.created
  .. events.frame '{"error":{"code":500}}'
local STREAM = servers.EVENTS_HEAD .. events.answer("a", "b")

describe("a recorded call with a fallback", function()
  local scene = fallbacks.scene()
  local folder

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function client_of(answers, mode, budget)
    return scene.client(answers, { record = folder, record_mode = mode,
      budget = budget })
  end

  local FIELDS = { model = "a/one", messages = fallbacks.MESSAGES }

  local function create(client)
    return client.chat:create(FIELDS)
  end

  local function stream(client)
    local opened, err = client.chat:stream(FIELDS)
    if opened then
      return opened:reply()
    end
    return nil, err
  end

  it("is answered as it was, and costs nothing then", function()
    for ask, case in pairs { [create] = { { BUSY, TWO }, "fine", 10 },
      [stream] = { { FAILING, STREAM }, "ab", 7 } } do
      local client, name = client_of(case[1], "auto")
      assert.equal(case[2], indoxhub.assert(ask(client)).data)
      assert.equal("a/one b/two", scene.asked(name))
      assert.equal(case[3], client:spent().tokens)
      client, name = client_of({ BUSY }, "replay", { tokens = 0 })
      assert.equal(case[2], indoxhub.assert(ask(client)).data)
      assert.equal("", scene.raw:got(name))
      assert.same({ cost = 0, tokens = 0, requests = 0 }, client:spent())
    end
  end)

  it("fails as it did when nobody answered, and asks nobody else", function()
    local unknown = fallbacks.refusal("404 Not Found", nil,
      '{"detail":"Model not found"}')
    local client, name = client_of({ unknown }, "auto")
    assert.equal("not_found", select(2, create(client)).kind)
    assert.equal("a/one b/two c/three", scene.asked(name))
    client, name = client_of({ TWO }, "replay")
    local _, err = create(client)
    assert.equal("not_found", err.kind)
    assert.equal(1, #err.attempts)
    assert.equal("", scene.raw:got(name))
  end)
end)
