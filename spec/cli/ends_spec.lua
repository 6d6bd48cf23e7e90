-- What is left of a command that a signal ends while a file comes in.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local servers = require "spec.support.servers"

-- Signal -> the exit code that shells know it by.
local ENDS = { INT = 130, TERM = 143, HUP = 129 }

describe("a command that is ended", function()
  local indoxhub, raw = commands.with_servers("--pace 0")
  local url

  setup(function()
    raw:script("slow", { { "body" },
      { "send", servers.head("200 OK", "audio/mpeg", 1e7)
        .. ("x"):rep(100000) },
      { "hold" } })
    url = raw:script("speech", servers.json(('{"data":{"url":"%s/a.mp3"}}')
      :format(raw:base "slow")))
  end)

  -- The file that a process writes, once it has begun to.
  local function part_of(process)
    local name
    servers.wait_until(function()
      name = files.output("ls -l /proc/" .. process .. "/fd 2>/dev/null")
        :match("%-> (%S+%.part)\n")
      return name and #(files.read(name) or "") > 0
    end, "the file")
    return name
  end

  local function start(arguments)
    return commands.start(indoxhub:line("speak 'Mind the gap.' " .. arguments,
      url))
  end

  for signal, expected in pairs(ENDS) do
    it("by " .. signal .. " leaves nothing of what went to a pipe", function()
      local started = start("")
      local part = part_of(started.pid)
      assert.equal("600\n", files.output("stat -c %a " .. part))
      os.execute(("kill -%s %s"):format(signal, started.pid))
      local out, err, code = commands.finish(started)
      assert.equal(expected, code, err)
      assert.equal("", out)
      assert.is_nil(files.read(part))
      assert.is_nil(files.read((part:gsub("%.[^.]*%.part$", ""))))
    end)

    it("by " .. signal .. " leaves nothing beside a file", function()
      local folder = files.folder()
      local started = start("-o " .. folder .. "/a.mp3")
      local part = part_of(started.pid)
      assert.equal("600\n", files.output("stat -c %a " .. part))
      os.execute(("kill -%s %s"):format(signal, started.pid))
      local _, err, code = commands.finish(started)
      assert.equal(expected, code, err)
      assert.equal("", files.list(folder))
      files.remove_folder(folder)
    end)
  end

  it("is not by what its parent ignores", function()
    local started = commands.start("trap '' HUP; " .. indoxhub:line(
      "speak 'Mind the gap.'", url))
    local part = part_of(started.pid)
    os.execute("kill -HUP " .. started.pid)
    os.execute("kill -TERM " .. started.pid)
    local _, err, code = commands.finish(started)
    assert.equal(143, code, err)
    assert.is_nil(files.read(part))
  end)
end)
