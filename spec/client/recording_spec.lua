-- Options that say where a client records, and the variables that say it where
-- no option does.
local command = require "spec.support.command"
local files = require "spec.support.files"
local indoxhub = require "indoxhub"

local function wrong(options)
  return select(2, pcall(indoxhub.new, options))
end

describe("options of recording", function()
  it("are refused by name", function()
    for message, options in pairs {
      ["option record must be the path of a folder, or false, not true"] =
        { record = true },
      ['option record must be the path of a folder, or false, not ""'] =
        { record = "" },
      ["option record must be the path of a folder, or false, not 7"] =
        { record = 7 },
      ['option record_mode must be one of "auto", "new", "replay", not "x"'] =
        { record = "a", record_mode = "x" },
      ["option record_pace must be a number, 0 or more, not -1"] =
        { record = "a", record_pace = -1 },
      ['option record_pace must be a number, 0 or more, not "1"'] =
        { record = "a", record_pace = "1" },
      ["option record_mode needs a folder: set record, or the variable "
        .. "INDOXHUB_RECORD"] = { record_mode = "replay" },
      ["option record_pace needs a folder: set record, or the variable "
        .. "INDOXHUB_RECORD"] = { record_pace = 1 },
      ["did you mean record_mode?"] = { record_mod = "auto" },
    } do
      local said = wrong(options)
      assert.truthy(tostring(said):find(message, 1, true), tostring(said))
    end
    assert.truthy(wrong { record = "a", record_pace = 0 / 0 }
      :find("record_pace", 1, true))
    assert.truthy(wrong { record = "a", record_pace = math.huge }
      :find("record_pace", 1, true))
    assert.truthy(wrong { record = "a\0b" }:find("option record", 1, true))
  end)

  it("may be switched off, with the others there", function()
    indoxhub.new { record = false, record_mode = "replay" }
    local client = indoxhub.new { record = "a", record_mode = "replay" }
    client:with { record = false }
    client:with { record = false }:with { record = "b" }
    assert.has_error(function()
      indoxhub.new({}):with { record_mode = "auto" }
    end)
  end)

  it("make no folder before the first call", function()
    local folder = files.folder()
    indoxhub.new { record = folder .. "/none" }
    assert.equal("", files.list(folder))
    files.remove_folder(folder)
  end)
end)

describe("the variables of recording", function()
  local folder

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  -- What a program says with these variables.
  local function run(variables, text)
    local path = files.write(folder .. "/program.lua",
      'local indoxhub = require "indoxhub"\n' .. text)
    return (command.shell(("env INDOXHUB_BASE_URL=http://127.0.0.1:1 %s %s %s "
      .. "2>&1"):format(variables, os.getenv "INDOXHUB_LUA", path)))
  end

  local ASK = [[
    local _, err = client.user:me()
    print(err.kind, err.message:match "in (%S+);")]]

  it("say where and how, for programs that know nothing of it", function()
    local set = ("INDOXHUB_RECORD=%s/a INDOXHUB_RECORD_MODE=replay")
      :format(folder)
    assert.equal(("not_recorded\t%s/a\n"):format(folder),
      run(set, "local client = indoxhub.new()" .. ASK))
    assert.equal(("not_recorded\t%s/a\n"):format(folder),
      run(set, "local client = indoxhub.new():with { timeout = 1 }" .. ASK))
    assert.equal(("not_recorded\t%s/b\n"):format(folder), run(set,
      ("local client = indoxhub.new { record = %q }"):format(folder .. "/b")
      .. ASK))
    assert.equal("network\tnil\n", run(set, [[
      local client = indoxhub.new { record = false, max_retries = 0,
        api_key = "k" }]] .. ASK))
    assert.equal("network\tnil\n", run(set, [[
      local client = indoxhub.new { record_mode = "auto", max_retries = 0,
        api_key = "k" }]] .. ASK))
    assert.equal("network\tnil\n", run("INDOXHUB_RECORD=", [[
      local client = indoxhub.new { max_retries = 0, api_key = "k" }]] .. ASK))
  end)

  it("are refused by name", function()
    assert.truthy(run("INDOXHUB_RECORD=a INDOXHUB_RECORD_MODE=never",
      "indoxhub.new()"):find("the variable INDOXHUB_RECORD_MODE must be auto, "
        .. "new or replay", 1, true))
  end)

  it("never ask where replay has no folder", function()
    local set = "INDOXHUB_RECORD= INDOXHUB_RECORD_MODE=replay"
    assert.truthy(run(set, "indoxhub.new()"):find("the variable "
      .. "INDOXHUB_RECORD_MODE is replay, which needs a folder: set "
      .. "INDOXHUB_RECORD", 1, true))
    assert.equal("network\tnil\n", run(set, [[
      local client = indoxhub.new { record = false, max_retries = 0,
        api_key = "k" }
      client = client:with { timeout = 5 }]] .. ASK))
    assert.equal("network\tnil\n", run("INDOXHUB_RECORD_MODE=auto", [[
      local client = indoxhub.new { max_retries = 0, api_key = "k" }]] .. ASK))
  end)
end)
