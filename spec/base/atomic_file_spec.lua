-- A file that appears at its place only when it is complete.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"
local target = require "indoxhub.base.atomic_file"

describe("a file to be written", function()
  local folder

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function names()
    local list = {}
    for name in files.list(folder):gmatch("[^\n]+") do
      list[#list + 1] = name
    end
    return list
  end

  local function read(name)
    return files.read(folder .. "/" .. name)
  end

  local function write(name, text)
    files.write(folder .. "/" .. name, text)
  end

  it("has another name until it is complete", function()
    write("a.bin", "old")
    local file = assert(target.open(folder .. "/a.bin"))
    assert(target.write(file, "new\0"))
    assert.equal("old", read("a.bin"))
    assert.equal(2, #names())
    assert.equal(4, file.size)
    assert(target.commit(file))
    assert.equal("new\0", read("a.bin"))
    assert.same({ "a.bin" }, names())
  end)

  it("leaves nothing when it is dropped in its midst", function()
    local before = names()
    local file = assert(target.open(folder .. "/dropped.bin"))
    assert(target.write(file, "some"))
    assert.equal(#before + 1, #names())
    file = nil -- luacheck: ignore 311
    collectgarbage()
    collectgarbage()
    assert.same(before, names())
  end)

  it("can be for its owner only", function()
    local file = assert(target.open(folder .. "/a.bin", true))
    assert.equal("600\n", files.output("stat -c %a " .. file.part))
    assert(target.write(file, "secret"))
    assert(target.commit(file))
    assert.equal("600\n", files.output("stat -c %a " .. folder .. "/a.bin"))
    assert.equal("secret", read("a.bin"))
    assert.same({ nil, "File exists" },
      { core.create_file(folder .. "/a.bin") })
    assert.same({ nil, "No such file or directory" },
      { core.create_file(folder .. "/none/a.bin") })
    assert.equal("secret", read("a.bin"))
  end)

  local function mode(name)
    return files.output("stat -c %a " .. name)
  end

  it("keeps the permissions of what it replaces", function()
    for _, bits in ipairs { "600", "640", "755" } do
      write("a.bin", "old")
      os.execute(("chmod %s %s/a.bin"):format(bits, folder))
      local file = assert(target.open(folder .. "/a.bin"))
      assert.equal("600\n", mode(file.part))
      assert(target.write(file, "new"))
      assert(target.commit(file))
      assert.equal(bits .. "\n", mode(folder .. "/a.bin"))
      assert.equal("new", read("a.bin"))
    end
  end)

  it("has the permissions of any new file where there was none", function()
    write("usual.bin", "")
    local file = assert(target.open(folder .. "/a.bin"))
    assert.equal("600\n", mode(file.part))
    assert(target.commit(file))
    assert.equal(mode(folder .. "/usual.bin"), mode(folder .. "/a.bin"))
  end)

  it("is for its owner only though others could read what it replaces",
    function()
      write("a.bin", "old")
      os.execute(("chmod 644 %s/a.bin"):format(folder))
      assert(target.put(folder .. "/a.bin", function(file)
        return target.write(file, "new")
      end))
      assert.equal("600\n", mode(folder .. "/a.bin"))
    end)

  it("leaves nothing behind when it is given up", function()
    write("a.bin", "old")
    local file = assert(target.open(folder .. "/a.bin"))
    assert(target.write(file, ("x"):rep(100000)))
    target.discard(file)
    assert.same({ "a.bin" }, names())
    assert.equal("old", read("a.bin"))
    target.discard(file) -- again
  end)

  it("can begin again", function()
    local file = assert(target.open(folder .. "/a.bin"))
    assert(target.write(file, "a wrong beginning"))
    assert(target.restart(file))
    assert.equal(0, file.size)
    assert(target.write(file, "right"))
    assert(target.commit(file))
    assert.equal("right", read("a.bin"))
  end)

  it("is not disturbed by another for the same place", function()
    local one = assert(target.open(folder .. "/a.bin"))
    local other = assert(target.open(folder .. "/a.bin"))
    assert(target.write(one, "one"))
    assert(target.write(other, "other"))
    assert(target.commit(other))
    target.discard(one)
    assert.equal("other", read("a.bin"))
    assert.same({ "a.bin" }, names())
  end)

  it("may have a name as long as names can be", function()
    local name = ("n"):rep(255)
    local file = assert(target.open(folder .. "/" .. name))
    assert(target.commit(file))
    assert.same({ name }, names())
  end)

  local function refusal(path)
    local file, err = target.open(path)
    assert.is_nil(file)
    assert.equal("file", err.kind)
    assert.equal("unwritable", err.code)
    assert.matches(path, err.message, 1, true)
    return err.message
  end

  it("is not a folder", function()
    assert.matches("it is a folder", refusal(folder))
    assert.matches("it is a folder", refusal(folder .. "/"))
    assert.matches("it is a folder", refusal(folder .. "/none/"))
    assert.same({}, names())
  end)

  it("needs a folder", function()
    assert.matches("No such file or directory", refusal(folder .. "/none/a"))
    write("plain", "")
    assert.matches("Not a directory", refusal(folder .. "/plain/a"))
  end)

  it("does not replace what is no file", function()
    local pipe = folder .. "/pipe"
    assert(os.execute("mkfifo " .. pipe))
    assert.matches("not a regular file", refusal(pipe))
    assert.matches("not a regular file", refusal("/dev/null"))
    assert.same({ "pipe" }, names())
  end)

  local function link(name, to)
    assert(os.execute(("ln -s %s %s/%s"):format(to, folder, name)))
  end

  it("is where a link leads, and the link stays", function()
    local other = files.folder()
    link("folder", other)
    link("relative", "folder/../" .. other:match("[^/]+$") .. "/b.bin")
    link("absolute", other .. "/b.bin")
    link("twice", "absolute")
    files.write(other .. "/b.bin", "old")
    for round, name in ipairs { "relative", "absolute", "twice" } do
      local path = folder .. "/" .. name
      local to = core.read_link(path)
      assert(target.put(path, function(file)
        assert.equal(path, file.path)
        assert.truthy(files.list(other):find("%.part\n"))
        assert.are_not.equal("new " .. round, files.read(other .. "/b.bin"))
        return target.write(file, "new " .. round)
      end))
      assert.equal(to, (core.read_link(path)))
      assert.equal("new " .. round, files.read(other .. "/b.bin"))
    end
    assert.equal("b.bin\n", files.list(other))
    files.remove_folder(other)
    assert.same({ "absolute", "folder", "relative", "twice" }, names())
    assert.matches("No such file or directory", refusal(folder .. "/twice"))
  end)

  it("is made where a link leads to nothing yet", function()
    link("a.bin", "b.bin")
    local file = assert(target.open(folder .. "/a.bin"))
    assert(target.write(file, "new"))
    assert(target.commit(file))
    assert.equal("new", read("b.bin"))
    assert.equal("b.bin", (core.read_link(folder .. "/a.bin")))
    assert.same({ nil, "Invalid argument" },
      { core.read_link(folder .. "/b.bin") })
  end)

  it("is not a link that leads to itself", function()
    link("a.bin", "b.bin")
    link("b.bin", "a.bin")
    assert.matches("symbolic links", refusal(folder .. "/a.bin"))
    assert.same({ "a.bin", "b.bin" }, names())
  end)

  it("tells that the place was taken by a folder meanwhile", function()
    local file = assert(target.open(folder .. "/a.bin"))
    assert(os.execute("mkdir " .. folder .. "/a.bin"))
    local ok, err = target.commit(file)
    assert.is_nil(ok)
    assert.matches("a.bin: .*directory", err.message)
    target.discard(file)
    assert.same({ "a.bin" }, names())
  end)

  -- Where every write fails, and the name beside it is a link to there.
  it("tells a full disk, and leaves nothing there", function()
    for _, size in ipairs { 10, 100000 } do -- at its end, or at once
      local file = assert(target.open(folder .. "/a.bin"))
      file.handle:close()
      assert(os.execute(("ln -sf /dev/full '%s'"):format(file.part)))
      file.handle = assert(io.open(file.part, "wb"))
      local ok, err = target.write(file, ("x"):rep(size))
      if ok then
        ok, err = target.commit(file)
      end
      assert.is_nil(ok)
      assert.equal("file", err.kind)
      assert.matches("cannot write .*a.bin: No space left on device",
        err.message)
      target.discard(file)
      assert.same({}, names())
    end
  end)

  it("is the same for bytes that are at hand", function()
    local client = indoxhub.new { api_key = "k" }
    write("a.bin", "old")
    local saved = indoxhub.assert(client:save("data:a/b;base64,AP8=",
      folder .. "/a.bin"))
    assert.same({ path = folder .. "/a.bin", bytes = 2,
      content_type = "a/b" }, saved)
    assert.equal("\0\255", read("a.bin"))
    assert.same({ "a.bin" }, names())
  end)
end)
