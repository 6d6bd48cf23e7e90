--- What the rows of more than one file are made of.

local shared = {}

-- Params of what a model answers.
shared.MODEL = { "model", "string",
  about = 'the model, as "provider/model", such as "openai/gpt-4o-mini"',
    default = "the server chooses" }
shared.PROVIDER = { "provider", "string",
  about = "the provider, when the model is given without it" }
shared.EXTRA = { "additional_params", "object",
  about = "parameters of the provider, which are sent as they are" }
shared.BYOK = { "byok_api_key", "string",
  about = "your own key at the provider. It is never logged, nor saved" }

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
