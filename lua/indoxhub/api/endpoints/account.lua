--- Rows of an account: analytics of its calls, its user, payments and API keys.
--- What a row says stands in init.lua.

local reference = require("indoxhub.api.endpoints.shared").reference

local START = { "start_date", "date", about = "the first day, as YYYY-MM-DD" }
local END = { "end_date", "date", about = "the last day, as YYYY-MM-DD" }

-- The rows that change one API key.
local function key_row(name, operation, http, path, title, summary)
  return {
    resource = "user", name = name, operation = operation, http = http,
    path = "user/api-keys/{api_key_id}" .. path, argument = "integer",
    key = "required", reply = "plain", returns = "indoxhub.Acknowledgement",
    summary = summary,
    source = reference(title),
  }
end

return {
  {
    resource = "analytics", name = "usage", operation = "get_usage_data",
    http = "GET", path = "analytics/usage", key = "required", place = "query",
    params = {
      START, END,
      { "group_by", "string", one_of = { "date", "model", "provider",
        "endpoint", "session_id", "client_ip" }, about = "what a row is" },
      { "provider", "string", about = "only this provider" },
      { "model", "string", about = "only this model" },
      { "session_id", "string", about = "only this session" },
      { "endpoint", "string",
        one_of = { "chat", "completion", "embedding", "image" },
        about = "only these calls" },
      { "include_content", "boolean",
        about = "what was asked and answered, too; the rows are single calls" },
    },
    reply = "plain", summary = "Counts your calls, their tokens and cost.",
    returns = "indoxhub.AnalyticsResponse",
    source = reference("Get Usage Data"),
  },
  {
    resource = "analytics", name = "sessions", operation = "get_session_data",
    http = "GET", path = "analytics/sessions", key = "required",
    place = "query",
    params = { START, END,
      { "session_id", "string", about = "only this session" } },
    reply = "plain", summary = "Counts the same by session.",
    returns = "indoxhub.AnalyticsResponse",
    source = reference("Get Session Data"),
  },
  {
    resource = "analytics", name = "models",
    operation = "get_model_performance",
    http = "GET", path = "analytics/models", key = "required",
    place = "query",
    params = { START, END,
      { "provider", "string", about = "only this provider" } },
    reply = "plain", summary = "Compares the models you used.",
    returns = "indoxhub.AnalyticsResponse",
    source = reference("Get Model Performance"),
  },
  {
    resource = "user", name = "health", operation = "user_health_check",
    http = "GET", path = "user/health", key = "optional", reply = "plain",
    summary = "Tells whether the API is up.", returns = "indoxhub.Health",
    source = reference("Health Check"),
  },
  {
    resource = "user", name = "me", operation = "get_current_user_details",
    http = "GET", path = "user/me", key = "required", reply = "plain",
    summary = "Describes your account.", returns = "indoxhub.User",
    source = reference("Get Current User Details"),
  },
  {
    resource = "user", name = "transactions", operation = "list_transactions",
    http = "GET", path = "user/transactions", key = "required",
    place = "query",
    params = {
      { "limit", "integer", about = "most transactions to list" },
      { "offset", "integer", about = "transactions to leave out before them" },
    },
    reply = "plain", summary = "Lists what you paid.",
    returns = "indoxhub.TransactionList",
    source = reference("List Transactions"),
  },
  {
    resource = "user", name = "usage", operation = "get_usage_stats",
    http = "GET", path = "user/usage", key = "required", place = "query",
    params = { START, END },
    reply = "plain", summary = "Sums up what you used and what is left.",
    returns = "indoxhub.UsageResponse", source = reference("Get Usage Stats"),
  },
  {
    resource = "user", name = "api_keys", operation = "list_api_keys",
    http = "GET", path = "user/api-keys", key = "required", reply = "plain",
    summary = "Lists your API keys, masked.", returns = "indoxhub.ApiKeyList",
    source = reference("List Api Keys"),
  },
  {
    resource = "user", name = "create_api_key",
    operation = "create_new_api_key",
    http = "POST", path = "user/api-keys", key = "required",
    params = {
      { "name", "string", about = 'what to call it', default = '"API Key"' },
      { "expiration_time", "integer",
        about = "days that it is good for",
          default = "for ever, as with indoxhub.null" },
    },
    reply = "plain", returns = "indoxhub.ApiKey",
    summary = "Makes an API key; only this reply ever holds all of it.",
    source = reference("Create New Api Key"),
  },
  key_row("delete_api_key", "delete_api_key", "DELETE", "",
    "Delete Api Key Endpoint", "Deletes an API key."),
  key_row("revoke_api_key", "revoke_user_api_key", "POST", "/revoke",
    "Revoke User Api Key", "Switches an API key off."),
  key_row("enable_api_key", "enable_user_api_key", "POST", "/enable",
    "Enable User Api Key", "Switches an API key on again."),
  {
    resource = "user", name = "delete_account",
    operation = "delete_user_account",
    http = "DELETE", path = "user/account", key = "required", place = "query",
    params = { { "confirm", "boolean", required = true, one_of = { true },
      unsent = true, about = "true, because nothing brings it back" } },
    reply = "plain", summary = "Deletes your account for good.",
    returns = "indoxhub.Acknowledgement",
    source = reference("Delete User Account"),
  },
}
