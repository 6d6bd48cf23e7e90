local text = require "indoxhub.api.errors.text"

describe("the text of a body", function()
  it("is what it says, without blanks around it", function()
    assert.equal("Access denied", text.of_body "\n  Access denied\r\n")
    assert.equal("Access denied", text.of_body "\239\187\191Access denied")
  end)

  it("is its first 200 characters, whole ones", function()
    for _, character in ipairs { "a", "\195\164", "\230\151\165",
      "\240\159\152\128" } do
      assert.equal(character:rep(200), text.of_body(character:rep(200)))
      assert.equal(character:rep(200) .. "...",
        text.of_body(character:rep(201)))
    end
  end)

  it("is the title of a page, or else what a person sees of it", function()
    assert.equal("Out of order", text.of_body(
      "<html><head><title lang=en>\nOut of order </title></head></html>"))
    assert.equal("502 Bad Gateway nginx", text.of_body("<!DOCTYPE html>\n"
      .. "<style>a{}</style><h1>502 Bad Gateway</h1>\n<i>nginx</i>"))
    assert.equal("Denied the key is old", text.of_body("<?xml version='1.0'?>"
      .. "<Error><Code>Denied</Code><Message>the key is old</Message></Error>"))
  end)

  it("is the title of a page of any length", function()
    local style = "<style>" .. ("a{}"):rep(3000) .. "</style>"
    assert.equal("Resting", text.of_body("<html>" .. style
      .. "<title>Resting</title>" .. ("<style>x</style>"):rep(60000)))
    assert.equal("Out of order", text.of_body("<html>" .. style
      .. "Out of order" .. style .. "</html>"))
  end)

  it("keeps what only looks like markup", function()
    assert.equal("<model> is not known", text.of_body "<model> is not known")
    assert.equal("1 < 2 and 3 > 2", text.of_body "1 < 2 and 3 > 2")
  end)

  it("is nothing where the bytes are no text", function()
    for _, bytes in ipairs { "", " \n", "\0\1\2", "\137PNG\r\n\26\n\0\0",
      "\31\139\8\0\0\0", "\255\216\255\224", "GIF89a\1\0\1\0",
      ("\200\255\137"):rep(20), "word\0word", "<html></html>" } do
      assert.is_nil(text.of_body(bytes))
    end
  end)

  it("replaces the few letters of another character set", function()
    assert.equal("nicht verf\239\191\189gbar",
      text.of_body "nicht verf\252gbar")
  end)

  it("may be coloured", function()
    assert.equal("\27[31mno\27[0m", text.of_body "\27[31mno\27[0m\n")
  end)
end)

describe("the text of a field", function()
  it("is as it came, unless it is a page", function()
    assert.equal(" a\nb ", text.of_field " a\nb ")
    assert.equal("Resting", text.of_field "<html><title>Resting</title></html>")
  end)

  it("is nothing where there is nothing to read", function()
    for _, value in ipairs { "", " ", "\0\1", 42, true, {} } do
      assert.is_nil(text.of_field(value))
    end
    assert.is_nil(text.of_field(nil))
  end)
end)

describe("a text", function()
  it("is cut between characters", function()
    assert.equal("a\195\164...", text.cut("a\195\164\195\164", 2))
    assert.equal("a\195\164", text.cut("a\195\164", 2))
    assert.equal("", text.cut("", 2))
  end)
end)
