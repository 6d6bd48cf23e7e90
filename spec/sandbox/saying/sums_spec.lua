-- A question that is a sum, and nothing else, is worked out.
-- On two interpreters: the sandbox runs on lua5.4, and this is a part of it.
local sums = require "indoxhub.sandbox.saying.sums"

describe("a sum", function()
  for question, answer in pairs {
    ["12 * 7"] = "12 * 7 is 84.", ["What is 12*7?"] = "12 * 7 is 84.",
    ["what's 7 / 2 ?"] = "7 / 2 is 3.5.",
    ["Please calculate: 1.5 + 2 =\n"] = "1.5 + 2 is 3.5.",
    ["What is\n\n12 * 12"] = "12 * 12 is 144.",
    ["2 + 3 * 4 - 1"] = "2 + 3 * 4 - 1 is 13.",
    ["(2 + 3) * (4 - 1)"] = "(2 + 3) * (4 - 1) is 15.",
    ["((1+2))*3"] = "((1 + 2)) * 3 is 9.", ["0 * -5"] = "0 * -5 is 0.",
    ["-(3) - -4"] = "-(3) - -4 is 1.", ["10 - 4 - 3"] = "10 - 4 - 3 is 3.",
    ["8 / 4 / 2"] = "8 / 4 / 2 is 1.", ["3 x 4"] = "3 x 4 is 12.",
    ["6 \195\151 7"] = "6 * 7 is 42.", ["6 \195\183 4"] = "6 / 4 is 1.5.",
    ["1 / 0"] = "Nothing can be divided by zero.",
    ["1 / (2 - 2)"] = "Nothing can be divided by zero.",
    ["9999999999 * 9999999999"] = "9999999999 * 9999999999 is 1e+20.",
  } do
    it("is worked out: " .. question:gsub("%s", " "), function()
      assert.equal(answer, sums.answer(question))
    end)
  end

  it("is nothing that only holds numbers", function()
    for _, question in ipairs { "", "5", "What is 5?", "-5", "(5)", "+", "2 +",
      "* 3", "2 3", "(2 + 3", "2 + 3)", "()", "@@ -1,4 +1,5 @@",
      "From 2020-2021 on", "The line of 8-4 in chapter 3-1.",
      "2 + 2 and then 3", "whatis 2 + 2", "2 + a", "1..2 + 3", "What is",
      ("("):rep(5000), ("1+"):rep(5000) .. "1" } do
      assert.is_nil(sums.answer(question), question:sub(1, 40))
      assert.is_nil(sums.find(question), question:sub(1, 40))
    end
  end)
end)
