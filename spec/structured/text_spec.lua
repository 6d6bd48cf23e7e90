-- Finding the JSON in what a model wrote.
local json = require "indoxhub.base.json"
local text = require "indoxhub.structured.text"

describe("the JSON in a text", function()
  for written, value in pairs {
    ['{"a":1}'] = { a = 1 }, [' \n[1]\n'] = { 1 }, ["5"] = 5, ["true"] = true,
    ['```json\n{"a":1}\n```'] = { a = 1 }, ["```\n[1]\n```"] = { 1 },
    ['Sure!\n```json\n{"a":"```"}\n```\nAnything else?'] = { a = "```" },
    ['Here it is: {"a":{"b":"}"}}. Enjoy.'] = { a = { b = "}" } },
    ['{ that } was wrong, this is right: {"a":1}'] = { a = 1 },
    ['An "unfinished quote and {"a":1}'] = { a = 1 },
    ['[see below] {"a":[1,2]}'] = { a = { 1, 2 } },
    ['{"a":"\\"}"} {"a":2}'] = { a = '"}' },
    ['<think>maybe {"a":9}?</think>{"a":1}'] = { a = 1 },
    ['maybe {"a":9}\n</think>\n\n{"a":1}'] = { a = 1 },
    ['<thinking>[9]</thinking>\n```json\n{"a":1}\n```'] = { a = 1 },
    ['<think>{"a":9}</think>hm<think>{"a":8}</think> It is {"a":1}.'] =
      { a = 1 },
    ['<think>it is {"a":1}</think>There you are.'] = { a = 1 },
    ['It is {"a":"</think>"}.'] = { a = "</think>" },
  } do
    it("is found: " .. written:gsub("\n", " "), function()
      assert.same(value, text.values(written)[1])
    end)
  end

  it("may not be there", function()
    for _, written in ipairs { "", "No.", '{"a":', "{a:1}", "```json\n```",
      ("["):rep(2000), ("{"):rep(2000), ('{"a":'):rep(500) } do
      local values, why = text.values(written)
      assert.same({}, values)
      assert.is_string(why)
    end
  end)

  it("may stand there more than once: all are told, in order", function()
    assert.same({ { 1 }, { a = 2 } }, text.values('[1] or {"a":2}'))
  end)

  it("keeps null", function()
    assert.same({ { a = json.null } }, text.values('{"a":null}'))
  end)
end)
