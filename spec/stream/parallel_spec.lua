-- Many streams at once: right texts, and memory that does not grow.
local during_tests = require "spec.support.during_tests"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

-- Memory settles in the first rounds, of a busy machine later, and must not
-- grow by more than GROWTH KiB in five: what leaks grows in all of them.
local ROUNDS, MOST_ROUNDS, GROWTH = 5, 30, 1024

-- A program of its own, so that nothing but its streams is in its memory.
-- Prints the resident size after each round, until it has settled.
local PROGRAM = [[
  local indoxhub = require "indoxhub"
  local URL, ROUNDS, MOST_ROUNDS, GROWTH = %q, %d, %d, %d
  local STREAMS = 200
  local client = indoxhub.new { api_key = "indox-test", base_url = URL }

  local function resident_kib()
    for line in io.lines("/proc/self/status") do
      local kib = line:match("^VmRSS:%%s+(%%d+)")
      if kib then
        return kib
      end
    end
  end

  local function text_of(i, round)
    return ("stream %%d of round %%d says %%s and ends with its number %%d")
      :format(i, round, ("x"):rep(i %% 7 + 1), i)
  end

  local function ask(i, round)
    return function()
      local stream, err = client.chat:stream { messages = {
        { role = "user", content = "echo: " .. text_of(i, round) } } }
      if not stream then
        return nil, err
      end
      local pieces = {}
      while true do
        local piece, why = stream:next()
        if not piece then
          return not why and table.concat(pieces) or nil, why
        end
        pieces[#pieces + 1] = piece
      end
    end
  end

  local sizes = {}
  local function has_settled()
    local n = #sizes
    return n >= 2 * ROUNDS and sizes[n] <= sizes[n - ROUNDS] + GROWTH
  end

  for round = 1, MOST_ROUNDS do
    local fns = {}
    for i = 1, STREAMS do
      fns[i] = ask(i, round)
    end
    local results, failures = indoxhub.gather(fns)
    for i = 1, STREAMS do
      if results[i] ~= text_of(i, round) then
        print("wrong", i, results[i], failures and failures[i])
        os.exit(1)
      end
    end
    collectgarbage()
    collectgarbage()
    sizes[round] = tonumber(resident_kib())
    print(sizes[round])
    if has_settled() then
      break
    end
  end
]]

describe("200 streams at once", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0.005")

  it("all end with their own text, and memory does not grow", function()
    local said, code = programs.run(PROGRAM:format(sandbox.url, ROUNDS,
      MOST_ROUNDS, GROWTH))
    assert.equal(0, code, said)
    local sizes = {}
    for kib in said:gmatch("(%d+)\n") do
      sizes[#sizes + 1] = tonumber(kib)
    end
    assert.is_true(#sizes >= 2 * ROUNDS, said)
    assert.is_true(programs.SANITIZED
      or sizes[#sizes] <= sizes[#sizes - ROUNDS] + GROWTH,
      "resident KiB: " .. table.concat(sizes, " "))
  end)
end)
