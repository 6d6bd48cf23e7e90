---@meta

-- What a gateway in nginx is made with.

--- Options of `require("indoxhub.gateway").new`. An option that there is not raises.
---@class indoxhub.GatewayOptions
---@field client? indoxhub.Client Who asks the upstream. Default: `indoxhub.new()`.
---@field upstreams? indoxhub.GatewayUpstream[] Several in place of `client`: each call begins at one, by weight, and goes to another when that does not answer.
---@field redis? string Where Redis is: "redis://:password@host:port/database", "unix:///path" or "host:port". Default: the variable REDIS_URL; without either everything stays in the machine.
---@field keys? indoxhub.GatewayKey[] Keys that are known beside those of Redis.
---@field visitors? indoxhub.GatewayVisitors What those may do who ask without a key, each address by itself. Default: nothing.
---@field models? string[] The models that may be asked at all. Default: all.
---@field prices? table<string, indoxhub.GatewayPrice> Prices by model, for limits of cost where the upstream tells none.
---@field cache? indoxhub.GatewayCacheRule[] Whole answers that are given again to equal requests. The first rule that fits holds; requests may ask for it, or decline, by the header X-Gateway-Cache: SECONDS.
---@field on_store_failure? "closed"|"open"|"local" What becomes of calls while Redis is away: nothing passes, known keys pass without limits, or each machine counts by itself. Default: "closed".
---@field key_cache? number Seconds that a key is known, and a revoked one goes on. Default: 60.
---@field expected_tokens? integer Tokens to reserve for an answer where the request does not say how many it may have. Default: 1000.
---@field longest_answer? number Seconds that a request may take, with all of its prompts and upstreams. Default: 600.
---@field most_streams? integer How many streams each worker writes at a time. Default: 1000.
---@field linger? number Seconds that a stream goes on without a reader. Default: 30.
---@field stream_bytes? integer How much of a stream is kept for readers that come back. Default: 4 MiB.
---@field redis_timeout? number Seconds that connecting and an answer of Redis may take. Default: 1.
---@field redis_connections? integer How many connections to Redis each worker opens. Default: 16.
---@field [string] indoxhub.NoSuchOption There is no other.

--- A key of a gateway, and what it may do. What is not given is not bounded.
---@class indoxhub.GatewayKey
---@field name string What it is called in logs: letters, digits, blanks and . _ @ -.
---@field sha256 string The SHA-256 of the key, as hexadecimal digits.
---@field models? string[] The models that it may ask.
---@field requests_per_minute? number Requests in a clock minute.
---@field tokens_per_minute? number Tokens in a clock minute.
---@field cost_per_day? number US dollars in a day of UTC.
---@field cost_per_month? number US dollars in a month of UTC.
---@field calls_at_once? number Calls at the same time.
---@field linger? number Seconds that its streams go on without a reader, if less than those of the gateway.
---@field [string] indoxhub.NoSuchOption There is no other.

--- What those may do who ask without a key. Each is known by the address that nginx sees, and has these limits of his own; one of them must be given.
---@class indoxhub.GatewayVisitors
---@field models? string[] The models that they may ask.
---@field requests_per_minute? number Requests in a clock minute.
---@field tokens_per_minute? number Tokens in a clock minute.
---@field cost_per_day? number US dollars in a day of UTC.
---@field cost_per_month? number US dollars in a month of UTC.
---@field calls_at_once? number Calls at the same time.
---@field linger? number Seconds that their streams go on without a reader, if less than those of the gateway.
---@field body_bytes? integer Bytes that a request may have. Default: 1 MiB.
---@field [string] indoxhub.NoSuchOption There is no other.

--- One of several servers to ask.
---@class indoxhub.GatewayUpstream
---@field client indoxhub.Client Who asks it. Its own tries come first: `max_retries = 0` goes to the next at once.
---@field weight? number Its share of the calls. Default: 1.
---@field name? string What it is called in metrics. Jobs are kept with it, so it should stay. Default: its place in the list.

--- Which answers are given again.
---@class indoxhub.GatewayCacheRule
---@field seconds number How long an answer is kept, a day at most.
---@field models? string[] Of which models. Default: all.
---@field shared? boolean Whether keys get answers that others have paid for. Default: false.

--- What a model costs.
---@class indoxhub.GatewayPrice
---@field prompt? number US dollars per million tokens of the question.
---@field completion? number US dollars per million tokens of the answer.
---@field call? number US dollars per call.
