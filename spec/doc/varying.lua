-- What a listing prints is compared with what its page says, but for what is
-- another in every run. This list says what that is: of a page and of a run
-- alike, what matches a pattern is put in place by the word beside it.
local varying = {}

local RULES = {
  { "127%.0%.0%.1:%d%d+", "127.0.0.1:PORT" },
  { "%d%d%d%d%-%d%d%-%d%d[T ]%d%d:%d%d:?%d?%d?[.%d]*Z?", "TIME" },
  { "%d%d%d%d%-%d%d%-%d%d", "DAY" },
  { "%f[%d]%d%d:%d%d%f[^%d:]", "CLOCK" },
  { "vj_%w+", "vj_JOB" }, -- of a video
  { "%f[%w]indox%-%w+", "indox-KEY" },
  { "%f[%w](%a+)_%w*%d%w*%d%w*", "%1_ID" }, -- of an answer
  { "/tmp/[%w_.]+", "/tmp/FILE" },
  { "%x+%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x+", "ID" }, -- of a request
  { "0x%x+", "ADDRESS" },
  { "(Failed to connect to %S+ port %d+)[^(\n]*", "%1 " }, -- libcurl's words
  { "%d+%.?%d* ms%f[%W]", "TIME ms" },
  { "%d+%.%d+ s%f[%W]", "TIME s" },
  { "%f[%d]0%.%d%d%d%d%d%d+%f[^%d]", "SECONDS" }, -- a measured latency
}

--- A text with words in place of all that varies. Columns of a table are as
--- wide as what they hold, so the blanks and lines between them vary, too.
function varying.plain(text)
  text = text:gsub(" +\n", "\n")
  for _, rule in ipairs(RULES) do
    text = text:gsub(rule[1], rule[2])
  end
  return (text:gsub("([^\n ])   *", "%1  "):gsub("%-%-%-+", "---"))
end

-- Whether lines are those expected, where "..." stands for any number.
local function matches(expected, i, lines, k)
  if expected[i] == "..." then
    for next_k = k, #lines + 1 do
      if matches(expected, i + 1, lines, next_k) then
        return true
      end
    end
    return false
  elseif i > #expected then
    return k > #lines
  end
  return expected[i] == lines[k] and matches(expected, i + 1, lines, k + 1)
end

local function lines_of(text)
  local list = {}
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    list[#list + 1] = line
  end
  return list
end

--- Whether what was printed is what a page says; a line "..." of the page
--- stands for any lines.
function varying.same(expected, said)
  return matches(lines_of(varying.plain(expected)), 1,
    lines_of(varying.plain(said)), 1)
end

return varying
