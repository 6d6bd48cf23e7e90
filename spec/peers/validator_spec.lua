-- The validator among the peers: it lets through what the API's document
-- allows, and catches what it does not.
-- On two interpreters: what is tested is a program in JavaScript.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"

describe("the validator", function()
  local peer = during_tests(servers.validator)
  local wave

  setup(function()
    wave = files.write(os.tmpname(), "RIFF\0\1\2\3")
  end)

  teardown(function()
    os.remove(wave)
  end)

  before_each(function()
    peer:ask("/__seen", "DELETE")
  end)

  local function send(path, arguments)
    return servers.curl(("-H 'Authorization: Bearer indox-test' %s '%s%s'")
      :format(arguments or "", peer.url, path))
  end

  local function send_json(path, text)
    return send(path, ("-H 'Content-Type: application/json' -d '%s'")
      :format(text))
  end

  -- Sends a form with a file and more.
  local function send_form(more)
    return send("/audio/stt/transcriptions",
      ("-F 'file=@%s;filename=a.wav;type=audio/wav' %s")
      :format(wave, more or ""))
  end

  -- The only request seen so far.
  local function only_one()
    local requests = peer:ask("/__seen").requests
    assert.equal(1, #requests)
    return requests[1]
  end

  -- The last request broke this rule, and only this one.
  local function assert_caught(path, message, status)
    assert.equal(400, status)
    local violations = only_one().violations
    assert.equal(1, #violations)
    assert.equal(path, violations[1].path)
    assert.truthy(violations[1].message:find(message, 1, true),
      violations[1].message)
  end

  describe("lets through", function()
    it("a JSON body, and shows it as it was sent", function()
      local status, body = send_json("/chat/completions",
        '{"messages":[{"role":"user","content":"hi"}],"top_p":0.5}')
      assert.equal(200, status)
      assert.truthy(body:find('"data":"text"', 1, true))
      local request = only_one()
      assert.same({}, request.violations)
      assert.equal("POST", request.method)
      assert.equal("/api/v1/chat/completions", request.path)
      assert.equal("create_chat_completion", request.operationId)
      assert.same({ messages = { { role = "user", content = "hi" } },
        top_p = 0.5 }, request.body)
    end)

    it("a query", function()
      assert.equal(200, (send("/videos/jobs?limit=3&skip=6")))
      local request = only_one()
      assert.same({ limit = "3", skip = "6" }, request.query)
      assert.is_nil(request.body)
    end)

    it("a form", function()
      assert.equal(200, (send_form("-F temperature=0.5 -F language=nb")))
      local request = only_one()
      assert.same({}, request.violations)
      assert.equal("create_transcription", request.operationId)
      assert.same({ temperature = 0.5, language = "nb", file = { size = 8,
        filename = "a.wav", mime_type = "audio/wav" } }, request.body)
    end)

    it("a call of ours, plain and streamed", function()
      local client = indoxhub.new { api_key = "indox-test",
        base_url = peer.url }
      local messages = { { role = "user", content = "hi" } }
      local reply = indoxhub.assert(client.chat:create { messages = messages })
      assert.equal("text", reply.data)
      local stream = indoxhub.assert(client.chat:stream {
        messages = messages })
      assert.equal("Hello", indoxhub.assert(stream:reply()).data)
      local requests = peer:ask("/__seen").requests
      assert.is_true(requests[2].body.stream)
      for _, request in ipairs(requests) do
        assert.same({}, request.violations)
      end
    end)
  end)

  describe("catches", function()
    it("an unknown field", function()
      assert_caught("/body/top_k", "additional properties",
        send_json("/completions", '{"prompt":"a","top_k":4}'))
    end)

    it("a wrong type", function()
      assert_caught("/body/max_tokens", "must be integer",
        send_json("/completions", '{"prompt":"a","max_tokens":"4"}'))
    end)

    it("a missing field", function()
      assert_caught("/body/prompt", "required property",
        send_json("/images/generations", '{"size":"1x1"}'))
    end)

    it("a missing body", function()
      assert_caught("/api/v1/embeddings", "media type",
        send("/embeddings", "-X POST"))
    end)

    it("broken JSON", function()
      assert.equal(400, (send_json("/completions", '{"prompt":')))
      assert.equal(1, #only_one().violations)
    end)

    it("a body of another type", function()
      assert_caught("/api/v1/completions", "media type",
        send("/completions", "-F prompt=a"))
    end)

    it("an unknown query parameter", function()
      assert_caught("/query/page", "page", send("/videos/jobs?page=2"))
    end)

    it("a wrong query parameter", function()
      assert_caught("/query/limit", "must be integer",
        send("/user/transactions?limit=many"))
    end)

    it("a value outside a closed list", function()
      assert_caught("/query/group_by", "allowed values",
        send("/analytics/usage?group_by=moon"))
    end)

    it("a wrong segment of the path", function()
      assert_caught("/params/api_key_id", "must be integer",
        send("/user/api-keys/first/revoke", "-X POST"))
    end)

    it("an unknown path", function()
      assert_caught("/api/v1/chat/completion", "not found",
        send_json("/chat/completion", "{}"))
    end)

    it("a wrong method", function()
      assert_caught("/api/v1/user/me", "not allowed",
        send("/user/me", "-X PUT"))
    end)

    it("a missing key", function()
      assert_caught("/api/v1/user/me", "Authorization",
        servers.curl(peer.url .. "/user/me"))
    end)

    it("an unknown field of a form", function()
      assert_caught("/body/colour", "additional properties",
        send_form("-F colour=red"))
    end)

    it("a wrong type in a form", function()
      assert_caught("/body/temperature", "must be number",
        send_form("-F temperature=hot"))
    end)

    it("a field of a form that comes twice", function()
      assert_caught("/body/language", "must be string",
        send_form("-F language=nb -F language=en"))
    end)

    it("a form without its file", function()
      assert_caught("/body/file", "required property",
        send("/audio/stt/translations", "-F model=whisper-1"))
    end)

    it("text in place of a file", function()
      assert_caught("/body/file", "must be a file",
        send("/audio/stt/translations", "-F file=a.wav"))
    end)

    it("a file in place of text", function()
      assert_caught("/body/model", "must not be a file",
        send_form("-F model=@" .. wave))
    end)

    it("an unknown file", function()
      assert_caught("/body/other", "additional properties",
        send_form("-F other=@" .. wave))
    end)
  end)
end)
