-- Rows: their types, and how they are shown.
local chart = require "indoxhub.analytics.chart"
local json = require "indoxhub.base.json"
local rows = require "indoxhub.analytics.rows"

-- The type of a number where there are two.
local function kind(value)
  return math.type and math.type(value) or type(value) -- luacheck: ignore 143
end

local INTEGER = kind(1)
local FLOAT = kind(0.5)

local REPLY = [[{"group_by":"model","results":[
  {"group_value":"gpt-4o-mini","count":41,"total_cost":0.0412,
   "total_tokens_prompt":1800,"total_tokens_completion":950,
   "total_tokens":1234567,"avg_latency":0.84,
   "first_timestamp":"2026-05-30T09:00:01"},
  {"group_value":"gpt-4.1","count":3,"total_cost":2,"total_tokens":50,
   "total_tokens_prompt":0,"total_tokens_completion":0,"avg_latency":2.2,
   "first_timestamp":null},
  {"group_value":null,"count":1,"total_cost":0,"total_tokens":7,
   "total_tokens_prompt":7,"total_tokens_completion":0,"avg_latency":1,
   "first_timestamp":null}]}]]

local function grouped(group, list)
  return assert(rows.new({ results = list }, group))
end

local function example()
  return assert(rows.new(json.decode(REPLY), "model"))
end

