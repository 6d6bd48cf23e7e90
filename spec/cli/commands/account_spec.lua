-- Commands that ask about models, keys, usage and the account; and those that
-- turn texts into other texts and vectors.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local shell = commands.shell

describe("indoxhub", function()
  local indoxhub, raw = commands.with_servers("--pace 0")

  local function lines(text)
    return select(2, text:gsub("\n", ""))
  end

  describe("models", function()
    it("lists all, those of a provider, and those that can do something",
      function()
        local out = indoxhub:run("models")
        assert.truthy(out:find("^MODEL +KIND +NAME\n"), out)
        assert.truthy(out:find("\nopenai/gpt%-4o%-mini +text_completions"), out)
        assert.truthy(out:find("\nmistral/mistral-embed", 1, true), out)
        out = indoxhub:run("models mistral")
        assert.equal(3, lines(out), out)
        assert.equal(out, (indoxhub:run("models --provider mistral")))
        out = indoxhub:run("models -q --can image")
        assert.equal("openai/gpt-image-1\ngoogle/imagen-4.0\n", out)
        out = indoxhub:run("models openai -q --can speak")
        assert.equal("openai/tts-1\n", out)
      end)

    it("does so in every shape that servers send", function()
      local names = indoxhub:run("models -q")
      for _, shape in ipairs { "list", "wrapped" } do
        local other = servers.sandbox("--shape " .. shape)
        assert.equal(names, (indoxhub:run("models -q", other.url)))
        servers.kill(other)
      end
    end)

    it("describes one", function()
      local out = indoxhub:run("models openai/gpt-4o-mini")
      assert.truthy(out:find("\nmodelName +gpt%-4o%-mini\n"), out)
      local _, err, code = indoxhub:run("models openai/none")
      assert.equal(1, code)
      assert.truthy(err:find("not_found", 1, true), err)
    end)

    it("ranks them", function()
      indoxhub:run("chat -m openai/gpt-4.1 hi")
      local out = indoxhub:run("models --trending --days 2 --limit 5")
      assert.truthy(out:find("openai/gpt%-4%.1 +1 +%d+\n"), out)
    end)

    it("prints JSON that jq takes", function()
      local out, err, code = shell("(" .. indoxhub:line("models --json")
        .. ") | jq -r '.[0].id'")
      assert.equal(0, code, err)
      assert.equal("openai\n", out)
    end)
  end)

  it("manages keys, and shows a new one once", function()
    local key, err, code = indoxhub:run("keys create 'build server' --days 9")
    assert.equal(0, code, err)
    assert.truthy(key:find("^indox%-%w+\n$"), key)
    assert.is_nil(err:find(key:sub(1, -2), 1, true), err)
    local id = err:match('^Key (%d+), "build server"')
    local function state()
      local out = indoxhub:run("keys")
      assert.is_nil(out:find(key:sub(1, -2), 1, true))
      return out:match("\n +" .. id .. "  build server  %S+  (%l+)")
    end
    assert.equal("active", state())
    assert.equal(("Key %s is revoked.\n"):format(id),
      (select(2, indoxhub:run("keys revoke " .. id))))
    assert.equal("revoked", state())
    indoxhub:run("keys enable " .. id)
    assert.equal("active", state())
    indoxhub:run("keys delete " .. id)
    assert.is_nil(state())
    key, err, code = indoxhub:run("keys delete " .. id)
    assert.equal("", key)
    assert.equal(1, code)
    assert.truthy(err:find("not_found", 1, true), err)
  end)

  it("tells which key was made, when it could not be shown", function()
    for _, json_too in ipairs { "", " --json" } do
      local _, err, code = shell("(" .. indoxhub:line("keys create lost"
        .. json_too) .. ") </dev/null >/dev/full")
      assert.equal(1, code)
      local id = err:match("^Key (%d+) was made and could not be shown")
      assert.truthy(err:find("keys delete " .. id .. "`", 1, true), err)
      assert.equal(0, select(3, indoxhub:run("keys delete " .. id)))
    end
  end)

  it("copes with replies of other types than promised", function()
    for arguments, body in pairs {
      ["models"] = '[5,{"id":"a","models":[7,{"modelName":"b"}]}]',
      ["models --trending"] = '[5,{"model":"a/b"}]',
      ["keys"] = '{"keys":[7,{"id":1}]}',
      ["usage"] = '{"total_requests":"7","total_cost":"x","total_tokens":1.5,'
        .. '"models":{"a":5,"b":{"cost":"1","tokens":{}}}}',
      ["account transactions"] = '{"transactions":[7,{"amount":"1"}]}',
    } do
      local url = raw:script("odd", { { "send", servers.reply("200 OK",
        "application/json", body) } })
      local out, err, code = indoxhub:run(arguments, url)
      assert.equal(0, code, arguments .. ": " .. err)
      assert.are_not.equal("", out)
    end
    local url = raw:script("odd", { { "send", servers.reply("200 OK",
      "application/json", "{}") } })
    local out, err, code = indoxhub:run("keys create", url)
    assert.equal("", out)
    assert.equal(8, code)
    assert.truthy(err:find("the reply holds no key", 1, true), err)
  end)

  it("prints a list as a list when it is empty", function()
    for arguments, body in pairs { ["models"] = "[]",
      ["models --trending"] = "[]",
      ["account transactions"] = '{"transactions":[]}' } do
      local url = raw:script("empty", { { "send", servers.reply("200 OK",
        "application/json", body) } })
      assert.equal("[]\n", (indoxhub:run(arguments .. " --json", url)))
    end
  end)

  it("sums up usage, in both shapes", function()
    indoxhub:run("chat hi")
    for _, shape in ipairs { "", "--shape tracking" } do
      local other = servers.sandbox("--pace 0 " .. shape)
      indoxhub:run("chat hi", other.url)
      local out, err, code = indoxhub:run("usage", other.url)
      servers.kill(other)
      assert.equal(0, code, err)
      assert.truthy(out:find("^Requests +1\nCost +%$0%.%d+\nTokens +21"), out)
      assert.truthy(out:find("gpt%-4o%-mini +1 +21 +%$0%.%d+\n$"), out)
    end
    local out = indoxhub:run("usage --from 2001-01-01 --to 2001-01-02")
    assert.truthy(out:find("^Requests +0\n"), out)
  end)

  describe("analytics", function()
    it("shows tables, charts, CSV and JSON", function()
      indoxhub:run("complete hi")
      local out = indoxhub:run("analytics --by endpoint --last 2d")
      assert.truthy(out:find("^endpoint +count.-\ncompletion +%d+"), out)
      out = indoxhub:run("analytics --by endpoint --chart count")
      assert.truthy(out:find("completion +\226\150\136.- %d+\n"), out)
      out = indoxhub:run("analytics --by endpoint --chart")
      assert.truthy(out:find("completion +.- %$%d"), out)
      out = indoxhub:run("analytics --by endpoint --endpoint completion --csv")
      assert.truthy(out:find("^endpoint,count,.-\ncompletion,%d+,.-\n$"), out)
      out = indoxhub:run("analytics --by endpoint --json")
      assert.equal("number", type(json.decode(out)[1].count))
      out = indoxhub:run("analytics --from 2001-01-01 --to 2001-01-02")
      assert.truthy(out:find("(no rows)", 1, true), out)
      out = indoxhub:run("analytics --from 2001-01-01 --to 2001-01-02 --json")
      assert.equal("[]\n", out)
    end)

    it("filters", function()
      local url = raw:script("filter", { { "send", servers.reply("200 OK",
        "application/json", '{"results":[]}') } })
      indoxhub:run("analytics --by model --provider openai --session s1 "
        .. "--model gpt-4.1 --endpoint chat --from 2026-01-01 "
        .. "--to 2026-01-31", url)
      local got = raw:got("filter"):match("^GET %S+")
      for _, part in ipairs { "group_by=model", "provider=openai",
        "model=gpt-4.1", "session_id=s1", "endpoint=chat",
        "start_date=2026-01-01", "end_date=2026-01-31" } do
        assert.truthy(got:find(part, 1, true), got)
      end
    end)
  end)

  describe("account", function()
    it("tells who one is, and whether the API is up", function()
      local out = indoxhub:run("account")
      assert.truthy(out:find("\nusername +sandbox%-%d+\n"), out)
      assert.equal("ok\n", (indoxhub:run("account health")))
    end)

    it("gets a token for the key where a server wants that", function()
      local strict = servers.sandbox("--auth token")
      local _, err, code = indoxhub:run("account", strict.url)
      assert.equal(3, code)
      assert.truthy(err:find("--auth exchange", 1, true), err)
      _, err, code = indoxhub:run("account --auth exchange", strict.url)
      servers.kill(strict)
      assert.equal(0, code, err)
    end)

    it("lists what was paid", function()
      local out = indoxhub:run("account transactions")
      assert.truthy(out:find("^DATE +AMOUNT"), out)
      assert.truthy(out:find("credit_purchase", 1, true), out)
      out = indoxhub:run("account transactions --limit 1 --json")
      assert.equal(1, #json.decode(out))
    end)

    it("is deleted only when its name is given", function()
      local other = servers.sandbox("")
      local name = json.decode((indoxhub:run("account --json", other.url)))
        .username
      local _, err, code = indoxhub:run("account delete", other.url)
      assert.equal(2, code)
      assert.truthy(err:find("takes --confirm", 1, true), err)
      _, err, code = indoxhub:run("account delete --confirm me", other.url)
      assert.equal(2, code)
      assert.truthy(err:find("not deleted", 1, true), err)
      for _, typed in ipairs { "no\n", "\4", "\3" } do
        local terminal = terminals.start(indoxhub:line("account delete",
          other.url))
        terminal:expect("Type its user name to go on: ")
        terminal:type(typed)
        assert.are_not.equal(0, (terminal:finish()))
      end
      assert.equal(0, select(3, indoxhub:run("account", other.url)))
      local terminal = terminals.start(indoxhub:line("account delete",
        other.url))
      terminal:expect("Type its user name to go on: ")
      terminal:type(name .. "\n")
      terminal:expect("The account is deleted.")
      assert.equal(0, (terminal:finish()))
      _, err, code = indoxhub:run("account", other.url)
      assert.equal(3, code)
      assert.truthy(err:find("check the key in INDOXHUB_API_KEY", 1, true), err)
      servers.kill(other)
    end)
  end)

  describe("complete", function()
    it("streams, from arguments and pipes", function()
      assert.equal("6 * 7 is 42.\n",
        (indoxhub:run("complete What is '6 * 7?'")))
      assert.equal("2 + 3 is 5.\n", (indoxhub:feed("2 + 3", "complete")))
    end)

    it("sends its options", function()
      local url = raw:script("complete", servers.json('{"data":"ok"}'))
      indoxhub:run("complete -m a/b -t 0.5 --max-tokens 9 hi", url)
      local sent = json.decode(raw:got("complete"):match("\r\n\r\n(.*)$"))
      assert.equal("hi", sent.prompt)
      assert.equal("a/b", sent.model)
      assert.equal(0.5, sent.temperature)
      assert.equal(9, sent.max_tokens)
    end)
  end)

  describe("embed", function()
    it("prints a vector in each line", function()
      local out = indoxhub:run("embed 'a fox' hound")
      local first, second = out:match("^(%[[^\n]+%])\n(%[[^\n]+%])\n$")
      assert.equal("number", type(json.decode(first)[32]))
      assert.are_not.equal(first, second)
      assert.equal(first .. "\n", (indoxhub:feed("a fox", "embed")))
      assert.equal(out, (indoxhub:feed("a fox\n\nhound\n", "embed --lines")))
    end)

    it("takes more texts than a call does", function()
      local out = indoxhub:feed(("fox\nhound\n"):rep(100), "embed --lines")
      assert.equal(200, lines(out))
    end)

    it("writes them into a file", function()
      local path = indoxhub.folder .. "/foxes.f32"
      local out, err, code = indoxhub:run("embed fox hound -o " .. path)
      assert.equal(0, code, err)
      assert.equal("", out)
      assert.equal(path .. " (2 vectors of 32 numbers)\n", err)
      assert.equal(2 * 32 * 4, #files.read(path))
      out, err, code = indoxhub:run("embed fox -o /nowhere/foxes.f32")
      assert.equal(1, code)
      assert.equal("", out)
      assert.truthy(err:find("cannot write /nowhere/foxes.f32", 1, true), err)
      out, err, code = indoxhub:run("embed fox --json -o " .. path)
      assert.equal(2, code)
      assert.equal("", out)
      assert.truthy(err:find("two forms", 1, true), err)
    end)
  end)

  it("leaves what goes into a pipe as it is", function()
    local text = servers.reply("200 OK", "application/json",
      '{"data":"red \\u001b[31m"}')
    local url = raw:script("raw", text)
    assert.equal("red \27[31m\n", (indoxhub:run("complete hi", url)))
    local code, seen = terminals.start(indoxhub:line("complete hi", url))
      :finish()
    assert.equal(0, code)
    assert.truthy(seen:find("red ^[[31m", 1, true), seen)
  end)
end)
