-- Conversations as files: what survives, who may read it, what is refused.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"
local talks = require "spec.support.talks"

local must = talks.must

describe("a saved conversation", function()
  local raw = during_tests(servers.raw)
  local folder, path

  before_each(function()
    folder = files.folder()
    path = folder .. "/talk.json"
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function save_and_load(talk, scene, overrides)
    must(talk:save(path))
    return must(indoxhub.load_conversation(scene.client, path, overrides))
  end

  it("holds whatever a server answered", function()
    local deep = ("["):rep(97) .. ("]"):rep(97)
    for _, body in ipairs {
      '{"data":"x","usage":{"cost":1e999,"tokens_total":-1e999}}',
      '{"data":"x","usage":{"tokens_total":123456789012345678}}',
      '{"data":"x","images":[{"url":{"a":1},"index":1e999}]}',
      '{"data":"x","images":[{"url":"u","index":-1e999}]}',
      '{"data":"a\255b\237\160\128"}',
      '{"data":"x","images":[{"url":' .. deep .. ',"b64_json":7}]}',
      '{"tool_calls":[{"id":"c","function":{"arguments":{"a":1e999}}}]}',
      '{"tool_calls":[{"id":123456789012345678,"name":7}]}',
    } do
      local talk, scene = talks.new(raw, "hostile")
      scene.answer(servers.reply("200 OK", "application/json", body))
      must(talk:send("first"))
      local loaded = save_and_load(talk, scene)
      assert.same(talk:messages(), loaded:messages())
      assert.same(talk:totals(), loaded:totals())
      assert.equal(1, loaded:totals().requests)
      for _, image in ipairs(loaded:messages()[2].images or {}) do
        assert.equal(0, image.index)
      end
    end
  end)

  it("goes on where it was", function()
    local talk, scene = talks.new(raw, "goes_on", { model = "a/b",
      system = "be brief", max_tokens_context = 5000, temperature = 0.5,
      image_parts = "image", seed = 7 })
    must(talk:send("first"))
    must(talk:send { "second", { image = "https://a.test/b.png" } })
    local loaded = save_and_load(talk, scene)
    assert.same(talk:messages(), loaded:messages())
    assert.same(talk:totals(), loaded:totals())
    assert.same({ talk:window() }, { loaded:window() })
    for _, name in ipairs { "model", "system", "max_tokens_context",
      "temperature", "image_parts", "seed" } do
      assert.equal(talk[name], loaded[name])
    end
    must(loaded:send("third"))
    assert.equal(6, #scene.sent()[3].messages)
    assert.equal(4, #talk:messages())
    assert.equal(3, loaded:totals().requests)
    assert.equal(0.75, loaded:totals().cost)
  end)

  it("may be empty", function()
    local talk, scene = talks.new(raw, "empty")
    local loaded = save_and_load(talk, scene)
    assert.same({}, loaded:messages())
    assert.same(talk:totals(), loaded:totals())
    must(loaded:send("first"))
  end)

  it("keeps everything that JSON has", function()
    local metadata = { none = indoxhub.null, empty = indoxhub.array {},
      object = {}, nested = { { indoxhub.null, {}, indoxhub.array {} } },
      ["$indoxhub"] = "null", inner = { ["$indoxhub"] = { fields = 1 } },
      yes = true, no = false, number = 0.1, whole = 12 }
    local text = "\0\1\127\"\\/\n\226\128\168\240\159\140\167"
    local talk, scene = talks.new(raw, "json", { metadata = metadata,
      system = text })
    must(talk:add { role = "user", content = { { type = "text", text = text,
      extra = metadata } } })
    must(talk:add { role = "assistant", content = indoxhub.null, tool_calls =
      { { id = "c", name = "n", arguments = "{}" } } })
    must(talk:add { role = "tool", tool_call_id = "c", content = "" })
    must(talk:add { role = "assistant", content = "half", partial = true })
    local loaded = save_and_load(talk, scene)
    assert.same(talk:messages(), loaded:messages())
    assert.same(metadata, loaded.metadata)
    assert.equal(indoxhub.null, loaded.metadata.none)
    assert.equal(text, loaded.system)
    assert.equal(tostring(12), tostring(loaded.metadata.whole))
    local array = getmetatable(indoxhub.array())
    assert.equal(array, getmetatable(loaded.metadata.empty))
    assert.is_nil(getmetatable(loaded.metadata.object))
    assert.equal(array, getmetatable(loaded:messages()[1].content[1].extra
      .nested[1][3]))
    must(loaded:send("more"))
    local sent = raw:got(scene.name)
    assert.truthy(sent:find('"empty":[]', 1, true))
    assert.truthy(sent:find('"none":null', 1, true))
    assert.truthy(sent:find('"object":{}', 1, true))
    -- A file of a file is the same file.
    local first = files.read(path)
    must(save_and_load(talk, scene):save(path))
    assert.same(json.decode(first), json.decode(files.read(path)))
  end)

  it("holds no functions and no keys", function()
    local talk, scene = talks.new(raw, "keys", { byok_api_key = "byok-secret",
      additional_params = { byok_api_key = "deep-secret", top_k = 3 },
      count_tokens = function() return 1 end })
    must(talk:send("hello"))
    local loaded = save_and_load(talk, scene)
    local text = files.read(path)
    for _, secret in ipairs { "indox-test", "byok", "secret", "count_tokens",
      raw.port } do
      assert.is_nil(text:find(secret, 1, true), secret)
    end
    assert.equal(3, loaded.additional_params.top_k)
    assert.is_nil(loaded.byok_api_key)
    assert.is_nil(loaded.count_tokens)
    assert.equal("byok-secret", talk.byok_api_key)
    loaded = save_and_load(talk, scene, { byok_api_key = "given",
      count_tokens = function() return 1 end, model = "c/d" })
    assert.equal("given", loaded.byok_api_key)
    assert.equal("c/d", loaded.model)
    assert.equal(5, select(2, loaded:window()))
  end)

  local function mode()
    return files.output("stat -c %a " .. path)
  end

  it("is for its owner only, from its first moment on", function()
    local talk = talks.new(raw, "mode")
    must(talk:save(path))
    assert.equal("600\n", mode())
    assert(os.execute("chmod 644 " .. path))
    must(talk:save(path))
    assert.equal("600\n", mode())
    assert.equal("talk.json\n", files.list(folder))
  end)

  it("is written beside its place and then moved", function()
    local talk = talks.new(raw, "moved")
    files.write(path, "old")
    local rename, seen = os.rename, {}
    os.rename = function(from, to) -- luacheck: ignore 122
      seen = { old = files.read(to), mode = files.output("stat -c %a "
        .. from), whole = json.decode(files.read(from)) ~= nil }
      return nil, from .. ": Input/output error"
    end
    local ok, err = talk:save(path)
    os.rename = rename -- luacheck: ignore 122
    assert.same({ old = "old", mode = "600\n", whole = true }, seen)
    assert.is_nil(ok)
    assert.equal("file", err.kind)
    assert.equal("conversation.save", err.operation)
    assert.matches("cannot write " .. path .. ": Input/output error",
      err.message, 1, true)
    assert.equal("old", files.read(path))
    assert.equal("talk.json\n", files.list(folder))
  end)

  it("tells why it cannot be written", function()
    local talk = talks.new(raw, "unwritable")
    local function failure(place)
      local ok, err = talk:save(place)
      assert.is_nil(ok)
      assert.equal("file", err.kind)
      assert.matches(place, err.message, 1, true)
      return tostring(err)
    end
    assert.matches("^conversation.save: file: cannot write .*No such file",
      failure(folder .. "/none/talk.json"))
    assert.matches("it is a folder", failure(folder))
    assert.matches("not a regular file", failure("/dev/full"))
    failure("/proc/talk.json")
    assert.equal("", files.list(folder))
  end)

  -- A file may not grow beyond a limit: what a full disk looks like.
  it("tells that the disk is full, and leaves the old file", function()
    files.write(path, "old")
    local said, code = programs.run(([[
      local indoxhub = require "indoxhub"
      local talk = indoxhub.new { api_key = "k" }:conversation()
      talk:add { role = "user", content = ("x"):rep(100000) }
      print(talk:save(%q))
      print(#talk:messages())
    ]]):format(path), "trap '' XFSZ; ulimit -f 8")
    assert.equal(0, code, said)
    assert.matches("^nil\tconversation.save: file: cannot write .*talk.json: "
      .. "File too large", said)
    assert.matches("\n1\n$", said)
    assert.equal("old", files.read(path))
    assert.equal("talk.json\n", files.list(folder))
  end)

  it("is out of reach for who may not", function()
    must(talks.new(raw, "other"):save(path))
    local name = programs.write(([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { api_key = "k" }
      print(indoxhub.load_conversation(client, %q))
      print(client:conversation():save(%q))
    ]]):format(path, path))
    assert(os.execute(("chmod 000 %s; chmod 555 %s"):format(path, folder)))
    -- Root may everything, unless it gives that up.
    local is_root = files.output("id -u") == "0\n"
    local said = files.output(("%s %s %s 2>&1"):format(is_root
      and "setpriv --bounding-set -dac_override,-dac_read_search" or "",
      os.getenv("INDOXHUB_LUA"), name))
    os.remove(name)
    assert.matches("^nil\tload_conversation: file: cannot read " .. path ..
      ": Permission denied", said)
    assert.matches("\nnil\tconversation.save: file: cannot write " .. path ..
      ": Permission denied", said)
    assert.equal("talk.json\n", files.list(folder))
  end)

  describe("is refused when it", function()
    local client

    before_each(function()
      client = indoxhub.new { api_key = "k" }
    end)

    local function failure(bytes)
      if bytes then
        files.write(path, bytes)
      end
      local loaded, err = indoxhub.load_conversation(client, path)
      assert.is_nil(loaded)
      assert.equal("file", err.kind)
      assert.matches(path, err.message, 1, true)
      assert.matches("^load_conversation: file: ", tostring(err))
      return err.code, err.message
    end

    local function document(changes)
      local made = { format = "indoxhub-conversation", version = 1,
        settings = { model = "a/b" }, totals = {}, messages = {
          { role = "user", content = "a" } } }
      for name, value in pairs(changes) do
        made[name] = value ~= indoxhub.null and value or nil
      end
      return json.encode(made)
    end

    it("cannot be read", function()
      local code, message = failure()
      assert.equal("unreadable", code)
      assert.matches("No such file", message)
      assert(os.execute("mkdir " .. path))
      assert.equal("unreadable", (failure()))
    end)

    it("is something else", function()
      for _, text in ipairs { "[]", "{}", "5", '"text"', "null", "[1,2]",
        '{"format":"other","version":1}' } do
        local code, message = failure(text)
        assert.equal("foreign", code)
        assert.matches("it is no saved conversation", message)
      end
    end)

    it("is of a newer version", function()
      local code, message = failure(document { version = 2 })
      assert.equal("version", code)
      assert.matches("its version is 2, and this program knows 1", message)
    end)

    it("is damaged", function()
      local whole = document {}
      files.write(path, whole)
      must(indoxhub.load_conversation(client, path))
      for cut = 0, #whole - 1 do
        local code, message = failure(whole:sub(1, cut))
        assert.equal("damaged", code)
        assert.matches("it is not valid JSON", message)
      end
      local function why(changes)
        local code, message = failure(document(changes))
        assert.equal("damaged", code)
        return message
      end
      assert.matches("it has no version", why { version = "1" })
      assert.matches("settings is missing", why { settings = indoxhub.null })
      assert.matches("messages is missing", why { messages = 5 })
      assert.matches("totals is missing", why { totals = "x" })
      assert.matches("settings: .*did you mean model",
        why { settings = { modle = "a" } })
      assert.matches("settings: .*system must be a string",
        why { settings = { system = 5 } })
      assert.matches("messages%[1%]: expects one message",
        why { messages = { 5 } })
      assert.matches("messages%[1%]: role must be",
        why { messages = { { role = 5, content = "a" } } })
      assert.matches("messages%[2%]: no call of a tool waits",
        why { messages = { { role = "user", content = "a" },
          { role = "tool", tool_call_id = "a", content = "b" } } })
      assert.matches("part 1 of content has no type", why { messages = {
        { role = "user", content = { { image = "/etc/hostname" } } } } })
      assert.matches("messages is no list", why { messages = { a = 1 } })
    end)
  end)

  it("is loaded by a program that says what it means", function()
    local client = indoxhub.new { api_key = "k" }
    local function misuse(...)
      local arguments = { ... }
      local ok, message = pcall(function()
        indoxhub.load_conversation(arguments[1], arguments[2], arguments[3])
      end)
      assert.is_false(ok)
      assert.matches("^spec/conversation/store_spec.lua:%d+: " ..
        "indoxhub.load_conversation: ", message)
      return message
    end
    assert.matches("expects a client", misuse(path))
    assert.matches("expects a client", misuse({}, path))
    assert.matches("path must be", misuse(client, 5))
    assert.matches("path must be", misuse(client, "a\0b"))
    assert.matches("did you mean model", misuse(client, path, { modle = 1 }))
  end)
end)
