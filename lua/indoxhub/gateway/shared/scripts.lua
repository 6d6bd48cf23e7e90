--- Scripts that run in Redis.

local ngx = rawget(_G, "ngx")

local scripts = {}

---@class indoxhub.gateway.Script
---@field text string
---@field sha string by which Redis knows it

--- Makes a script ready for redis:script(), once.
---@param text string
---@return indoxhub.gateway.Script
function scripts.prepare(text)
  local sha = ngx.sha1_bin(text):gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end)
  return { text = text, sha = sha }
end

return scripts
