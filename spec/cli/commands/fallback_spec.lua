-- --fallback, of the commands whose question another model can answer.
local commands = require "spec.support.command"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("--fallback", function()
  local indoxhub, raw = commands.with_servers("--pace 0")

  local NOTE = "nobody/one does not answer (not_found); asking "

  it("has other models asked, and says so on stderr", function()
    local results = indoxhub:run_all {
      chat = "chat -m nobody/one --fallback openai/gpt-4o 'What is 6 * 7?'",
      json = "chat --json -m nobody/one --fallback a/b --fallback "
        .. "openai/gpt-4o 'What is 6 * 7?'",
      complete = "complete -m nobody/one --fallback openai/gpt-4o Once",
      image = "image -m nobody/one --fallback openai/gpt-image-1 fox -o -",
    }
    assert.equal("6 * 7 is 42.\n", results.chat.out)
    assert.equal(NOTE .. "openai/gpt-4o\n", results.chat.err)
    assert.equal("gpt-4o", json.decode(results.json.out).model)
    assert.equal(NOTE .. "a/b\na/b does not answer (not_found); asking "
      .. "openai/gpt-4o\n", results.json.err)
    assert.equal(NOTE .. "openai/gpt-4o\n", results.complete.err)
    assert.matches("^\137PNG", results.image.out)
    for _, result in pairs(results) do
      assert.equal(0, result.code)
    end
  end)

  it("is for nothing else, and takes names of models", function()
    local results = indoxhub:run_all {
      embed = "embed --fallback a/b fox", speak = "speak --fallback a/b fox",
      video = "video --fallback a/b fox",
      empty = "chat --fallback '' Hi",
      twice = "chat --fallback a/b --fallback a/b Hi" }
    for name, result in pairs(results) do
      assert.equal(2, result.code, name)
    end
    assert.matches("unknown option '--fallback'", results.embed.err, nil, true)
    assert.matches("names \"a/b\" twice", results.twice.err, nil, true)
    assert.matches('must be the name of a model, such as "provider/model"',
      results.empty.err, nil, true)
  end)

  it("fails as the last model did", function()
    local _, err, code = indoxhub:run(
      "chat -m nobody/one --fallback a/b 'What is 6 * 7?'")
    assert.matches("not_found: Model 'b' not found for provider 'a'", err, nil,
      true)
    assert.matches("model a/b", err, nil, true)
    assert.equal(1, code)
  end)

  it("goes on at a stream that says nothing", function()
    local url = raw:script("chat", { { "body" }, { "send",
      servers.EVENTS_HEAD .. 'data: {"error":{"code":500}}\n\n' } })
    local _, err, code = indoxhub:run("chat --fallback a/b Hi", url)
    assert.matches("the model does not answer (server); asking a/b", err, nil,
      true)
    assert.equal(7, code)
  end)
end)
