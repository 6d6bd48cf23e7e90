-- A conversation as a program meets it: what it remembers, and what it refuses.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local talks = require "spec.support.talks"

local unpack = table.unpack or unpack

local line, must = talks.line, talks.must

describe("a conversation", function()
  local raw = during_tests(servers.raw)

  -- The message of a misuse, which must be told at the line that made it.
  local function refusal(fn, ...)
    local ok, message = pcall(fn, ...)
    assert.is_false(ok)
    assert.equal("string", type(message))
    assert.matches("^spec/conversation/init_spec.lua:%d+: ", message)
    return (message:gsub("^.-:%d+: ", ""))
  end

  it("sends all that was said before", function()
    local talk, scene = talks.new(raw, "all", { model = "a/b" })
    scene.answer(talks.reply("one"))
    assert.equal("one", must(talk:send("first")).data)
    scene.answer(talks.reply("two"))
    assert.equal("two", must(talk:send("second")).data)
    local sent = scene.sent()
    assert.equal(2, #sent)
    assert.equal("u:first", line(sent[1].messages))
    assert.equal("u:first a:one u:second", line(sent[2].messages))
    assert.equal("a/b", sent[2].model)
    assert.equal("u:first a:one u:second a:two", line(talk:messages()))
  end)

  it("sends its settings with each question", function()
    local talk, scene = talks.new(raw, "settings", { system = "be brief",
      temperature = 0.5, seed = 7, max_tokens_context = 1000,
      count_tokens = function() return 1 end, image_parts = "image" })
    must(talk:send("hello"))
    local sent = scene.sent()[1]
    assert.equal("s:be brief u:hello", line(sent.messages))
    assert.equal(0.5, sent.temperature)
    assert.equal(7, sent.additional_params.seed)
    local names = {}
    for name in pairs(sent) do
      names[#names + 1] = name
    end
    table.sort(names)
    assert.same({ "additional_params", "messages", "temperature" }, names)
    assert.equal("u:hello a:yes", line(talk:messages()))
  end)

  it("lets settings be read and changed as fields", function()
    local talk, scene = talks.new(raw, "change", { model = "a/b" })
    assert.equal("a/b", talk.model)
    talk.model, talk.system, talk.top_k = "c/d", "be kind", 3
    must(talk:send("hello"))
    talk.system, talk.model = nil, nil
    must(talk:send("again"))
    local sent = scene.sent()
    assert.equal("c/d", sent[1].model)
    assert.equal("s:be kind u:hello", line(sent[1].messages))
    assert.is_nil(sent[2].model)
    assert.equal("u:hello a:yes u:again", line(sent[2].messages))
    assert.is_nil(talk.none)
  end)

  it("refuses settings that it does not know, as the client does", function()
    local client = indoxhub.new { api_key = "k" }
    local function new(settings)
      return refusal(function() client:conversation(settings) end)
    end
    assert.matches("^client.conversation: unknown field modle: did you mean " ..
      "model%?", new { modle = "a" })
    assert.matches("did you mean count_tokens%?", new { count_token = print })
    assert.matches("did you mean system%?", new { sytem = "x" })
    assert.matches("system must be a string, not 5", new { system = 5 })
    assert.matches("system must be a string, not null",
      new { system = indoxhub.null })
    assert.matches("temperature must be a number", new { temperature = "a" })
    assert.matches("max_tokens_context must be a whole number",
      new { max_tokens_context = -1 })
    assert.matches("count_tokens must be a function",
      new { count_tokens = 3 })
    assert.matches('image_parts must be one of "image_url", "image"',
      new { image_parts = "img" })
    assert.matches("messages are not given at once", new { messages = {} })
    assert.matches("stream is not a field", new { stream = true })
    assert.matches("timeout is no field", new { timeout = 3 })
    assert.matches("tools%[1%] is a function", new { tools = { print } })
    assert.matches("picture holds a file; files are parts of a question",
      new { picture = indoxhub.bytes("x") })
    assert.matches("pictures holds a file; files are parts of a question",
      new { pictures = { { indoxhub.bytes("x") } } })
    assert.matches("not a string", new "a/b")
    local talk = client:conversation()
    assert.matches("unknown field modle", refusal(function()
      talk.modle = "a"
    end))
    assert.matches("send is a method", refusal(function() talk.send = 1 end))
    assert.matches("call it with a colon", refusal(function()
      client.conversation { model = "a" }
    end))
  end)

  it("refuses what is no question", function()
    local talk, scene = talks.new(raw, "refuses")
    local function send(...)
      local arguments = { ... }
      return refusal(function() talk:send(unpack(arguments, 1, 2)) end)
    end
    assert.matches("^conversation.send: the question is empty", send(""))
    assert.matches("nothing to send", send())
    assert.matches("must be a text or a list of parts, not a number", send(5))
    assert.matches("the question must not be empty", send {})
    assert.matches("put the part in braces", send { image = "a.png" })
    assert.matches("image is none", send { "look", image = "a.png" })
    assert.matches("part 2 of the question must be a text", send { "a", 5 })
    assert.matches("part 1 of the question has no type", send { {} })
    assert.matches("image must be a path", send { { image = 5 } })
    assert.matches("unknown field imag", send { { image = "a", imag = 1 } })
    assert.matches("the question is not UTF%-8: byte 2 %(0xFF%)",
      send "a\255")
    assert.matches("part 2 of the question is not UTF%-8: byte 1 %(0x80%)",
      send { "a", "\128" })
    assert.matches("detail must be", send { { image = "a", detail = 1 } })
    assert.matches("part 1 of the question does not fit into JSON: fn is a " ..
      "function", send { { type = "x", fn = print } })
    local endless = { type = "x" }
    endless.inside = endless
    assert.matches("does it contain itself", send { endless })
    assert.matches("unknown option timout", send("a", { timout = 1 }))
    assert.matches("options must be a table", send("a", 5))
    assert.matches("unknown option reasoning", send("a", { reasoning = true }))
    assert.matches("call it with a colon, as talk:send", refusal(function()
      talk.send("a")
    end))
    for _, method in ipairs { "stream", "regenerate", "add", "messages",
      "window", "undo", "fork", "totals", "save" } do
      assert.matches("call it with a colon, as talk:" .. method,
        refusal(function() talk[method] {} end))
    end
    assert.matches("conversation.stream: unknown option", refusal(function()
      talk:stream("a", { none = 1 })
    end))
    assert.matches("conversation.stream: the question is empty",
      refusal(function() talk:stream("") end))
    assert.matches("nothing was asked yet", refusal(function()
      talk:regenerate()
    end))
    assert.matches("path must be the name of a file", refusal(function()
      talk:save("")
    end))
    assert.equal(0, #talk:messages())
    assert.equal(0, #scene.sent())
    must(talk:send("hello")) -- and none of this is in its way
    assert.matches("the last question was answered", send())
    assert.matches("stream must be true or false", refusal(function()
      talk:regenerate { stream = 1 }
    end))
    assert.matches("unknown option reasoning", refusal(function()
      talk:regenerate { reasoning = true }
    end))
  end)

  it("takes the options of calls", function()
    local talk, scene = talks.new(raw, "options")
    must(talk:send("a", { headers = { ["X-Mine"] = "1" }, max_retries = 1,
      timeout = 20, retry_unsafe = false }))
    assert.matches("\r\nX%-Mine: 1\r\n", raw:got(scene.name))
    scene.answer { { "body" }, { "hold" } }
    local reply, err = talk:send("b", { timeout = 0.05 })
    assert.is_nil(reply)
    assert.equal("timeout", err.kind)
    assert.equal("chat.create", err.operation)
  end)

  it("takes options that switch off what the client sets", function()
    local client = raw:client { servers.json '{"data":"fine"}' }
    local talk = client:with({ timeout = 1e-9 }):conversation()
    assert.equal("timeout", select(2, talk:send("a")).kind)
    assert.equal("fine", must(talk:send("a", { timeout = false })).data)
  end)

  it("is as before after a call that failed", function()
    for _, status in ipairs { "402 Payment Required", "429 Too Many",
      "500 Oops" } do
      local talk, scene = talks.new(raw, "fails")
      must(talk:send("first"))
      local before, used = talk:messages(), talk:totals()
      scene.answer(talks.refusal(status))
      local reply, err = talk:send("second")
      assert.is_nil(reply)
      assert.equal(tonumber(status:match("%d+")), err.status)
      reply, err = talk:stream("third")
      assert.is_nil(reply)
      assert.equal("chat.stream", err.operation)
      assert.same(before, talk:messages())
      assert.same(used, talk:totals())
      scene.answer(talks.reply("two"))
      assert.equal("two", must(talk:send("second")).data)
      assert.equal("u:first a:yes u:second a:two", line(talk:messages()))
    end
  end)

  it("counts what its answers used", function()
    local talk, scene = talks.new(raw, "totals")
    assert.same({ requests = 0, tokens_prompt = 0, tokens_completion = 0,
      tokens_total = 0 }, talk:totals())
    scene.answer(servers.reply("200 OK", "application/json",
      '{"data":"free","usage":{"prompt_tokens":1,"completion_tokens":2,' ..
        '"cost":"0.5"}}'))
    must(talk:send("a"))
    assert.same({ requests = 1, tokens_prompt = 1, tokens_completion = 2,
      tokens_total = 3, cost = 0.5 }, talk:totals())
    scene.answer(talks.reply("b"))
    must(talk:send("b"))
    must(talk:send("c"))
    assert.same({ requests = 3, tokens_prompt = 7, tokens_completion = 10,
      tokens_total = 17, cost = 1 }, talk:totals())
    talk:undo()
    talk:totals().requests = 100
    assert.equal(3, talk:totals().requests)
    scene.answer(servers.reply("200 OK", "application/json", '{"data":"d"}'))
    must(talk:send("d"))
    assert.equal(4, talk:totals().requests)
    assert.equal(1, talk:totals().cost)
    assert.equal(tostring(17), tostring(talk:totals().tokens_total))
  end)

  it("gives away copies only, and takes copies only", function()
    local tools = { { name = "clock" } }
    local talk, scene = talks.new(raw, "copies", { tools = tools })
    tools[1].name = "changed"
    local part = { type = "text", text = "look", extra = { 1 } }
    local question = { part }
    scene.answer(talks.reply("one", { tool_calls = { { id = "c", name = "n",
      arguments = "{}" } } }))
    local reply = must(talk:send(question))
    part.text, part.extra[1], question[2] = "changed", 2, "more"
    reply.tool_calls[1].name, reply.data = "changed", "changed"
    local messages = talk:messages()
    messages[1].content[1].text, messages[2].content = "changed", "changed"
    messages[2].tool_calls[1]["function"].name = "changed"
    messages[3] = { role = "user", content = "changed" }
    talk:window()[1].content[1].text = "changed"
    assert.equal("clock", talk.tools[1].name)
    messages = talk:messages()
    assert.same({ { role = "user", content = { { type = "text", text = "look",
      extra = { 1 } } } }, { role = "assistant", content = "one",
      tool_calls = { { id = "c", type = "function", ["function"] = {
        name = "n", arguments = "{}" } } } } }, messages)
  end)

  it("takes back the last question", function()
    local talk, scene = talks.new(raw, "undo")
    assert.is_nil(talk:undo())
    must(talk:send("first"))
    must(talk:send { "second", { image = "https://a.test/b.png" } })
    local question = talk:undo()
    assert.equal("u:first a:yes", line(talk:messages()))
    must(talk:send(question))
    assert.same(question, talk:messages()[3].content)
    assert.equal("second", scene.sent()[3].messages[3].content[1].text)
    assert.equal("table", type(talk:undo()))
    assert.equal("first", talk:undo())
    assert.is_nil(talk:undo())
    assert.equal(0, #talk:messages())
    talk:add { role = "assistant", content = "Welcome!" }
    assert.is_nil(talk:undo())
    assert.equal(1, #talk:messages())
  end)

  it("asks the last question again", function()
    local talk, scene = talks.new(raw, "again")
    must(talk:send("first"))
    must(talk:send("second"))
    scene.answer(talks.reply("better"))
    assert.equal("better", must(talk:regenerate()).data)
    assert.equal("u:first a:yes u:second", line(scene.sent()[3].messages))
    assert.equal("u:first a:yes u:second a:better", line(talk:messages()))
    scene.answer(talks.refusal("503 Busy"))
    local reply, err = talk:regenerate { timeout = 30 }
    assert.is_nil(reply)
    assert.equal("unavailable", err.kind)
    assert.equal("u:first a:yes u:second a:better", line(talk:messages()))
    assert.equal(3, talk:totals().requests)
  end)

  it("can be forked, and then goes two ways", function()
    local talk, scene = talks.new(raw, "fork", { model = "a/b",
      metadata = { name = "one" } })
    must(talk:send { "first" })
    local fork = talk:fork()
    assert.equal("u:first", line { { role = "u",
      content = fork:messages()[1].content[1].text } })
    fork.model, fork.metadata.name = "c/d", "two"
    assert.equal("a/b", talk.model)
    assert.equal("one", talk.metadata.name)
    scene.answer(talks.reply("left"))
    must(fork:send("second"))
    scene.answer(talks.reply("right"))
    must(talk:send("other"))
    fork:messages()[1].content[1].text = "changed"
    assert.equal("left", fork:messages()[4].content)
    assert.equal("right", talk:messages()[4].content)
    assert.equal("first", talk:messages()[1].content[1].text)
    talk:undo()
    talk:undo()[1].text = "changed"
    assert.equal(4, #fork:messages())
    assert.equal("first", fork:messages()[1].content[1].text)
    assert.equal(0, #talk:messages())
    assert.equal(1, fork:totals().requests)
    assert.equal(2, talk:totals().requests)
  end)

  it("takes messages from elsewhere", function()
    local talk, scene = talks.new(raw, "import")
    must(talk:add { role = "system", content = "be brief" })
    must(talk:add { role = "user", content = "hello", name = "ann" })
    must(talk:add { role = "assistant", content = "hi", partial = true })
    must(talk:add { role = "user", content = { "look",
      { type = "text", text = "here" } } })
    assert.equal("yes", must(talk:send()).data)
    local sent = scene.sent()[1].messages
    assert.equal(4, #sent)
    assert.equal("ann", sent[2].name)
    assert.is_nil(sent[3].partial)
    assert.same({ { type = "text", text = "look" },
      { type = "text", text = "here" } }, sent[4].content)
    assert.is_true(talk:messages()[3].partial)
  end)

  it("refuses messages that are none", function()
    local talk = talks.new(raw, "import")
    local function add(message)
      return refusal(function() talk:add(message) end)
    end
    assert.matches("^conversation.add: expects one message", add("hello"))
    assert.matches("not a list", add { { role = "user", content = "a" } })
    assert.matches("role must be a string", add { content = "a" })
    assert.matches('role "assistent" is misspelt: did you mean "assistant"%?',
      add { role = "assistent", content = "a" })
    assert.matches("content is required", add { role = "user" })
    assert.matches("content is required", add { role = "assistant" })
    assert.matches("content must be a text", add { role = "user",
      content = 5 })
    assert.matches("part 1 of content must", add { role = "user",
      content = { 5 } })
    assert.matches("tool_calls must be a list", add { role = "assistant",
      tool_calls = { name = "a" } })
    assert.matches("tool_call_id must be a string", add { role = "tool",
      content = "a", tool_call_id = 5 })
    assert.matches("no call of a tool waits", add { role = "tool",
      content = "a", tool_call_id = "a" })
    assert.matches("partial must be", add { role = "assistant", content = "",
      partial = 1 })
    assert.matches("name is a function", add { role = "user", content = "",
      name = print })
    assert.equal(0, #talk:messages())
  end)

  it("keeps the pictures of an answer, and sends them to nobody", function()
    local talk, scene = talks.new(raw, "drawn")
    scene.answer(talks.reply("", { images = { { url = "https://a.test/1" } } }))
    assert.equal("https://a.test/1", must(talk:send("draw")).images[1].url)
    assert.same({ role = "assistant", content = "", images = {
      { url = "https://a.test/1", index = 0 } } }, talk:messages()[2])
    must(talk:send("more"))
    assert.same({ role = "assistant", content = "" },
      scene.sent()[2].messages[2])
  end)

  it("remembers an answer that is no text as JSON", function()
    local talk, scene = talks.new(raw, "table")
    scene.answer(servers.reply("200 OK", "application/json",
      '{"success":true,"data":{"city":"Oslo"}}'))
    assert.equal("Oslo", must(talk:send("where?")).data.city)
    assert.same({ city = "Oslo" }, json.decode(talk:messages()[2].content))
  end)

  it("tells nothing of what it holds when it is printed", function()
    local talk = talks.new(raw, "print", { byok_api_key = "secret" })
    must(talk:send("hello"))
    assert.equal("indoxhub.conversation (2 messages)", tostring(talk))
  end)

  it("holds a thousand messages", function()
    local talk, scene = talks.new(raw, "long")
    for i = 1, 500 do
      must(talk:add { role = "user", content = "question " .. i })
      must(talk:add { role = "assistant", content = "answer " .. i })
    end
    must(talk:send("the last"))
    local sent = scene.sent()[1].messages
    assert.equal(1001, #sent)
    assert.equal("question 1", sent[1].content)
    assert.equal("the last", sent[1001].content)
    assert.equal(1002, #talk:messages())
  end)

  it("goes on with a closed client as other calls do", function()
    local talk, scene = talks.new(raw, "closed")
    scene.client:close()
    local reply, err = talk:send("hello")
    assert.is_nil(reply)
    assert.equal("cancelled", err.kind)
    assert.equal(0, #talk:messages())
  end)

  it("takes texts of any bytes", function()
    local talk, scene = talks.new(raw, "bytes")
    local text = "\0\1\"\\\n\240\159\140\167\226\128\168 " .. ("x"):rep(100000)
    must(talk:send(text))
    assert.equal(text, scene.sent()[1].messages[1].content)
    assert.equal(text, talk:undo())
  end)

  it("works with the sandbox, in each of its dialects", function()
    for _, dialect in ipairs { "responses", "gateway", "openai", "legacy",
      "raw" } do
      local sandbox = servers.sandbox("--pace 0 --dialect " .. dialect)
      local client = indoxhub.new { api_key = "k", base_url = sandbox.url }
      local talk = client:conversation { model = "openai/gpt-4o-mini" }
      assert.equal("6 * 7 is 42.", must(talk:send("What is 6 * 7?")).data)
      local pieces = {}
      for delta in must(talk:stream("count to 3")) do
        pieces[#pieces + 1] = delta
      end
      assert.equal("1 2 3", table.concat(pieces))
      assert.equal("u:What is 6 * 7? a:6 * 7 is 42. u:count to 3 a:1 2 3",
        line(talk:messages()))
      servers.kill(sandbox)
    end
  end)

  it("sends pictures of the disk", function()
    local talk, scene = talks.new(raw, "picture")
    local name = files.write(os.tmpname(), "\137PNG\r\n\26\n....")
    must(talk:send { "what is this?", { image = name } })
    assert.same({ { type = "text", text = "what is this?" },
      { type = "image_url", image_url = {
        url = "data:image/png;base64,iVBORw0KGgouLi4u" } } },
      scene.sent()[1].messages[1].content)
    os.remove(name)
    local before = talk:messages()
    local reply, err = talk:send { "and this?", { image = name } }
    assert.is_nil(reply)
    assert.equal("file", err.kind)
    assert.equal("conversation.send", err.operation)
    assert.matches(name, tostring(err), 1, true)
    reply, err = talk:stream { { image = name } }
    assert.is_nil(reply)
    assert.equal("conversation.stream", err.operation)
    reply, err = talk:add { role = "user", content = { { image = name } } }
    assert.is_nil(reply)
    assert.equal("conversation.add", err.operation)
    assert.same(before, talk:messages())
    must(talk:send("still there?")) -- the picture was kept
    assert.equal(1, #scene.sent()[2].messages[1].content - 1)
  end)
end)
