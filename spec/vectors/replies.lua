-- Replies as servers write them, in every shape the documents and their guides
-- know, and what the caller gets of each: those of a resource are a file of
-- spec/vectors/replies. Read by spec/api/replies/init_spec.lua and others.
--
--   name          what is special
--   operation     the endpoint's name in spec/vectors/openapi.json
--   body          the bytes of the reply's body
--   texts         of how many texts it has the embeddings, when not of two
--   status        when it is not 200
--   content_type  when it is not JSON
--   expect        what the reply must hold. A table must hold these fields and
--                 may hold others; a list must have exactly these elements;
--                 whole numbers are integers where there are integers
--   absent        names of fields that the reply must not have
--   error         instead: { kind =, message =, ... } of the error

local SUBJECTS = { "text", "embeddings", "images", "audio", "videos",
  "generations", "models", "analytics", "account" }

local replies = {}

for _, subject in ipairs(SUBJECTS) do
  local name = "spec/vectors/replies/" .. subject .. ".lua"
  for _, vector in ipairs(dofile(name)) do
    replies[#replies + 1] = vector
  end
end

return replies
