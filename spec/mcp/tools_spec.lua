-- Tools of an MCP server in conversations: their names and schemas, what a
-- model gets, and what is bounded.
local during_tests = require "spec.support.during_tests"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local mcp_servers = require "spec.support.mcp_servers"
local servers = require "spec.support.servers"
local tasks = require "spec.support.tasks"
local tool_answers = require "spec.support.tool_answers"

describe("tools of an MCP server", function()
  local peer, raw = during_tests(mcp_servers.faults), during_tests(servers.raw)

  local function open(mode, more)
    local options = { url = peer.url .. "/" .. mode }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    return indoxhub.mcp(options)
  end

  local function names(tools, err)
    local list = {}
    for i, tool in ipairs(indoxhub.assert(tools, err)) do
      list[i] = tool["function"].name
    end
    return list
  end

  it("come page by page", function()
    local all = names(open "free":tools())
    assert.same(all, names(open "pages":tools()))
    assert.same(all, names(open "last":tools())) -- with an empty cursor
    assert.is_true(#all > 40)
  end)

  it("may be none", function()
    assert.same({}, open "none":tools())
    assert.same({}, open "strange":tools())
  end)

  it("have names that models can call, and are told apart", function()
    local tools = indoxhub.assert(open "odd":tools())
    local long = ("x"):rep(62)
    assert.same({ "a_b_c_d", "a_b_c_d_2", long .. "xx", long .. "_2", "strict",
      "linked" }, names(tools))
    assert.equal("No description", tools[1]["function"].description)
    assert.is_nil(tools[2]["function"].description)
    assert.same({ type = "object", properties = {} },
      tools[4]["function"].parameters)
  end)

  it("get a prefix", function()
    local list = names(open("odd", { prefix = "files_" }):tools())
    assert.equal("files_a_b_c_d", list[1])
    assert.equal("files_" .. ("x"):rep(58), list[3])
  end)

  it("are those that are allowed, by the server's names", function()
    assert.same({ "p_strict", "p_a_b_c_d" }, names(open("odd", { prefix = "p_",
      allow = { "strict", "a.b/c d" } }):tools()))
    local tools, err = open("odd", { allow = { "strict", "rm", "mv" } }):tools()
    assert.is_nil(tools)
    assert.equal("not_found", err.kind)
    assert.equal("the server has no tool rm, mv", err.message)
    assert.truthy(tostring(err):find("it has a.b/c d, a_b_c_d, linked, strict",
      1, true), tostring(err))
  end)

  it("keep their schemas as they are", function()
    local tool = indoxhub.assert(open("odd", { allow = { "strict" } })
      :tools())[1]
    local text = json.encode(tool)
    for _, part in ipairs { '"default":null', '"x-vendor":[]',
      '"unevaluatedProperties":false', '"required":["text"]' } do
      assert.truthy(text:find(part, 1, true), text)
    end
  end)

  it("are bounded in number, and pages in theirs", function()
    for mode, message in pairs {
      huge = "the server has more than 1000 tools",
      endless = "the server's list of tools has more than 100 pages",
      circle = "the server's list of tools goes round in a circle" } do
      local tools, err = open(mode):tools()
      assert.is_nil(tools)
      assert.equal(message, err.message)
      assert.is_false(err.retryable)
    end
  end)

  -- What a model is told of a call, and what on_tool_error was.
  local function told_of(tool, arguments, more)
    local server = open("free", more)
    local client = raw:client { tool_answers.as_body(tool_answers.calls { tool,
      json.encode(arguments or {}) }),
      tool_answers.as_body(tool_answers.says "Done.") }
    local failures = {}
    local talk = client:conversation {
      tools = indoxhub.assert(server:tools()),
      on_tool_error = function(call, message)
        failures[#failures + 1] = call.name .. ": " .. message
      end }
    indoxhub.assert(talk:send "Go")
    return talk:messages()[3].content, failures
  end

  it("are called by conversations", function()
    local content, failures = told_of("echo", { text = "hello" })
    assert.equal("hello", content)
    assert.same({}, failures)
  end)

  it("tell of what is no text", function()
    assert.equal([[
first
[image: image/png, 9 bytes]
[audio: audio/wav, 9 bytes]
[resource: file:///a, text/plain]
inner
[resource: file:///b, 9 bytes]
[link: c, file:///c, a link]
[content: hologram]
]], told_of "kinds" .. "\n")
    assert.equal("", told_of "hollow")
  end)

  it("give data as JSON, once", function()
    assert.equal('{"a":[1,{},[]]}', told_of "structured")
    assert.equal(' {"a": [1, 2]}', told_of "twice")
    assert.equal('two of them\n{"a":[1,2]}', told_of "both")
  end)

  it("fail in words for the model and the program", function()
    for tool, message in pairs { failed = "out of fog",
      wordless = "the tool failed without a word",
      refused = "mcp http://127.0.0.1:%d+/mcp/free: invalid_request: "
        .. "Unknown thing" } do
      local content, failures = told_of(tool)
      assert.truthy(content:find("^Error: " .. message), content)
      assert.equal(1, #failures)
      assert.truthy(failures[1]:find("^" .. tool .. ": " .. message))
    end
  end)

  it("are checked as far as keywords are known", function()
    local content = told_of("echo", { text = 5 })
    assert.equal("Error: the arguments do not fit the schema: /text must be a "
      .. "text, and is a whole number", content)
    local tools = indoxhub.assert(open "odd":tools())
    assert.is_not_nil(getmetatable(tools[5]).checker)
    assert.is_nil(getmetatable(tools[6]).checker) -- it has references
  end)

  it("end with the conversation's turn", function()
    indoxhub.run(function()
      local server = open "free"
      local client = raw:client { tool_answers.as_body(
        tool_answers.calls { "never", "{}" }) }
      local talk = client:conversation {
        tools = indoxhub.assert(server:tools()) }
      local asking = indoxhub.spawn(talk.send, talk, "Go")
      local before = #peer:log()
      local function has_come(method)
        local log = peer:log()
        for i = before + 1, #log do
          if log[i].body and log[i].body.method == method then
            return true
          end
        end
      end
      tasks.wait_until(function()
        return has_come "tools/call"
      end)
      asking:cancel()
      local reply, err = asking:await()
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      tasks.wait_until(function()
        return has_come "notifications/cancelled"
      end)
    end)
  end)
end)
