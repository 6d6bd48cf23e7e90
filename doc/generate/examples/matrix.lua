--- indoxhub.vectors.matrix, matrix:dimensions, matrix:bytes, matrix:table,
--- indoxhub.vectors.save, indoxhub.vectors.open
local m = indoxhub.vectors.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } }
print(#m, m:dimensions(), #m:bytes(), #m:table())
--> 3	2	24	3
local name = os.tmpname()
indoxhub.assert(indoxhub.vectors.save(name, m))
local same = indoxhub.assert(indoxhub.vectors.open(name, 2))
print(same[3] == m[3])
--> true
os.remove(name)
