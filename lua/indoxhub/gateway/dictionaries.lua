--- The memory that the workers of nginx share, as nginx.conf declares it.

local ngx = rawget(_G, "ngx")

local dictionaries = {}

-- Sizes of those that every gateway needs, and of those without Redis.
local ALWAYS = { limits = "4m", keys = "4m", metrics = "4m" }
local ALONE = { streams = "64m", cache = "64m" }

-- Adds those that there are. Raises the name of one that is missing.
local function add(found, sizes, is_needed, why)
  for name, size in pairs(sizes) do
    found[name] = ngx.shared["indoxhub_" .. name]
    if not found[name] and is_needed(name) then
      error(("indoxhub.gateway.new: nginx.conf needs lua_shared_dict "
        .. "indoxhub_%s %s; in the block http%s"):format(name, size, why), 0)
    end
  end
end

--- Those that there are, by what they are for. Raises which one a gateway with
--- these options needs besides.
---@param options indoxhub.GatewayOptions
---@param has_redis boolean
---@return table<string, table>
function dictionaries.find(options, has_redis)
  local found = {}
  add(found, ALWAYS, function()
    return true
  end, "")
  add(found, ALONE, function(name)
    return not has_redis and (name ~= "cache" or options.cache ~= nil)
  end, ", as there is no Redis")
  return found
end

return dictionaries
