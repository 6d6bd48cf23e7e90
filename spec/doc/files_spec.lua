-- What is generated is what would be generated now.
local files = require "spec.support.files"
local generate = require "doc.generate.all"
local markdown = require "doc.generate.markdown"

local STALE = " is stale: run make reference"

describe("what make reference writes", function()
  it("is up to date", function()
    local count = 0
    for name, text in pairs(generate.files()) do
      count = count + 1
      local there = files.read(name)
      assert.is_true(there == text, name .. STALE)
    end
    assert.is_true(count > 14)
  end)

  it("has no page besides", function()
    local made = generate.files()
    for name in files.list("doc/reference"):gmatch("[^\n]+") do
      assert.is_truthy(made["doc/reference/" .. name], name)
    end
  end)

  it("has links that lead somewhere", function()
    local made, anchors, count = generate.files(), {}, 0
    for name, text in pairs(made) do
      local anchor_of = markdown.anchors()
      anchors[name] = {}
      for heading in ("\n" .. text):gmatch("\n#+ ([^\n]+)") do
        anchors[name][anchor_of(heading)] = true
      end
    end
    for name, text in pairs(made) do
      local prose = name:find("%.md$") and text:gsub("\n```.-\n```", "") or ""
      for link in prose:gmatch("%]%(([^)]+)%)") do
        local page, anchor = link:match("^([^#]*)#?(.*)$")
        page = page == "" and name or "doc/reference/" .. page
        count = count + 1
        assert.is_truthy(made[page], name .. ": " .. link)
        assert.is_truthy(anchor == "" or anchors[page][anchor],
          name .. ": " .. link)
      end
    end
    assert.is_true(count > 1000)
  end)

  it("is a page that man can show, with nothing to complain", function()
    local said = files.output("groff -man -ww -Tutf8 doc/indoxhub.1 2>&1 "
      .. ">/dev/null; echo done")
    assert.equal("done\n", said)
    local shown = files.output(
      "groff -man -Tascii -P-cbou doc/indoxhub.1 2>&1")
    for _, text in ipairs { "--session <name>", "INDOXHUB_API_KEY",
      "indoxhub keys create" } do
      assert.truthy(shown:find(text, 1, true), text)
    end
  end)
end)
