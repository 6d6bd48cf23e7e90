-- The file of a map when it is torn, damaged, somebody else's or in use, and
-- when it cannot be written.
local files = require "spec.support.files"
local full_disk = require "spec.support.full_disk"
local indoxhub = require "indoxhub"
local programs = require "spec.support.programs"
local tasks = require "spec.support.tasks"

local map, run, sleep, spawn = indoxhub.map, indoxhub.run, indoxhub.sleep,
  indoxhub.spawn

tasks.watch()

local HEAD = '{"format":"indoxhub-map","version":1}\n'

describe("the file of a map", function()
  local folder, path, asked

  before_each(function()
    folder = files.folder()
    path = folder .. "/results.jsonl"
    asked = {}
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  local function double(item)
    table.insert(asked, item)
    sleep(0)
    return item * 2
  end

  local function run_map(list, fn, options)
    asked = {}
    options = options or {}
    options.resume = options.resume or path
    return map(list, fn or double, options)
  end

  -- A file of these items, done one after the other.
  local function whole_file(list)
    run_map(list, nil, { concurrency = 1 })
    return files.read(path)
  end

  it("may end anywhere: what is torn is ignored, and written over", function()
    local whole = whole_file { 1, 2, 3 }
    local ends = {}
    for at in whole:gmatch("()\n") do
      ends[#ends + 1] = at
    end
    for size = 0, #whole do
      files.write(path, whole:sub(1, size))
      -- The last byte of a line is its end, without which it is whole, too.
      local done = 0
      for i = 2, 4 do
        done = done + (size >= ends[i] - 1 and 1 or 0)
      end
      local results, failures = run_map({ 1, 2, 3 }, nil, { concurrency = 1 })
      assert.same({ 2, 4, 6 }, results)
      assert.is_nil(failures)
      assert.equal(3 - done, #asked, "cut at " .. size)
      assert.equal(whole, files.read(path))
    end
  end)

  it("may end in bytes of any kind", function()
    local whole = whole_file { 1, 2 }
    for _, rest in ipairs { "\0\0\0\0", "{", "\255\254", '{"index":3', "[1",
      '"' .. ("x"):rep(200000) } do
      files.write(path, whole .. rest)
      assert.same({ 2, 4, 6 }, (run_map { 1, 2, 3 }))
      assert.same({ 3 }, asked)
      assert.same({ 2, 4, 6 }, (run_map({ 1, 2, 3 }, error)))
    end
  end)

  it("may have lines of any length, and empty ones", function()
    local long = ("long "):rep(50000)
    local function say(item)
      return item .. long
    end
    local first = run_map({ "a", "b", "c" }, say)
    local bytes = files.read(path):gsub("\n", "\n\n \r\n")
    files.write(path, bytes)
    assert.same(first, (run_map({ "a", "b", "c" }, error)))
  end)

  it("that is something else is refused, and left as it is", function()
    local SECRET = "first line of a novel"
    for _, text in ipairs { SECRET, SECRET .. "\n", "\n", "{}\n", "{}", " ",
      '{"index":1}\n', HEAD:sub(1, -2) .. " \n", "\239\187\191" .. HEAD,
      ("x"):rep(300000), HEAD:sub(1, 20) .. "\n", '{"format":"indoxhub-map"}\n',
      '{"format":"indoxhub-conversation","version":1}\n' } do
      files.write(path, text)
      local results, err = run_map { 1 }
      assert.is_nil(results)
      assert.equal("file", err.kind)
      assert.equal("foreign", err.code)
      assert.equal("map", err.operation)
      assert.matches("line 1 is not how a file of indoxhub.map begins",
        err.message)
      assert.matches(path, err.message, 1, true)
      assert.is_nil(tostring(err):find("novel"))
      assert.equal(text, files.read(path))
      assert.same({}, asked)
    end
  end)

  it("with a line that is no result is refused by its number", function()
    local whole = whole_file { 1, 2, 3 }
    local lines = {}
    for line in whole:gmatch("[^\n]*\n") do
      lines[#lines + 1] = line
    end
    for _, wrong in ipairs { '{"index":1,"item":"x","result":2}', "[]", "7",
      "null", '"x"', lines[2]:sub(1, 50), "\0", HEAD:sub(1, -2),
      (lines[2]:gsub('"index":%d', '"index":"1"'):sub(1, -2)) } do
      local text = lines[1] .. lines[2] .. wrong .. "\n" .. lines[4]
      files.write(path, text)
      local results, err = run_map { 1, 2, 3 }
      assert.is_nil(results)
      assert.equal("file", err.kind)
      assert.equal("damaged", err.code)
      assert.matches("line 3 is no ", err.message)
      assert.equal(text, files.read(path))
      assert.same({}, asked)
    end
  end)

  it("of a newer version is refused as such", function()
    files.write(path, (HEAD:gsub("1", "2")))
    local results, err = run_map { 1 }
    assert.is_nil(results)
    assert.equal("version", err.code)
    assert.matches("its version is 2, and this program knows 1", err.message)
  end)

  it("is no folder, device or pipe, and has a folder", function()
    os.execute("mkfifo " .. folder .. "/pipe")
    for name, why in pairs { [folder] = "Is a directory",
      ["/dev/null"] = "not a regular file",
      [folder .. "/pipe"] = "not a regular file",
      [folder .. "/none/x"] = "No such file or directory" } do
      local results, err = run_map({ 1 }, nil, { resume = name })
      assert.is_nil(results)
      assert.equal("file", err.kind)
      assert.equal("unwritable", err.code)
      assert.matches(name .. ": " .. why, err.message, 1, true)
      assert.same({}, asked)
    end
  end)

  it("is one map's at a time, in a program and beside others", function()
    local mapping = spawn(run_map, { 1 }, function()
      return sleep(3600)
    end)
    run(sleep, 0)
    local results, err = map({ 1 }, double, { resume = path })
    assert.is_nil(results)
    assert.equal("locked", err.code)
    assert.equal("map: file: cannot keep results in " .. path .. ": it is in "
      .. "use (locked); wait for the other program or task that writes to it, "
      .. "or give another name", tostring(err))
    assert.equal("nil\tlocked\n", programs.run(([[
      local results, err = require("indoxhub").map({ 1 }, error,
        { resume = %q })
      print(results, err.code)]]):format(path)))
    mapping:cancel()
    mapping:await()
    tasks.settle()
    assert.same({ 2 }, (run_map { 1 }))
  end)

  it("tells of items that it could not know again, before anything", function()
    local raised = tasks.raised_by(function()
      map({ 1, { a = { print } } }, double, { resume = path })
    end)
    assert.matches("file_spec%.lua:%d+: map: item 2 cannot be known again by "
      .. "the file of resume: a%[1%] is a function, which JSON cannot carry",
      raised)
    assert.is_nil(files.read(path))
    assert.same({}, asked)
  end)

  it("loses no result that it cannot have, and no other is begun", function()
    local vector, refused = indoxhub.vector { 1, 2 }, false
    local results, failures = run_map({ 1, 2, 3, 4, 5 }, function(item)
      table.insert(asked, item)
      repeat
        sleep(0)
      until item == 1 or item == 2 and asked[3] or refused
      return item == 2 and { data = { vector } } or item
    end, { concurrency = 2, on_progress = function(_, _, failed)
      refused = failed > 0
    end })
    assert.equal(1, results[1])
    assert.equal(vector, results[2].data[1])
    assert.is_nil(failures[1])
    local err = failures[2]
    assert.equal("file", err.kind)
    assert.equal("unwritable", err.code)
    assert.equal(2, err.index)
    assert.matches("cannot keep the result of item 2 in " .. path
      .. ": data[1] is a userdata, which JSON cannot carry", tostring(err), 1,
      true)
    assert.same({ 1, 2, 3 }, asked)
    assert.equal(3, results[3])
    assert.is_nil(failures[3])
    for i = 4, 5 do
      assert.is_nil(results[i])
      assert.matches("not begun: cannot keep the result of item 2",
        failures[i].message)
      assert.is_nil(failures[i].index)
    end
    assert.same({ 1, 4, 3, 8, 10 }, (run_map { 1, 2, 3, 4, 5 }))
    assert.same({ 2, 4, 5 }, asked)
  end)

  it("says so when somebody removes it meanwhile", function()
    local results, failures = run_map({ 1, 2, 3 }, function(item)
      if item == 2 then
        os.remove(path)
      end
      return item
    end, { concurrency = 1 })
    assert.same({ 1, 2 }, results)
    assert.is_nil(failures[1])
    assert.matches("No such file or directory", failures[2].message)
    assert.matches("not begun", failures[3].message)
  end)

  -- A program on a disk with 8 KiB of room, which maps three items of which
  -- the second is large.
  local function on_full_disk(code)
    local program = programs.write(([[
      local indoxhub = require "indoxhub"
      local path, calls = os.getenv "DISK" .. "/results", 0
      local function run(list, fn)
        local results, errors = indoxhub.map(list, function(item)
          calls = calls + 1
          return fn and fn(item) or ("x"):rep(item)
        end, { resume = path, concurrency = 1 })
        for i = 1, #list do
          print(results[i] and #results[i], errors and errors[i])
        end
        print("calls", calls)
        calls = 0
      end
      local function make_room()
        os.remove(os.getenv "DISK" .. "/filler")
      end
    %s]]):format(code))
    local said, errors = full_disk.run(("leave 8\n%s %s"):format(
      os.getenv "INDOXHUB_LUA", program))
    os.remove(program)
    assert.equal("", errors)
    return (said:gsub("/%S*/results", "FILE"))
  end

  it("on a full disk loses no result, and goes on when there is room",
  function()
    assert.equal("10\tnil\n"
      .. "100000\tmap: file: cannot keep the result of item 2 in FILE: No "
      .. "space left on device (unwritable)\n"
      .. "nil\tmap: file: not begun: cannot keep the result of item 2 in FILE: "
      .. "No space left on device (unwritable)\ncalls\t2\n"
      .. "10\tnil\n100000\tnil\n20\tnil\ncalls\t2\n", on_full_disk [[
      run { 10, 100000, 20 }
      make_room()
      run { 10, 100000, 20 }]])
  end)

  it("on a full disk is tried once more at the end", function()
    assert.equal("1\n10\tnil\n100000\tnil\ncalls\t0\n", on_full_disk [[
      local _, errors = indoxhub.map({ 10, 100000 }, function(item)
        return ("x"):rep(item)
      end, { resume = path, concurrency = 1, on_progress = function(_, _, bad)
        if bad == 1 then
          print(bad)
          make_room()
        end
      end })
      assert(errors == nil)
      run { 10, 100000 }]])
  end)
end)
