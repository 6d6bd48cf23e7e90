-- Photographs the page of examples/openresty in a browser, in the middle of an
-- answer. `make pictures` runs it: luajit doc/pictures/page.lua FILE PORT
local browser = require "spec.runtime.openresty.browser"
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local QUESTION = "Why does an answer come word by word?"
local HALF = 90 -- letters of the answer

local file = assert(arg[1], "usage: page.lua FILE")
local port = servers.free_port()
local log = os.tmpname()
local gateway = io.popen(("echo $$; exec setpriv --pdeathsig TERM sh "
  .. "examples/openresty/start.sh --port %s >%s 2>&1"):format(port, log))
local pid = gateway:read("*l")
servers.wait_until(function()
  return files.read(log):find("http", 1, true)
end, "the example")

local chromium = browser.start()
local ok, why = pcall(function()
  chromium:resize(760, 640)
  chromium:open("http://127.0.0.1:" .. port .. "/")
  chromium:type("#question", QUESTION)
  chromium:click("#ask")
  servers.wait_until(function()
    return #chromium:text("#answer") > HALF
  end, "half of the answer")
  files.write(file, chromium:picture())
  local state = chromium:text("#state")
  assert(state == "answering", "the answer was over: " .. state)
end)
chromium:stop()
os.execute("kill -TERM " .. pid)
gateway:close()
os.remove(log)
assert(ok, why)
