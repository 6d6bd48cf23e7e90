-- What `indoxhub chat` sends of its arguments, pipes and files.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("indoxhub chat", function()
  local indoxhub, raw = commands.with_servers("--pace 0.01")

  local function run(arguments, url)
    return indoxhub:run(arguments, url)
  end

  it("sends no byte order mark", function()
    local mark = "\239\187\191"
    local function asked(name, text, arguments)
      local url = raw:script(name, servers.json('{"data":"ok"}'))
      local _, err, code = indoxhub:feed(text, arguments, url)
      assert.equal(0, code, err)
      assert.equal("", err)
      return json.decode(raw:got(name):match("\r\n\r\n(.*)$"))
    end
    local word = "\"$(printf '\\357\\273\\277%s')\""
    local got = asked("marks", mark .. "piped" .. mark, ("chat -s %s %s %s")
      :format(word:format("brief"), word:format("one"), word:format("two")))
    assert.equal("brief", got.messages[1].content)
    assert.equal("one two\n\npiped" .. mark, got.messages[2].content)
    assert.equal("beginning",
      asked("mark-complete", mark .. "beginning", "complete").prompt)
    assert.equal("sent", asked("mark-set", "", "complete hi --set stop="
      .. word:format("sent")).additional_params.stop)
    local _, err, code = indoxhub:feed(mark .. "\n", "chat")
    assert.equal(2, code)
    assert.truthy(err:find("nothing to ask", 1, true), err)
    local fox = indoxhub:run("embed fox")
    assert.equal(fox, (indoxhub:feed(mark .. "fox", "embed")))
    assert.equal(fox, (indoxhub:run("embed " .. word:format("fox"))))
    -- Two files, one after the other.
    assert.equal(fox .. fox, (indoxhub:feed(mark .. "fox\n" .. mark
      .. "fox\r\n" .. mark .. "\n", "embed --lines")))
  end)

  it("sends model and system message", function()
    local url = raw:script("request", servers.json('{"data":"ok"}'))
    local out = run("chat -m openai/gpt-4o -s 'Be brief' hi", url)
    local got = raw:got("request")
    assert.equal("ok\n", out)
    assert.truthy(got:find('"model":"openai/gpt-4o"', 1, true))
    assert.truthy(got:find('"Be brief"', 1, true))
  end)

  it("sends UTF-8, whatever comes through the pipe", function()
    local good = "a\0 \195\169 \226\130\172 \240\159\166\138"
    local bad = { "caf\233", "\192\175", "\237\160\128", "\244\144\128\128",
      "\226\130" }
    local shown = { "caf?", "??", "???", "????", "??" }
    local url = raw:script("latin",
      servers.json('{"success":true,"data":"yes"}'))
    local out, err, code = indoxhub:feed(good .. table.concat(bad, " "),
      "chat review", url)
    assert.equal(0, code, err)
    assert.equal("yes\n", out)
    assert.truthy(err:find("What is not UTF-8 in the text is sent as", 1, true))
    local asked = json.decode(raw:got("latin"):match("\r\n\r\n(.*)$"))
      .messages[1].content
    assert.equal("review\n\n" .. good .. table.concat(shown, " ")
      :gsub("%?", "\239\191\189"), asked)
    err = select(2, indoxhub:feed(good, "chat review"))
    assert.equal("", err)
  end)

  it("sends UTF-8, whatever the instructions are", function()
    local url = raw:script("latin-system", servers.json('{"data":"yes"}'))
    local out, err, code = run("chat -s \"$(printf 'caf\\351')\" hi", url)
    assert.equal(0, code, err)
    assert.equal("yes\n", out)
    assert.truthy(err:find("What is not UTF-8 in the text is sent as", 1, true))
    assert.equal("caf\239\191\189", json.decode(raw:got("latin-system")
      :match("\r\n\r\n(.*)$")).messages[1].content)
  end)

  it("sends pictures", function()
    local url = raw:script("picture", servers.json('{"data":"a fox"}'))
    local picture = files.write(indoxhub.folder .. "/fox.png",
      "\137PNG\r\n\26\n")
    local out = run("chat -i " .. picture .. " 'What is this?'", url)
    assert.equal("a fox\n", out)
    assert.truthy(raw:got("picture"):find("data:image/png;base64", 1, true))
    local _, err, code = run("chat -i /nowhere.png 'What is this?'")
    assert.equal(1, code)
    assert.truthy(err:find("cannot read /nowhere.png", 1, true), err)
  end)

  it("sends any other field as its type", function()
    local url = raw:script("fields", servers.json('{"data":"ok"}'))
    run("chat -t 0.5 --max-tokens 9 --set top_p=0.25 --set seed=7 "
      .. "--set stop='[\"x\"]' hi", url)
    local sent = json.decode(raw:got("fields"):match("\r\n\r\n(.*)$"))
    assert.equal(0.5, sent.temperature)
    assert.equal(9, sent.max_tokens)
    assert.equal(0.25, sent.top_p)
    assert.same({ seed = 7, stop = { "x" } }, sent.additional_params)
    local _, err, code = run("chat --set top_p=much hi")
    assert.equal(2, code)
    assert.truthy(err:find('--set top_p: "much" is no number', 1, true), err)
    _, err, code = run("chat --set top_p hi")
    assert.equal(2, code)
    assert.truthy(err:find("takes name=value", 1, true), err)
    _, err, code = run("chat --set byok_api_key=indox-abc hi")
    assert.equal(2, code)
    assert.truthy(err:find("keys do not go into arguments", 1, true), err)
    assert.is_nil(err:find("indox-abc", 1, true))
    _, err, code = run("chat --set temprature=1 hi")
    assert.equal(2, code)
    assert.truthy(err:find("temperature", 1, true), err)
  end)
end)
