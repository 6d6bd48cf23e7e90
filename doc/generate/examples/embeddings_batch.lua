--- client.embeddings:batch
local texts = {}
for i = 1, 100 do
  texts[i] = "line " .. i
end
local reply, err = client.embeddings:batch(texts, {
  size = 40, on_progress = function(done, total)
    assert(done <= total)
  end,
})
if not reply then -- some are missing: ask for these only
  reply, err = client.embeddings:batch(texts, { resume = err })
end
print(reply and #reply.data or err)
--> 100
