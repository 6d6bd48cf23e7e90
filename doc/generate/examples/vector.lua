--- indoxhub.vector, vector:dot, vector:cosine, vector:bytes, vector:table,
--- indoxhub.vectors.from_bytes
local v, w = indoxhub.vector { 1, 0, 2 }, indoxhub.vector { 3, 0, 6 }
print(#v, v:dot(w) == 15, v:cosine(w) > 0.99, v == w)
--> 3	true	true	false
print(#v:table(), #v:bytes())
--> 3	12
print(indoxhub.vectors.from_bytes(v:bytes()) == v)
--> true
