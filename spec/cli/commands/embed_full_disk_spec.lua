-- What `indoxhub embed` was paid for is not lost on a disk that is full.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local full_disk = require "spec.support.full_disk"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("indoxhub embed, on a disk that is full,", function()
  local indoxhub, server, input

  setup(function()
    server = servers.sandbox "--pace 0"
    indoxhub = commands.new(server.url)
    local list = {}
    for i = 1, 130 do -- three requests
      list[i] = "text " .. i .. "\n"
    end
    input = files.write(os.tmpname(), table.concat(list))
  end)

  teardown(function()
    os.remove(input)
    indoxhub:remove()
    servers.kill(server)
  end)

  before_each(function()
    os.execute("rm -rf " .. indoxhub.folder .. "/.local")
  end)

  -- Of an account of its own for each test.
  local keys = 0
  local function account()
    keys = keys + 1
    files.write(indoxhub.environment, "export INDOXHUB_API_KEY=indox-full-"
      .. keys)
  end

  local function requests()
    return json.decode((indoxhub:run("usage --json"))).total_requests
  end

  -- A script that runs it twice: with so much room, and then with all.
  local function twice(arguments, room, home, to)
    local line = ("(%s) <%s"):format(indoxhub:line("embed --lines "
      .. arguments):gsub("HOME=%S+", "HOME=" .. (home or indoxhub.folder)),
      input)
    return ([[
      leave %d
      %s %s
      echo "code $?" >&2
      ls -A $DISK >&2
      rm $DISK/filler
      %s %s
      echo "code $?" >&2
      ls -A $DISK >&2
      cat $DISK/a.f32
    ]]):format(room, line, to or "", line, to or "")
  end

  local function expected(arguments)
    account()
    return (commands.shell(("(%s) <%s"):format(indoxhub:line("embed --lines "
      .. arguments), input)))
  end

  -- The file of a run that nothing stops.
  local function whole()
    local path = os.tmpname()
    expected("-o " .. path)
    local bytes = files.read(path)
    os.remove(path)
    return bytes
  end

  it("keeps it in the data folder, and writes it later for nothing",
    function()
      local bytes = whole()
      account()
      local out, err, code = full_disk.run(twice("-o $DISK/a.f32", 4))
      assert.equal(0, code, err)
      local kept = indoxhub.folder
        .. "/.local/share/indoxhub/unfinished/a.f32.part"
      assert.truthy(err:find("a.f32.part: No space left on device", 1, true),
        err)
      assert.truthy(err:find("All 130 vectors came, and are kept in " .. kept
        .. ": the same command asks for nothing.\n", 1, true), err)
      assert.truthy(err:find("a.f32: No space left on device", 1, true), err)
      assert.truthy(err:find("code 1\nfiller\n", 1, true), err)
      assert.truthy(err:find("Going on from " .. kept
        .. ", with 130 of 130 vectors.\n", 1, true), err)
      assert.truthy(err:find("code 0\na.f32\n", 1, true), err)
      assert.equal(bytes, out)
      assert.equal("", files.list(kept:match("^(.*)/")))
      assert.equal(3, requests())
    end)

  it("keeps as much as there is room for, and asks for the rest", function()
    local bytes = whole()
    account()
    local out, err, code = full_disk.run(twice("-o $DISK/a.f32", 16, "$DISK"))
    assert.equal(0, code, err)
    local count = tonumber(err:match("\n(%d+) of 130 vectors came, and are "
      .. "kept in %S+a.f32.part: the same command asks for the rest%.\n"))
    assert.truthy(count and count >= 16, err)
    assert.truthy(err:find(("Going on from %%S+a.f32.part, with %d of 130")
      :format(count)), err)
    assert.equal(bytes, out)
    assert.truthy(err:find("code 0\n.local\na.f32\n", 1, true)
      or err:find("code 0\na.f32\n", 1, true), err)
    assert.is_true(requests() <= 6)
  end)

  it("keeps what stdout did not take", function()
    local lines = expected ""
    account()
    local out, err, code = full_disk.run("cd $DISK; " .. twice("", 4, nil,
      "> $DISK/a.f32"):gsub("lua/indoxhub/cli", files.output("pwd"):sub(1, -2)
      .. "/%0"))
    assert.equal(0, code, err)
    assert.truthy(err:find("kept in " .. indoxhub.folder
      .. "/.local/share/indoxhub/unfinished/embed.part", 1, true), err)
    assert.equal(lines, out)
    assert.equal(3, requests())
  end)

  it("tells of every place when there is no room at all", function()
    account()
    local _, err = full_disk.run(twice("-o $DISK/a.f32", 0, "$DISK"))
    assert.is_nil(err:find("are kept", 1, true), err)
    assert.truthy(err:find("a.f32: No space left on device", 1, true), err)
    assert.truthy(err:find("code 1\n.local\nfiller\n", 1, true), err)
  end)
end)
