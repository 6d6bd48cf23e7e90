-- Whole event streams, as servers of each dialect write them, and what they
-- amount to. Those of a dialect or kind are a file of spec/vectors/streams.
-- Read by spec/stream/streams_spec.lua.
--
--   name        dialect, and what is special
--   stream      the bytes
--   text        the text of the answer, or what came of it before it broke
--   pieces      the text as it is handed out, where that matters
--   reasoning   reasoning that is handed out
--   reply       fields of the final reply; tables are compared whole
--   absent      names of fields that the reply must not have
--   id          the stream's id for the stop call
--   error       { kind =, code =, message = } of the error that ends it
--   truncated   whether it ends before the answer does
--
-- Lines end with LF here; the spec also tries CRLF and CR, unless `as_is`. A
-- backslash at the end of a line joins it to the next, without its indent.

local SUBJECTS = { "responses", "gateway", "openai", "legacy", "raw", "errors",
  "broken", "form" }

local streams = {}

for _, subject in ipairs(SUBJECTS) do
  local name = "spec/vectors/streams/" .. subject .. ".lua"
  for _, vector in ipairs(dofile(name)) do
    vector.stream = vector.stream:gsub("\\\n *", "")
    streams[#streams + 1] = vector
  end
end

return streams