describe("rows", function()
  it("have what they are grouped by under its name", function()
    local list = example()
    assert.equal(3, #list)
    assert.equal("model", list.columns[1])
    assert.equal("gpt-4o-mini", list[1].model)
    assert.is_nil(list[1].group_value)
    assert.is_nil(list[3].model)
    assert.equal("gpt-4.1", list.reply.results[2].group_value)
  end)

  it("have columns in order, with types", function()
    local list = example()
    assert.same({ "model", "count", "total_tokens_prompt",
      "total_tokens_completion", "total_tokens", "total_cost", "avg_latency",
      "min_latency", "max_latency", "first_timestamp", "last_timestamp" },
      list.columns)
    assert.equal("text", list.types.model)
    assert.equal("integer", list.types.count)
    assert.equal("money", list.types.total_cost)
    assert.equal("number", list.types.avg_latency)
    assert.equal("time", list.types.first_timestamp)
    assert.equal("date", grouped("date", {}).types.date)
  end)

  it("have values of these types", function()
    local list = grouped("date", { { group_value = "2026-05-01", count = 3.0,
      total_tokens = "1200", total_cost = "0.50", avg_latency = 2,
      max_latency = "slow", min_latency = {} } })
    local row = list[1]
    assert.equal("2026-05-01", row.date)
    assert.equal(INTEGER, kind(row.count))
    assert.equal(1200, row.total_tokens)
    assert.equal(INTEGER, kind(row.total_tokens))
    assert.equal(0.5, row.total_cost)
    assert.equal(FLOAT, kind(row.avg_latency))
    assert.is_nil(row.max_latency)
    assert.is_nil(row.min_latency)
  end)

  it("take in columns that they do not know", function()
    local list = grouped("model", { { group_value = "a", zeta = 1,
      errors = 2, share = 0.5, ok = true, tags = { "x" }, note = "n" },
      { group_value = "b", zeta = "two", share = 1, extra = { a = 1 } } })
    assert.equal("integer", list.types.errors)
    assert.equal("number", list.types.share)
    assert.equal("boolean", list.types.ok)
    assert.equal("table", list.types.tags)
    assert.equal("text", list.types.zeta)
    assert.equal("1", list[1].zeta)
    assert.same({ "errors", "extra", "note", "ok", "share", "tags", "zeta" },
      { (table.unpack or unpack)(list.columns, #list.columns - 6) })
  end)

  it("are single calls without a group", function()
    local list = assert(rows.new({ results = { { provider = "openai",
      model = "gpt", tokens_total = 12, cost = 0.1, timestamp = "t",
      request = "hi", response = { text = "x" } } } }))
    assert.same({ "timestamp", "provider", "model", "endpoint", "session_id",
      "tokens_total", "cost", "latency", "request", "response" },
      list.columns)
    assert.same({ text = "x" }, list[1].response)
  end)

  it("are found in the data of an envelope, too", function()
    for _, reply in ipairs { { data = { results = { { count = 1 } } } },
      { results = json.null, data = { { count = 1 } } },
      { data = { { count = 1 } } }, { { count = 1 } } } do
      assert.equal(1, assert(rows.new(reply, "model"))[1].count)
    end
    assert.equal(0, #assert(rows.new({ data = {} }, "model")))
    for _, reply in ipairs { {}, { results = { a = 1 } }, { data = { a = 1 } },
      { data = { results = { a = {} } } }, { results = "x" } } do
      assert.is_nil(rows.new(reply, "model"))
    end
  end)

  it("leave out what is no row", function()
    assert.equal(1, #grouped("model", { json.null, { count = 1 }, "x" }))
    assert.is_nil(rows.new({}, "model"))
    assert.is_nil(rows.new({ results = "none" }, "model"))
    assert.equal(1, #rows.new({ { count = 1 } }, "model"))
  end)
end)

describe("rows:table()", function()
  it("is aligned, with numbers at the right", function()
    assert.equal(table.concat({
      "model        count  total_tokens  total_cost  avg_latency",
      "-----------  -----  ------------  ----------  -----------",
      "gpt-4o-mini     41     1,234,567     $0.0412         0.84",
      "gpt-4.1          3            50     $2.0000         2.20",
      "(none)           1             7     $0.0000         1.00",
    }, "\n"), example():table())
    assert.equal(example():table(), tostring(example()))
  end)

  it("shows the columns that are chosen", function()
    assert.equal("count  model\n-----  -----------\n   41  gpt-4o-mini\n" ..
      "    3  gpt-4.1\n    1  (none)",
      example():table { columns = { "count", "model" } })
    assert.matches("first_timestamp  +last_timestamp\n",
      example():table { columns = "all" })
  end)

  it("is aligned whatever script names are in", function()
    local list = grouped("session_id", {
      { group_value = "\230\151\165\230\156\172", count = 1 },
      { group_value = "e\204\129t\195\169", count = 2 },
      { group_value = "plain", count = 3 } })
    assert.equal("session_id  count\n----------  -----\n" ..
      "\230\151\165\230\156\172            1\n" ..
      "e\204\129t\195\169             2\n" ..
      "plain           3", list:table { columns = { "session_id", "count" } })
  end)

  it("lets nothing through to the terminal", function()
    local list = grouped("session_id", { { group_value =
      "\27]0;owned\7\n\27[2J\r\226\128\174x", count = 1,
      ["\27[31mname"] = "\0" } })
    local shown = list:table { columns = "all" } .. list:chart
      { column = "count" } .. list:chart { column = "count", style = "spark" }
    assert.is_nil(shown:gsub("\n", ""):find("%c"))
    assert.is_nil(shown:find("\226\128\174", 1, true))
    assert.equal(3, select(2, list:table():gsub("\n", "\n")) + 1)
  end)

  it("is cut to a width, the longest texts first", function()
    local list = grouped("session_id", { { group_value = ("s"):rep(100),
      count = 5, note = ("n"):rep(30) } })
    for _, room in ipairs { 20, 40, 60, 79, 80, 120, 200 } do
      for line in list:table({ columns = { "session_id", "note", "count" },
        width = room }):gmatch("[^\n]+") do
        local cells = select(2, line:gsub("[^\128-\191]", ""))
        assert.is_true(cells <= math.max(room, 25), line)
      end
    end
    assert.matches("^s+\226\128\166", list:table { width = 40 }
      :match("\n[^\n]+\n(.*)$"))
    assert.truthy(list:table():find(("s"):rep(100), 1, true))
    assert.truthy(list:table { columns = { "session_id", "note" },
      width = 80 }:find(("n"):rep(30), 1, true))
  end)

  it("says so when there are no rows", function()
    assert.equal("model  count\n-----  -----\n(no rows)",
      grouped("model", {}):table { columns = { "model", "count" } })
  end)

  it("shows numbers of any size", function()
    local list = grouped("model", { { group_value = "a",
      total_cost = -1234.5, count = 0, avg_latency = 1e300 },
      { group_value = "b", total_cost = 1e-5, count = -1234567 },
      { group_value = "c", total_cost = math.huge, avg_latency = 1e15 } })
    local shown = list:table { columns = { "total_cost", "count",
      "avg_latency" } }
    assert.truthy(shown:find("-$1,234.50000", 1, true))
    assert.truthy(shown:find("-1,234,567", 1, true))
    assert.truthy(shown:find("1e+300", 1, true))
    assert.truthy(shown:find("inf", 1, true))
    assert.matches("%$1%.234568\n *%$0%.000000$", grouped("model", { {
      total_cost = 1.23456789 }, { total_cost = 1.23e-7 } }):table {
      columns = { "total_cost" } })
  end)

  it("refuses wrong use at the caller's line", function()
    local list = example()
    for said, options in pairs {
      ["there is no column cost; there are model, count"] =
        { columns = { "cost" } },
      ["there is no column modle: did you mean model?"] =
        { columns = { "modle" } },
      ['option columns must be "all" or a list of names'] = { columns = 5 },
      ["unknown option with: did you mean width?"] = { with = 5 },
      ["option width must be a whole number, 0 or more"] = { width = -1 },
    } do
      local ok, why = pcall(function() list:table(options) end)
      assert.is_false(ok)
      assert.matches("rows_spec%.lua:%d+: rows:table: ", why)
      assert.truthy(why:find(said, 1, true), why)
    end
  end)
end)

describe("rows:chart()", function()
  local FULL, HALF, EIGHTH = "\226\150\136", "\226\150\140", "\226\150\143"

  local function costs(...)
    local list = {}
    for i = 1, select("#", ...) do
      list[i] = { group_value = "m" .. i, total_cost = (select(i, ...)) }
    end
    return grouped("model", list)
  end

  it("draws bars that end in eighths", function()
    assert.equal("m1  " .. FULL:rep(20) .. " $8.00\n" ..
      "m2  " .. FULL:rep(10) .. " $4.00\n" ..
      "m3  " .. FULL:rep(2) .. HALF .. " $1.00\n" ..
      "m4  $0.00", costs(8, 4, 1, 0):chart { width = 30 })
  end)

  it("draws something of what is little", function()
    assert.matches("m2  " .. EIGHTH .. " ", costs(1000000, 1):chart())
  end)

  it("fits into the width", function()
    for _, room in ipairs { 40, 80, 120 } do
      local longest = 0
      for line in example():chart({ width = room }):gmatch("[^\n]+") do
        longest = math.max(longest, select(2, line:gsub("[^\128-\191]", "")))
      end
      assert.equal(room, longest)
    end
    assert.equal(80, select(2, costs(1):chart():gsub("[^\128-\191]", "")))
    assert.is_string(costs(1, 2):chart { width = 0 })
  end)

  it("shades what is negative, and draws nothing of what is none", function()
    local list = costs(2, -1, 0 / 0, math.huge, -math.huge)
    list[6] = { model = "m6" }
    local lines = {}
    for line in (list:chart { width = 40 } .. "\n"):gmatch("(.-)\n") do
      lines[#lines + 1] = line
    end
    assert.equal("m2   -$1.00", (lines[2]:gsub("\226\150\145", "")))
    assert.is_true(#lines[2] > 30)
    for i = 3, 5 do
      assert.matches("^m" .. i .. "  %-?%a+$", lines[i])
    end
    assert.equal("m6  -", lines[6])
  end)

  it("measures by what is farthest from zero", function()
    assert.equal("m1  " .. ("-"):rep(20) .. " -$4.00\nm2  " .. ("#"):rep(5)
      .. " $1.00", costs(-4, 1):chart { ascii = true, width = 31 })
  end)

  it("draws nothing when all is zero", function()
    assert.equal("m1  $0.00\nm2  $0.00", costs(0, 0):chart())
  end)

  it("draws with ASCII only on request", function()
    local shown = costs(8, -4):chart { ascii = true, width = 30 }
    assert.matches("^m1  #+ %$8%.00\nm2  %-+ %-%$4%.00$", shown)
    assert.matches("^total_cost [#_]+\n", costs(8, -4):chart { ascii = true,
      style = "spark" })
  end)

  it("draws the column that is chosen, or cost, or the count", function()
    assert.truthy(example():chart():find("$2.00", 1, true))
    assert.truthy(example():chart { column = "total_tokens" }
      :find("1,234,567", 1, true))
    local calls = assert(rows.new { results = { { cost = 0.5 } } })
    assert.truthy(calls:chart():find("$0.50", 1, true))
  end)

  it("says so when there are no rows", function()
    assert.equal("(no rows)", grouped("model", {}):chart())
    assert.equal("(no rows)", grouped("date", {}):chart { style = "spark" })
  end)

  it("draws a line of small columns", function()
    assert.equal("total_cost \226\150\129\226\150\132\226\150\136\n" ..
      "from $0.00 to $8.00",
      (costs(0, 4, 8):chart { style = "spark" }:gsub("\226\150\133",
        "\226\150\132")))
    assert.matches("\226\150\129+\n", costs(0, 0):chart { style = "spark" })
    assert.matches("^total_cost  \226\150\136\n",
      costs(0 / 0, 2):chart { style = "spark" })
  end)

  local function days(kind_of_rows, ...)
    local list = {}
    for i, day in ipairs { ... } do
      list[i] = { group_value = "2026-05-" .. day, count = i,
        avg_latency = i }
    end
    return grouped(kind_of_rows, list)
  end

  it("shows days without calls, and days in order", function()
    local shown = days("date", "09", "01"):chart { column = "count",
      style = "spark", ascii = true }
    assert.equal("count #_______=\nfrom 0 to 2", (shown:gsub("[~=]\n", "=\n")))
    assert.equal("avg_latency #       ~\nfrom 0.00 to 2.00",
      (days("date", "09", "01"):chart { column = "avg_latency",
        style = "spark", ascii = true }:gsub("[~=]\n", "~\n")))
    local odd = days("date", "01", "02", "03")
    odd[2].count = 0 / 0
    assert.matches("^count . #\n", odd:chart { column = "count",
      style = "spark", ascii = true })
    assert.equal("count ~#\nfrom 0 to 2", (days("session_id", "01", "09")
      :chart { column = "count", style = "spark", ascii = true }
      :gsub("=#", "~#")))
  end)

  it("puts neighbours together where there is little room", function()
    local list = {}
    for i = 1, 1000 do
      list[i] = { group_value = "s" .. i, count = 2, avg_latency = 2 }
    end
    local many = grouped("session_id", list)
    local shown = many:chart { column = "count", style = "spark", width = 26,
      ascii = true }
    assert.equal("count " .. ("#"):rep(20) .. "\nfrom 0 to 100", shown)
    assert.matches("from 0%.00 to 2%.00$", many:chart {
      column = "avg_latency", style = "spark" })
  end)

  it("is not misled by dates that are none, or far apart", function()
    local list = grouped("date", { { group_value = "yesterday", count = 1 },
      { group_value = "0001-01-01", count = 2 },
      { group_value = "9999-12-31", count = 3 }, { count = 4 } })
    assert.matches("^count ....\n", list:chart { style = "spark",
      column = "count", ascii = true })
  end)

  it("refuses wrong use at the caller's line", function()
    for said, options in pairs {
      ["there is no column costs"] = { column = "costs" },
      ["column model has no numbers to draw"] = { column = "model" },
      ['option style must be one of "bars", "spark", not "pie"'] =
        { style = "pie" },
    } do
      local ok, why = pcall(function() example():chart(options) end)
      assert.is_false(ok)
      assert.matches("rows_spec%.lua:%d+: rows:chart: ", why)
      assert.truthy(why:find(said, 1, true), why)
    end
    assert.equal(chart, example().chart)
  end)
end)

describe("rows:csv()", function()
  it("is a line for each row, the names of the columns first", function()
    assert.equal("model,count,total_cost,first_timestamp\n" ..
      "gpt-4o-mini,41,0.0412,2026-05-30T09:00:01\n" ..
      "gpt-4.1,3,2,\n,1,0,\n", example():csv { columns = { "model", "count",
        "total_cost", "first_timestamp" } })
    assert.equal("model\r\ngpt-4o-mini\r\ngpt-4.1\r\n\"\"\r\n", example():csv {
      columns = { "model" }, newline = "\r\n" })
    assert.matches("^model,count,total_tokens_prompt,", example():csv())
  end)

  local function one(text, options)
    options = options or {}
    options.columns = { "model" }
    return grouped("model", { { group_value = text } }):csv(options)
      :match("^model\n(.*)\n$")
  end

  it("quotes what needs it", function()
    assert.equal('"a,b"', one "a,b")
    assert.equal('"say ""hi"""', one 'say "hi"')
    assert.equal('"a\nb"', one "a\nb")
    assert.equal('"a\rb"', one "a\rb")
    assert.equal('" a"', one " a")
    assert.equal("a b", one "a b")
    assert.equal("\195\169\0x", one "\195\169\0x")
  end)

  it("lets a spreadsheet calculate nothing", function()
    for _, text in ipairs { "=1+1", "+1", "-1", "@sum(a)", "\tx", " =1" } do
      assert.matches("^\"?'", one(text))
      assert.is_nil(one(text, { raw = true }):find("'", 1, true))
    end
    assert.equal("a=1", one "a=1")
    local numbers = grouped("model", { { group_value = "a",
      total_cost = -0.5 } })
    assert.equal("total_cost\n-0.5\n", numbers:csv {
      columns = { "total_cost" } })
  end)

  it("loses no digit of a number, and none of a table", function()
    local list = grouped("model", { { group_value = "a", total_cost = 0.1,
      avg_latency = 1 / 3, count = 123456789012, total_tokens = 0 / 0,
      tags = { "x", "y" } } })
    local line = list:csv { columns = { "total_cost", "avg_latency", "count",
      "total_tokens", "tags" } }:match("\n(.*)\n$")
    local cost, latency, count, tokens, tags =
      line:match("^(.-),(.-),(.-),(.-),(.*)$")
    assert.equal("0.1", cost)
    assert.equal(1 / 3, tonumber(latency))
    assert.equal("123456789012", count)
    assert.equal("", tokens)
    assert.equal('"[""x"",""y""]"', tags)
  end)

  it("refuses wrong use at the caller's line", function()
    for said, options in pairs {
      ["option columns must be a list of names"] = { columns = "all" },
      ["there is no column x"] = { columns = { "x" } },
      ["option newline must be one of"] = { newline = "\r" },
    } do
      local ok, why = pcall(function() example():csv(options) end)
      assert.is_false(ok)
      assert.matches("rows_spec%.lua:%d+: rows:csv: ", why)
      assert.truthy(why:find(said, 1, true), why)
    end
  end)
end)

describe("rows of odd replies", function()
  it("are found wherever a reply has them", function()
    local list = { { group_value = "a", count = 1 } }
    for _, reply in ipairs { { results = list }, { data = list }, list } do
      assert.equal("a", assert(rows.new(reply, "model"))[1].model)
    end
    for _, reply in ipairs { {}, { data = "x" }, { results = true } } do
      assert.is_nil(rows.new(reply, "model"))
    end
  end)

  it("have amounts of six decimals at most", function()
    local list = grouped("model", { { group_value = "a",
      total_cost = 0.00000123456 } })
    assert.matches("%$0%.000001 ", list:table() .. " ")
  end)

  it("leave room for bars beside long labels", function()
    local list = grouped("model", { { group_value = ("x"):rep(500),
      count = 1 }, { group_value = "b", count = 2 } })
    local first = list:chart { column = "count", width = 50, ascii = true }
      :match("^(.-)\n")
    assert.matches("^x+\226\128\166  #+ 1$", first)
    assert.equal(19, #first:match("^x+"))
  end)
end)

describe("the methods of rows", function()
  it("are called with a colon", function()
    for _, method in ipairs { "table", "chart", "csv" } do
      for _, wrong in ipairs { { columns = "all" }, false, 7 } do
        local ok, why = pcall(function()
          return (example()[method](wrong))
        end)
        assert.is_false(ok)
        assert.equal(("rows:%s: call it with a colon, as rows:%s(...)")
          :format(method, method), why:match("^spec/.-:%d+: (.*)$"))
      end
    end
  end)
end)
