-- `indoxhub chat --session`: what is kept of a conversation, and where.
local commands = require "spec.support.command"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local read, shell = files.read, commands.shell
local start, finish = commands.start, commands.finish

describe("indoxhub chat", function()
  local indoxhub, raw = commands.with_servers("--pace 0.01")

  local function command(arguments, url)
    return indoxhub:line(arguments, url)
  end

  local function run(arguments, url)
    return indoxhub:run(arguments, url)
  end

  describe("with a session", function()
    local function stored(name)
      return indoxhub.folder .. "/.local/share/indoxhub/sessions/" .. name
        .. ".json"
    end

    it("goes on where it was", function()
      assert.equal("6 * 7 is 42.\n", (run("chat --session sums '6 * 7'")))
      assert.equal("2 + 2 is 4.\n", (run("chat --session sums '2 + 2'")))
      assert.equal('You asked first: "6 * 7"\n',
        (run("chat --session sums 'What did I ask first?'")))
      local saved = json.decode(read(stored("sums")))
      assert.equal("6 * 7", saved.messages[1].content)
      assert.equal("2 + 2 is 4.", saved.messages[4].content)
    end)

    it("sends what was said", function()
      local reply = servers.reply("200 OK", "application/json",
        '{"data":"ok"}')
      local url = raw:script("session", reply)
      run("chat --session said -m a/b first", url)
      run("chat --session said second", url)
      local got = raw:got("session")
      assert.truthy(got:find('"first".-"ok".-"second"'), got)
      assert.equal(2, select(2, got:gsub('"model":"a/b"', "")), got)
    end)

    it("keeps it from others", function()
      run("chat --session secret hi")
      local modes = files.output("stat -c %a " .. stored("secret") .. " "
        .. stored("secret"):match("^(.*)/"))
      assert.equal("600\n700\n", modes)
    end)

    it("keeps it where XDG_DATA_HOME says", function()
      local folder = files.folder()
      local _, _, code = shell(command("chat --session x hi </dev/null")
        :gsub("exec ", "XDG_DATA_HOME=" .. folder .. " exec ", 1))
      local there = read(folder .. "/indoxhub/sessions/x.json")
      files.remove_folder(folder)
      assert.equal(0, code)
      assert.truthy(there)
    end)

    it("keeps the part of an answer that was stopped", function()
      local started = start(command(
        "chat --session part 'count to 5000' </dev/null"))
      servers.wait_until(function()
        return read(started.out):find("1 2 3", 1, true)
      end, "the answer to begin")
      os.execute("kill -INT " .. started.pid)
      local out, _, code = finish(started)
      assert.equal(130, code)
      local answer = json.decode(read(stored("part"))).messages[2]
      assert.equal(out, answer.content .. "\n")
      assert.is_true(answer.partial)
    end)

    it("leaves it as it was when nothing came", function()
      run("chat --session still hi")
      local before = read(stored("still"))
      local _, _, code = run("chat --session still again",
        "http://127.0.0.1:1")
      assert.equal(6, code)
      assert.equal(before, read(stored("still")))
    end)

    local function messages(name)
      return json.decode(read(stored(name))).messages
    end

    it("writes over nothing that another program wrote meanwhile", function()
      run("chat --session two hi")
      local started = start(command(
        "chat --session two 'count to 5000' </dev/null"))
      servers.wait_until(function()
        return read(started.out):find("1 2 3", 1, true)
      end, "the answer to begin")
      run("chat --session two '6 * 7'")
      os.execute("kill -INT " .. started.pid)
      local _, err, code = finish(started)
      assert.equal(130, code)
      assert.equal("6 * 7", messages("two")[3].content)
      assert.equal("hi", messages("two-2")[1].content)
      assert.equal("count to 5000", messages("two-2")[3].content)
      assert.truthy(err:find("two was changed by another program", 1, true),
        err)
      assert.truthy(err:find(stored("two") .. ".", 1, true), err)
      assert.truthy(err:find("kept as two-2, in " .. stored("two-2") .. "\n", 1,
        true), err)
    end)

    it("loses nothing when many programs begin it at once", function()
      local running, kept = {}, {}
      for i = 1, 8 do
        running[i] = start(command(("chat --session crowd '%d + 1' </dev/null")
          :format(i)))
      end
      for i = 1, 8 do
        local _, err, code = finish(running[i])
        assert.equal(0, code, err)
        kept[i] = err:match("kept as (crowd%-%d), in ") or "crowd"
      end
      for i = 1, 8 do
        local found = false
        for _, message in ipairs(messages(kept[i])) do
          found = found or message.content == i .. " + 1"
        end
        assert.is_true(found, i)
      end
    end)

    it("waits while another program writes one", function()
      run("chat --session other hi")
      -- Another process, as its locks are inherited by what we start.
      local held = indoxhub.folder .. "/held"
      local holder = io.popen(("flock %s/.lock sh -c 'echo >%s; cat'")
        :format(stored("x"):match("^(.*)/"), held), "w")
      servers.wait_until(function()
        return read(held)
      end, "the lock")
      local started = start(command("chat --session mine hi </dev/null"))
      servers.wait_until(function()
        return read("/proc/locks"):find("-> FLOCK[^\n]* " .. started.pid .. " ")
      end, "the program to wait")
      assert.is_nil(read(stored("mine")))
      holder:close()
      local _, err, code = finish(started)
      assert.equal(0, code, err)
      assert.equal("hi", messages("mine")[1].content)
    end)

    it("gives a long name another that is one, too", function()
      local name = ("n"):rep(100)
      local other = ("n"):rep(98) .. "-2"
      local started = start(command("chat --session " .. name
        .. " 'count to 5000' </dev/null"))
      servers.wait_until(function()
        return read(started.out):find("1 2 3", 1, true)
      end, "the answer to begin")
      run("chat --session " .. name .. " '6 * 7'")
      os.execute("kill -INT " .. started.pid)
      local _, err = finish(started)
      assert.truthy(err:find("is there already and stays as it is", 1, true),
        err)
      assert.equal("count to 5000", messages(other)[1].content)
      assert.equal("6 * 7 is 42.\n",
        (run(("chat --session %s '6 * 7'"):format(other))))
    end)

    it("refuses a name that is none", function()
      for _, name in ipairs { "../x", ".x", "a/b", "''", "'a b'" } do
        local _, err, code = run("chat --session " .. name .. " hi")
        assert.equal(2, code, name)
        assert.truthy(err:find("is no name of a session", 1, true), err)
      end
    end)

    it("tells of a file that is damaged", function()
      run("chat --session bad hi")
      files.write(stored("bad"), "{}")
      local _, err, code = run("chat --session bad hi")
      assert.equal(1, code)
      assert.truthy(err:find("bad.json", 1, true), err)
    end)

    it("takes one with a byte order mark", function()
      run("chat --session marked '6 * 7'")
      local name = stored("marked")
      files.write(name, "\239\187\191" .. read(name))
      local out, err, code = run("chat --session marked "
        .. "'What did I ask first?'")
      assert.equal(0, code, err)
      assert.equal('You asked first: "6 * 7"\n', out)
      assert.equal(4, #json.decode(read(name)).messages)
    end)

    it("refuses a pipe and a device, and does not wait", function()
      run("chat --session first hi")
      for name, making in pairs { pipe = "mkfifo %s",
        null = "ln -s /dev/null %s", zero = "ln -s /dev/zero %s" } do
        assert(os.execute(making:format(stored(name))))
        local out, err, code = run("chat --session " .. name .. " hi")
        assert.equal("", out)
        assert.equal(1, code)
        assert.truthy(err:find(("cannot read %s: not a regular file"):format(
          stored(name)), 1, true), err)
      end
    end)

    it("keeps it where a link leads", function()
      run("chat --session linked '6 * 7'")
      local folder = files.folder()
      assert(os.execute(("mv %s %s/kept.json && ln -s %s/kept.json %s"):format(
        stored("linked"), folder, folder, stored("linked"))))
      local _, err, code = run("chat --session linked '2 + 2'")
      assert.equal(0, code, err)
      assert.equal(4, #json.decode(read(folder .. "/kept.json")).messages)
      assert.equal(folder .. "/kept.json\n",
        (files.output("readlink " .. stored("linked"))))
      assert.equal("kept.json\n", files.list(folder))
      files.remove_folder(folder)
    end)

    it("leaves one that cannot be read as it is", function()
      local name = indoxhub.folder
        .. "/.local/share/indoxhub/sessions/loop.json"
      os.execute(("mkdir -p %s && ln -s loop.json %s"):format(
        name:match("^(.*)/"), name))
      local out, err, code = run("chat --session loop hi")
      assert.equal("", out)
      assert.equal(1, code)
      assert.truthy(err:find(name, 1, true), err)
      assert.equal("loop.json\n", (files.output("readlink " .. name)))
    end)

    it("tells where it cannot be written", function()
      local _, err, code = shell(command("chat --session x hi </dev/null")
        :gsub("HOME=%S+", "HOME=/proc/nowhere", 1))
      assert.equal(1, code)
      assert.truthy(err:find("cannot make the folder /proc/nowhere/.local", 1,
        true), err)
    end)
  end)
end)
