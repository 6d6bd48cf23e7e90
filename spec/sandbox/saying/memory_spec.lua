-- What the sandbox remembers of a conversation.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local memory = require "indoxhub.sandbox.saying.memory"

describe("the memory of the sandbox", function()
  it("knows a name that was told", function()
    for _, told in ipairs { "My name is Ada.", "Hi, my name is Ada, by the way",
      "Please call me Ada", "I am Ada.", "I'm Ada", "I am called Ada" } do
      assert.equal("Nice to meet you, Ada.", memory.answer(told, {}), told)
      for _, asked in ipairs { "What is my name?", "what's my name",
        "Who am I?", "Do you remember my name?" } do
        assert.equal("Your name is Ada.",
          memory.answer(asked, { told, "And now?" }), asked)
      end
    end
    assert.equal("You have not told me your name.",
      memory.answer("What is my name?", { "Hello" }))
  end)

  it("takes the last of several", function()
    assert.equal("Your name is Bo.", memory.answer("What is my name?",
      { "My name is Ada", "Call me Bo" }))
  end)

  it("knows whatever somebody calls his own", function()
    assert.equal("I will remember that your favourite colour is dark green.",
      memory.answer("My favourite colour is dark green.", {}))
    assert.equal("Your favourite colour is dark green.",
      memory.answer("What is my favourite colour?",
        { "My favourite colour is dark green." }))
  end)

  it("knows what was asked", function()
    local earlier = { "One?", "Two?" }
    assert.equal('You asked first: "One?"',
      memory.answer("What did I ask first?", earlier))
    assert.equal('You asked before: "Two?"',
      memory.answer("What did I ask before?", earlier))
    assert.equal("You asked nothing yet.",
      memory.answer("What did I ask first?", {}))
  end)

  it("has nothing to say to anything else", function()
    for _, text in ipairs { "", "I am happy", "I'm looking for owls",
      "What is the capital of Norway?", "Is my house blue?",
      "Where is my coat?" } do
      assert.is_nil(memory.answer(text, {}), text)
    end
  end)
end)
