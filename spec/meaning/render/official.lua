-- Streams of Responses events in OpenAI's words.
local responses = require "spec.meaning.render.responses"

return function(answer, r)
  return responses.render(answer, false, r)
end
