-- Uploads that come to nothing: files that cannot be read, servers that have
-- heard enough, and callers that give up.
local indoxhub = require "indoxhub"
local hurry = require "spec.support.hurry"
local servers = require "spec.support.servers"
local uploads = require "spec.support.upload_calls"

local GO_AHEAD = uploads.GO_AHEAD
local READS, REFUSES = uploads.READS, uploads.REFUSES
local assert_heard, kind_and_code = uploads.assert_heard, uploads.kind_and_code

describe("an upload", function()
  local scene = uploads.scene()
  local serve, transcribe, write = scene.serve, scene.transcribe, scene.write
  local received = scene.received

  before_each(function()
    serve(READS)
  end)

  after_each(function()
    scene.client:close()
  end)

  it("ends in time when the server refuses it and then stalls", function()
    serve { { "take", 10 }, { "send", "HTTP/1.1 413 Too Large\r\n"
      .. "Content-Length: 100\r\n\r\nno" }, { "hold" } }
    local _, err = scene.client.audio:transcribe({
      file = indoxhub.reader(function() return ("x"):rep(65536) end) },
      { timeout = { idle = 0.3 }, max_retries = 0 })
    assert.equal("timeout idle", err.kind .. " " .. err.code)
  end)

  describe("of a file", function()
    it("that is not there sends nothing", function()
      for _, file in ipairs { scene.folder .. "/none.wav",
        scene.folder .. "/none" } do
        local what, message = kind_and_code(transcribe(file))
        assert.equal("file unreadable", what)
        assert.equal(("cannot read %s: No such file or directory")
          :format(file), message)
      end
      assert.equal("", scene.got())
    end)

    it("that is no file sends nothing", function()
      assert(os.execute("mkfifo " .. scene.folder .. "/pipe.wav"))
      assert(os.execute("mkdir " .. scene.folder .. "/folder.wav"))
      for path, why in pairs { ["pipe.wav"] = "not a regular file",
        ["folder.wav"] = "Is a directory", [""] = "Is a directory",
        ["talk\0.wav"] = "NUL byte" } do
        local what, message = kind_and_code(transcribe(scene.folder .. "/"
          .. path))
        assert.equal("file unreadable", what)
        assert.matches(why, message)
        assert.is_nil(message:find("%z"))
      end
      assert.equal("", scene.got())
    end)

    it("that cannot be read sends nothing", function()
      local what, message = kind_and_code(transcribe("/proc/self/mem"))
      assert.equal("file unreadable", what)
      assert.matches("^cannot read /proc/self/mem: ", message)
      assert.equal("", scene.got())
    end)

    it("that changes on its way ends", function()
      local path = write("shrinks.mp3", ("x"):rep(20000000))
      serve { { "take", 100000 }, { "hold" } }
      local what, message = kind_and_code(transcribe(path, {
        on_progress = function()
          write("shrinks.mp3", "")
        end }))
      assert.equal("file unreadable", what)
      assert.matches("changed", message)
    end)

    it("is read again from the disk by each try", function()
      local path = write("removed.mp3", "x")
      serve(REFUSES, READS)
      scene.client = scene.client:with { log = hurry.log(function()
        os.remove(path)
      end) }
      local what = kind_and_code(transcribe(path))
      assert.equal("file unreadable", what)
      assert.equal(1, #received())
    end)
  end)

  describe("given up in the middle", function()
    -- Gives up what is being sent to a server that never answers.
    local function run(file, give_up)
      serve { { "send", GO_AHEAD }, { "hold" } }
      local reply, err
      indoxhub.run(function()
        local begun
        local task = indoxhub.spawn(function()
          reply, err = transcribe(file, { on_progress = function(sent)
            begun = sent > 0
          end })
        end)
        while not begun do
          indoxhub.sleep(0.001)
        end
        give_up(task)
        task:await()
      end)
      assert.is_nil(reply)
      assert.equal("cancelled", err.kind)
      scene.wait_for_end()
    end

    local function all_kinds()
      return { write("large.mp3", ("x"):rep(20000000)),
        indoxhub.bytes(("x"):rep(20000000)),
        indoxhub.reader(function() return ("x"):rep(10000) end),
        indoxhub.reader(function()
          indoxhub.sleep(0.001)
          return "x"
        end) }
    end

    it("ends with its task", function()
      for _, file in ipairs(all_kinds()) do
        run(file, function(task) task:cancel() end)
      end
    end)

    it("ends with its client", function()
      for _, file in ipairs(all_kinds()) do
        run(file, function() scene.client:close() end)
      end
    end)

    it("leaves no descriptor open", function()
      local function open_files()
        local pipe = io.popen("ls /proc/$PPID/fd | wc -l")
        local number = tonumber(pipe:read("*a"))
        pipe:close()
        return number
      end
      local path = write("large.mp3", ("x"):rep(20000000))
      local function once()
        run(path, function(task) task:cancel() end)
        serve(READS)
        assert_heard(transcribe(write("small", "x")))
        assert.is_nil(transcribe(scene.folder))
        scene.client:close()
      end
      once()
      local before = open_files()
      for _ = 1, 5 do
        once()
      end
      -- Connections to the server may stay open for the next call.
      assert.is_true(open_files() <= before + 5)
      local pipe = io.popen("ls -l /proc/$PPID/fd | grep -c " .. scene.folder)
      assert.equal("0", pipe:read("*l"))
      pipe:close()
    end)
  end)

  it("ends when the server answers before it is complete", function()
    serve { { "send", GO_AHEAD }, { "take", 1000 }, { "send", servers.reply(
      "413 Payload Too Large", "application/json", '{"detail":"too long"}') },
      { "hold" } }
    local asked = 0
    for _, file in ipairs { indoxhub.bytes(("x"):rep(30000000)),
      indoxhub.reader(function()
        asked = asked + 1
        return ("x"):rep(100000)
      end) } do
      local reply, err = transcribe(file)
      assert.is_nil(reply)
      assert.equal(413, err.status)
      assert.equal("too long", err.message)
    end
    assert.is_true(asked < 1000)
  end)
end)
