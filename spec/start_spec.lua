-- What `require "indoxhub"` loads, and what is loaded later.
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

-- What programs begin with: a client of the sandbox, and which modules of the
-- library are there.
local PRELUDE = [[
  local function new_client()
    return require("indoxhub").new { api_key = "indox-test", base_url = %q,
      max_retries = 0 }
  end
  local MESSAGES = { { role = "user", content = "What is 6 * 7?" } }
  local function loaded()
    local names = {}
    for name in pairs(package.loaded) do
      if name:find "^indoxhub" then
        names[#names + 1] = name
      end
    end
    table.sort(names)
    return names
  end
]]

-- Helpers that a chat call does without. Their folders and modules.
local HELPERS = { "analytics", "client.pages", "conversation",
  "embeddings", "map", "mcp", "recording", "save", "schema", "stream.elements",
  "structured", "tools", "videos" }

-- What belongs to a helper and is needed by any call.
local NEEDED = { ["indoxhub.structured.options"] = true }

-- Modules that a chat call, waited for and streamed, needs. Who needs more has
-- made every program slower that only asks: see spec/bench/start.sh.
local MOST = 102

describe("require \"indoxhub\"", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  local function run(code, before)
    return programs.run(PRELUDE:format(sandbox.url) .. code, before)
  end

  it("and a chat call load no helper", function()
    local said = run [[
      local client = new_client()
      assert(client.chat:create { messages = MESSAGES })
      assert(client.chat:stream { messages = MESSAGES }:reply())
      print(table.concat(loaded(), "\n"))
    ]]
    local count = 0
    for name in said:gmatch("[^\n]+") do
      count = count + 1
      assert.truthy(name:find("^indoxhub"), said)
      for _, helper in ipairs(HELPERS) do
        local place = "indoxhub." .. helper
        assert.is_false(not NEEDED[name] and (name == place
          or name:sub(1, #place + 1) == place .. "."), name)
      end
    end
    assert.is_true(count > 50, said)
    assert.is_true(count <= MOST, count .. " modules were loaded")
  end)

  it("is followed by more only at the first use of a helper", function()
    local said = run [[
      local before = #loaded()
      local client = new_client()
      local indoxhub = require "indoxhub"
      before = #loaded()
      local function more()
        local now = #loaded()
        local are_more = now > before
        before = now
        return are_more
      end
      print(more(), client.save, client.conversation, client.videos.wait)
      print(more(), indoxhub.map == indoxhub.map, more(), more())
      print(client:conversation() ~= nil, more(), more())
      print(rawget(indoxhub, "vectors"), indoxhub.vectors.matrix ~= nil, more(),
        rawget(indoxhub, "vectors") == indoxhub.vectors)
    ]]
    assert.equal("false function function function\n"
      .. "false true true false\ntrue true false\nnil true true true\n",
      (said:gsub(": 0x%x+", ""):gsub(": builtin[^\t]*", ""):gsub("\t", " ")))
  end)

  it("knows the names of helpers that were not loaded", function()
    local said = run [[
      local indoxhub = require "indoxhub"
      for _, name in ipairs { "vectros", "load_conversaton" } do
        print(select(2, pcall(function() return indoxhub[name] end)))
      end
      local names = {}
      for name in pairs(indoxhub) do
        names[name] = true
      end
      print(names.new, names.map or not _ENV)
    ]]
    said = said:gsub("[^\n]*: indoxhub", "indoxhub")
    assert.equal("indoxhub.vectros: there is no such name; did you mean "
      .. "indoxhub.vectors(...)?\nindoxhub.load_conversaton: there is no such "
      .. "name; did you mean indoxhub.load_conversation(...)?\ntrue\ttrue\n",
      said)
  end)

  it("lets a program put something in the place of a helper", function()
    local said = run [[
      local indoxhub = require "indoxhub"
      indoxhub.map = "mine"
      print(indoxhub.map, require "indoxhub.all" == indoxhub, indoxhub.map)
      indoxhub.map = nil
      print(type(indoxhub.map))
    ]]
    assert.equal("mine\ttrue\tmine\nfunction\n", said)
  end)

  it("leaves helpers of objects from before alone when it is done again",
    function()
      local said = run [[
        local old, client = require "indoxhub", new_client()
        assert(client.user:health())
        for _, name in ipairs(loaded()) do
          package.loaded[name] = nil
        end
        local new = require "indoxhub"
        local now = {}
        for name, module in pairs(package.loaded) do
          now[name] = module
        end
        -- It waits with the clock of its own client.
        assert(client.videos:generate({ prompt = "a" },
          { wait = { interval = 0.01 },
            headers = { ["X-Sandbox-Job-Seconds"] = "0.1" } }))
        assert(client:conversation():send "What is 6 * 7?")
        assert(old.map({ 1 }, tostring))
        print(old ~= new, old.map ~= new.map)
        print(package.loaded["indoxhub.conversation"],
          package.loaded["indoxhub.videos.wait"])
        local same = true
        for name, module in pairs(now) do
          same = same and package.loaded[name] == module
        end
        print(same, require "indoxhub" == new)
      ]]
      assert.equal("true\ttrue\nnil\tnil\ntrue\ttrue\n", said)
    end)

  it("points at the line that uses a helper wrongly for the first time",
    function()
      local said = run [[
        local indoxhub, client = require "indoxhub", new_client()
        local function try(fn)
          local line = debug.getinfo(fn, "S").linedefined
          local _, why = pcall(fn)
          print(type(why) == "string"
            and tonumber(why:match ":(%d+):") == line + 1, why)
        end
        try(function()
          indoxhub.map(1) end)
        try(function()
          indoxhub.mcp(1) end)
        try(function()
          indoxhub.tool(1) end)
        try(function()
          indoxhub.vector {} end)
        try(function()
          indoxhub.load_conversation(client) end)
        try(function()
          client:save() end)
        try(function()
          client:conversation(1) end)
        try(function()
          client.videos:wait() end)
        try(function()
          client.embeddings:batch() end)
        try(function()
          client.analytics:query { x = 1 } end)
        try(function()
          client.chat:create({ messages = {} }, { schema = 1 }) end)
        try(function()
          client.chat:stream({ messages = {} }, { schema = 1 }) end)
        try(function()
          client.videos:each_job { x = 1 } end)
        try(function()
          client.user:each_transaction { x = 1 } end)
      ]]
      local count = 0
      for line in said:gmatch("[^\n]+") do
        count = count + 1
        assert.truthy(line:find("^true\t"), line)
      end
      assert.equal(14, count, said)
    end)
end)

describe("when the files of the library have gone after it was loaded",
  function()
    local sandbox = during_tests(servers.sandbox, "--pace 0")
    local raw = during_tests(servers.raw)

    -- Runs a program with a copy of the Lua files, which `lose` does away with.
    local function run(code, replacement)
      local folder = files.folder()
      local said, exit_code = programs.run((PRELUDE .. [[
        local function lose()
          os.execute %q
        end
      ]]):format(sandbox.url, replacement
        and ("echo 'return \"%s\"' >%s/lua/indoxhub/version.lua"):format(
          replacement, folder) or ("rm -r %s/lua"):format(folder)) .. code,
        ("cp -r lua %s; export LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;;'")
          :format(folder, folder, folder))
      files.remove_folder(folder)
      return said, exit_code
    end

    it("calls, streams and errors are as before", function()
      local refused = raw:script("refused", servers.reply("403 Forbidden",
        "application/json", '{"detail":"no"}'))
      local garbage = raw:script("garbage", servers.json("<html>"))
      local said = run(([[
        local indoxhub, client = require "indoxhub", new_client()
        local function at(base_url)
          return client:with { base_url = base_url }
        end
        lose()
        local function tell(result, err)
          print(result and "ok" or err.kind .. (tostring(err):find("%%S") and ""
            or " without a text"))
        end
        tell(client.chat:create { messages = MESSAGES })
        tell(client.chat:stream { messages = MESSAGES }:reply())
        tell(client.embeddings:create { text = { "a" } })
        tell(client.images:generate { prompt = "a" })
        tell(client.models:list())
        tell(client.videos:jobs())
        tell(client.audio:speak { input = "a" })
        tell(client:request { path = "user/me" })
        tell(client.user:me { headers = { ["X-Sandbox-Fail"] = "status:401" } })
        tell(at(%q).user:me())
        tell(at(%q).user:health())
        tell(at("http://127.0.0.1:1").chat:create { messages = MESSAGES })
        tell(client:with { headers = { ["X-Sandbox-Fail"] = "cut:3" } }
          .chat:stream { messages = MESSAGES }:reply())
        print(indoxhub.gather({ function() return 1 end })[1])
        print(client.toJSON, (pcall(function() return client.imgaes end)))
      ]]):format(refused, garbage))
      assert.equal(("ok\n"):rep(8) .. "authentication\npermission\nprotocol\n"
        .. "network\ntruncated\n1\nnil\tfalse\n", said)
    end)

    it("a helper says how it can be had all the same", function()
      local said = run [[
        local client = new_client()
        lose()
        print(select(2, pcall(client.conversation, client)))
        print(select(2, pcall(function()
          return require("indoxhub").map
        end)))
      ]]
      local _, count = said:gsub("indoxhub: a part of it cannot be loaded any "
        .. "more; a program that may lose its files calls require "
        .. "\"indoxhub.all\" first\n", "")
      assert.equal(2, count, said)
    end)

    it("all helpers are there when indoxhub.all was required", function()
      local said = run [[
        local use_all = dofile "spec/support/all_helpers.lua"
        local indoxhub, client = require "indoxhub.all", new_client()
        lose()
        local before = #loaded()
        use_all(indoxhub, client)
        print(#loaded() == before)
      ]]
      assert.equal("true\n", said)
    end)

    it("a helper of another version is refused", function()
      local said = run([[
        local client = new_client()
        lose()
        print(select(2, pcall(client.conversation, client)))
        print(require "indoxhub.version" == require("indoxhub")._VERSION)
      ]], "9.9.9")
      assert.equal(("indoxhub: version 9.9.9 was installed while this program "
        .. "runs with %s: start it again\ntrue\n"):format(
        require "indoxhub.version"), said)
    end)
  end)
