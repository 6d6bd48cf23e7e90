-- A headless Chromium that a spec tells what to do, through chromedriver and
-- the WebDriver protocol.
local json = require "indoxhub.json"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

local browser = {}

local methods = {}
methods.__index = methods

-- The key under which WebDriver tells of an element.
local ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

local ARGUMENTS = { "--headless", "--no-sandbox", "--disable-gpu",
  "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage" }

-- A command of the protocol. Raises what the browser complains of.
local function command(self, method, path, body)
  local name = programs.write(json.encode(body or { _ = "" }))
  local status, answer = servers.curl(("-X %s -H 'Content-Type: " ..
    "application/json' --data-binary @%s http://127.0.0.1:%s/session%s")
    :format(method, name, self.port, path))
  os.remove(name)
  local value = json.decode(answer or "").value
  if status ~= 200 then
    error(("the browser says %s: %s"):format(status,
      type(value) == "table" and value.message or answer), 0)
  end
  return value
end

--- Starts it, with nothing of any other browser of this user.
function browser.start()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local self = setmetatable({ folder = folder }, methods)
  -- It ends with us, even if we cannot end it.
  self.pipe = assert(io.popen(("echo $$; exec env HOME=%s setpriv " ..
    "--pdeathsig TERM chromedriver --port=0 2>&1"):format(folder)))
  self.pid = self.pipe:read("*l")
  repeat
    local line = self.pipe:read("*l")
    if not line then
      error("chromedriver did not start: run make deps-all", 0)
    end
    self.port = line:match("started successfully on port (%d+)")
  until self.port
  local arguments = { "--user-data-dir=" .. folder .. "/profile" }
  for _, argument in ipairs(ARGUMENTS) do
    arguments[#arguments + 1] = argument
  end
  self.session = "/" .. command(self, "POST", "", { capabilities = {
    alwaysMatch = { ["goog:chromeOptions"] = { args = arguments } },
  } }).sessionId
  return self
end

function methods:open(address)
  command(self, "POST", self.session .. "/url", { url = address })
end

local function element(self, selector)
  return self.session .. "/element/" .. command(self, "POST",
    self.session .. "/element", { using = "css selector", value = selector })
    [ELEMENT]
end

--- Types into an element, key by key.
function methods:type(selector, text)
  command(self, "POST", element(self, selector) .. "/value", { text = text })
end

function methods:click(selector)
  command(self, "POST", element(self, selector) .. "/click")
end

--- What is to be seen of an element's text.
function methods:text(selector)
  return command(self, "GET", element(self, selector) .. "/text")
end

function methods:is_enabled(selector)
  return command(self, "GET", element(self, selector) .. "/enabled")
end

--- Ends it, with all its processes.
function methods:stop()
  pcall(command, self, "DELETE", self.session)
  os.execute("kill -TERM " .. self.pid .. " 2>/dev/null")
  self.pipe:close()
  os.execute("rm -rf " .. self.folder)
end

return browser
