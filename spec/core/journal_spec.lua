-- A file that grows line by line, and is locked meanwhile.
-- On two interpreters: the work is done in C.
local core = require "indoxhub.core"
local files = require "spec.support.files"
local full_disk = require "spec.support.full_disk"
local programs = require "spec.support.programs"

describe("core.journal", function()
  local folder, path

  before_each(function()
    folder = files.folder()
    path = folder .. "/journal"
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  it("makes a file that only its owner can read", function()
    local journal = assert(core.journal(path))
    assert.matches("^%-rw%-%-%-%-%-%-%-", files.output("ls -l " .. path))
    journal:close()
  end)

  it("leaves the rights of a file that is there", function()
    files.write(path, "")
    os.execute("chmod 640 " .. path)
    assert(core.journal(path)):close()
    assert.matches("^%-rw%-r%-%-%-%-%-", files.output("ls -l " .. path))
  end)

  it("appends, reads from any place, and cuts", function()
    files.write(path, "one\n")
    local journal = assert(core.journal(path))
    assert.is_true(journal:append("two\n"))
    assert.equal("one\ntwo\n", journal:read(0))
    assert.equal("two\n", journal:read(4))
    assert.equal("", journal:read(8))
    assert.equal("", journal:read(1000))
    assert.is_true(journal:cut(5))
    assert.is_true(journal:append("\0three"))
    assert.is_true(journal:cut(1000))
    assert.is_true(journal:sync())
    assert.equal("one\nt\0three", files.read(path))
    journal:close()
  end)

  it("reads a large file in pieces", function()
    local bytes = ("0123456789"):rep(20000)
    files.write(path, bytes)
    local journal = assert(core.journal(path))
    local pieces, at = {}, 0
    repeat
      local piece = journal:read(at)
      pieces[#pieces + 1], at = piece, at + #piece
    until piece == ""
    assert.equal(bytes, table.concat(pieces))
    assert.is_true(#pieces > 2)
    journal:close()
  end)

  it("is one program's, and one object's, at a time", function()
    local journal = assert(core.journal(path))
    local other, message, code = core.journal(path)
    assert.is_nil(other)
    assert.equal("it is in use", message)
    assert.equal("locked", code)
    local said = programs.run(("print(require('indoxhub.core').journal(%q))")
      :format(path))
    assert.equal("nil\tit is in use\tlocked\n", said)
    journal:close()
    assert(core.journal(path)):close()
  end)

  it("is given free when it is collected", function()
    assert(core.journal(path))
    collectgarbage()
    collectgarbage()
    assert(core.journal(path)):close()
  end)

  it("says so when its file was removed", function()
    local journal = assert(core.journal(path))
    os.remove(path)
    local ok, message = journal:append("lost")
    assert.is_nil(ok)
    assert.equal("No such file or directory", message)
    journal:close()
  end)

  it("is no folder, device, pipe or socket", function()
    local pipe = folder .. "/pipe"
    os.execute("mkfifo " .. pipe)
    for name, expected in pairs { [folder] = "Is a directory",
      ["/dev/null"] = "not a regular file", [pipe] = "not a regular file",
      [folder .. "/none/x"] = "No such file or directory" } do
      local journal, message, code = core.journal(name)
      assert.is_nil(journal)
      assert.equal(expected, message)
      assert.is_nil(code)
    end
  end)

  it("raises when it is used after its end", function()
    local journal = assert(core.journal(path))
    journal:close()
    journal:close()
    for _, name in ipairs { "read", "append", "cut", "sync" } do
      local ok, message = pcall(journal[name], journal, name == "append"
        and "x" or 0)
      assert.is_false(ok)
      assert.truthy(message:find("is closed", 1, true))
    end
  end)

  it("leaves no part of a line on a disk that is full", function()
    local program = programs.write [[
      local core = require "indoxhub.core"
      local path = os.getenv "DISK" .. "/journal"
      local journal = assert(core.journal(path))
      assert(journal:append("whole\n"))
      print(journal:append(("x"):rep(100000) .. "\n"))
      print(journal:read(0))
      os.remove(os.getenv "DISK" .. "/filler")
      print(journal:append("another\n"))
      io.write(journal:read(0))
    ]]
    local said, errors = full_disk.run(("leave 8\n%s %s"):format(
      os.getenv "INDOXHUB_LUA", program))
    os.remove(program)
    assert.equal("", errors)
    assert.equal("nil\tNo space left on device\nwhole\n\ntrue\n"
      .. "whole\nanother\n", said)
  end)
end)
