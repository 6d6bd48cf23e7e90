-- The page of examples/gateway, used by a browser.
local browser = require "spec.runtime.openresty.browser"
local events = require "spec.support.events"
local example = require "spec.runtime.gateway.example"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

-- Keys, as WebDriver writes them.
local ENTER, ESCAPE, SHIFT, TAB = "\238\128\135", "\238\128\140",
  "\238\128\136", "\238\128\132"
local NO_KEYS = "\238\128\128" -- lets go of Shift

local HELD = { { "body" }, { "send", servers.EVENTS_HEAD
  .. events.chunk "one " .. events.chunk "two" }, { "hold" } }

local function counted(last)
  local numbers = {}
  for i = 1, last do
    numbers[i] = ("%d"):format(i)
  end
  return table.concat(numbers, " ")
end

describe("the page of examples/gateway", function()
  -- Two in front of a sandbox, one of them for visitors without a key, and one
  -- in front of what a test says.
  local chromium, raw, gateway, public, scripted

  setup(function()
    chromium = browser.start()
    raw = servers.raw()
    gateway = example.start "--workers 2"
    public = example.start "--workers 1 --visitors"
    scripted = example.start("--workers 1 --upstream " .. raw:base "up",
      "INDOXHUB_API_KEY=indox-test")
  end)

  teardown(function()
    chromium:stop()
    assert.equal("", gateway:stop())
    assert.equal("", public:stop())
    assert.equal("", scripted:stop { "exited on signal 9" })
    raw:stop()
  end)

  before_each(function()
    raw:script("up", servers.json '{"providers":[]}')
    chromium:be(900, 700, "light")
  end)

  local function js(expression)
    return chromium:run("return " .. expression)
  end

  -- Text as JavaScript writes it.
  local quoted = json.encode

  local function wait_for(expression)
    servers.wait_until(function()
      return js(expression)
    end, expression)
  end

  -- The text of the last answer, and what stands below it.
  local ANSWER = "[...document.querySelectorAll('.answer')].at(-1)"

  local function answer()
    return js(ANSWER .. "?.querySelector('.text').innerText ?? ''")
  end

  local function about()
    return js(ANSWER .. ".querySelector('.about').textContent")
  end

  local function problem()
    return js(ANSWER .. "?.querySelector('.problem').textContent ?? ''")
  end

  local function wait_until_over()
    wait_for "document.querySelectorAll('.answer').length > 0"
    wait_for "!document.querySelector('.growing')"
  end

  -- Opens the page of one of the two as a new visitor, with its key or another.
  local function visit(one, key)
    chromium:open(one.root .. "page/icon.svg") -- which keeps nothing
    chromium:run("sessionStorage.clear(); sessionStorage.setItem("
      .. "'indoxhub.key', JSON.stringify(" .. quoted(key or one.key) .. "))")
    chromium:open(one.root)
    wait_for("performance.getEntriesByType('resource')"
      .. ".some(({ name }) => name.endsWith('/v1/models'))")
  end

  local function ask(question)
    chromium:run("const question = document.getElementById('question');"
      .. "question.value = " .. quoted(question)
      .. "; document.getElementById('form').requestSubmit()")
  end

  -- Has the model say a text.
  local function say(text)
    raw:script("up", servers.EVENTS_HEAD .. events.chunk(
      json.encode(text):sub(2, -2)) .. events.done)
  end

  it("asks for a key, tells a wrong one, and shows an answer that grows",
  function()
    chromium:open(gateway.root)
    wait_for "document.querySelector('#key-dialog[open]') !== null"
    chromium:press("ihg-wrong" .. ENTER)
    wait_for "document.getElementById('key-problem').textContent !== ''"
    assert.equal("The gateway does not know this key.",
      chromium:text "#key-problem")
    chromium:press(gateway.key .. ENTER)
    wait_for "document.querySelector('#key-dialog[open]') === null"
    local models = js "document.getElementById('model').innerText"
    assert.truthy(models:find("gpt-4o-mini", 1, true), models)
    assert.is_nil(models:find("embedding", 1, true))
    chromium:press("Count to 20" .. ENTER)
    local seen, last = 0, ""
    wait_for "document.querySelectorAll('.answer').length > 0"
    servers.wait_until(function()
      local text = answer()
      assert.equal(last, text:sub(1, #last))
      if text ~= last then
        last, seen = text, seen + 1
      end
      return not js "document.querySelector('.growing') !== null"
    end, "the answer")
    assert.truthy(seen >= 3, "it came in " .. seen .. " pieces")
    assert.equal(counted(20), answer())
    assert.equal("Count to 20", chromium:text ".question")
    assert.truthy(about():find("gpt%-4o%-mini · %$0%.%d+, %d+ tokens$"))
    assert.truthy(chromium:text("#spent"):find "^%$0%.%d+$")
    assert.equal("", problem())
    assert.is_nil(js("document.documentElement.outerHTML")
      :find(gateway.key, 1, true))
  end)

  it("shows Markdown, and nothing in it can do harm", function()
    local seen = raw:base "seen"
    visit(scripted)
    say(table.concat({ "# Title", "**bold** and `code`", "",
      "```js", "if (a < b) alert(1)", "```", "", "| a | b |", "|---|---|",
      "| 1 | 2 |", "", "<script>window.hit = 1</script>",
      "<img src=x onerror='window.hit = 2'>", "",
      "![picture](" .. seen .. "/1)", "", "[bad](javascript:window.hit=3)",
      "<a href='java\tscript:window.hit=4'>worse</a> [own](/v1/models)",
      "[good](https://example.com/) <b onclick='window.hit=5'>b</b>", "",
      "<iframe srcdoc='<script>parent.hit=6</script>'></iframe>",
      "<style>body{display:none}</style><svg onload='window.hit=7'></svg>",
      "<form action='" .. seen .. "/2'><input id=key name=key></form>",
      "<div class=problem style='position:fixed' id=ask>spoof</div>",
      "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;"
      .. "&lt;img src=1 onerror=window.hit=8&gt;\">" }, "\n"))
    ask "Show me"
    wait_until_over()
    assert.equal("", problem())
    assert.equal("Title", chromium:text ".text h1")
    assert.equal("bold", chromium:text ".text strong")
    assert.equal("if (a < b) alert(1)", chromium:text ".code pre")
    assert.equal("2", chromium:text ".text td:last-child")
    assert.equal("js", chromium:text ".code-head span")
    assert.equal(0, js("document.querySelectorAll('#thread :is(script, img, "
      .. "iframe, style, svg, form, input, math, [style], [id])').length"))
    assert.equal(0, js("[...document.querySelectorAll('#thread .text *')]"
      .. ".flatMap((e) => e.getAttributeNames()).filter((name) => "
      .. "name.startsWith('on')).length"))
    assert.same({ seen .. "/1", "https://example.com/" },
      js "[...document.querySelectorAll('.text a[href]')].map((a) => a.href)")
    assert.equal("noopener noreferrer", js("document.querySelector("
      .. "'.text a[href^=https]').rel"))
    chromium:run "document.querySelectorAll('.text a:not([href])').forEach(\z
      (link) => link.click())"
    assert.is_true(js "window.hit === undefined")
    -- What got past all that would still load nothing and run nothing.
    chromium:run("window.refused = []; addEventListener("
      .. "'securitypolicyviolation', (event) => "
      .. "refused.push(event.effectiveDirective));"
      .. "new Image().src = " .. quoted(seen .. "/3")
      .. "; document.body.setAttribute('style', 'color: red')")
    wait_for "refused.includes('img-src')"
    wait_for "refused.includes('style-src-attr')"
    assert.has_error(function()
      chromium:run "document.body.setAttribute('onclick', 'window.hit = 9')"
    end)
    assert.has_error(function()
      chromium:run "document.body.innerHTML = '<b>bold</b>'"
    end)
    assert.equal(0, raw:opened "seen")
  end)

  it("stops an answer, for the model too", function()
    visit(gateway)
    ask "Count to 5000"
    wait_for "document.querySelector('.answer .text')?.innerText.length > 3"
    chromium:click "#stop"
    assert.truthy(about():find "stopped$")
    local text = answer()
    assert.equal(text, counted(5000):sub(1, #text))
    servers.wait_until(function()
      return gateway:streams() == 0
    end, "the model to be left alone")
    assert.equal("", problem())
    ask "What is 6 * 7?"
    wait_until_over()
    assert.equal("6 * 7 is 42.", answer())
  end)

  it("stops what has not begun to answer", function()
    visit(scripted)
    raw:script("up", { { "body" }, { "hold" } })
    ask "What?"
    servers.wait_until(function()
      return raw:got("up"):find("What?", 1, true)
    end, "the question to arrive")
    chromium:press(ESCAPE)
    assert.truthy(about():find "stopped$")
    raw:script("up", servers.EVENTS_HEAD .. events.answer "and on")
    ask "And now?"
    wait_until_over()
    assert.equal("and on", answer())
  end)

  it("tells what went wrong, and tries again", function()
    visit(scripted)
    raw:script("up", servers.last_reply("402 Payment Required",
      '{"detail":"no credits"}'))
    ask "Say something"
    wait_until_over()
    assert.equal("The model gave no answer", problem())
    raw:script("up", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.chunk "half" }, { "close" } })
    chromium:click ".answer footer button:not([hidden])"
    wait_until_over()
    assert.equal("half", answer())
    assert.equal("The model gave no answer", problem())
    raw:script("up", servers.EVENTS_HEAD .. events.answer("all ", "of it"))
    chromium:click ".answer footer button:not([hidden])"
    wait_until_over()
    assert.equal("all of it", answer())
    assert.equal("", problem())
    assert.equal(1, js "document.querySelectorAll('.question').length")
    ask "And then?"
    wait_until_over()
    local sent = raw:got("up"):match "^.*(POST.*)$"
    assert.truthy(sent:find('"all of it"', 1, true), sent)
    assert.is_nil(sent:find("half", 1, true))
  end)

  it("tells when a model that is busy may be asked again", function()
    visit(scripted)
    raw:script("up", servers.last_reply("429 Too Many Requests", "{}",
      "Retry-After: 120\r\n"))
    ask "Say something"
    wait_until_over()
    assert.equal("The model is busy. Ask again in 120 seconds.", problem())
  end)

  it("asks visitors for no key, where they may ask", function()
    visit(public, "")
    wait_for "document.getElementById('model').options.length > 1"
    assert.is_true(js "document.querySelector('#key-dialog[open]') === null")
    ask "What is 6 * 7?"
    wait_until_over()
    assert.equal("6 * 7 is 42.", answer())
    ask "Count to 40"
    wait_for(ANSWER .. "?.querySelector('.text').innerText.length > 25")
    chromium:reload()
    wait_until_over()
    assert.equal(counted(40), answer())
    -- The minute may turn in between: then it is answered once more.
    servers.wait_until(function()
      for _ = 1, 41 do
        if servers.curl(public.root .. "v1/models") ~= 200 then
          break
        end
      end
      ask "One more?"
      wait_until_over()
      return problem():find(
        "^A visitor may use 20 requests in a minute%. Ask again in %d+ sec")
    end, "the refusal")
  end)

  it("takes a visitor's key, and forgets it", function()
    visit(public, "")
    chromium:click "#key"
    assert.is_true(js "document.getElementById('key-forget').hidden")
    chromium:press(public.key .. ENTER)
    wait_for "document.querySelector('#key-dialog[open]') === null"
    ask "What is 6 * 7?"
    wait_until_over()
    assert.equal("6 * 7 is 42.", answer())
    chromium:click "#key"
    chromium:click "#key-forget"
    wait_for "document.querySelector('#key-dialog[open]') === null"
    assert.is_true(js "sessionStorage.getItem('indoxhub.key') === null")
    visit(gateway)
    chromium:click "#key"
    chromium:click "#key-forget"
    wait_for "document.querySelector('#key-dialog[open]') !== null"
    assert.equal("", chromium:text "#key-problem")
  end)

  it("tells of a key that is not known any more", function()
    visit(gateway, "ihg-revoked")
    wait_for "document.querySelector('#key-dialog[open]') !== null"
    assert.equal("The gateway does not know this key.",
      chromium:text "#key-problem")
    chromium:press(ESCAPE)
    wait_for "document.querySelector('#key-dialog[open]') === null"
    ask "What is 6 * 7?"
    wait_for "document.querySelector('#key-dialog[open]') !== null"
    chromium:press(gateway.key .. ENTER)
    wait_for "document.querySelector('#key-dialog[open]') === null"
    assert.truthy(problem():find "API key")
    chromium:click ".answer footer button:not([hidden])"
    wait_until_over()
    assert.equal("6 * 7 is 42.", answer())
  end)

  it("goes on after reloads, with nothing missing and nothing twice",
  function()
    visit(gateway)
    ask "Count to 40"
    for times = 1, 2 do
      wait_for(("document.querySelector('.answer .text')?.innerText.length > "
        .. "%d"):format(times * 25))
      chromium:reload()
    end
    wait_until_over()
    assert.equal(counted(40), answer())
    assert.truthy(about():find "tokens$")
    chromium:reload()
    wait_until_over()
    assert.equal(counted(40), answer())
    assert.truthy(chromium:text("#spent"):find "^%$")
  end)

  it("goes on when connections end in the middle of an event", function()
    visit(gateway)
    chromium:run [[
      const fetch = window.fetch;
      window.cuts = 0;
      window.fetch = async (...given) => {
        const response = await fetch(...given);
        if (!response.headers.has("X-Stream-Id") || cuts === 3) return response;
        cuts++;
        let left = 900;
        const cut = new TransformStream({ transform(chunk, controller) {
          controller.enqueue(chunk.slice(0, left));
          left -= chunk.length;
          if (left <= 0) controller.terminate();
        } });
        return new Response(response.body.pipeThrough(cut), response);
      };
    ]]
    ask "Count to 20"
    wait_until_over()
    assert.equal(counted(20), answer())
    assert.equal("", problem())
    assert.equal(3, js "cuts")
  end)

  it("keeps what came, and goes on with it, however long it is silent",
  function()
    visit(scripted)
    raw:script("up", { { "body" }, { "send", servers.EVENTS_HEAD
      .. events.chunk "one " }, { "until", "more" },
      { "send", events.chunk "two" .. events.done }, { "close" } })
    ask "Tell me, once"
    wait_for(ANSWER .. "?.querySelector('.text').innerText.trim() === 'one'")
    chromium:reload()
    wait_for(ANSWER .. "?.querySelector('.text').innerText.trim() === 'one'")
    assert.equal(1, select(2, raw:got("up"):gsub("Tell me, once", "")))
    raw:allow "more"
    wait_until_over()
    assert.equal("one two", answer())
  end)

  it("tells when the gateway's process has died", function()
    visit(scripted)
    raw:script("up", HELD)
    ask "Tell me"
    wait_for "document.querySelector('.answer .text')?.innerText === 'one two'"
    scripted:kill_workers()
    wait_until_over()
    assert.equal("The gateway that made this answer has ended before it.",
      problem())
    assert.equal("one two", answer())
  end)

  it("fits a phone", function()
    chromium:be(320, 600, "dark", true)
    visit(scripted)
    say(table.concat({ ("long"):rep(60), "", "```",
      ("wide"):rep(60), "```", "", ("|column"):rep(20) .. "|",
      ("|---"):rep(20) .. "|", ("|cell"):rep(20) .. "|" }, "\n"))
    ask "Show me"
    wait_until_over()
    assert.equal("", problem())
    assert.equal(1, js "document.querySelectorAll('.text table').length")
    assert.is_true(js("document.documentElement.scrollWidth <= 320"))
    assert.is_true(js("[...document.querySelectorAll('button, select, "
      .. "textarea')].filter((e) => e.checkVisibility()).every((e) => "
      .. "e.getBoundingClientRect().right <= 320)"))
    assert.equal("rgb(22, 24, 29)", js("getComputedStyle(document.body)"
      .. ".backgroundColor"))
  end)

  it("needs no mouse and no eyes", function()
    visit(gateway)
    wait_for "document.getElementById('model').options.length > 1"
    assert.equal("question", js "document.activeElement.id")
    chromium:press("Line one" .. SHIFT .. ENTER .. NO_KEYS .. "line two")
    assert.equal("Line one\nline two", js("document.getElementById("
      .. "'question').value"))
    ask "Count to 5000"
    wait_for "document.querySelector('.answer .text')?.innerText.length > 3"
    assert.equal("true", js(ANSWER .. ".getAttribute('aria-busy')"))
    chromium:press(ESCAPE)
    assert.truthy(about():find "stopped$")
    wait_for "document.getElementById('spoken').innerText.includes('Stopped.')"
    -- Back to the button below the answer, which asks once more.
    chromium:press(SHIFT .. TAB .. NO_KEYS)
    assert.equal("Retry", js "document.activeElement.textContent")
    chromium:press(ENTER)
    wait_for "document.querySelector('.growing') !== null"
    assert.equal("question", js "document.activeElement.id")
    chromium:press(ESCAPE)
    ask "Echo: First sentence. Second one."
    wait_until_over()
    local spoken = js "document.getElementById('spoken').innerText"
    assert.truthy(spoken:find("First sentence.", 1, true), spoken)
    assert.truthy(spoken:find("Done.", 1, true), spoken)
    for _, thing in ipairs(chromium:told()) do
      if thing.role == "button" or thing.role == "textbox"
        or thing.role == "combobox" or thing.role == "article" then
        assert.truthy((thing.name or "") ~= "", "a " .. thing.role
          .. " without a name")
      end
    end
    -- The model is chosen with the keyboard, and stays chosen.
    chromium:run "document.getElementById('model').focus()"
    chromium:press "claude-h"
    local chosen = js "document.getElementById('model').value"
    assert.equal("anthropic/claude-haiku-4.5", chosen)
    chromium:reload()
    wait_for "document.getElementById('model').options.length > 1"
    assert.equal(chosen, js "document.getElementById('model').value")
  end)

  it("shows plain text where Markdown's libraries are not installed",
  function()
    chromium:block "*://*:*/page/libraries/*"
    visit(gateway)
    assert.truthy(chromium:text("#notice"):find("make deps-all", 1, true))
    ask "Echo: **bold** <i>x</i>"
    wait_until_over()
    chromium:block()
    assert.equal("**bold** <i>x</i>", answer())
  end)

  it("reads events wherever they are cut", function()
    visit(gateway)
    assert.same({}, chromium:run [[
      return import("/page/events.js").then(({ EventReader }) => {
        const text = "\ufeff: hello\r\nid: 1\ndata: a\u00e9\n\n" +
          "id: 2\rdata:b\rdata: c\r\rid: 3\r\ndata\r\nevent: x\r\n\r\n" +
          "data: {\"a\": \"b: c\"}\nid: 4\n\n\nid: 5\n\ndata: cut";
        const wanted = JSON.stringify([{ id: "1", data: "a\u00e9" },
          { id: "2", data: "b\nc" }, { id: "3", data: "" },
          { id: "4", data: "{\"a\": \"b: c\"}" }]);
        const bytes = new TextEncoder().encode(text);
        const bad = [];
        const read = (cuts) => {
          const decoder = new TextDecoder();
          const reader = new EventReader();
          const events = [0, ...cuts].flatMap((from, i) => reader.push(
            decoder.decode(bytes.slice(from, cuts[i]), { stream: true })));
          if (JSON.stringify(events) !== wanted) bad.push(cuts);
        };
        read([...bytes.keys()].slice(1));
        for (let i = 0; i <= bytes.length; i++) {
          for (let j = i; j <= bytes.length; j++) read([i, j]);
        }
        return bad;
      });
    ]])
  end)
end)
