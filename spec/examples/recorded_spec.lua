-- The examples that run in plain Lua, recorded while they ask a sandbox, and
-- run once more with what was recorded and no server at all: they say the same.
-- Those that have a host are not here: they have no output of their own, and
-- what they stand on is in spec/runtime/scenes/recordings.lua.
--
-- On two interpreters: what they run is tested on all.
local command = require "spec.support.command"
local during_tests = require "spec.support.during_tests"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local servers = require "spec.support.servers"

local LUA = os.getenv "INDOXHUB_LUA"
local KEY = "indox-" .. ("Zq7Z"):rep(8)

-- What is asked of each, with the files that it reads and those that it writes.
-- FOLDER stands for one that each run begins with anew.
local RUNS = {
  { "chat.lua", "FOLDER/talk.json", input = "What is 6 * 7?\n"
    .. "What did I ask first?\nCount to 30\n", writes = { "talk.json" } },
  -- Prints answers in the order in which they come, as it has asked for them.
  { "parallel.lua", in_any_order = true },
  { "frame_loop.lua", varies = "%(%d+ frames%)" },
  { "media.lua", "FOLDER", writes = { "lighthouse.png", "ferry.wav",
    "ferry.mp4" } },
  { "notes.lua", "FOLDER 'Which birds live by the sea?'", reads = {
    ["birds.md"] = "# Birds\n\nTerns are birds of the sea.\n\nGulls, too.\n",
    ["kitchen.txt"] = "Bread needs flour and water." } },
  { "review.lua", input = "diff --git a/a.lua b/a.lua\n--- a/a.lua\n"
    .. "+++ b/a.lua\n@@ -1 +1 @@\n+x = 1\n" },
  { "costs.lua", "30d 0.001", code = 1 },
  { "video.lua", "'a fox' FOLDER/fox.mp4", writes = { "fox.mp4" } },
  { "video.lua", "'fail please' FOLDER/fox.mp4", code = 1 },
  { "subtitles.lua", "FOLDER/film.srt German FOLDER/out.srt", reads = {
    ["film.srt"] = "1\n00:00:01,000 --> 00:00:02,000\nEcho: Guten Tag.\n\n"
      .. "2\n00:00:03,000 --> 00:00:04,000\nEcho: Auf Wiedersehen.\n" },
    writes = { "out.srt" } },
  { "assistant.lua", varies = "{[^}]*}" }, -- fields in any order
  { "orders.lua" },
}

describe("examples/ that were recorded", function()
  local sandbox = during_tests(servers.sandbox,
    "--pace 0 --job-seconds 0.2 --history 9")
  local folder, live, played

  -- The folder of one, for what it reads and writes.
  local function place(i, text)
    return ((text or "FOLDER"):gsub("FOLDER", ("%s/run%d"):format(folder, i)))
  end

  local function recordings(i)
    return ("%s/recorded%d"):format(folder, i)
  end

  local function sorted_lines(text)
    local lines = {}
    for line in text:gmatch "[^\n]+" do
      lines[#lines + 1] = line
    end
    table.sort(lines)
    return table.concat(lines, "\n")
  end

  -- Starts one with these variables.
  local function start(i, variables)
    local one, input = RUNS[i], folder .. "/input" .. i
    os.execute(("rm -rf %s && mkdir %s"):format(place(i), place(i)))
    for name, text in pairs(one.reads or {}) do
      files.write(place(i, "FOLDER/" .. name), text)
    end
    files.write(input, one.input or "")
    return command.start(("(%s INDOXHUB_RECORD=%s exec %s examples/%s %s) <%s")
      :format(variables, recordings(i), LUA, one[1], place(i, one[2] or ""),
        input))
  end

  -- All that came of one.
  local function finish(i, started)
    local one = RUNS[i]
    local said, errors, code = command.finish(started)
    local seen = { said = said:gsub(one.varies or "%z", ""), errors = errors,
      code = code }
    if one.in_any_order then
      seen.said = sorted_lines(said)
    end
    for _, name in ipairs(one.writes or {}) do
      local bytes = files.read(place(i, "FOLDER/" .. name)) or "nothing"
      seen[name] = json.decode(bytes) or bytes
    end
    return seen
  end

  -- Side by side, as some of them wait for a while.
  local function run_all(variables)
    local started, seen = {}, {}
    for i = 1, #RUNS do
      started[i] = start(i, variables)
    end
    for i = 1, #RUNS do
      seen[i] = finish(i, started[i])
    end
    return seen
  end

  setup(function()
    folder = files.folder()
    live = run_all(("INDOXHUB_API_KEY=%s INDOXHUB_BASE_URL=%s"):format(KEY,
      sandbox.url))
    played = run_all("INDOXHUB_BASE_URL=http://127.0.0.1:1 "
      .. "INDOXHUB_RECORD_MODE=replay")
  end)

  teardown(function()
    files.remove_folder(folder)
  end)

  for i, one in ipairs(RUNS) do
    it(("%s says the same when nobody answers (%d)"):format(one[1], i),
      function()
        assert.equal(one.code or 0, live[i].code, live[i].errors)
        assert.same(live[i], played[i])
        assert.is_true(#files.list(recordings(i)) > 0)
      end)
  end

  it("show no key", function()
    assert.equal("", (command.shell(("grep -rl Zq7Z %s/recorded*")
      :format(folder))))
  end)
end)
