--- indoxhub.top_k, indoxhub.Hit
local list = indoxhub.vectors.matrix { { 1, 0 }, { 0, 1 }, { 1, 1 } }
local hits = indoxhub.assert(indoxhub.top_k({ 1, 0.1 }, list, 2))
for _, hit in ipairs(hits) do
  print(hit.index, ("%.2f"):format(hit.score))
end
--> 1	1.00
--> 3	0.77
