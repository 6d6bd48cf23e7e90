-- The MCP server of those who made the protocol, over HTTP and as a program.
-- On two interpreters: what it says is the same, whichever Lua hears it.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local mcp_servers = require "spec.support.mcp_servers"
local servers = require "spec.support.servers"

describe("the server of everything,", function()
  local over_http = during_tests(mcp_servers.everything)

  for way, options in pairs {
    ["over HTTP"] = function()
      return { url = over_http.url }
    end,
    ["as a program"] = function()
      return { command = mcp_servers.everything_command "stdio" }
    end,
  } do
    describe(way .. ",", function()
      local server

      setup(function()
        server = indoxhub.mcp(options())
      end)

      teardown(function()
        server:close()
      end)

      local function call(name, arguments, given)
        return indoxhub.assert(server:call(name, arguments, given))
      end

      -- What a conversation would get of a tool.
      local function run(name, arguments)
        for _, tool in ipairs(indoxhub.assert(server:tools())) do
          if tool["function"].name == name then
            return getmetatable(tool).run(arguments)
          end
        end
        error("there is no tool " .. name)
      end

      it("has tools with schemas", function()
        local tools = indoxhub.assert(server:tools())
        assert.is_true(#tools >= 10)
        for _, tool in ipairs(tools) do
          assert.equal("object", tool["function"].parameters.type)
          assert.is_string(tool["function"].description)
        end
      end)

      it("does sums, and says what is wrong with others", function()
        assert.equal("The sum of 2 and 3 is 5.",
          run("get-sum", { a = 2, b = 3 }))
        local result, message = run("get-sum", { a = "x" })
        assert.is_nil(result)
        assert.truthy(message:find("expected number", 1, true), message)
      end)

      it("gives pictures, links, resources and data", function()
        assert.truthy(run("get-tiny-image", {})
          :find "%[image: image/png, %d+ bytes%]")
        assert.truthy(run("get-resource-links", { count = 2 })
          :find "%[link: [^\n]*demo://resource/")
        assert.truthy(run("get-resource-reference", { resourceType = "Text",
          resourceId = 1 }):find "%[resource: demo://resource/[^\n]*%]\n")
        assert.equal(36, json.decode(run("get-structured-content",
          { location = "Chicago" })).temperature)
        assert.equal("image", call "get-tiny-image".content[2].type)
      end)

      it("tells of progress", function()
        local seen = {}
        local result = call("trigger-long-running-operation",
          { duration = 0.05, steps = 3 }, { on_progress = function(progress)
            seen[#seen + 1] = progress.progress .. "/" .. progress.total
          end })
        assert.truthy(result.content[1].text:find "completed")
        assert.same({ "1/3", "2/3", "3/3" }, seen)
      end)

      it("is not waited for longer than is wanted", function()
        local result, err = server:call("trigger-long-running-operation",
          { duration = 60, steps = 2 }, { timeout = 0.1 })
        assert.is_nil(result)
        assert.equal("timeout", err.kind)
        assert.equal("The sum of 1 and 1 is 2.",
          run("get-sum", { a = 1, b = 1 }))
      end)
    end)
  end

  it("over HTTP, forgets sessions and gets new ones", function()
    local server = indoxhub.mcp { url = over_http.url }
    indoxhub.assert(server:tools())
    local _, sessions = debug.getupvalue(getmetatable(server).__tostring, 1)
    local id = sessions[server].current
    assert.equal(200, (servers.curl("-X DELETE -H 'Mcp-Session-Id: " .. id
      .. "' -H 'MCP-Protocol-Version: 2025-11-25' " .. over_http.url)))
    indoxhub.assert(server:tools())
    server:close()
  end)

  it("as a program, knows nothing of us", function()
    local server = indoxhub.mcp { command =
      mcp_servers.everything_command "stdio", env = { OWN = "value" } }
    local env = json.decode(indoxhub.assert(server:call "get-env").content[1]
      .text)
    assert.equal("value", env.OWN)
    assert.is_nil(env.LUA_PATH)
    assert.is_nil(env.INDOXHUB_LUA)
    server:close()
  end)
end)
