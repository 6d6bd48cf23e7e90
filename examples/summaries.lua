-- Sums up each text of a folder in a sentence:
--     lua examples/summaries.lua FOLDER [MODEL]
-- What is summed up is kept in FOLDER/.summaries.jsonl at once. After Ctrl-C, a
-- crash or an error the same command does the rest, and later it asks for those
-- texts only that are new or have changed. Ends with 1 when one has failed.
local indoxhub = require "indoxhub"

local folder, model = arg[1], arg[2] or "openai/gpt-4o-mini"
local AT_ONCE = 8

if not folder then
  io.stderr:write("usage: lua examples/summaries.lua FOLDER [MODEL]\n")
  os.exit(2)
end

local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY

-- The files *.md and *.txt, as { name, text }. A text belongs to its item: when
-- it changes, the item is another one, and is asked for again.
local function texts()
  local quoted = "'" .. folder:gsub("'", [['\'']]) .. "'"
  local pipe = assert(io.popen("find " .. quoted
    .. " -type f '(' -name '*.md' -o -name '*.txt' ')' | LC_ALL=C sort"))
  local list = {}
  for name in pipe:lines() do
    local file = assert(io.open(name, "rb"))
    list[#list + 1] = { name = name, text = file:read("*a") }
    file:close()
  end
  pipe:close()
  return list
end

local function sum_up(item)
  local reply, err = client.chat:create {
    model = model,
    messages = { { role = "system",
      content = "Sum up this text in one sentence." },
      { role = "user", content = item.text } },
  }
  return reply and reply.data, err
end

local function show_progress(done, total, failed)
  io.stderr:write(("%d of %d texts%s\n"):format(done, total,
    failed > 0 and (", %d failed"):format(failed) or ""))
end

local function fail(why)
  io.stderr:write(tostring(why), "\nThe same command goes on from here.\n")
  os.exit(1)
end

local list = texts()
-- Ctrl-C raises an error.
local ok, summaries, errors = pcall(indoxhub.map, list, sum_up, {
  concurrency = AT_ONCE, on_progress = show_progress,
  resume = folder .. "/.summaries.jsonl" })
if not ok then
  return fail(summaries)
elseif not summaries then
  return fail(errors)
end
for i, item in ipairs(list) do
  print(item.name .. ": " .. (summaries[i] or "-"))
end
if errors then
  fail(errors[next(errors)])
end
