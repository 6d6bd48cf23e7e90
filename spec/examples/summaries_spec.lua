-- The example that sums up a folder of texts, as people start it.
local command = require "spec.support.command"
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local LUA = os.getenv "INDOXHUB_LUA"

describe("examples/summaries.lua", function()
  local sandbox, folder, said_of

  before_each(function()
    sandbox = servers.sandbox "--pace 0"
    folder = files.folder()
    said_of = {}
    for _, name in ipairs { "a.md", "b.txt", "it's c.txt" } do
      files.write(folder .. "/" .. name, "echo: what " .. name .. " says")
      said_of[name] = ("%s/%s: what %s says\n"):format(folder, name, name)
    end
  end)

  after_each(function()
    servers.kill(sandbox)
    files.remove_folder(folder)
  end)

  -- The shell command that starts it.
  local function line(base_url)
    return ("INDOXHUB_API_KEY=any INDOXHUB_BASE_URL=%s exec %s "
      .. "examples/summaries.lua %s"):format(base_url or sandbox.url, LUA,
      folder)
  end

  -- Runs it. Returns stdout, stderr and the exit code.
  local function sum_up(base_url)
    return command.shell(line(base_url))
  end

  local function progress(from, to)
    local lines = {}
    for i = from, to do
      lines[#lines + 1] = ("%d of %d texts\n"):format(i, to)
    end
    return table.concat(lines)
  end

  local function count_lines(text)
    return select(2, text:gsub("\n", ""))
  end

  it("sums up each text, and later those that are new or changed", function()
    local said, errors, code = sum_up()
    local all = said_of["a.md"] .. said_of["b.txt"] .. said_of["it's c.txt"]
    assert.equal(progress(1, 3), errors)
    assert.equal(all, said)
    assert.equal(0, code)
    said, errors = sum_up "http://127.0.0.1:1"
    assert.equal("3 of 3 texts\n", errors)
    assert.equal(all, said)
    files.write(folder .. "/b.txt", "echo: another")
    files.write(folder .. "/aa.txt", "echo: new")
    said, errors = sum_up()
    assert.equal(progress(2, 4), errors)
    assert.equal(said_of["a.md"] .. ("%s/aa.txt: new\n%s/b.txt: another\n")
      :format(folder, folder) .. said_of["it's c.txt"], said)
  end)

  it("tells what failed, and does that again", function()
    servers.kill(sandbox)
    sandbox = servers.sandbox "--pace 0 --fail status:400*3"
    local said, errors, code = sum_up()
    assert.truthy(said:find("a.md: -\n", 1, true))
    assert.truthy(errors:find("3 of 3 texts, 3 failed\nchat.create: "
      .. "invalid_request: [^\n]*\nThe same command goes on from here.\n$"),
      errors)
    assert.equal(1, code)
    said, errors, code = sum_up()
    assert.equal(progress(1, 3), errors)
    assert.equal(3, count_lines(said))
    assert.equal(0, code)
  end)

  it("keeps at Ctrl-C what was summed up", function()
    for i = 1, 20 do
      files.write(("%s/%02d.md"):format(folder, i), "echo: " .. i)
    end
    servers.kill(sandbox)
    sandbox = servers.sandbox "--pace 0 --fail stall:0*3"
    -- Ended with us, whatever goes wrong here.
    local started = command.start((line():gsub("exec ",
      "%0timeout -s KILL 60 ")))
    servers.wait_until(function()
      return (files.read(started.err) or ""):find "20 of 23"
    end, "all but three to be summed up")
    os.execute(("kill -INT $(pgrep -P %s)"):format(started.pid))
    local said, errors, code = command.finish(started)
    assert.equal("", said)
    assert.truthy(errors:find("interrupted!\nThe same command goes on from "
      .. "here.\n", 1, true), errors)
    assert.equal(1, code)
    said, errors, code = sum_up()
    assert.equal(progress(20, 23), errors)
    assert.equal(23, count_lines(said))
    assert.equal(0, code)
  end)

  it("leaves a file of others as it is", function()
    files.write(folder .. "/.summaries.jsonl", "my own\n")
    local said, errors, code = sum_up()
    assert.equal("", said)
    assert.truthy(errors:find("^map: file: cannot go on from "), errors)
    assert.equal("my own\n", files.read(folder .. "/.summaries.jsonl"))
    assert.equal(1, code)
  end)

  it("wants a folder", function()
    local _, errors, code = command.shell(LUA .. " examples/summaries.lua")
    assert.equal("usage: lua examples/summaries.lua FOLDER [MODEL]\n", errors)
    assert.equal(2, code)
  end)
end)
