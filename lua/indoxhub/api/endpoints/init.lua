--- The API as data: one row per endpoint. Adding an endpoint is adding a row.
--
-- Rows stand in files by what they are about:
--   text.lua         chat, completions, embeddings
--   media.lua        images, audio, videos
--   models.lua       models
--   account.lua      analytics, user
--   provider.lua     no rows: fields that go to the provider as they are
--
-- What follows from a row:
--   the method       client/resources.lua makes it, and `:stream` beside it
--   argument checks  api/params makes them
--   a route          sandbox/routes.lua makes it; sandbox/validation.lua checks
--                    what is sent there
--   annotations      `make reference` puts them into meta/endpoints.lua
--
-- What has to be added; specs fail until it is there:
--   the operation, as the vendor describes it, in spec/vectors/openapi.json,
--     which spec/support/peers/openapi.js makes, and its count in two specs
--   what the sandbox answers: a handler in sandbox/routes.lua
--   a call that succeeds, in spec/api/endpoints/coverage_spec.lua, which goes
--     through all operations
--   what servers reply, in spec/vectors/replies.lua
--   what `reply` and `returns` name, if it is new, in api/replies/kinds.lua and
--     meta/types.lua
--
-- A row:
--   resource, name   client.<resource>:<name>(...)
--   operation        the endpoint's name in the OpenAPI document
--   http, path       `{name}` in a path is a positional argument
--   argument         the type of these arguments; default "string"
--   joined           two arguments may be given as one, "first/second"
--   key              "required", or "optional" where the API answers without
--   params           fields of the request, see below; nil: none
--   place            where they go: "query", "form" (multipart); default JSON
--   extra            where fields go that no param names: the field that takes
--                    them; nil: they are refused
--   first_byte       seconds that the answer may take to begin, if unusual
--   reply            the kind of api/replies that makes the reply
--   as               others that the option `as` may name in its place
--   streams          whether `:stream` exists beside it; the call that stops it
--   costs            what is paid for it: "call", it asks a model; "job", it
--                    begins a job; "told", it tells what a job has cost
--   fallback         whether another model can answer in its place
--   summary, returns, source   for people; source is the vendor's document
--
-- A param: { name, type, required =, one_of =, range = { least, most },
--            compatible = its name on an OpenAI-compatible base,
--            unsent = true when it is for us only,
--            about = what it is, without a full stop,
--            default = what the server takes without it }.
-- Types are those of api/params.

local account = require "indoxhub.api.endpoints.account"
local media = require "indoxhub.api.endpoints.media"
local models = require "indoxhub.api.endpoints.models"
local text = require "indoxhub.api.endpoints.text"

local endpoints = {}

-- All of them, in the order in which the annotations tell of them.
endpoints.rows = {}
for _, rows in ipairs { text, media, models, account } do
  for _, row in ipairs(rows) do
    table.insert(endpoints.rows, row)
  end
end

--- The row of a call.
---@return table?
function endpoints.find(resource, name)
  for _, row in ipairs(endpoints.rows) do
    if row.resource == resource and row.name == name then
      return row
    end
  end
end

--- Names of fields that providers take besides those of the API. Written
--- correctly, they are not mistaken for a misspelling of a known field.
endpoints.provider_params = {}
for _, param in ipairs(require "indoxhub.api.endpoints.provider") do
  table.insert(endpoints.provider_params, param[1])
end

return endpoints
