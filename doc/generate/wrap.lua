--- Breaks texts into lines.

local wrap = {}

local function paragraph(text, width, indent)
  local lines, line = {}, ""
  for word in text:gmatch("%S+") do
    if line ~= "" and indent + #line + 1 + #word > width then
      lines[#lines + 1] = line
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line ~= "" and line or nil
  for i, one in ipairs(lines) do
    lines[i] = (" "):rep(indent) .. one
  end
  return table.concat(lines, "\n")
end

--- A text in lines of a width, each with an indent; empty lines stay.
---@param text string
---@param width integer
---@param indent integer
---@return string
function wrap.text(text, width, indent)
  local parts = {}
  for part in (text .. "\n\n"):gmatch("(.-)\n\n+") do
    parts[#parts + 1] = paragraph(part, width, indent)
  end
  return table.concat(parts, "\n\n")
end

return wrap
