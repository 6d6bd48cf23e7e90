-- nginx with the Lua module: real workers, asked over real connections. Who
-- leaves them, how they leave, and the gateway have specs of their own.
local hosts = require "spec.runtime.hosts"
local openresty = require "spec.runtime.openresty.server"
local programs = require "spec.support.programs"
local scenes = require "spec.runtime.scenes"
local servers = require "spec.support.servers"
local streams = require "spec.runtime.openresty.streams"

local ANSWER = "6 * 7 is 42."

local KEY = "indox-" .. ("k3y9"):rep(8)

-- How many requests are there at once, in one test.
local CROWD = 200

local SILENT = streams.SILENT

describe("OpenResty", function()
  local pair, nginx

  setup(function()
    pair = hosts.servers()
  end)

  teardown(function()
    pair:stop()
  end)

  before_each(function()
    nginx = openresty.start { key = KEY, base = pair.sandbox.url }
  end)

  after_each(function()
    assert.equal("", nginx:stop())
  end)

  local function lines_of(text)
    return select(2, text:gsub("\n", ""))
  end

  -- What a request in a timer has said, once it has ended.
  local function told(name)
    local text
    servers.wait_until(function()
      text = nginx:get("/do/told", { name = name })
      return text:find("end\n", 1, true) or text:find("raised ", 1, true)
    end, "the timer")
    return text
  end

  describe("runs all scenes", function()
    local scenes_done = 0

    before_each(function()
      scenes_done = scenes_done + 1
    end)

    for _, phase in ipairs { "do", "access", "rewrite" } do
      it("in a request, under /" .. phase, function()
        local said = nginx:get("/" .. phase .. "/scenes",
          { base = pair.sandbox.url, raw = pair.root })
        assert.equal(scenes.expected, said)
        pair:wait_for_scenes(scenes_done)
      end)
    end

    it("in a timer", function()
      nginx:get("/timer/scenes", { name = "scenes", base = pair.sandbox.url,
        raw = pair.root })
      assert.equal(scenes.expected .. "end\n\n", told "scenes")
      pair:wait_for_scenes(scenes_done)
    end)
  end)

  it("loads nothing after the workers began", function()
    nginx:get("/do/chat")
    nginx:get("/do/stream", { base = pair.sandbox.url })
    assert.equal("all\n", nginx:get("/do/helpers", { base = pair.sandbox.url }))
    assert.equal("", nginx:get "/do/loaded_late")
  end)

  it("keeps its thread from the second request on", function()
    servers.curl(("'%s' -o /dev/null '%s'"):format(nginx:address "/do/chat",
      nginx:address "/do/chat"))
    assert.equal(2, (nginx:usage()))
  end)

  it("keeps the environment's key and address in a derived client", function()
    assert.equal(ANSWER .. "\n", nginx:get "/do/derived")
  end)

  it("starts no MCP servers, and says what to do instead", function()
    assert.truthy(nginx:get("/do/start_program"):find("command does not work "
      .. "in nginx, where no worker may start programs; have the server "
      .. "listen on HTTP, and give its url", 1, true))
  end)

  it("names the phase in which nothing can wait, and the way out", function()
    local function check(phase)
      local text = nginx:get("/do/told", { name = phase })
      assert.equal(3, lines_of(text), text)
      for line in text:gmatch("[^\n]+") do
        assert.truthy(line:find(phase, 1, true), line)
        assert.truthy(line:find("ngx.timer.at", 1, true), line)
      end
    end
    check "init"
    check "init_worker"
    for _, phase in ipairs { "set", "header_filter", "body_filter", "log",
      "balancer" } do
      nginx:get("/forbidden/" .. phase)
      check(phase)
    end
    assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
  end)

  it("answers many requests at once and mixes none up", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local function text_of(i)
      return ("request %d says %s and ends with %d"):format(i,
        ("x"):rep(i % 13 + 1), i)
    end
    local config = assert(io.open(folder .. "/config", "w"))
    local slow = servers.sandbox("--pace 0.02")
    for i = 1, CROWD do
      config:write(("url = \"%s\"\noutput = \"%s/%d\"\n"):format(
        nginx:address("/do/stream", { base = slow.url,
          q = "echo: " .. text_of(i) }), folder, i))
    end
    config:close()
    os.execute(("curl -sN -Z --parallel-immediate --parallel-max %d -K " ..
      "%s/config 2>/dev/null"):format(CROWD, folder))
    servers.kill(slow)
    for i = 1, CROWD do
      assert.equal(text_of(i), openresty.read(folder .. "/" .. i))
    end
    os.execute("rm -rf " .. folder)
  end)

  it("lets other requests go on while it searches vectors", function()
    assert.equal("found 1 in turns\n", nginx:get "/do/search")
  end)

  it("several workers have an engine each", function()
    assert.equal("", nginx:stop())
    nginx = openresty.start { key = KEY, base = pair.sandbox.url, workers = 2 }
    local seen, count = {}, 0
    servers.wait_until(function()
      local pid = nginx:get "/do/pid"
      count = count + (seen[pid] and 0 or 1)
      seen[pid] = true
      assert.equal(ANSWER .. "\n", nginx:get "/do/chat")
      return count == 2
    end, "both workers to answer")
  end)

  it("leaves no socket behind, and no key where others see it", function()
    local _, base = pair:serve(SILENT)
    local visit = nginx:visit("/do/stream", { base = base })
    visit:wait_for "one "
    for line in openresty.read("/proc/net/unix"):gmatch("[^\n]+") do
      local path = line:match("(/[^\n]*indoxhub[^\n]*)$")
      assert.is_nil(path and io.open(path), path)
    end
    local pattern = programs.write(KEY .. "\n")
    local pipe = io.popen("grep -lF -f " .. pattern ..
      " /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null")
    local found = pipe:read("*a")
    pipe:close()
    os.remove(pattern)
    visit:leave()
    assert.equal("", found)
  end)
end)
