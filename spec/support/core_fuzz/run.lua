-- Runs program.lua in a folder of its own, under a limit of time.
--
--     lua spec/support/core_fuzz/run.lua [SEED] [SECONDS] [RUNS]
--
-- Each run has the seed after that of the one before. From the root of the
-- tree, with the variables of `make env` and INDOXHUB_LUA set.
local files = require "spec.support.files"
local servers = require "spec.support.servers"

local run = {}

-- Seconds beyond its own after which a run counts as hung.
local PATIENCE = 120

local STREAM = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n"

-- The program closes its state: what is still there after that was lost by the
-- core, also on LuaJIT, in whose own memory LeakSanitizer does not search.
local SANITIZER = "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=1 "

-- Answers of several kinds, one that never ends, and a port that nobody has.
local function urls(raw)
  local chunks = servers.CHUNKED_HEAD
  for _ = 1, 20 do
    chunks = chunks .. servers.chunk(STREAM)
  end
  return { raw:script("json", servers.json('{"data":[[1,2],[3,4]]}')),
    raw:script("stream", chunks .. servers.LAST_CHUNK),
    raw:script("large", { { "body" },
      { "send", servers.head("200 OK", "text/event-stream", 5000 * #STREAM) },
      { "repeat", 5000, STREAM } }),
    raw:script("cut", { { "body" }, { "send", chunks }, { "close" } }),
    raw:script("held", { { "body" }, { "send", chunks }, { "hold" } }),
    raw:script("unread", { { "hold" } }),
    "http://127.0.0.1:1/", "https://127.0.0.1:1/", "file:///dev/null",
    "gopher://127.0.0.1:1/", "http://", "" }
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Runs it once. Returns what it printed and its exit code.
---@param seed integer
---@param rounds integer at most
---@param seconds number at most
---@return string said, integer code
function run.once(seed, rounds, seconds)
  local raw, folder = servers.raw(), files.folder()
  local asked = {}
  for i, url in ipairs(urls(raw)) do
    asked[i] = quote(url)
  end
  files.write(folder .. "/file", ("\0\0\128\63"):rep(12))
  local command = ("root=$PWD; cd %s && LUA_PATH=\"$root/?.lua;$LUA_PATH\" "
    .. SANITIZER .. "TMPDIR=%s timeout --foreground -k 5 %d %s "
    .. "\"$root/spec/support/core_fuzz/program.lua\" %d %d %s %s "
    .. "2>&1 </dev/null; printf '\\n%%d' $?"):format(folder, folder,
    math.ceil(seconds) + PATIENCE, assert(os.getenv("INDOXHUB_LUA")), seed,
    rounds, seconds, table.concat(asked, " "))
  local said, code = files.output(command):match("^(.*)\n(%d+)$")
  raw:stop()
  files.remove_folder(folder)
  return said, tonumber(code)
end

if arg and tostring(arg[0]):find("core_fuzz/run.lua", 1, true) then
  local first, seconds = tonumber(arg[1]) or os.time(), tonumber(arg[2]) or 10
  for seed = first, first + (tonumber(arg[3]) or 1) - 1 do
    local said, code = run.once(seed, 1e9, seconds)
    print(said)
    if code ~= 0 then
      print(("FAILED: seed %d, exit code %d"):format(seed, code))
      os.exit(1)
    end
  end
end

return run
