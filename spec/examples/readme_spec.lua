-- On two interpreters: it reads files only.
-- The page that lists the examples, and the first lines of each.
local files = require "spec.support.files"

describe("examples/README.md", function()
  local page = files.read "examples/README.md"

  -- What `git` knows in the folder, but for the page itself.
  local function names()
    local set = {}
    for path in files.output("git ls-files examples"):gmatch "[^\n]+" do
      local name = path:match "^examples/([^/]+)"
      set[name] = name ~= "README.md" or nil
    end
    return set
  end

  it("names all there is, and nothing else", function()
    local known, listed = names(), {}
    for name, target in page:gmatch "%[([%w_.-]+)%]%(([^)]+)%)" do
      listed[name] = true
      assert.is_true(known[name], name)
      assert.truthy(files.read("examples/" .. target), target)
    end
    for name in pairs(known) do
      assert.is_true(listed[name], name)
    end
  end)

  it("lists files that say how they are started", function()
    for target in page:gmatch "\n| %[[^]]+%]%(([^)]+)%)" do
      local text = files.read("examples/" .. target)
      local head = text:gsub("^#![^\n]*\n", ""):match "^[%-#]+ %u[^\n]+\n(.-\n)"
      assert.truthy(head, target)
      assert.truthy(text:find("\n[%-#]+     [^\n]*" .. (target:match "plugin"
        and "nvim" or target:match "love" and "love examples/love"
        or "examples/" .. target):gsub("%p", "%%%0")), target)
    end
  end)
end)
