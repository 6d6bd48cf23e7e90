-- A headless Chromium that a spec tells what to do, through chromedriver and
-- the WebDriver protocol.
local core = require "indoxhub.core"
local json = require "indoxhub.base.json"
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

-- Starts a program that ends with us, even if we cannot end it, and reads what
-- it says up to a line that matches. Returns the program, and what matched.
local function begin(folder, command_line, pattern)
  local pipe = assert(io.popen(("echo $$; exec env HOME=%s setpriv " ..
    "--pdeathsig TERM %s 2>&1"):format(folder, command_line)))
  local program = { pipe = pipe, pid = pipe:read("*l") }
  while true do
    local line = pipe:read("*l")
    if not line then
      error(command_line:match("%S+") .. " did not start: run make deps-all", 0)
    end
    local found = line:match(pattern)
    if found then
      return program, found
    end
  end
end

local function finish(program)
  if program then
    os.execute("kill -TERM " .. program.pid .. " 2>/dev/null")
    program.pipe:close()
  end
end

-- The driver is led to the browser by its address: where there is no /etc/hosts
-- it would not find "localhost".
local function connect(self)
  local address
  self.chromium, address = begin(self.folder, ("chromium %s " ..
    "--user-data-dir=%s/profile --remote-debugging-port=0 about:blank")
    :format(table.concat(ARGUMENTS, " "), self.folder),
    "DevTools listening on ws://([%d.:]+)/")
  self.driver, self.port = begin(self.folder, "chromedriver --port=0",
    "started successfully on port (%d+)")
  self.session = "/" .. command(self, "POST", "", { capabilities = {
    alwaysMatch = { ["goog:chromeOptions"] = { debuggerAddress = address } },
  } }).sessionId
end

--- Starts it, with nothing of any other browser of this user.
function browser.start()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local self = setmetatable({ folder = folder }, methods)
  local ok, why = pcall(connect, self)
  if not ok then
    self:stop()
    error(why, 0)
  end
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

--- Loads the page anew.
function methods:reload()
  command(self, "POST", self.session .. "/refresh")
end

--- Types into what has the focus.
function methods:press(text)
  command(self, "POST", self.session .. "/element/" .. command(self, "GET",
    self.session .. "/element/active")[ELEMENT] .. "/value", { text = text })
end

--- Runs JavaScript in the page. Returns what it returns.
function methods:run(script)
  return command(self, "POST", self.session .. "/execute/sync",
    { script = script, args = json.array() })
end

-- A command of Chromium's own protocol.
local function devtools(self, name, parameters)
  return command(self, "POST", self.session .. "/goog/cdp/execute",
    { cmd = name, params = parameters })
end

--- Is a screen of that size in pixels, of a phone if `is_phone`, whose user
--- likes it "light" or "dark".
function methods:be(width, height, scheme, is_phone)
  devtools(self, "Emulation.setDeviceMetricsOverride", { width = width,
    height = height, deviceScaleFactor = 1, mobile = is_phone or false })
  devtools(self, "Emulation.setEmulatedMedia", { features = {
    { name = "prefers-color-scheme", value = scheme } } })
end

--- What assistive technology is told of the page: a list of { role =, name = }.
function methods:told()
  local list = {}
  for _, node in ipairs(devtools(self, "Accessibility.getFullAXTree",
    { depth = 100 }).nodes) do
    if not node.ignored then
      list[#list + 1] = { role = node.role and node.role.value,
        name = node.name and node.name.value }
    end
  end
  return list
end

--- Refuses to load, from now on, what is at an address with "*" in it; nil for
--- nothing.
function methods:block(address)
  devtools(self, "Network.enable", { maxTotalBufferSize = 0 })
  devtools(self, "Network.setBlockedURLs", { urlPatterns = json.array(
    address and { { urlPattern = address, block = true } }) })
end

--- What is to be seen of the page, as the bytes of a PNG.
function methods:picture()
  return core.unbase64(command(self, "GET", self.session .. "/screenshot"))
end

--- Ends it, with all its processes.
function methods:stop()
  if self.session then
    pcall(command, self, "DELETE", self.session)
  end
  finish(self.driver)
  finish(self.chromium)
  os.execute("rm -rf " .. self.folder)
end

return browser
