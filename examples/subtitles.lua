-- Translates subtitles, and goes on where it was broken off:
--     lua examples/subtitles.lua film.srt German film.de.srt
-- What is translated is written at once. When something fails, or after Ctrl-C,
-- the same command does the rest.
local indoxhub = require "indoxhub"

local MODEL = "openai/gpt-4o-mini"
local AT_ONCE = 8

local source, language, target = arg[1], arg[2], arg[3]
if not target then
  io.stderr:write("usage: lua examples/subtitles.lua FILE.srt LANGUAGE OUT\n")
  os.exit(2)
end

local client = indoxhub.new() -- the key comes from INDOXHUB_API_KEY
io.stdout:setvbuf "line" -- shown at once, in a pipe too

-- The text of a file, with Unix line ends and without a byte order mark.
local function read(name)
  local file, why = io.open(name, "rb")
  if not file then
    return nil, why
  end
  local text = file:read("*a"):gsub("^\239\187\191", ""):gsub("\r\n", "\n")
  file:close()
  return text
end

-- Subtitles as { head, text }: a number and a time, then what is said.
local function parse(text)
  local list = {}
  for block in (text .. "\n\n"):gmatch("(.-)\n%s*\n") do
    local head, said = block:match("^%s*(%d+\n[^\n]*%-%->[^\n]*)\n?(.*)$")
    if head then
      list[#list + 1] = { head = head, text = said }
    end
  end
  return list
end

local function translate(subtitle)
  return function()
    if not subtitle.text:find("%S") then
      return subtitle.text
    end
    local reply, err = client.chat:create {
      model = MODEL,
      messages = { { role = "system", content = "Translate this subtitle into "
        .. language .. ". Answer with the translation only, in as many lines."
        }, { role = "user", content = subtitle.text } },
    }
    -- An empty line would end the subtitle.
    return reply and reply.data:gsub("^%s+", ""):gsub("%s+$", "")
      :gsub("\n%s*\n", "\n"), err
  end
end

local function fail(message)
  io.stderr:write(message, "\n")
  os.exit(1)
end

local text, why = read(source)
local subtitles = parse(text or "")
if not subtitles[1] then
  fail(why or source .. " holds no subtitles")
end

-- Only whole subtitles count, and each ends with an empty line.
local old = read(target) or ""
local whole = old:match("^.*\n\n") or ""
local done = parse(whole)
for i, subtitle in ipairs(done) do
  if not subtitles[i] or subtitle.head ~= subtitles[i].head then
    fail(target .. " holds other subtitles; remove it to begin anew")
  end
end
if whole == "" and old:find("%S") then
  fail(target .. " holds no subtitles; remove it to begin")
elseif whole ~= old then
  local file = assert(io.open(target .. ".new", "wb"))
  file:write(whole)
  file:close()
  assert(os.rename(target .. ".new", target))
end

local out = assert(io.open(target, "ab"))

-- Translates the rest. Returns an error if there is one.
local function go_on()
  local from = #done
  while from < #subtitles do
    local tasks = {}
    for i = from + 1, math.min(from + AT_ONCE, #subtitles) do
      tasks[#tasks + 1] = translate(subtitles[i])
    end
    local translations, errors = indoxhub.gather(tasks)
    for i = 1, #tasks do
      if not translations[i] then
        return errors and errors[i]
      end
      from = from + 1
      assert(out:write(subtitles[from].head, "\n", translations[i], "\n\n"))
      out:flush()
    end
    print(("%d of %d"):format(from, #subtitles))
  end
end

local ok, err = pcall(go_on)
out:close()
if not ok or err then
  fail(tostring(err) .. "\nThe same command goes on from here.")
end
