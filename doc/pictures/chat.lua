-- Photographs the page of examples/gateway in a browser, in the middle of an
-- answer: light, dark and on a phone. `make pictures` runs it:
-- luajit doc/pictures/chat.lua LIGHT DARK PHONE
local browser = require "spec.runtime.openresty.browser"
local events = require "spec.support.events"
local example = require "spec.runtime.gateway.example"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

assert(arg[3], "usage: chat.lua LIGHT DARK PHONE")

local MODELS = { providers = { { id = "anthropic", text_completions = {
  { modelName = "claude-haiku-4.5" } } } } }

local FIRST = { "How many days does a leap year have, and why?", [[
A leap year has **366 days**: the year of the seasons is about 365.2422 days
long, and the extra day in February keeps the calendar with them.]] }

local SECOND = { "Show me how to tell one in Lua.", [[
A year is a leap year when `4` divides it, except for full centuries that
`400` does not divide:

```lua
local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end
```

| Year | `is_leap` | Why |
|-----:|-----------|-----|
| 2023 | `false` | 4 does not divide it |
| 2024 | `true` | 4 divides it |
| 2100 | `false` | a century that 400 does not divide |

That is the rule of the ]] }

-- The event stream of an answer, piece by piece, up to its end.
local function stream(text)
  local frames = {}
  for piece in text:gmatch "%s*%S+" do
    frames[#frames + 1] = events.chunk(json.encode(piece):sub(2, -2))
  end
  return servers.EVENTS_HEAD .. table.concat(frames)
end

local USAGE = events.frame(json.encode { choices = json.array(), usage = {
  prompt_tokens = 24, completion_tokens = 61, total_tokens = 85,
  cost = 0.000329 } })

local raw = servers.raw()
raw:script("up", servers.json(json.encode(MODELS)))
local gateway = example.start("--upstream " .. raw:base "up",
  "INDOXHUB_API_KEY=none")
local chromium = browser.start()

local function wait_for(expression)
  servers.wait_until(function()
    return chromium:run("return " .. expression)
  end, expression)
end

local ok, why = pcall(function()
  chromium:be(900, 880, "light")
  chromium:open(gateway.root)
  wait_for "document.querySelector('dialog[open]') !== null"
  chromium:press(gateway.key .. "\n")
  wait_for "document.getElementById('model').value !== ''"
  raw:script("up", { { "body" }, { "send", stream(FIRST[2]) .. USAGE
    .. events.done }, { "close" } })
  chromium:type("#question", FIRST[1] .. "\n")
  wait_for "document.querySelector('.answer:not(.growing)') !== null"
  raw:script("up", { { "body" }, { "send", stream(SECOND[2]) }, { "hold" } })
  chromium:type("#question", SECOND[1] .. "\n")
  wait_for "document.querySelectorAll('.text td').length === 9"
  wait_for "document.querySelectorAll('.answer')[1].innerText.includes('rule')"
  files.write(arg[1], chromium:picture())
  chromium:be(900, 880, "dark")
  files.write(arg[2], chromium:picture())
  chromium:be(390, 780, "light", true)
  chromium:run "document.documentElement.scrollTop = 1e6"
  files.write(arg[3], chromium:picture())
end)
chromium:stop()
gateway:stop()
raw:stop()
assert(ok, why)
