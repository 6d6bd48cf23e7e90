--- `indoxhub models`: what can be asked.

local exit = require "indoxhub.cli.shared.exit"
local indoxhub = require "indoxhub"
local options = require "indoxhub.cli.shared.options"
local output = require "indoxhub.cli.shared.output"
local tables = require "indoxhub.cli.shared.tables"

local models = {}

-- What --can takes -> the category of models.
local CATEGORIES = { text = "text_completions", embed = "embeddings",
  image = "image_generation", speak = "text_to_speech",
  transcribe = "speech_to_text", video = "video_generation" }

--- Adds the command to the parser.
function models.describe(parser)
  local command = parser:command("models", "List the models, or describe one.")
    :epilog [[
Examples:
  indoxhub models
  indoxhub models openai                      (those of one provider)
  indoxhub models --can image
  indoxhub models openai/gpt-4o-mini          (all that is known of one)
  indoxhub models --trending --days 30
  indoxhub models -q | fzf                    (names only, as -m takes them)
  indoxhub models --json | jq ".[].id"]]
  command:argument("name", "A provider, or a model as provider/model."):args "?"
  command:option("--can", "Only models that can do this.")
    :choices { "text", "embed", "image", "speak", "transcribe", "video" }
  command:option("--provider", "Only models of this provider.")
    :argname("<name>")
  command:flag("--trending", "Those that are used most.")
  command:option("--days", "With --trending: days to look back.")
    :argname("<n>"):convert(options.count "--days")
  command:option("--limit", "With --trending: most models to list.")
    :argname("<n>"):convert(options.count "--limit")
  command:flag("-q --quiet", "Names only, one in each line.")
  options.add_common(command)
end

-- Name as the calls take it: by its provider, unless it says that itself.
local function full_name(provider, model)
  local name = tostring(model.modelName or model.model or model.id
    or model.name)
  local owner = provider or model.provider or model.owned_by
  return owner and not name:find("/", 1, true) and owner .. "/" .. name or name
end

local function show_names(list)
  local lines = {}
  for i, item in ipairs(list) do
    lines[i] = item.name .. "\n"
  end
  return output.text(table.concat(lines))
end

-- Rows of the providers' models.
local function rows_of(providers)
  local rows = {}
  for _, provider in ipairs(tables.objects(providers)) do
    for _, model in ipairs(tables.objects(provider.models)) do
      rows[#rows + 1] = { name = full_name(provider.id, model),
        kind = model.category or model.type, title = model.name }
    end
  end
  return rows
end

local function show(rows, given)
  if given.quiet then
    return show_names(rows)
  end
  return output.table(tables.text({ { "name", "MODEL" }, { "kind", "KIND" },
    { "title", "NAME" } }, rows))
end

-- The models of a category come from a call for each provider: not every
-- server tells categories in its list.
local function of_category(client, providers, category)
  for _, provider in ipairs(tables.objects(providers)) do
    local list, err = client.models[category](client.models, provider.id)
    if not list then
      return nil, err
    end
    for _, model in ipairs(tables.objects(list)) do
      model.category = model.category or category
    end
    provider.models = list
  end
  return providers
end

local function providers_of(client, name)
  if not name then
    return client.models:list()
  end
  local provider, err = client.models:provider(name)
  return provider and { provider }, err
end

local function list(client, given)
  local providers, err = providers_of(client, given.name or given.provider)
  if providers and given.can then
    providers, err = of_category(client, providers, CATEGORIES[given.can])
  end
  if not providers then
    return nil, err
  elseif given.json then
    return output.json(indoxhub.array(providers))
  end
  return show(rows_of(providers), given)
end

local function trending(client, given)
  local ranked, err = client.models:trending { days = given.days,
    limit = given.limit }
  if not ranked then
    return nil, err
  elseif given.json then
    return output.json(indoxhub.array(ranked))
  end
  local rows = {}
  for i, model in ipairs(tables.objects(ranked)) do
    rows[i] = { name = full_name(nil, model), tokens = model.total_tokens,
      requests = model.request_count }
  end
  if given.quiet then
    return show_names(rows)
  end
  return output.table(tables.text({ { "name", "MODEL" },
    { "requests", "REQUESTS" }, { "tokens", "TOKENS" } }, rows))
end

local function describe_one(client, given)
  local model, err = client.models:get(given.name)
  if not model then
    return nil, err
  elseif given.json then
    return output.json(model)
  elseif given.quiet then
    return output.line(given.name)
  end
  return output.text(tables.facts(model))
end

-- Options that have no meaning together.
local function conflict(given)
  local is_model = given.name and given.name:find("/", 1, true)
  if given.name and given.provider then
    return "the provider is given twice"
  elseif given.trending and (given.name or given.provider or given.can) then
    return "--trending ranks all models: it cannot be filtered"
  elseif is_model and given.can then
    return "--can filters a list, and this is one model"
  elseif not given.trending and (given.days or given.limit) then
    return "--days and --limit go with --trending"
  end
end

--- Runs the command.
function models.run(given)
  local wrong = conflict(given)
  if wrong then
    return nil, exit.usage(wrong)
  end
  local client = options.client(given)
  if given.trending then
    return trending(client, given)
  elseif given.name and given.name:find("/", 1, true) then
    return describe_one(client, given)
  end
  return list(client, given)
end

return models
