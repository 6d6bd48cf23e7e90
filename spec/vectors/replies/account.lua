-- The account, its keys, its payments and its statistics.
local kit = dofile "spec/vectors/replies/kit.lua"
local add, add_to_each = kit.add, kit.add_to_each

add "user_health_check" {
  { name = "up", body = [[{ "status": "ok", "router": "user" }]],
    expect = { status = "ok", router = "user" } },
  { name = "a state that other replies call a failure",
    body = [[{ "status": "error", "router": "user" }]],
    expect = { status = "error", router = "user" } },
}

add "get_current_user_details" {
  {
    name = "person",
    body = [[{ "id": 4210, "username": "u4210", "email": "u4210@mail.test",
      "first_name": null, "last_name": null, "is_active": true,
      "credits": 3.5, "app_credit": 100, "account_tier": "free",
      "created_at": "2026-01-02T03:04:05", "metadata": { "lang": "nb" },
      "has_model_restrictions": true, "has_password": false,
      "avatar_url": null }]],
    expect = { id = 4210, username = "u4210", email = "u4210@mail.test",
      is_active = true, credits = 3.5, app_credit = 100, account_tier = "free",
      created_at = "2026-01-02T03:04:05", metadata = { lang = "nb" },
      has_model_restrictions = true, has_password = false },
    absent = { "first_name", "last_name", "avatar_url" },
  },
}

add "list_transactions" {
  {
    name = "page",
    body = [[{ "transactions": [{ "id": 8, "transaction_id": "txn-8",
      "amount": 12.5, "currency": "EUR", "transaction_type": "refund",
      "status": "pending", "payment_method": "card", "description": null,
      "created_at": "2026-02-03T04:05:06" }], "total_count": 1 }]],
    expect = { total_count = 1, transactions = { { id = 8,
      transaction_id = "txn-8", amount = 12.5, currency = "EUR",
      transaction_type = "refund", status = "pending", payment_method = "card",
      created_at = "2026-02-03T04:05:06" } } },
  },
  {
    name = "nothing",
    body = [[{ "transactions": [], "total_count": 0 }]],
    expect = { transactions = {}, total_count = 0 },
  },
}

-- Made up: 32 characters after the prefix.
local FULL_KEY = "indox-" .. ("a1B2"):rep(8)

add "create_new_api_key" {
  {
    name = "the whole key",
    body = ([[{ "id": 77, "api_key": "%s", "name": "laptop",
      "is_active": true, "created_at": "2026-03-14T21:40:09",
      "expires_at": null, "last_used_at": null }]]):format(FULL_KEY),
    expect = { id = 77, api_key = FULL_KEY, name = "laptop", is_active = true,
      created_at = "2026-03-14T21:40:09" },
    absent = { "expires_at", "last_used_at" },
  },
}

add "list_api_keys" {
  {
    name = "masked keys",
    body = [[{ "keys": [{ "id": 77, "api_key": "indox-a1B2****",
      "name": "laptop", "is_active": false,
      "created_at": "2026-03-14T21:40:09", "expires_at": "2026-04-13T21:40:09",
      "last_used_at": "2026-03-15T00:00:00" }] }]],
    expect = { keys = { { id = 77, api_key = "indox-a1B2****", name = "laptop",
      is_active = false, created_at = "2026-03-14T21:40:09",
      expires_at = "2026-04-13T21:40:09",
      last_used_at = "2026-03-15T00:00:00" } } },
  },
  { name = "nothing", body = [[{ "keys": [] }]], expect = { keys = {} } },
}

add_to_each({ "delete_api_key", "revoke_user_api_key", "enable_user_api_key",
  "delete_user_account" }, function()
  return {
    { name = "done", body = [[{ "success": true }]],
      expect = { success = true } },
    { name = "a message alone", body = [[{ "message": "done" }]],
      expect = { message = "done" } },
    { name = "without a body", body = "", expect = {} },
    { name = "status 204", status = 204, body = "", expect = {} },
    { name = "not done",
      body = [[{ "success": false, "message": "it was not yours" }]],
      error = { kind = "server", message = "it was not yours" } },
  }
end)

add "get_usage_stats" {
  {
    name = "statistics",
    body = [[{ "total_requests": 12, "total_cost": 0.75,
      "remaining_credits": 3.5,
      "total_tokens": { "input": 300, "output": 100, "total": 400 },
      "endpoints": { "chat": { "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } } },
      "providers": { "nordlys": { "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } } },
      "models": { "nordlys/fjell-2": { "provider": "nordlys",
        "model": "fjell-2", "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } } },
      "daily_usage": [{ "date": "2026-03-14", "requests": 12, "cost": 0.75,
        "tokens": { "input": 300, "output": 100, "total": 400 } }] }]],
    expect = { total_requests = 12, total_cost = 0.75, remaining_credits = 3.5,
      total_tokens = { input = 300, output = 100, total = 400 },
      endpoints = { chat = { requests = 12, cost = 0.75,
        tokens = { input = 300, output = 100, total = 400 } } },
      providers = { nordlys = { requests = 12 } },
      models = { ["nordlys/fjell-2"] = { provider = "nordlys",
        model = "fjell-2", requests = 12 } },
      daily_usage = { { date = "2026-03-14", requests = 12, cost = 0.75,
        tokens = { input = 300, output = 100, total = 400 } } } },
  },
  {
    name = "zeros, without total_tokens",
    body = [[{ "total_requests": 0, "total_cost": 0, "remaining_credits": 0,
      "endpoints": {}, "providers": {}, "models": {}, "daily_usage": [] }]],
    expect = { total_requests = 0, total_cost = 0, remaining_credits = 0,
      endpoints = {}, providers = {}, models = {}, daily_usage = {} },
    absent = { "total_tokens" },
  },
  {
    name = "the tracking guide's",
    body = [[{ "total_requests": 12, "total_tokens": 400, "total_cost": 0.75,
      "current_period": { "requests": 2, "tokens": 90, "cost": 0.25,
        "period_start": "2026-03-01T00:00:00Z",
        "period_end": "2026-03-31T23:59:59Z" },
      "by_provider": { "nordlys": { "requests": 12, "tokens": 400 } },
      "by_model": { "fjell-2": { "requests": 12, "tokens": 400 } } }]],
    expect = { total_requests = 12, total_tokens = 400, total_cost = 0.75,
      current_period = { requests = 2, tokens = 90, cost = 0.25,
        period_start = "2026-03-01T00:00:00Z",
        period_end = "2026-03-31T23:59:59Z" },
      by_provider = { nordlys = { requests = 12, tokens = 400 } },
      by_model = { ["fjell-2"] = { requests = 12, tokens = 400 } } },
  },
}

return kit.replies
