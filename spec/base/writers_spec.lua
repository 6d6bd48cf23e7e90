-- Every writer of files, and what each promises: a file is private while it is
-- not complete, beside its place, on the disk before it takes the place of the
-- old one, or gone.
local files = require "spec.support.files"
local full_disk = require "spec.support.full_disk"
local programs = require "spec.support.programs"

-- By name: what the program does, with PATH, to write, what must be in there
-- then, the permissions of a new file under umask 022 and of one that replaces
-- one of 640, and whether it waits for the disk.
local WRITERS = {
  conversation = { [[
    local talk = indoxhub.new { api_key = "k" }:conversation()
    talk:add { role = "user", content = ("x"):rep(20000) }
    return talk:save(PATH)]], mode = "600", replaced = "600", synced = true },
  vectors = { [[
    return indoxhub.vectors.save(PATH, { indoxhub.vector(numbers) })]],
    mode = "644", replaced = "640", synced = true },
  save = { [[
    return indoxhub.new { api_key = "k" }:save("data:a/b;base64,"
      .. ("AAAA"):rep(5000), PATH)]], mode = "644", replaced = "640" },
  unfinished = { [[
    local unfinished = require "indoxhub.cli.shared.unfinished"
    local kept = unfinished.new({ output = (PATH:gsub("%.part$", "")) },
      { "one", "two" })
    unfinished.keep(kept, { data = { indoxhub.vector(numbers), false } })
    return true]], mode = "600", synced = true, fails_alone = true },
}

-- Tells on stderr of what is done to files.
local PROGRAM = [[
local indoxhub = require "indoxhub"
local core = require "indoxhub.core"
local PATH = assert(os.getenv "TARGET")
local numbers = {}
for i = 1, 5000 do
  numbers[i] = i
end
local function tell(...)
  io.stderr:write(table.concat({ ... }, " "), "\n")
end
local function mode(name)
  local pipe = io.popen("stat -c %%a '" .. name .. "'")
  local said = pipe:read "*l"
  pipe:close()
  return said
end
local open, rename, sync = io.open, os.rename, core.sync_file
function io.open(name, how)
  local file, why, number = open(name, how)
  if file and how and how:find "w" then
    tell("born", mode(name), name)
  end
  return file, why, number
end
function os.rename(from, to)
  tell("moved", mode(from), to)
  return rename(from, to)
end
function core.sync_file(name)
  tell("synced")
  return sync(name)
end
local function write()
  %s
end
%s
]]

local PLAIN = [[
local ok, err = write()
tell(ok and "done" or tostring(err))
]]

for name, writer in pairs(WRITERS) do
  describe("the writer of " .. name, function()
    local folder, path

    before_each(function()
      folder = files.folder()
      path = folder .. "/a.part"
    end)

    after_each(function()
      files.remove_folder(folder)
    end)

    local function run(before, finish, to)
      local said = programs.run(PROGRAM:format(writer[1], finish or PLAIN),
        ("export TARGET='%s' HOME=%s/home; %s"):format(to or path, folder,
        before or ":"))
      return said
    end

    local function mode(of)
      return files.output(("stat -L -c %%a '%s'"):format(of)):sub(1, -2)
    end

    it("lets nobody else read what is not complete", function()
      for _, mask in ipairs { "0", "022", "077" } do
        local said = run("umask " .. mask)
        assert.matches("^born 600 " .. folder .. "/[^/]+\n", said)
        assert.matches("\nmoved [0-7]+ " .. folder .. "/a.part\n", said)
        assert.matches("done\n$", said)
        local wanted = writer.mode == "600" and "600"
          or mask == "0" and "666" or mask == "022" and "644" or "600"
        assert.equal(wanted, mode(path), "umask " .. mask)
        assert.equal("a.part\n", files.list(folder))
        os.remove(path)
      end
    end)

    if writer.synced then
      it("has it on the disk before it takes the place", function()
        assert.matches("synced\nmoved", run(), 1, true)
      end)
    end

    if not writer.fails_alone then
      it("keeps the permissions that are to stay", function()
        files.write(path, "old")
        os.execute("chmod 640 " .. path)
        assert.matches("done\n$", run())
        assert.equal(writer.replaced, mode(path))
      end)

      it("follows a link, and leaves other names of the old file", function()
        local other = files.folder()
        files.write(other .. "/b", "old")
        os.execute(("ln %s/b %s/c; ln -s %s/b %s"):format(other, other, other,
          path))
        assert.matches("done\n$", run())
        assert.equal("link", files.output("stat -c %F " .. path)
          :match("link"))
        assert.equal("old", files.read(other .. "/c"))
        assert.not_equal("old", files.read(other .. "/b"))
        files.remove_folder(other)
      end)

      it("refuses what is no file, at once", function()
        os.execute("mkfifo " .. path)
        assert.matches("not a regular file", run())
        assert.matches("not a regular file", run(nil, nil, "/dev/null"))
        assert.equal("a.part\n", files.list(folder))
      end)

      it("takes names of any bytes, and tells them in one line", function()
        local odd = folder .. "/a\nb \t\27[1m"
        assert.matches("done\n$", run(nil, nil, odd))
        os.execute(("rm -f %s/a*"):format(folder))
        local said = run(nil, nil, folder .. "/no\n\27[1mfolder/b")
        assert.matches("No such file or directory", said)
        assert.equal(1, select(2, said:gsub("\n", "")), said)
        assert.is_nil(said:find("\27", 1, true))
      end)

      it("needs a folder that may be written to", function()
        files.write(path, "old")
        local program = programs.write(PROGRAM:format(writer[1], PLAIN))
        os.execute(("chmod 755 %s; chmod 644 %s %s"):format(folder, path,
          program))
        local said = files.output(("TARGET=%s setpriv --reuid 65534 --regid "
          .. "65534 --clear-groups %s %s 2>&1"):format(path,
          os.getenv "INDOXHUB_LUA", program))
        os.remove(program)
        assert.matches("a.part: Permission denied", said)
        assert.equal("old", files.read(path))
        assert.equal("a.part\n", files.list(folder))
      end)

      it("tells a full disk, and leaves the old file", function()
        local program = programs.write(PROGRAM:format(writer[1], PLAIN))
        local out, err = full_disk.run(([[
          echo old >$DISK/a.bin
          leave 4
          TARGET=$DISK/a.bin %s %s
          cat $DISK/a.bin; ls -A $DISK
        ]]):format(os.getenv "INDOXHUB_LUA", program))
        os.remove(program)
        assert.matches("cannot write %S+/a.bin: No space left on device", err)
        assert.equal("old\na.bin\nfiller\n", out)
      end)
    end

    it("leaves nothing when Lua has no memory", function()
      local said = run(nil, [[
        local handle = getmetatable(io.stdout).__index
        local write_bytes, count = handle.write, 0
        function handle:write(...)
          if self ~= io.stderr then
            count = count + 1
            if count == 1 then
              error("not enough memory", 0)
            end
          end
          return write_bytes(self, ...)
        end
        local ok, err = pcall(write)
        handle.write = write_bytes
        tell(tostring(ok), tostring(err))
        collectgarbage()
        collectgarbage()
      ]])
      assert.matches("not enough memory", said)
      os.execute(("rm -rf %s/home"):format(folder))
      assert.equal("", files.list(folder))
    end)
  end)
end
