-- Streams of Responses events in the vendor's words.
local responses = require "spec.meaning.render.responses"

return function(answer, r)
  return responses.render(answer, true, r)
end
