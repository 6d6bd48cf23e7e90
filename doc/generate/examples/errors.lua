--- indoxhub.Error, indoxhub.ErrorKind
local unreachable = indoxhub.new { base_url = "http://127.0.0.1:1",
  max_retries = 0 }
local reply, err = unreachable.user:health()
if not reply and err then
  print(err.kind, err.code, err.operation, err.retryable)
  print(#err.attempts)
end
--> network	connect	user.health	true
--> 1
