--- What the rows of more than one file are made of.

local shared = {}

-- Params of what a model answers.
shared.MODEL = { "model", "string",
  about = 'as "provider/model", such as "openai/gpt-4o-mini"' }
shared.PROVIDER = { "provider", "string",
  about = "provider name, when the model is given without" }
shared.EXTRA = { "additional_params", "object",
  about = "parameters of the provider, sent as they are" }
shared.BYOK = { "byok_api_key", "string",
  about = "your own key at the provider; never logged" }

--- One list of params of some of them: each argument is a param, or a list of
--- params.
---@return table[]
function shared.list(...)
  local all = {}
  for _, part in ipairs { ... } do
    if type(part[1]) == "table" then
      for _, param in ipairs(part) do
        all[#all + 1] = param
      end
    else
      all[#all + 1] = part
    end
  end
  return all
end

--- A section of the vendor's API reference.
---@param title string
---@return string
function shared.reference(title)
  return ("api-reference.md (%s)"):format(title)
end

return shared
