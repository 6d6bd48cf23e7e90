--- indoxhub._VERSION
print(indoxhub._VERSION:match("^%d+%.%d+") ~= nil)
--> true
