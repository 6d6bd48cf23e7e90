-- Commands whose results are files: image, speak, video; and those that read
-- files: transcribe and translate.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"
local terminals = require "spec.support.terminals"

local shell = commands.shell

local PNG = "\137PNG\r\n\26\n"

describe("indoxhub", function()
  local indoxhub, raw = commands.with_servers("--pace 0 --job-seconds 1")
  local root

  setup(function()
    root = files.output("pwd"):match("^[^\n]+")
  end)

  local function path(name)
    return indoxhub.folder .. "/" .. name
  end

  -- A command line that begins in a folder of its own.
  local function inside(folder, arguments)
    return indoxhub:line(arguments):gsub("exec (%S+) (lua/%S+)",
      function(lua, program)
        return ("cd %s; LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;' exec %s "
          .. "%s/%s"):format(folder, root, root, lua, root, program)
      end, 1)
  end

  describe("image", function()
    it("writes the file that was named", function()
      local out, err, code = indoxhub:run("image 'a fox' -o " .. path "fox.png")
      assert.equal(0, code, err)
      assert.equal("", out)
      local bytes = files.read(path "fox.png")
      assert.equal(PNG, bytes:sub(1, 8))
      assert.equal(("%s (%d bytes)\n"):format(path "fox.png", #bytes), err)
    end)

    it("numbers several files", function()
      local _, err, code = indoxhub:run("image fox -n 2 -o " .. path "two.png")
      assert.equal(0, code, err)
      assert.equal(PNG, files.read(path "two-1.png"):sub(1, 8))
      assert.equal(PNG, files.read(path "two-2.png"):sub(1, 8))
      assert.is_nil(files.read(path "two.png"))
    end)

    it("writes to a pipe", function()
      local out, err, code = indoxhub:run("image 'a fox'")
      assert.equal(0, code)
      assert.equal("", err)
      assert.equal(files.read(path "fox.png"), out)
      assert.equal(out, (indoxhub:run("image 'a fox' -o -")))
    end)

    it("reads the description from a pipe", function()
      local out = indoxhub:feed("a fox", "image")
      assert.equal(files.read(path "fox.png"), out)
    end)

    it("chooses a new name on a terminal", function()
      local folder = files.folder()
      for _, name in ipairs { "a-fox.png", "a-fox-2.png" } do
        local code, seen = terminals.start(inside(folder, "image 'A fox!'"))
          :finish()
        assert.equal(0, code, seen)
        assert.truthy(seen:find(name .. " (", 1, true), seen)
      end
      assert.equal("a-fox-2.png\na-fox.png\n", files.list(folder))
      assert.equal(PNG, files.read(folder .. "/a-fox-2.png"):sub(1, 8))
      files.remove_folder(folder)
    end)

    it("prints JSON, and also saves when told where", function()
      local out = indoxhub:run("image fox --json")
      assert.truthy(json.decode(out).data[1].url)
      out = indoxhub:run("image fox --json -o " .. path "also.png")
      assert.truthy(json.decode(out).data[1].url)
      assert.equal(PNG, files.read(path "also.png"):sub(1, 8))
    end)

    it("tells where a file cannot be written", function()
      local _, err, code = indoxhub:run("image fox -o /nowhere/fox.png")
      assert.equal(1, code)
      assert.truthy(err:find("cannot write /nowhere/fox.png", 1, true), err)
      _, err, code = indoxhub:run("image fox -o " .. indoxhub.folder)
      assert.equal(1, code)
      assert.truthy(err:find("it is a folder", 1, true), err)
    end)

    it("asks for nothing that could not be written", function()
      for _, arguments in ipairs { "image fox", "image fox -n 2", "speak hi",
        "video fox", "video --job vj", "embed hi" } do
        local _, err, code = indoxhub:run(arguments .. " -o /nowhere/x.bin",
          "http://127.0.0.1:1")
        assert.equal(1, code, arguments .. ": " .. err)
        assert.truthy(err:find("cannot write /nowhere/x", 1, true), err)
      end
    end)

    it("tells where a picture is that could not be fetched", function()
      local url = raw:script("gone", { { "send", servers.reply("200 OK",
        "application/json",
        '{"data":[{"url":"http://127.0.0.1:1/a.png"}]}') } })
      local _, err, code = indoxhub:run("image fox -o " .. path "gone.png", url)
      assert.equal(6, code)
      assert.truthy(err:find("What was made is at http://127.0.0.1:1/a.png", 1,
        true), err)
    end)

    it("does not take no picture for one", function()
      local url = raw:script("none", { { "send", servers.reply("200 OK",
        "application/json", '{"data":[]}') } })
      local out, err, code = indoxhub:run("image fox -o " .. path "no.png", url)
      assert.equal("", out)
      assert.equal(8, code)
      assert.truthy(err:find("the reply holds no image", 1, true), err)
    end)

    it("sends its options", function()
      local url = raw:script("image",
        servers.json('{"data":[{"b64_json":"AAAA"}]}'))
      local out = indoxhub:run("image fox -n 1 --size 9x9 -m a/b "
        .. "--set quality=hd", url)
      assert.equal("\0\0\0", out)
      assert.same({ prompt = "fox", n = 1, size = "9x9", model = "a/b",
        quality = "hd" }, json.decode(raw:got("image")
          :match("\r\n\r\n(.*)$")))
    end)
  end)

  describe("speak", function()
    it("speaks arguments and pipes", function()
      local out, err, code = indoxhub:run("speak 'Mind the gap'")
      assert.equal(0, code, err)
      assert.equal("RIFF", out:sub(1, 4))
      assert.equal(out, (indoxhub:feed("Mind the gap", "speak")))
    end)

    it("sends its options", function()
      local url = raw:script("speak", servers.json('{"data":{"audio":"AAAA"}}'))
      indoxhub:run("speak hi --voice alloy --format wav --speed 1.5", url)
      assert.same({ input = "hi", voice = "alloy", response_format = "wav",
        speed = 1.5 }, json.decode(raw:got("speak"):match("\r\n\r\n(.*)$")))
    end)

    it("names a file by what came", function()
      local folder = files.folder()
      local code = terminals.start(inside(folder, "speak 'Mind the gap'"))
        :finish()
      assert.equal(0, code)
      assert.equal("mind-the-gap.wav\n", files.list(folder))
      files.remove_folder(folder)
    end)
  end)

  describe("transcribe and translate", function()
    setup(function()
      indoxhub:run("speak 'Mind the gap' -o " .. path "gap.wav")
    end)

    it("print what was said", function()
      local out, err, code = indoxhub:run("transcribe " .. path "gap.wav")
      assert.equal(0, code, err)
      assert.equal("", err)
      assert.truthy(out:find("^heard .* from gap.wav: Mind the gap\n$"), out)
      out = indoxhub:run("translate " .. path "gap.wav")
      assert.truthy(out:find("^translated .*: Mind the gap\n$"), out)
    end)

    it("read a pipe", function()
      local out, err, code = shell(("cat %s | (%s)"):format(path "gap.wav",
        indoxhub:line("transcribe -")))
      assert.equal(0, code, err)
      assert.truthy(out:find("audio/wav .*: Mind the gap\n$"), out)
      out, err, code = indoxhub:run("transcribe -")
      assert.equal("", out)
      assert.equal(2, code)
      assert.truthy(err:find("nothing came through the pipe", 1, true), err)
    end)

    it("feed a chat", function()
      local out, err, code = shell(("(%s) | (%s)"):format(
        indoxhub:line("transcribe " .. path "gap.wav"),
        indoxhub:line("chat 'echo: summarise'")))
      assert.equal(0, code, err)
      assert.truthy(out:find("^summarise\n\nheard .*Mind the gap\n$"), out)
    end)

    it("write subtitles, and JSON", function()
      local out = indoxhub:run("transcribe --format srt " .. path "gap.wav")
      assert.truthy(out:find("^1\n00:00:00,000 %-%-> "), out)
      out = indoxhub:run("transcribe --format verbose_json --language de "
        .. path "gap.wav")
      local reply = json.decode(out)
      assert.equal("de", reply.data.language)
      assert.truthy(reply.data.segments[1])
    end)

    it("tell of a file that is not there", function()
      local _, err, code = indoxhub:run("transcribe /nowhere.wav")
      assert.equal(1, code)
      assert.truthy(err:find("cannot read /nowhere.wav", 1, true), err)
    end)
  end)

  describe("video", function()
    it("waits for the job, and saves what it made", function()
      local out, err, code = indoxhub:run("video 'a ferry' -o "
        .. path "ferry.mp4")
      assert.equal(0, code, err)
      assert.equal("", out)
      assert.truthy(err:find("^Job vj_%w+\n.*ferry.mp4 %(%d+ bytes%)\n$"), err)
      assert.equal("ftyp", files.read(path "ferry.mp4"):sub(5, 8))
    end)

    it("shows progress on a terminal", function()
      local code, seen = terminals.start(indoxhub:line("video 'a ferry' -o "
        .. path "seen.mp4")):finish()
      assert.equal(0, code, seen)
      assert.truthy(seen:find("Filming  %[#*%-*%]  +%d+ %%"), seen)
    end)

    it("goes on with a job by its id", function()
      local id = indoxhub:run("video 'a ferry' --no-wait"):match("^(vj_%w+)\n$")
      local _, err, code = indoxhub:run("video --job " .. id .. " -o "
        .. path "again.mp4")
      assert.equal(0, code, err)
      assert.equal("ftyp", files.read(path "again.mp4"):sub(5, 8))
      local out = indoxhub:run("video --jobs")
      assert.truthy(out:find(id .. "  completed"), out)
      _, err, code = indoxhub:run("video --job vj_unknown")
      assert.equal(1, code)
      assert.truthy(err:find("not_found", 1, true), err)
    end)

    it("tells of a job that failed", function()
      local _, err, code = indoxhub:run("video 'this will fail'")
      assert.equal(7, code)
      assert.truthy(err:find("job_failed: The provider does not film", 1,
        true), err)
      assert.is_nil(err:find("goes on", 1, true), err)
    end)

    it("gives up after a time, and says how to go on", function()
      local slow = servers.sandbox("--job stuck")
      local _, err, code = indoxhub:run("video 'a ferry' --timeout 0.2",
        slow.url)
      assert.equal(6, code)
      local id = err:match("^Job (vj_%w+)\n")
      assert.truthy(err:find("indoxhub video --job " .. id .. "\n", 1, true),
        err)
      _, err, code = indoxhub:run("video --timeout 0.2 --cancel-job --job "
        .. id, slow.url)
      assert.equal(6, code)
      assert.truthy(err:find(("The job %s is cancelled."):format(id), 1, true),
        err)
      local out = indoxhub:run("video --jobs", slow.url)
      assert.truthy(out:find(id .. "  cancelled", 1, true), out)
      servers.kill(slow)
    end)

    it("writes how to go on as a shell takes it", function()
      local slow = servers.sandbox("--job stuck")
      local _, err = indoxhub:run("video 'a ferry' --timeout 0.2 -o \""
        .. path "it's mine.mp4" .. '"', slow.url)
      servers.kill(slow)
      assert.truthy(err:find(" -o '" .. path [[it'\''s mine.mp4]] .. "'\n", 1,
        true), err)
    end)

    it("tells when the id of a job cannot be written", function()
      for _, json_too in ipairs { "", " --json" } do
        local out, err, code = shell("(" .. indoxhub:line("video fox --no-wait"
          .. json_too) .. ") </dev/null >/dev/full")
        assert.equal("", out)
        assert.equal(1, code)
        assert.truthy(err:find("cannot write the answer: No space", 1, true),
          err)
        assert.truthy(err:find "video %-%-job vj_%w+\n", err) -- it is paid
      end
    end)

    it("takes numbers and words where they are not expected", function()
      local function reply(body)
        return servers.reply("200 OK", "application/json", body)
      end
      local url = raw:script("odd", { { "send",
        reply '{"data":{"job_id":7}}' } })
      assert.equal("7\n", (indoxhub:run("video fox --no-wait", url)))
      url = raw:script("odd", { { "send", reply('{"job_id":"7","status":'
        .. '"completed","progress":"all","result":{"b64_json":"AAAA"}}') } })
      local out, err, code = indoxhub:run("video --job 7", url)
      assert.equal(0, code, err)
      assert.equal("\0\0\0", out)
    end)

    it("ends at Ctrl-C, and gives the job up when asked to", function()
      local slow = servers.sandbox("--job stuck")
      for flag, became in pairs { [""] = "The job goes on.",
        [" --cancel-job"] = "is cancelled." } do
        local started = commands.start("(" .. indoxhub:line("video 'a ferry'"
          .. flag, slow.url) .. ") </dev/null")
        servers.wait_until(function()
          return (files.read(started.err) or ""):find("\n", 1, true)
        end, "the job")
        os.execute("kill -INT " .. started.pid)
        local out, err, code = commands.finish(started)
        assert.equal(130, code)
        assert.equal("", out)
        assert.truthy(err:find(became, 1, true), err)
        assert.truthy(err:find("indoxhub: cancelled\n", 1, true), err)
      end
      local out = indoxhub:run("video --jobs", slow.url)
      assert.equal(1, select(2, out:gsub("cancelled", "")), out)
      servers.kill(slow)
    end)

    it("cancels a job", function()
      local slow = servers.sandbox("--job stuck")
      local id = indoxhub:run("video 'a ferry' --no-wait", slow.url)
        :match("^(%S+)\n$")
      local _, err, code = indoxhub:run("video --cancel " .. id, slow.url)
      assert.equal(0, code)
      assert.equal(("Job %s is cancelled.\n"):format(id), err)
      _, err, code = indoxhub:run("video --cancel " .. id, slow.url)
      assert.equal(1, code)
      assert.truthy(err:find("already cancelled", 1, true), err)
      servers.kill(slow)
    end)

    it("takes a video that comes at once", function()
      local quick = servers.sandbox("--shape sync --job-seconds 0")
      local _, err, code = indoxhub:run("video 'a ferry' -o "
        .. path "quick.mp4", quick.url)
      servers.kill(quick)
      assert.equal(0, code, err)
      assert.equal("ftyp", files.read(path "quick.mp4"):sub(5, 8))
    end)
  end)
end)
