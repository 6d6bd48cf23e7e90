--- Reply kinds of the endpoint table, and what makes a reply of each.
--
--   make(body)       turns the decoded body into the reply
--   is_failure(body) whether a body of status 200 tells of a failure
--   may_be_empty     an empty body is an empty table

local models = require "indoxhub.resources.models"
local reply = require "indoxhub.reply"
local text = require "indoxhub.resources.text"

local function as_it_is(body)
  return body
end

return {
  chat = { make = text.normalise, is_failure = reply.is_failed_generation },
  completion = { make = text.normalise,
    is_failure = reply.is_failed_generation },
  providers = { make = models.providers, is_failure = reply.is_failure },
  plain = { make = as_it_is, is_failure = reply.is_failure,
    may_be_empty = true },
}
