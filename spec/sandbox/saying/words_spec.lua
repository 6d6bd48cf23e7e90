-- The names and numbers that a question holds.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local words = require "indoxhub.sandbox.saying.words"

describe("in a question", function()
  it("there are names", function()
    for question, names in pairs {
      ["What is the weather in Paris?"] = { "Paris" },
      ["Paris, Rome and New York: how warm?"] = { "Rome", "New York" },
      ["Is it raining in Oslo and Oslo or Bergen?"] = { "Oslo", "Bergen" },
      ["weather in oslo"] = { "oslo" }, ["from here to there"] = { "here" },
      ["Tell Ada Lovelace about M\195\188nchen"] =
        { "Ada Lovelace", "M\195\188nchen" },
      ["Why? Because. I said so."] = {}, [""] = {},
    } do
      assert.same(names, words.names(question), question)
    end
  end)

  it("there are numbers", function()
    assert.same({ 3, 2.5, -4, 10 },
      words.numbers "3 eggs, 2.5 l, -4 C, 5x (10)")
    assert.same({ 2020, 2021 }, words.numbers "2020-2021")
    assert.same({}, words.numbers "v2 and x.5 and none")
  end)

  it("there is a topic", function()
    assert.equal("owls hunt at night", words.topic "Why do owls hunt at night?")
    assert.equal("that", words.topic "What is it?")
  end)

  it("words are those of names in any spelling", function()
    assert.same({ weather = true, city = true },
      words.set "getWeather get_city")
  end)
end)
