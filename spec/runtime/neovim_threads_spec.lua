-- In the worker threads of Neovim, whose `vim` has no API.
local during_tests = require "spec.support.during_tests"
local editor = require "spec.runtime.neovim.editor"
local hosts = require "spec.runtime.hosts"

-- A thread has nothing of the program that starts it, so all it is given are
-- texts. It writes what it read to a file.
local JOB = [[
  local function job(path, cpath, url, out)
    package.path, package.cpath = path, cpath
    local ok, said = pcall(function()
      local indoxhub = require "indoxhub"
      local client = indoxhub.new { api_key = "k", base_url = url }
      local pieces = {}
      for piece in indoxhub.assert(client.chat:stream {
        messages = { { role = "user", content = "count to 5" } } }) do
        pieces[#pieces + 1] = piece
      end
      return table.concat(pieces)
    end)
    if out then
      local file = io.open(out, "w")
      file:write(tostring(said))
      file:close()
    end
    return tostring(said)
  end
  local function run(code, ...)
    return loadstring(code)(...)
  end
  local code = string.dump(job)
]]

describe("in a worker thread of Neovim", function()
  local pair, nvim = during_tests(hosts.servers), during_tests(editor.new)

  local function assert_says(expected, program)
    local said, code = nvim:play(pair:prelude() .. JOB .. program)
    assert.equal(expected, said)
    assert.equal(0, code)
  end

  it("calls are made, also while the editor makes one", function()
    assert_says("1 2 3 4 5\n1 2 3 4 5\n42\n", ([[
      local threads, reply = {}, nil
      for n = 1, 2 do
        threads[n] = uv.new_thread(run, code, package.path, package.cpath,
          SANDBOX, %q .. n)
      end
      require("indoxhub").spawn(function()
        local client = require("indoxhub").new { api_key = "k",
          base_url = SANDBOX }
        reply = client.chat:create { messages = { { role = "user",
          content = "What is 6 * 7?" } } }
      end)
      wait_until(function() return reply end)
      for n = 1, 2 do
        threads[n]:join()
        print(io.open(%q .. n):read "*a")
      end
      print((reply.data:match "%%d+%%D*$"):match "%%d+")
      vim.cmd "qa!"
    ]]):format(nvim.folder .. "/said", nvim.folder .. "/said"))
  end)

  it("of the pool calls are made, one after the other", function()
    assert_says("1 2 3 4 5\n1 2 3 4 5\n", [[
      local said = {}
      local work = uv.new_work(run, function(text)
        said[#said + 1] = text
      end)
      for _ = 1, 2 do
        work:queue(code, package.path, package.cpath, SANDBOX)
      end
      wait_until(function() return #said == 2 end)
      print(table.concat(said, "\n"))
      vim.cmd "qa!"
    ]])
  end)
end)
