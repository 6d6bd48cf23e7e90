-- What the pages promise each other and their readers.
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local pages = require "spec.doc.pages"

local MOST_LINES_OF_README = 200

-- Links of a page as { target =, file =, anchor = }; `file` is from the root,
-- and there are none for addresses elsewhere.
local function links(page)
  local folder = page:match("^(.*/)") or ""
  local list = {}
  for target in pages.prose(files.read(page)):gmatch("%]%((.-)%)") do
    if not target:find "^%a+:" then
      local path, anchor = target:match("^([^#]*)#?(.*)$")
      path = path == "" and page or folder .. path
      repeat
        local shorter = path:gsub("[^/]+/%.%./", "", 1)
        local is_short = shorter == path
        path = shorter
      until is_short
      list[#list + 1] = { target = target, file = path, anchor = anchor }
    end
  end
  return list
end

describe("the pages", function()
  it("link to files and headings that are there", function()
    local count = 0
    for _, page in ipairs(pages.all()) do
      for _, link in ipairs(links(page)) do
        count = count + 1
        local where = page .. " links to " .. link.target
        local is_there = os.execute("test -e '" .. link.file .. "'")
        assert.is_true(is_there == true or is_there == 0, where)
        if link.anchor ~= "" then
          assert.is_true(pages.anchors(files.read(link.file))[link.anchor]
            or false, where)
        end
      end
    end
    assert.is_true(count > 100)
  end)

  it("are all linked from doc/README.md", function()
    local linked = {}
    for _, link in ipairs(links "doc/README.md") do
      linked[link.file] = true
    end
    for _, page in ipairs(pages.with_listings()) do
      assert.is_true(linked[page] or page == "doc/README.md", page)
    end
  end)

  it("begin with a README that is read in minutes", function()
    local _, count = files.read("README.md"):gsub("\n", "")
    assert.is_true(count <= MOST_LINES_OF_README, count .. " lines")
  end)

  it("say nothing twice", function()
    for _, page in ipairs(pages.with_listings()) do
      local seen, text = {}, files.read(page)
      -- The programs of a guide begin alike.
      text = page == "README.md" and text or pages.prose(text)
      for line in text:gmatch("[^\n]+") do
        local is_long = #line > 60
        assert.is_falsy(is_long and seen[line], page .. ": " .. line)
        seen[line] = true
      end
    end
  end)

  it("name every option of a client", function()
    local text = files.read "doc/guides/client.md"
    local class = files.read("lua/indoxhub/meta/types.lua")
      :match("@class indoxhub%.Options.-\n\n")
    local count = 0
    for name in class:gmatch("@field ([%l_]+)%?") do
      count = count + 1
      assert.truthy(text:find("| `" .. name .. "`") or
        text:find(", `" .. name .. "`", 1, true), name)
    end
    assert.is_true(count > 15)
  end)

  it("name every endpoint of the API", function()
    local text = files.read "doc/guides/calls.md"
    local endpoints = require "indoxhub.api.endpoints"
    local count = 0
    for _, row in ipairs(endpoints.rows) do
      count = count + 1
      assert.truthy(text:find(":" .. row.name), row.name)
    end
    assert.truthy(text:find(("of the %d endpoints"):format(count), 1, true))
    assert.truthy(files.read("doc/promises.md"):find(("All %d endpoints")
      :format(count), 1, true))
  end)

  it("name files of this project that are there", function()
    local count = 0
    for _, page in ipairs(pages.with_listings()) do
      -- That page names files of others.
      local text = page ~= "doc/comparison.md" and files.read(page) or ""
      for code in text:gmatch("`([^`\n]*)`") do
        for name in code:gmatch("%f[%w][%w_]+/[%w_/.]+%.[%a]+") do
          if name:find "^spec/" or name:find "^lua/indoxhub/"
            or name:find "^csrc/" or name:find "^examples/" then
            count = count + 1
            assert.is_true(files.read(name) ~= nil, page .. ": " .. name)
          end
        end
      end
    end
    assert.is_true(count > 15)
  end)

  it("tell for each row of the comparison where to look", function()
    local told, count = files.read "doc/comparison.md", 0
    local rows = files.read("README.md"):match(
      "\n## Beside other libraries\n.-\n|%-[^\n]*\n(.-)\n\n")
    for row in rows:gmatch("| ([^|]*) |[^\n]*") do
      count = count + 1
      assert.truthy(told:find("| " .. row .. " |", 1, true), row)
    end
    assert.is_true(count > 8)
  end)

  it("have lines of Lua that can be parsed", function()
    local count = 0
    pages.each_listing("lua lines", function(listing, title)
      count = count + 1
      local name = files.write(os.tmpname(), listing.code)
      assert.truthy(loadfile(name), title)
      os.remove(name)
    end)
    assert.is_true(count > 0)
  end)

  it("have JSON that can be read", function()
    local count = 0
    pages.each_listing("json", function(listing, title)
      count = count + 1
      assert.truthy(json.decode(listing.code), title)
    end)
    assert.is_true(count > 0)
  end)

  it("have listings of kinds that run", function()
    for _, page in ipairs(pages.with_listings()) do
      assert.has_no.errors(function()
        pages.listings(files.read(page))
      end)
    end
  end)
end)
