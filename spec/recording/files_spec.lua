-- The files of recordings: how they look, who may read them, what becomes of
-- those that are none, and of a folder that cannot be written to.
local command = require "spec.support.command"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local full_disk = require "spec.support.full_disk"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

describe("the files of recordings", function()
  local raw = during_tests(servers.raw)
  local folder, client

  local ANSWER = servers.reply("200 OK", "application/json",
    '{"success":true,"data":"h\195\188"}', "X-Request-Id: r1\r\n"
    .. "Set-Cookie: a=b\r\nDate: now\r\nX-Ratelimit-Limit-Tokens: 5\r\n")

  before_each(function()
    folder = files.folder()
    client = indoxhub.new { base_url = raw:script("files", ANSWER),
      api_key = "indox-test", record = folder .. "/a/b/" }
  end)

  after_each(function()
    os.execute("chmod -R u+rwx " .. folder)
    files.remove_folder(folder)
  end)

  local function say(with, text)
    local reply, err = (with or client).chat:create { model = "a/b",
      messages = { { role = "user", content = text or "hi" } } }
    return reply and reply.data, err
  end

  local function path()
    return folder .. "/a/b/" .. files.list(folder .. "/a/b"):match "[^\n]+"
  end

  -- What a played call says of a file with these bytes.
  local function refused(bytes)
    files.write(path(), bytes)
    local text, err = say()
    assert.is_nil(text)
    assert.equal("file", err.kind)
    assert.truthy(err.message:find(path(), 1, true), err.message)
    assert.equal("chat.create", err.operation)
    return err.message
  end

  local function changed(change)
    local kept = json.decode(files.read(path()))
    change(kept)
    return json.encode(kept)
  end

  it("are the same for the same, and read like this", function()
    assert.equal("h\195\188", say())
    local text = files.read(path())
    assert.equal(([[
{
  "recording": 1,
  "request": {
    "method": "POST",
    "path": "chat/completions",
    "body": {
      "messages": [
        {
          "content": "hi",
          "role": "user"
        }
      ],
      "model": "a/b"
    }
  },
  "answers": [
    {
      "status": 200,
      "http_version": "1.1",
      "headers": {
        "content-length": "29",
        "content-type": "application/json",
        "x-ratelimit-limit-tokens": "5",
        "x-request-id": "r1"
      },
      "sent": 59,
      "pieces": [
        "{\"success\":true,\"data\":\"hü\"}"
      ],
      "seconds": [S]
    }
  ]
}
]]), (text:gsub('"seconds": %[[%d.e-]+%]', '"seconds": [S]')))
    assert.equal("h\195\188", say(client:with { record_mode = "new" }))
    local again = files.read(path())
    assert.equal((text:gsub("seconds[^\n]*", "")),
      (again:gsub("seconds[^\n]*", "")))
  end)

  it("can be read by their owner only, and so can their folders", function()
    say()
    local modes = command.shell(("cd %s && stat -c '%%a %%n' a a/b a/b/*")
      :format(folder))
    assert.matches("^700 a\n700 a/b\n600 a/b/[%w-]+%.json\n$", modes)
    os.execute("chmod 644 " .. path())
    say(client:with { record_mode = "new" })
    assert.matches("^600", (command.shell("stat -c %a " .. path())))
  end)

  it("leave a folder that is there as it is", function()
    os.execute(("mkdir -m 755 -p %s/a/b"):format(folder))
    say()
    assert.equal("755\n", (command.shell(("stat -c %%a %s/a/b")
      :format(folder))))
  end)

  it("may be written by people", function()
    say()
    files.write(path(), changed(function(kept)
      kept.answers[1].pieces = { '{"success":true,', '"data":"mine"}' }
      kept.answers[1].seconds = { 0, 0 }
      kept.answers[1].sent = nil
    end))
    local reply = indoxhub.assert(client.chat:create { model = "a/b",
      messages = { { role = "user", content = "hi" } } })
    assert.equal("mine", reply.data)
    assert.equal("30", indoxhub.meta(reply).headers["content-length"])
  end)

  it("are refused by name when they are damaged, or of another make",
    function()
      say()
      assert.truthy(refused(""):find("not valid JSON", 1, true))
      for _, bytes in ipairs { files.read(path()) .. "x", "{", "\0\255",
        '{"recording":1', "null", "[]", "{}", '"recording"', "7" } do
        refused(bytes)
      end
      assert.truthy(refused("{}"):find("another JSON", 1, true))
    end)

  it("are refused for each thing that is not as it should be", function()
    say()
    local good = files.read(path())
    local changes = {
      ["number 2, and this version"] = function(k) k.recording = 2 end,
      ["request must have"] = function(k) k.request = nil end,
      ["must have a method and a path"] = function(k)
        k.request.path = nil
      end,
      ["answers must be"] = function(k) k.answers = nil end,
      ["answers must be a list that is not"] = function(k)
        k.answers = json.array()
      end,
      ["answers[1]: must be an object"] = function(k) k.answers[1] = 7 end,
      ["answers[1]: status"] = function(k) k.answers[1].status = 99 end,
      ["status must be one of"] = function(k) k.answers[1].status = "x" end,
      ["answers[1]: headers"] = function(k) k.answers[1].headers = 1 end,
      ["headers must be names"] = function(k)
        k.answers[1].headers["a"] = "b\r\nc: d"
      end,
      ["and texts of one line"] = function(k)
        k.answers[1].headers["a:b"] = "c"
      end,
      ["http_version"] = function(k)
        k.answers[1].http_version = "1.1 200\r\na: b"
      end,
      ["sent must"] = function(k) k.answers[1].sent = -1 end,
      ["times must"] = function(k) k.answers[1].times = 0 end,
      ["two lists"] = function(k) k.answers[1].seconds = nil end,
      ["of the same length"] = function(k) k.answers[1].seconds[2] = 1 end,
      ["pieces[1] must"] = function(k) k.answers[1].pieces[1] = 7 end,
      ["must be a text, or"] = function(k)
        k.answers[1].pieces[1] = { base64 = "!" }
      end,
      ["seconds[1] must"] = function(k) k.answers[1].seconds[1] = -1 end,
      ["and not before the one in front"] = function(k)
        k.answers[1].pieces[2], k.answers[1].seconds = "", { 2, 1 }
      end,
    }
    for message, change in pairs(changes) do
      files.write(path(), good)
      local said = refused(changed(change))
      assert.truthy(said:find(message, 1, true), said)
    end
    files.write(path(), good)
    assert.equal("h\195\188", say())
  end)

  it("are written anew with new, whatever was there", function()
    say()
    files.write(path(), "garbage")
    assert.equal("h\195\188", say(client:with { record_mode = "new" }))
    assert.equal("h\195\188", say(client:with { record_mode = "replay" }))
  end)

  it("of another sort are no recordings of anything", function()
    say()
    local place = path()
    os.remove(place)
    os.execute("mkdir " .. place)
    local _, err = say()
    assert.equal("file", err.kind)
    os.execute(("rmdir %s && mkfifo %s"):format(place, place))
    _, err = say()
    assert.equal("file", err.kind)
    assert.truthy(err.message:find("not a regular file", 1, true))
    os.remove(place)
    files.write(folder .. "/a/b/notes.txt", "mine")
    files.write(folder .. "/a/b/post-chat-completions-mine.json", "mine")
    _, err = say(client:with { record_mode = "replay" })
    assert.equal("not_recorded", err.kind)
  end)

  it("are asked for before anything is sent", function()
    files.write(folder .. "/file", "")
    for _, place in ipairs { folder .. "/file", folder .. "/file/sub",
      "/proc/nowhere" } do
      local before = raw:got "files"
      local text, err = say(client:with { record = place })
      assert.is_nil(text)
      assert.equal("file", err.kind)
      assert.truthy(err.message:find(place, 1, true), err.message)
      assert.equal(before, raw:got "files")
    end
  end)

  it("that cannot be written do not cost the answer", function()
    say()
    local told = {}
    local other = client:with { record_mode = "new", log = function(event)
      told[#told + 1] = event.name == "warning" and event.message or nil
    end }
    local place = path()
    os.remove(place)
    os.execute("mkdir " .. place)
    assert.equal("h\195\188", say(other))
    assert.equal(1, #told)
    assert.truthy(told[1]:find("the answer was not recorded: cannot write "
      .. place, 1, true), told[1])
  end)

  it("that a full disk has no room for do not cost the answer", function()
    local program = files.write(folder .. "/program.lua", ([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { base_url = %q, api_key = "indox-test",
        record = os.getenv "DISK" .. "/recordings",
        log = function(event) print(event.name, event.message) end }
      print(client.chat:create { model = "a/b", messages = { { role = "user",
        content = ("long "):rep(30000) } } }.data)]]):format(raw:base "files"))
    local said, errors, code = full_disk.run(([[
      mkdir "$DISK/recordings"
      leave 20
      %s %s
      ls -A "$DISK/recordings"]]):format(os.getenv "INDOXHUB_LUA", program))
    assert.equal("", errors)
    assert.equal(0, code)
    assert.matches("\nh\195\188\n$", said)
    assert.matches("warning\tthe answer was not recorded: cannot write [^\n]*"
      .. "No space left on device\n", said)
  end)

  it("are left whole by programs that write at the same time", function()
    say()
    local program = files.write(folder .. "/program.lua", ([[
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { base_url = %q, api_key = "indox-test",
        record = %q, record_mode = "new" }
      for i = 1, 30 do
        indoxhub.assert(client.chat:create { model = "a/b", messages = { {
          role = "user", content = "hi" } } })
        indoxhub.assert(client.user:me())
      end]]):format(raw:base "files", folder .. "/a/b"))
    local line = os.getenv "INDOXHUB_LUA" .. " " .. program
    local seen = 0
    local pipe = io.popen(("(%s & %s & wait) 2>&1; echo done")
      :format(line, line))
    local player = client:with { record_mode = "replay" }
    repeat
      assert.equal("h\195\188", say(player))
      seen = seen + 1
    until seen == 200
    assert.equal("done\n", pipe:read "*a")
    pipe:close()
    assert.equal("h\195\188", say(player))
    assert.is_nil(files.list(folder .. "/a/b"):find(".part", 1, true))
  end)
end)
