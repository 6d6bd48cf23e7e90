-- What checks the pages notices what is wrong with one.
local pages = require "spec.doc.pages"
local varying = require "spec.doc.varying"

local function page(...)
  return table.concat({ ... }, "\n") .. "\n"
end

describe("what a listing prints is", function()
  it("not the same with another word, line or order", function()
    for _, pair in ipairs {
      { "6 * 7 is 42.\n", "6 * 7 is 43.\n" }, { "a\n", "a\nb\n" },
      { "a\nb\n", "a\n" }, { "a\nb\n", "b\na\n" }, { "", "a\n" },
      { "a\n...\nc\n", "a\nb\n" }, { "kind\tnetwork\n", "kind\ttimeout\n" },
      { "of 150\n", "of 151\n" }, { "HTTP 404\n", "HTTP 403\n" },
      { "0.44\tterns\n", "0.32\tterns\n" },
      { "Failed to connect to a port 1: no (connect); do\n",
        "Failed to connect to a port 1: no (connect); wait\n" },
    } do
      assert.is_false(varying.same(pair[1], pair[2]), pair[1])
    end
  end)

  it("the same with other ids, ports and times", function()
    for _, pair in ipairs {
      { "Job vj_a1\n", "Job vj_Z9z\n" }, { "a\n...\nc\n", "a\nb\nb\nc\n" },
      { "a\n...\nc\n", "a\nc\n" },
      { "on http://127.0.0.1:8091/x\n", "on http://127.0.0.1:41234/x\n" },
      { "request 9e3779b1-5a4d-4b0c-8000-000000000001\n",
        "request b54cda26-5a4d-4b0c-8000-000000000006\n" },
      { "2026-11-29T23:01:51Z\n", "2027-01-02T03:04:05Z\n" },
      { "after 0 ms: no\n", "after 12 ms: no\n" },
      { "Failed to connect to a port 1 after 0 ms: Couldn't (connect); do\n",
        "Failed to connect to a port 1: Could not (connect); do\n" },
    } do
      assert.is_true(varying.same(pair[1], pair[2]), pair[1])
    end
  end)
end)

describe("a page", function()
  it("has listings, with what they print", function()
    local list = pages.listings(page("```lua", "print(1)", "```", "",
      "```text", "1", "```", "", "```console", "$ ls", "```"))
    assert.equal(2, #list)
    assert.equal("print(1)\n", list[1].code)
    assert.equal("1\n", list[1].prints)
    assert.equal("$ ls\n", pages.expected(list[2]))
  end)

  it("is wrong with a fence that nothing runs", function()
    for _, wrong in ipairs {
      page("```lau", "print(1)", "```"), page("```", "print(1)", "```"),
      page("```text", "1", "```"), page("```lua", "print(1)"),
      page("- one", "  ```lua", "  print(1)", "  ```"),
      page("~~~lua", "print(1)", "~~~"),
      page("```lua", "print(1)", "```", "Words.", "```text", "1", "```"),
      page("```console", "$ ls", "```", "", "```text", "1", "```"),
      page("```lua", "1", "```", "", "```text", "1", "```", "", "```text",
        "2", "```"),
    } do
      assert.has_error(function()
        pages.listings(wrong)
      end, nil, wrong)
    end
  end)

  it("has the anchors that GitHub makes", function()
    assert.same({ ["a-client-and-its-options"] = true, ["tries"] = true,
      ["tries-1"] = true, ["tools-letting-the-model-call"] = true,
      ["with-code"] = true, ["löve-and-any-frame-loop"] = true },
      pages.anchors(page("# A client and its options", "## Tries",
        "```lua", "# no heading", "```", "### Tries",
        "## Tools: letting the model call", "## With `code`",
        "# LÖVE, and any frame loop")))
  end)
end)
