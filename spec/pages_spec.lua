-- The pages for who works on the library: what they name is there.
local files = require "spec.support.files"

local PAGES = { "CONTRIBUTING.md", "doc/architecture.md" }

-- Where a name may be meant to begin.
local ROOTS = { "", "doc/", "lua/indoxhub/", "lua/indoxhub/cli/",
  "lua/indoxhub/api/", "lua/indoxhub/api/endpoints/",
  "lua/indoxhub/stream/", "csrc/core/", "csrc/net/", "csrc/bind/" }

local ENDINGS = { c = true, h = true, json = true, lua = true, md = true,
  rockspec = true, sh = true }

local MOST_WORDS = 15

-- The names of files and folders in a page: links, and what is quoted and looks
-- like one.
local function names_in(page)
  local names = {}
  for link in page:gmatch("%]%(([^)#:]+)") do
    names[#names + 1] = link:gsub("^%.%./", "")
  end
  for quoted in page:gsub("```.-```", ""):gmatch("`([%w_%-./]+)`") do
    local is_file = ENDINGS[quoted:match("%.(%a+)$")]
      or quoted:find("^%l[%l_]+/%l")
    if is_file and not quoted:find("NAME", 1, true) then
      names[#names + 1] = quoted
    end
  end
  return names
end

local function is_there(name)
  for _, root in ipairs(ROOTS) do
    if os.execute(("test -e '%s%s'"):format(root, name)) == 0
      or os.execute(("test -e '%s%s'"):format(root, name)) == true then
      return true
    end
  end
  return false
end

describe("a page for who works on the library", function()
  for _, name in ipairs(PAGES) do
    it("names files and folders that there are: " .. name, function()
      local names = names_in(files.read(name))
      assert.is_true(#names > 10)
      for _, named in ipairs(names) do
        assert.is_true(is_there(named), name .. " names " .. named)
      end
    end)
  end

  it("explains fifteen words at most, each once", function()
    local words, count = {}, 0
    local page = files.read("doc/architecture.md")
    for word in page:match("## Words(.-)\n## "):gmatch("\n| (%l+) |") do
      assert.is_nil(words[word])
      words[word], count = true, count + 1
    end
    assert.is_true(count > 10 and count <= MOST_WORDS, count .. " words")
  end)
end)
