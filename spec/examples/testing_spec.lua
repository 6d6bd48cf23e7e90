-- The example of a test with recordings: it passes where nobody answers, and
-- tells what has changed when the program asks for something else.
local command = require "spec.support.command"
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local LUA = os.getenv "INDOXHUB_LUA"

describe("examples/testing", function()
  local folder

  before_each(function()
    folder = files.folder()
    os.execute(("cp -r examples/testing %s"):format(folder))
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function run(program, variables)
    return command.shell(("(%s exec %s %s/testing/%s) </dev/null"):format(
      variables or "INDOXHUB_BASE_URL=http://127.0.0.1:1", LUA, folder,
      program))
  end

  it("passes without a server", function()
    local said, errors, code = run "test.lua"
    assert.equal("", errors)
    assert.equal([[
ok      a bill that is wrong can wait
ok      a shop that is down cannot
ok      what no model can tell is for people
]], said)
    assert.equal(0, code)
  end)

  it("fails by name when the program asks otherwise", function()
    local path = folder .. "/testing/tickets.lua"
    files.write(path, (files.read(path):gsub("the mail of a shop",
      "letters")))
    local said, _, code = run "test.lua"
    assert.equal(1, code)
    assert.equal(3, select(2, said:gsub("FAILED", "")))
    assert.truthy(said:find('messages[1].content: "You sort the mail of a '
      .. 'shop." was recorded, not "You sort letters."', 1, true), said)
  end)

  it("records anew", function()
    local sandbox = servers.sandbox "--pace 0"
    local said = run("test.lua new", ("INDOXHUB_API_KEY=any "
      .. "INDOXHUB_BASE_URL=%s"):format(sandbox.url))
    servers.kill(sandbox)
    -- A sandbox takes the first that there is of everything.
    assert.equal(3, select(2, said:gsub(": billing, urgent\n", "")), said)
    assert.equal(said, (run "test.lua"))
  end)

  it("is a program for people, too", function()
    local sandbox = servers.sandbox "--pace 0"
    local said, errors, code = run("tickets.lua", ("INDOXHUB_API_KEY=any "
      .. "INDOXHUB_BASE_URL=%s"):format(sandbox.url))
    servers.kill(sandbox)
    assert.equal("", errors)
    assert.equal("billing\tnow\n", said)
    assert.equal(0, code)
    said, errors, code = run "tickets.lua"
    assert.equal("", said)
    assert.truthy(errors:find("authentication", 1, true), errors)
    assert.equal(1, code)
  end)
end)
