--- indoxhub.use_loop, indoxhub.LoopName
indoxhub.use_loop "builtin" -- also when luv or cqueues is loaded
print(client.user:health().status)
--> ok
