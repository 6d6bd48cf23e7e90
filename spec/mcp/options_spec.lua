-- What indoxhub.mcp and its servers refuse.
local indoxhub = require "indoxhub"
local raises = require "spec.support.raises"

local URL = "http://127.0.0.1:1/mcp"

describe("indoxhub.mcp refuses", function()
  for message, given in pairs {
    ["expects a table with the url or the command of a server, not a string"]
      = URL,
    ["give the url of a server, or the command that starts one"] = {},
    ["url and command are two servers: give one"]
      = { url = URL, command = { "x" } },
    ["unknown option urll: did you mean url?"] = { urll = URL },
    ["unknown option args: did you mean command?"] = { args = { "x" } },
    ["unknown option x; known: allow, ca_file, command"] = { x = 1, url = URL },
    ["option env does not go with url"] = { url = URL, env = {} },
    ["option headers does not go with command"]
      = { command = { "x" }, headers = {} },
    ["option url must begin with https:// or http://"] = { url = "ftp://x/" },
    ["option url must be a string"] = { url = 5 },
    ["option url must not contain blanks or #"] = { url = "http://a b/" },
    ["option url must not contain a user name or password: use headers"]
      = { url = "http://me:secret@host/mcp" },
    ["option url must name a host"] = { url = "http:///mcp" },
    ["option headers has the field"] = { url = URL, headers = { "x" } },
    ["option command must be a list of the program and its arguments, such as"]
      = { command = "npx server" },
    ["option command must be a list of"] = { command = { "x", 5 } },
    ["option command must begin with the name of a program"] = { command = {} },
    ["option command must not contain NUL bytes"] = { command = { "a\0b" } },
    ["option env must be a table of names and values, not a string"]
      = { command = { "x" }, env = "A=b" },
    ["option env has a name that is none"]
      = { command = { "x" }, env = { "A=b" } },
    ["option env.A must be a string without NUL bytes"]
      = { command = { "x" }, env = { A = 5 } },
    ["option cwd must be a string"] = { command = { "x" }, cwd = 5 },
    ["option timeout must be seconds above 0"] = { url = URL, timeout = 0 },
    ["option max_response_bytes must be a number of bytes above 0"]
      = { url = URL, max_response_bytes = -1 },
    ["option on_progress must be a function"] = { url = URL, on_progress = 1 },
    ["option allow must be a list of names of tools, not a string"]
      = { url = URL, allow = "echo" },
    ["option allow must be a list of names of tools"]
      = { url = URL, allow = { echo = true } },
    ["option prefix must be letters, digits, _ and -, 32 at most"]
      = { url = URL, prefix = "a.b" },
  } do
    it(message, function()
      raises.check("indoxhub.mcp: " .. message, indoxhub.mcp, given)
    end)
  end

  it("values of env without showing them", function()
    local message = raises.message(indoxhub.mcp, { command = { "x" },
      env = { ["A=b"] = "secret", TOKEN = "sec\0ret" } })
    assert.is_nil(message:find("sec", 1, true))
  end)
end)

describe("an MCP server", function()
  local server = indoxhub.mcp { url = URL .. "?key=1" }

  it("shows where it is, and no more", function()
    assert.equal("indoxhub.mcp (http://127.0.0.1:1/mcp)", tostring(server))
    assert.equal("indoxhub.mcp (npx)", tostring(indoxhub.mcp {
      command = { "npx", "--token", "secret" } }))
  end)

  it("refuses wrong calls", function()
    for message, arguments in pairs {
      ["the name of the tool must be a string, not a nil"] = {},
      ["the arguments must be a table, not a string"] = { "x", "y" },
      ["unknown option timeot: did you mean timeout?"]
        = { "x", {}, { timeot = 1 } },
    } do
      raises.check("server:call: " .. message, server.call, server,
        (table.unpack or unpack)(arguments, 1, 3))
    end
    raises.check("f", server.call, server, "x", { f = print })
    raises.check("call it with a colon, as server:tools()", server.tools)
    raises.check("call it with a colon, as server:close()", server.close, {})
  end)

  it("knows what its methods are called elsewhere", function()
    for name, meant in pairs { list_tools = "server:tools()",
      call_tool = "server:call(name, arguments)", disconnect = "server:close()"
      } do
      raises.check(("server.%s: there is no such method; did you mean %s?")
        :format(name, meant), function()
        return server[name]
      end)
    end
    assert.is_nil(server.anything)
  end)
end)
