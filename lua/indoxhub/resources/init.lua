--- Reply kinds of the endpoint table, and what makes a reply of each.
--
--   make(body)       turns the decoded body into the reply
--   is_failure(body) whether a body of status 200 tells of a failure
--   is_reply(body)   whether it looks like a reply at all; nil: any body does
--   may_be_empty     an empty body is an empty table

local models = require "indoxhub.resources.models"
local reply = require "indoxhub.reply"
local text = require "indoxhub.resources.text"

local function as_it_is(body)
  return body
end

-- Bodies of any endpoint may have a status and an error of their own, such as
-- those of a job that failed.
local function says_so(body)
  return body.success == false
end

local generation = { make = text.normalise, is_reply = text.is_reply,
  is_failure = reply.is_failed_generation }

return {
  chat = generation, completion = generation,
  providers = { make = models.providers, is_reply = models.is_list,
    is_failure = reply.is_failure },
  plain = { make = as_it_is, is_failure = says_so, may_be_empty = true },
}
