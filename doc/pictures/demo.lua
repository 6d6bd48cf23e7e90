-- Draws what `make demo` has printed as a terminal: `make pictures` runs
--     make demo | lua5.4 doc/pictures/demo.lua >doc/pictures/demo.svg

-- Commands that are left out, for a picture that can be seen at a glance.
local LEFT_OUT = { "frame_loop", "media%.lua", "indoxhub video",
  "by endpoint$" }

local SIZE, LINE, LEFT, TOP = 14, 19, 18, 50
local COLUMNS = 80

local function is_left_out(command)
  for _, pattern in ipairs(LEFT_OUT) do
    if command:find(pattern) then
      return true
    end
  end
  return false
end

local function read_lines()
  local lines, shown = { "$ make demo" }, false
  for line in io.lines() do
    if line:find("^%$ ") then
      shown = not is_left_out(line)
      lines[#lines + 1] = shown and "" or nil
    end
    if shown and line ~= "" then
      lines[#lines + 1] = line
    end
  end
  return lines
end

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

-- A line as a text of the picture; what a person types is brighter.
local function draw(line, number)
  local y = TOP + number * LINE
  local is_typed = line:find("^%$ ")
  return ('<text x="%d" y="%d" xml:space="preserve"%s>%s</text>'):format(LEFT,
    y, is_typed and ' class="typed"' or "", line:gsub("[&<>]", ESCAPES))
end

local lines = read_lines()
assert(#lines > 10, "this is not what make demo prints")
local width, height = COLUMNS * 8.45 + 2 * LEFT, TOP + (#lines + 1) * LINE
print(([[
<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="img">
<title>What make demo prints</title>
<style>
text { font: %dpx ui-monospace, "DejaVu Sans Mono", Menlo, monospace;
  fill: #b8c4d0 }
.typed { fill: #ffffff; font-weight: bold }
</style>
<rect width="100%%" height="100%%" rx="8" fill="#17202b"/>
<circle cx="22" cy="20" r="6" fill="#e0645c"/>
<circle cx="42" cy="20" r="6" fill="#e0b44c"/>
<circle cx="62" cy="20" r="6" fill="#6cb86c"/>]]):format(width, height, SIZE))
for i, line in ipairs(lines) do
  if line ~= "" then
    print(draw(line, i - 1))
  end
end
print "</svg>"
