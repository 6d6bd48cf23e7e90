--- The options of calls whose answers are data.

local options = {}

--- By types of api/params/options.lua.
options.OF_CALLS = { schema = "any", repairs = "count",
  schema_mode = { "json_schema", "json_object", "prompt", "tool" } }

--- Those that streams take: their text was handed out, and cannot be repaired.
options.OF_STREAMS = { schema = "any",
  schema_mode = options.OF_CALLS.schema_mode }

--- Whether options ask for data.
---@param given? table
---@return boolean
function options.is_asked(given)
  return given ~= nil and (given.schema ~= nil or given.repairs ~= nil
    or given.schema_mode ~= nil)
end

return options
