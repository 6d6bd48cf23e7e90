--- Terminals: where there is one, what it can do, and what it may be shown.
--
-- What servers send is data. On a terminal its control characters would move
-- the cursor, change colours or type for the user, so they are made visible
-- there; what goes into a file or a pipe stays as it is.

local core = require "indoxhub.core"
local utf8 = require "indoxhub.base.utf8"

local terminal = { STDIN = 0, STDOUT = 1, STDERR = 2 }

local USUAL_WIDTH = 80

local STYLES = { bold = "\27[1m", dim = "\27[2m", red = "\27[31m" }
local PLAIN = "\27[0m"

-- Control character -> how it is shown; line ends and tabs stay.
local VISIBLE = { ["\127"] = "^?" }
for byte = 0, 31 do
  VISIBLE[string.char(byte)] = "^" .. string.char(byte + 64)
end
VISIBLE["\n"], VISIBLE["\t"] = nil, nil

-- A control character of Unicode has two bytes.
local WIDE_CONTROL = "\194[\128-\159]"

--- Whether a descriptor is a terminal.
---@param descriptor integer
---@return boolean
function terminal.is(descriptor)
  return core.isatty(descriptor)
end

--- Whether a line there can be drawn anew.
---@param descriptor integer
---@return boolean
function terminal.can_redraw(descriptor)
  return core.isatty(descriptor) and os.getenv("TERM") ~= "dumb"
end

--- A text in a style: on a terminal, unless the user wants no colours.
---@param descriptor integer where it will be shown
---@param style "bold"|"dim"|"red"
---@param text string
---@return string
function terminal.paint(descriptor, style, text)
  local no_color = os.getenv("NO_COLOR")
  if no_color and no_color ~= "" or not terminal.can_redraw(descriptor) then
    return text
  end
  return STYLES[style] .. text .. PLAIN
end

--- Columns of a terminal; 80 when nothing tells.
---@param descriptor integer
---@return integer
function terminal.width(descriptor)
  return core.terminal_width(descriptor)
    or tonumber((os.getenv("COLUMNS") or ""):match("^%d+$")) or USUAL_WIDTH
end

--- A text without what a terminal would obey.
---@param text string
---@return string
function terminal.safe(text)
  return (text:gsub("\r\n", "\n"):gsub("%c", VISIBLE)
    :gsub(WIDE_CONTROL, utf8.REPLACEMENT))
end

--- The same for a text that comes in pieces, which may be cut anywhere. The
--- function takes the next piece, nil at the end, and returns what to show.
---@return fun(piece?: string): string
function terminal.cleaner()
  local held = ""
  return function(piece)
    local text = held .. (piece or "")
    held = piece and text:match("[\r\194]$") or ""
    return terminal.safe(text:sub(1, #text - #held))
  end
end

return terminal
