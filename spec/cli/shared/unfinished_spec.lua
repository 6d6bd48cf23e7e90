-- What `indoxhub embed` keeps of an answer that is not complete.
local commands = require "spec.support.command"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

-- Of 130 texts, which are three requests: the first one fails.
local FAULT = "--pace 0 --fail 'status:400*1'"

describe("indoxhub embed, when a part fails,", function()
  local whole = during_tests(servers.sandbox, "--pace 0")
  local indoxhub, folder, failing

  local function texts(count)
    local list = {}
    for i = 1, count do
      list[i] = "text " .. i .. "\n"
    end
    return table.concat(list)
  end

  setup(function()
    indoxhub = commands.new()
  end)

  teardown(function()
    indoxhub:remove()
  end)

  before_each(function()
    folder = files.folder()
    failing = servers.sandbox(FAULT)
    indoxhub:run("usage", failing.url) -- fails, too, the first time
  end)

  after_each(function()
    servers.kill(failing)
    files.remove_folder(folder)
  end)

  -- Runs it in a folder.
  local function embed(text, arguments, url, place)
    local root = files.output("pwd"):sub(1, -2)
    local input = files.write(os.tmpname(), text)
    local line = indoxhub:line("embed --lines " .. arguments,
      url or failing.url):gsub(" lua/indoxhub", " " .. root .. "/lua/indoxhub",
      1)
    local out, err, code = commands.shell(("cd %s; (%s) <%s"):format(
      place or folder, line, input))
    os.remove(input)
    return out, err, code
  end

  local function asked()
    local out = indoxhub:run("usage --json", failing.url)
    return json.decode(out).total_requests
  end

  local function expect_kept(name, arguments)
    local expected = embed(texts(130), arguments, whole.url)
    local file = files.read(folder .. "/a.f32")
    os.remove(folder .. "/a.f32")
    local out, err, code = embed(texts(130), arguments)
    assert.equal("", out)
    assert.equal(1, code, err)
    local count = err:match("^(%d+) of 130 vectors came, and are kept in "
      .. name .. ": the same command asks for the rest%.\n")
    assert.truthy(count, err)
    assert.truthy(err:find("1 of 3 parts are missing", 1, true), err)
    assert.equal(name .. "\n", files.list(folder))
    assert.equal("600\n", files.output("stat -c %a " .. folder .. "/" .. name))
    local before = asked()
    out, err, code = embed(texts(130), arguments)
    assert.equal(0, code, err)
    assert.equal(before + 1, asked())
    assert.equal(expected, out)
    assert.equal(file, (files.read(folder .. "/a.f32")))
    assert.equal(file and "a.f32\n" or "", files.list(folder))
    assert.truthy(err:find(("Going on from %s, with %d of 130 vectors.\n")
      :format(name, count), 1, true), err)
  end

  it("keeps what came, and goes on to a pipe", function()
    expect_kept("embed.part", "")
  end)

  it("keeps what came, and goes on to a file", function()
    expect_kept("a.f32.part", "-o a.f32")
  end)

  it("sums up what all of it used", function()
    local expected = json.decode(
      (embed(texts(130), "--json", whole.url)))
    embed(texts(130), "--json")
    local reply = json.decode((embed(texts(130), "--json")))
    assert.equal(130, #reply.data)
    assert.equal(expected.usage.tokens_total, reply.usage.tokens_total)
    assert.equal(expected.model, reply.model)
    assert.equal(expected.dimensions, reply.dimensions)
  end)

  it("uses nothing of other texts, models, fields, servers", function()
    embed(texts(130), "")
    local kept = files.read(folder .. "/embed.part")
    for _, other in ipairs { { texts(131), "" },
      { texts(130), "-m openai/text-embedding-3-large" },
      { texts(130), "--set user=x" }, { texts(130), "-o a.f32" },
      { texts(130), "", whole.url } } do
      local _, err, code = embed(other[1], other[2], other[3])
      assert.equal(0, code, err)
      assert.is_nil(err:find("Going on", 1, true))
      assert.equal(kept, files.read(folder .. "/embed.part"))
    end
  end)

  it("keeps what came of two requests side by side", function()
    embed(texts(130), "")
    local kept = files.read(folder .. "/embed.part")
    local again = servers.sandbox(FAULT)
    local _, err = embed(texts(131), "", again.url)
    assert.truthy(err:find("kept in embed-2.part", 1, true), err)
    assert.equal(kept, files.read(folder .. "/embed.part"))
    local code
    _, err, code = embed(texts(130), "")
    assert.equal(0, code, err)
    assert.equal("embed-2.part\n", files.list(folder))
    -- Whose file has the first number does not matter.
    _, err, code = embed(texts(131), "", again.url)
    servers.kill(again)
    assert.equal(0, code, err)
    assert.truthy(err:find("Going on from embed-2.part", 1, true), err)
    assert.equal("", files.list(folder))
  end)

  it("keeps what came of requests that fail at the same time", function()
    local started, broken = {}, {}
    files.write(folder .. "/in", texts(130))
    for i = 1, 4 do
      broken[i] = servers.sandbox(FAULT)
      indoxhub:run("usage", broken[i].url)
      started[i] = commands.start(("(%s) <%s/in"):format(indoxhub:line(
        ("embed --lines -o %s/x --set user=u%d"):format(folder, i),
        broken[i].url), folder))
    end
    local kept = {}
    for i = 1, 4 do
      local _, err = commands.finish(started[i])
      local name = err:match("kept in (%S+):")
      assert.truthy(name, err)
      assert.is_nil(kept[name], err)
      kept[name] = true
      servers.kill(broken[i])
    end
  end)

  it("keeps nothing when nothing came", function()
    local _, err, code = embed(texts(3), "")
    assert.equal(1, code)
    assert.is_nil(err:find("kept", 1, true), err)
    assert.equal("", files.list(folder))
  end)

  it("refuses a file that is damaged", function()
    embed(texts(130), "")
    local path = folder .. "/embed.part"
    local kept = files.read(path)
    for _, damage in ipairs { kept:sub(1, -3), kept:match("^[^\n]*\n"),
      kept:match("^[^\n]*\n") .. "no JSON\n", kept .. "false\n",
      (kept:gsub("\n%[", "\n[[", 1)) } do
      files.write(path, damage)
      local out, err, code = embed(texts(130), "")
      assert.equal("", out)
      assert.equal(1, code)
      assert.truthy(err:find("cannot go on with embed.part: it is damaged; "
        .. "remove it to begin anew", 1, true), err)
      assert.equal(damage, files.read(path))
    end
  end)

  it("does not mix vectors of two models", function()
    embed(texts(130), "")
    local path = folder .. "/embed.part"
    local kept = files.read(path):gsub('"dimensions":32', '"dimensions":31')
    files.write(path, kept)
    local out, err, code = embed(texts(130), "")
    assert.equal("", out)
    assert.equal(1, code)
    assert.truthy(err:find("the dimensions is 32 now, and of what is kept in "
      .. "embed.part it is 31", 1, true), err)
    assert.equal(kept, files.read(path))
  end)

  it("keeps what came before Ctrl-C", function()
    local busy = servers.sandbox(
      "--pace 0 --retry-after 30 --fail 'status:429*1'")
    local input = files.write(os.tmpname(), texts(130))
    local terminal = terminals.start(indoxhub:line("embed --lines -o "
      .. folder .. "/a.f32 <" .. input, busy.url))
    terminal:expect(" of 130")
    terminal:type("\3")
    local code, seen = terminal:finish()
    os.remove(input)
    servers.kill(busy)
    assert.equal(130, code)
    assert.truthy(seen:find("of 130 vectors came, and are kept in", 1, true),
      seen)
    assert.equal("a.f32.part\n", files.list(folder))
  end)

  it("tells when it cannot be kept", function()
    os.execute("mkdir " .. folder .. "/gone")
    local place = folder .. "/gone; rmdir " .. folder .. "/gone"
    local _, err, code = embed(texts(130), "", nil, place)
    assert.equal(1, code)
    assert.truthy(err:find("cannot write embed.part: No such file", 1, true),
      err)
    assert.truthy(err:find("1 of 3 parts are missing", 1, true), err)
  end)
end)
