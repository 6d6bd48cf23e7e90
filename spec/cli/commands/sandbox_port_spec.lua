-- On two interpreters: a server of another library opens the port.
-- What `indoxhub sandbox` says when it cannot have the port that it is to have.
local command = require "spec.support.command"
local servers = require "spec.support.servers"

describe("indoxhub sandbox --port", function()
  local one = command.with_servers ""

  it("says what to do when the port is taken", function()
    local other = servers.raw()
    local said, errors, code = one:run("sandbox --port " .. other.port)
    other:stop()
    assert.equal("", said)
    assert.equal(("indoxhub: cannot listen on port %s: another program uses "
      .. "it. Choose another with --port, or leave --port out for one that is "
      .. "free\n"):format(other.port), errors)
    assert.equal(1, code)
  end)
end)
