-- Annotations say what the code does.
local classes = require "spec.support.classes"
local endpoints = require "indoxhub.api.endpoints"
local files = require "spec.support.files"
local generated = require "doc.generate.endpoints"
local indoxhub = require "indoxhub"
local reference = require "doc.generate.reference"
local servers = require "spec.support.servers"

local output, read = files.output, files.read

-- Lines of the library that a pattern is found in.
local function lines_with(pattern)
  local lines = {}
  for name in output("find lua/indoxhub -name '*.lua'"):gmatch("[^\n]+") do
    for line in read(name):gmatch("[^\n]+") do
      if line:find(pattern) then
        lines[#lines + 1] = line
      end
    end
  end
  return lines
end

describe("annotations", function()
  it("of endpoints are those the endpoint table makes", function()
    assert.is_true(generated.text() == read("lua/indoxhub/meta/endpoints.lua"),
      "lua/indoxhub/meta/endpoints.lua is stale: run make reference")
  end)

  it("of the core name every function of the C module", function()
    local text = read("lua/indoxhub/meta/core.lua")
    local core = require "indoxhub.core"
    for name, value in pairs(core) do
      local told = type(value) == "function" and "function core%." .. name
        .. "%(" or "%-%-%-@field " .. name .. " "
      assert.truthy(text:find(told), name)
    end
    local listed = output("cat csrc/bind/*.c")
    local count = 0
    for name in listed:gmatch('{"([a-z][%w_]+)",') do
      count = count + 1
      assert.truthy(text:find("function %l+[:.]" .. name .. "%("), name)
    end
    assert.is_true(count > 20)
  end)

  it("of options are those that are checked", function()
    local text = read("lua/indoxhub/meta/types.lua")
    local options = read("lua/indoxhub/client/settings.lua")
      :match("local OPTIONS = (%b{})")
    local class = text:match("(%-%-%-@class indoxhub%.Options.-)\n\n")
    local count = 0
    for name in options:gsub("%b{}", function(inner)
      return inner == options and inner or ""
    end):gmatch("([%l_]+) =") do
      count = count + 1
      assert.truthy(class:find("@field " .. name .. "%? "), name)
    end
    for name in class:gmatch("@field ([%l_]+)%?") do
      count = count - 1
      assert.truthy(options:find(name .. " =", 1, true), name)
    end
    assert.equal(0, count)
  end)

  it("name classes that there are", function()
    local count = 0
    for _, line in ipairs(lines_with "^%-%-%-@%l+ ") do
      for name in line:gmatch("%f[%w]indoxhub%.%u[%w_.]*") do
        count = count + 1
        assert.is_true(classes.has((name:gsub("%.$", ""))), line)
      end
    end
    assert.is_true(count > 200)
  end)

  it("of errors have the kinds that there are, as their guide has", function()
    local kinds, told = classes.texts "indoxhub.ErrorKind", {}
    for row in read("doc/guides/errors.md"):match("| `err.kind` .-\n\n"):gmatch(
      "\n| (`[^|]*) |") do
      for kind in row:gmatch("`([%l_]+)`") do
        told[kind] = true
      end
    end
    assert.same(kinds, told)
    for _, line in ipairs(lines_with 'errors%.new%("') do
      local kind = line:match('errors%.new%("([%l_]+)"')
      assert.is_true(kinds[kind] or kind == "usage", kind) -- of the command
    end
  end)

  it("of what a call may return name kinds of errors", function()
    local kinds, count = classes.texts "indoxhub.ErrorKind", 0
    for _, row in ipairs(endpoints.rows) do
      for _, kind in ipairs(generated.errors_of(row)) do
        count = count + 1
        assert.is_true(kinds[kind], kind)
      end
    end
    assert.is_true(count > 8)
  end)

  -- An editor shows what stands behind a field as that of the next one.
  it("that users see say all of a field or argument in one line", function()
    local count = 0
    for _, entry in pairs(reference.build().where) do
      local class = entry.kind == "class" and entry or entry.fields
      for _, list in ipairs { class and class.fields or {},
        entry.params or {} } do
        for _, one in ipairs(list) do
          count = count + 1
          assert.is_falsy(one.goes_on, entry.name .. ": " .. one.name)
        end
      end
    end
    assert.is_true(count > 700)
  end)

  it("tell what is wrong with a value", function()
    for kind, cases in pairs {
      ["indoxhub.ToolCall"] = {
        [""] = { name = "f", arguments = "{}" },
        ["it.x is not known"] = { name = "f", arguments = "{}", x = 1 },
        ["it.id is 5"] = { name = "f", arguments = "{}", id = 5 },
        ["it.arguments is missing"] = { name = "f" },
      },
      ["indoxhub.Image[]"] = {
        [""] = { { index = 0 }, { index = 1, image_url = { url = "u" } } },
        ["it[2].index is 0.5"] = { { index = 0 }, { index = 0.5 } },
        ["it[1].other is not known"] = { { index = 0, other = 1 } },
      },
      ['{a?: integer, ["end"]: "x"|"y"}|string'] = { [""] = "text" },
      ['{a?: integer, ["end"]: "x"|"y"}'] = {
        [""] = { ["end"] = "y" }, ["it.a is 0.5"] = { a = 0.5, ["end"] = "x" },
        ["it.end is z"] = { a = 1, ["end"] = "z" } },
      ["table<string, integer>?"] = { [""] = { x = 1 } },
      ["indoxhub.ErrorKind"] = { [""] = "budget", ["it is bugdet"] = "bugdet" },
    } do
      for wrong, value in pairs(cases) do
        assert.equal(wrong, classes.wrong(kind, value, true))
      end
    end
    -- Else a class may say that it keeps what the server sent beside these.
    assert.equal("", classes.wrong("indoxhub.Image", { other = 1 }))
    assert.equal("it.other is not known",
      classes.wrong("indoxhub.ToolCall", { other = 1 }))
  end)

  it("know what a stream returns in the end", function()
    local sandbox = servers.sandbox "--pace 0"
    for _, dialect in ipairs { "responses", "gateway", "openai", "legacy",
      "raw" } do
      local client = indoxhub.new { api_key = "indox-test",
        base_url = sandbox.url, headers = { ["X-Sandbox-Dialect"] = dialect } }
      for _, stream in ipairs {
        indoxhub.assert(client.chat:stream { messages = {
          { role = "user", content = "think: 6 * 7" } } }),
        indoxhub.assert(client.completions:stream { prompt = "Once" }) } do
        assert.equal("", classes.wrong("indoxhub.ChatResponse",
          indoxhub.assert(stream:reply()), true), dialect)
      end
    end
    servers.kill(sandbox)
  end)

  it("know every field of an error", function()
    local sandbox = servers.sandbox "--pace 0"
    local client = indoxhub.new { api_key = "indox-test", max_retries = 1,
      base_url = sandbox.url }
    local function check(err, kind)
      assert.equal(kind, err.kind)
      assert.equal("", classes.wrong("indoxhub.Error", err, true))
    end
    local function failing(fault, shape)
      return { headers = { ["X-Sandbox-Fail"] = fault,
        ["X-Sandbox-Error-Shape"] = shape, ["X-Sandbox-Retry-After"] = "0" } }
    end
    local fields = { messages = { { role = "user", content = "count to 9" } } }
    for i = 1, 8 do
      for status, kind in pairs { [400] = "invalid_request",
        [402] = "insufficient_credits", [422] = "validation",
        [429] = "rate_limit", [500] = "server" } do
        local _, err = client.chat:create(fields, failing("status:" .. status,
          "E" .. i))
        check(err, kind)
      end
    end
    for fault, kind in pairs { ["cut:2"] = "truncated", ["error:2"] = "server",
      ["html:502"] = "server" } do
      local stream, err = client.chat:stream(fields, failing(fault))
      check(err or select(2, stream:reply()), kind)
    end
    check(select(2, client.embeddings:batch({ "a", "b" },
      failing "status:400")), "invalid_request")
    check(select(2, client.videos:wait "vj_none"), "not_found")
    local job = indoxhub.assert(client.videos:generate({ prompt = "fog" },
      { headers = { ["X-Sandbox-Job-Seconds"] = "60" } }))
    local _, late = client.videos:wait(job, { timeout = 0.05,
      cancel_job = true })
    late.cancelling:await()
    late.cancelling = nil -- its own fields are nobody's
    check(late, "timeout")
    assert.truthy(late.job.status)
    check(select(2, client:save({ url = sandbox.url }, "/nowhere/x")), "file")
    check(select(2, indoxhub.new({ api_key = "k", max_retries = 0,
      base_url = "http://127.0.0.1:1" }).user:health()), "network")
    servers.kill(sandbox)
  end)
end)
