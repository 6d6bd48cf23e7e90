--- stream:next, indoxhub.PieceKind
local stream = indoxhub.assert(client.chat:stream({
  messages = { { role = "user", content = "think: 6 * 7" } },
}, { reasoning = true }))
local text, thoughts = "", ""
while true do
  local piece, kind = stream:next()
  if not piece then
    assert(kind == nil, kind) -- an error, when the stream broke
    break
  elseif kind == "text" then
    text = text .. piece
  else
    thoughts = thoughts .. piece
  end
end
print(text, thoughts ~= "")
--> 6 * 7 is 42.	true
