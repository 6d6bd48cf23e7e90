local answers = require "indoxhub.api.reading.answer"

local function answer(status, text, headers)
  return { status = status, text = text, headers = headers or {} }
end

describe("a web page", function()
  it("is told by its bytes, once they are there", function()
    for _, text in ipairs { "<!DOCTYPE html><html>", "\n <html lang=en>",
      "\239\187\191<!doctype HTML>" } do
      assert.is_true(answers.is_web_page(answer(200, text)))
    end
    for _, text in ipairs { '{"data":"x"}', "Hello", "<b>Hello</b>", "" } do
      assert.is_false(answers.is_web_page(answer(200, text)))
    end
  end)

  it("is told by its type where they leave it open", function()
    local html = { ["content-type"] = "text/html" }
    assert.is_true(answers.is_web_page(answer(200, nil, html)))
    assert.is_true(answers.is_web_page(answer(200, "<b>Hello</b>", html)))
    assert.is_false(answers.is_web_page(answer(200, '{"data":"x"}', html)))
    assert.is_false(answers.is_web_page(answer(200)))
  end)
end)

describe("an answer without a body", function()
  it("is named by its status", function()
    assert.equal("204 No Content", answers.bodiless(answer(204, "")))
    assert.equal("205 Reset Content", answers.bodiless(answer(205)))
    assert.equal("304 Not Modified", answers.bodiless(answer(304)))
    assert.equal("200", answers.bodiless(answer(200, " \n")))
  end)

  it("is none that has one, or may have", function()
    assert.is_nil(answers.bodiless(answer(200, "x")))
    assert.is_nil(answers.bodiless(answer(200)))
  end)
end)

describe("a compressed answer", function()
  it("is named by its bytes, and by its head where they are no text",
    function()
      assert.equal("gzip", answers.compression(answer(200, "\31\139\8")))
      assert.equal("zstd", answers.compression(answer(200, "(\181/\253\4")))
      for _, name in ipairs { "br", "deflate" } do
        local headers = { ["content-encoding"] = name }
        assert.equal(name, answers.compression(answer(200, "\1\2a", headers)))
        assert.is_nil(answers.compression(answer(200, "text", headers)))
      end
      assert.is_nil(answers.compression(answer(200, "\1\2a")))
      assert.is_nil(answers.compression(answer(200, "\1\2a",
        { ["content-encoding"] = "utf-8" })))
      assert.is_nil(answers.compression(answer(200)))
    end)
end)
