--- How texts are cut into the pieces they are streamed in.

local pieces = {}

--- Words, each with the blank before it.
---@param text string
---@return string[]
function pieces.words(text)
  local list = {}
  for piece in text:gmatch("%s*%S+") do
    list[#list + 1] = piece
  end
  local rest = text:match("%s*$")
  if rest ~= "" then
    list[#list + 1] = rest
  end
  return list
end

local CHARACTERS = 8

--- Pieces of some characters, as models write JSON; none is cut in two.
---@param text string
---@return string[]
function pieces.characters(text)
  local list, open, count = {}, {}, 0
  for character in text:gmatch "[%z\1-\127\192-\255][\128-\191]*" do
    count = count + 1
    open[count] = character
    if count == CHARACTERS then
      list[#list + 1] = table.concat(open)
      open, count = {}, 0
    end
  end
  if count > 0 then
    list[#list + 1] = table.concat(open)
  end
  return list
end

return pieces
