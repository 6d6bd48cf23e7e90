-- Reviews a change, each of its files by itself and some at the same time:
--     git diff | lua examples/review.lua [MODEL]
-- Ends with 1 when a file could not be reviewed.
local indoxhub = require "indoxhub"

local MODEL = arg[1] or "openai/gpt-4o-mini"
local AT_ONCE = 4
-- Bytes; what is longer is cut, and that is said.
local LONGEST = 60000

local INSTRUCTIONS = "You review a change to a program, which you are given "
  .. "as a diff of one file. Name mistakes only, each in one line that begins "
  .. "with the line's number. If there are none, say: Looks good."

local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY

-- The parts of a diff, as { name, text }.
local function split(diff)
  local parts = {}
  for line in diff:gmatch("[^\n]*\n?") do
    local name = line:match("^diff %-%-git .* b/([^\n]*)")
    if name then
      parts[#parts + 1] = { name = name, text = "" }
    end
    local part = parts[#parts]
    if part and #part.text + #line <= LONGEST then
      part.text = part.text .. line
    elseif part then
      part.is_cut = true
    end
  end
  return parts
end

local function review(part)
  return function()
    local reply, err = client.chat:create {
      model = MODEL,
      messages = { { role = "system", content = INSTRUCTIONS },
        { role = "user", content = part.text } },
    }
    return reply and reply.data, err
  end
end

local parts = split(io.read("*a"))
if not parts[1] then
  io.stderr:write("there is no change: pipe in what `git diff` prints\n")
  os.exit(2)
end
local tasks = {}
for i, part in ipairs(parts) do
  tasks[i] = review(part)
end
local reviews, errors = indoxhub.gather(tasks, { concurrency = AT_ONCE })
for i, part in ipairs(parts) do
  print("== " .. part.name .. (part.is_cut and " (its beginning)" or ""))
  print(reviews[i] or ("not reviewed: " .. tostring(errors and errors[i])))
end
os.exit(errors and 1 or 0)
