-- `:help` of the library, in Neovim.
local files = require "spec.support.files"

local WIDTH = 78

describe("the help of Neovim", function()
  local folder, tags

  -- What the editor prints while it runs some commands.
  local function run(...)
    local commands = {}
    for i, command in ipairs { ... } do
      commands[i] = ("-c '%s'"):format(command)
    end
    -- The last line of the help says what it is; root's editor does not look.
    return files.output(("timeout 60 nvim --clean --headless --cmd " ..
      "'set modeline runtimepath+=%s' %s -c 'qa!' 2>&1"):format(folder,
      table.concat(commands, " ")))
  end

  setup(function()
    folder = files.folder()
    os.execute("mkdir " .. folder .. "/doc")
    files.write(folder .. "/doc/indoxhub.txt", files.read "doc/indoxhub.txt")
    -- It complains about tags that come twice.
    assert.equal("", run("helptags " .. folder .. "/doc"))
    tags = {}
    for tag in files.read(folder .. "/doc/tags"):gmatch("([^\n\t]+)\t") do
      tags[tag] = true
    end
  end)

  teardown(function()
    files.remove_folder(folder)
  end)

  it("has a tag for each that stands in it", function()
    local count = 0
    for tag in files.read("doc/indoxhub.txt"):gmatch("%*([^%s*|]+)%*") do
      count = count + 1
      assert.is_true(tags[tag], tag)
    end
    assert.is_true(count > 350)
  end)

  it("has no link that leads nowhere", function()
    local count = 0
    for link in files.read("doc/indoxhub.txt"):gmatch("|([^%s|]+)|") do
      count = count + 1
      assert.is_true(tags[link], link)
    end
    assert.is_true(count > 500)
  end)

  it("is found by what people type", function()
    for asked, found in pairs {
      ["indoxhub"] = "*indoxhub*", ["indoxhub.new()"] = "*indoxhub.new()*",
      ["client.chat:create"] = "*indoxhub-client.chat:create()*",
      ["stream:next"] = "*indoxhub-stream:next()*",
      ["indoxhub.Options"] = "*indoxhub.Options*",
      ["indoxhub-error-network"] = "*indoxhub-error-network*",
      ["indoxhub-command"] = "*indoxhub-command*",
    } do
      local said = run("help " .. asked, "echo getline(\".\")")
      assert.truthy(said:find(found, 1, true), asked .. ": " .. said)
    end
  end)

  it("fits into the window", function()
    for line in files.read("doc/indoxhub.txt"):gmatch("[^\n]+") do
      assert.is_true(#line <= WIDTH, line)
    end
  end)

  it("is known to be a page of help", function()
    assert.truthy(run("help indoxhub", "echo &filetype"):find("help"))
  end)
end)
