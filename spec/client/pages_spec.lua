-- Lists in pages, read one by one: from the sandbox, and from servers whose
-- lists move or never end.
local during_tests = require "spec.support.during_tests"
local errors = require "indoxhub.base.errors"
local indoxhub = require "indoxhub"
local json = require "indoxhub.base.json"
local misuse = require "spec.support.misuse"
local servers = require "spec.support.servers"

local IS_PUC_51 = _VERSION == "Lua 5.1" and not rawget(_G, "jit")

describe("lists in pages", function()
  local raw = during_tests(servers.raw)
  local sandbox, client

  setup(function()
    sandbox = servers.sandbox("--pace 0 --job-seconds 0")
    client = indoxhub.new { api_key = "indox-test", base_url = sandbox.url }
    for i = 1, 7 do
      indoxhub.assert(client.videos:generate { prompt = "owl " .. i })
    end
  end)

  teardown(function()
    client:close()
    servers.kill(sandbox)
  end)

  local function collect(pages, field)
    local values = {}
    for item in pages do
      values[#values + 1] = item[field]
    end
    return values
  end

  -- A page of jobs, by their ids; false stands for a job without one.
  local function page(ids, more)
    local jobs = json.array()
    for i, id in ipairs(ids) do
      jobs[i] = { job_id = id or nil, status = "completed" }
    end
    more = more or {}
    more.jobs = jobs
    return servers.last_reply("200 OK", json.encode(more))
  end

  -- The queries a script got.
  local function queries(name)
    local list = {}
    for query in raw:got(name):gmatch("GET [^ ?]*%??([^ ]*) ") do
      list[#list + 1] = query
    end
    return list
  end

  it("give every job, the newest first, whatever the page size", function()
    local expected = { "owl 7", "owl 6", "owl 5", "owl 4", "owl 3", "owl 2",
      "owl 1" }
    for size = 1, 8 do
      assert.same(expected, collect(client.videos:each_job {
        page_size = size }, "prompt"))
    end
    assert.same(expected, collect(client.videos:each_job(), "prompt"))
    assert.same(expected, collect(client.videos:each_job { page_size = 3,
      headers = { ["X-Sandbox-Shape"] = "array" } }, "prompt"))
  end)

  it("give every transaction", function()
    local ids = collect(client.user:each_transaction(), "id")
    assert.equal(49, #ids)
    for i, id in ipairs(ids) do
      assert.equal(50 - i, id)
    end
    assert.same(ids, collect(client.user:each_transaction { page_size = 7 },
      "id"))
  end)

  it("may be empty", function()
    local nobody = indoxhub.new { api_key = "indox-nobody",
      base_url = sandbox.url }
    assert.same({}, collect(nobody.videos:each_job(), "job_id"))
    local item, err = nobody.videos:each_job():next()
    assert.is_nil(item)
    assert.is_nil(err)
    nobody:close()
  end)

  it("ask for a page when it is needed, and for no more", function()
    local other, name = raw:client { page { "a", "b" }, page { "c" } }
    local jobs = other.videos:each_job { page_size = 2 }
    assert.equal("", raw:got(name))
    assert.equal("a", jobs().job_id)
    assert.equal(1, #queries(name))
    assert.same({ "b", "c" }, collect(jobs, "job_id"))
    assert.is_nil(jobs:next())
    local asked = queries(name)
    assert.equal(2, #asked)
    assert.truthy(asked[1]:find("limit=2", 1, true))
    assert.truthy(asked[2]:find("skip=2", 1, true))
  end)

  it("hand the options of a call on to each page", function()
    local other, name = raw:client { page { "a", "b" }, page { "c" } }
    collect(other.videos:each_job { page_size = 2, timeout = false,
      headers = { ["X-Team"] = "owls" } }, "job_id")
    assert.equal(2, select(2, raw:got(name):gsub("X%-Team: owls", "")))
    local given
    rawset(other.videos, "jobs", function(_, _, options)
      given = options
      return {}
    end)
    other.videos:each_job({ timeout = false, page_size = 5 }):next()
    assert.same({ timeout = false }, given)
  end)

  it("give no item twice when the list grows meanwhile", function()
    local other = raw:client { page { "d", "c" }, page { "c", "b" },
      page { "a" } }
    assert.same({ "d", "c", "b", "a" },
      collect(other.videos:each_job { page_size = 2 }, "job_id"))
    -- As many new ones as a page holds push all of it behind.
    other = raw:client { page { "d", "c" }, page { "d", "c" },
      page { "d", "c" }, page { "b", "a" }, page {} }
    assert.same({ "d", "c", "b", "a" },
      collect(other.videos:each_job { page_size = 2 }, "job_id"))
  end)

  it("take pages that are smaller than asked for, if there is more", function()
    local other, name = raw:client { page({ "a", "b" }, { total = 3 }),
      page({ "c" }, { total = 3 }) }
    assert.same({ "a", "b", "c" },
      collect(other.videos:each_job { page_size = 100 }, "job_id"))
    assert.equal(2, #queries(name))
  end)

  it("do not trust a number of all that is that of the page", function()
    local other = raw:client { page({ "a", "b" }, { total = 2 }),
      page({ "c" }, { total = 1 }) }
    assert.same({ "a", "b", "c" },
      collect(other.videos:each_job { page_size = 2 }, "job_id"))
  end)

  it("end when the server repeats itself", function()
    local other, name = raw:client { page { "a", "b" } }
    assert.same({ "a", "b" },
      collect(other.videos:each_job { page_size = 2 }, "job_id"))
    assert.equal(4, #queries(name))
    local jobs = raw:client { page({ "a", "b" }, { total = 9 }) }.videos
      :each_job { page_size = 2 }
    jobs:next()
    jobs:next()
    for _ = 1, 2 do
      local item, err = jobs:next()
      assert.is_nil(item)
      assert.equal("protocol", err.kind)
      assert.equal("videos.each_job", err.operation)
    end
  end)

  it("give items that have no id, and leave out what is none", function()
    local other = raw:client { servers.last_reply("200 OK",
      '{"jobs":[{"status":"x"},null,7,{"status":"x"},{"job_id":"a"}]}') }
    local jobs, seen = other.videos:each_job(), 0
    while jobs:next() do
      seen = seen + 1
    end
    assert.equal(3, seen)
  end)

  it("read transactions wherever a reply has them", function()
    for _, body in ipairs { '[{"id":1}]', '{"data":[{"id":1}]}',
      '{"transactions":[{"id":1}],"total_count":1}' } do
      assert.same({ 1 }, collect(raw:client {
        servers.last_reply("200 OK", body) }.user:each_transaction(), "id"))
    end
    local item, err = raw:client { servers.last_reply("200 OK",
      '{"total_count":1}') }.user:each_transaction():next()
    assert.is_nil(item)
    assert.equal("protocol", err.kind)
  end)

  it("return errors, and go on where they were", function()
    local jobs = raw:client { page { "a", "b" },
      servers.last_reply("500 Oops", "{}"), page { "c" } }
      .videos:each_job { page_size = 2 }
    jobs:next()
    jobs:next()
    local item, err = jobs:next()
    assert.is_nil(item)
    assert.equal("server", err.kind)
    assert.equal("c", jobs:next().job_id)
    assert.is_nil(jobs:next())
  end)

  it("raise errors in a loop", function()
    local ok, err = pcall(function()
      for _ in raw:client { servers.last_reply("500 Oops", "{}") }
        .videos:each_job() do
        error("this is no job")
      end
    end)
    assert.is_false(ok)
    if _VERSION == "Lua 5.2" or IS_PUC_51 then
      assert.matches("^videos%.jobs: server: ", err)
    else
      assert.is_true(errors.is(err))
      assert.equal("server", err.kind)
    end
  end)

  it("are read in tasks", function()
    local results = indoxhub.gather { function()
      local jobs, ids = client.videos:each_job { page_size = 2 }, {}
      while true do
        local job, err = jobs:next()
        indoxhub.assert(not err, err)
        if not job then
          return ids
        end
        ids[#ids + 1] = job.job_id
      end
    end, function()
      local one = client.user:each_transaction():next()
      return one.id
    end }
    assert.equal(7, #results[1])
    assert.equal(49, results[2])
  end)

  it("can be read by several tasks, each item by one of them", function()
    local jobs = client.videos:each_job { page_size = 2 }
    local ids = {}
    local function read()
      while true do
        local job = indoxhub.assert(jobs:next() or false, "end")
        assert.is_nil(ids[job.job_id])
        ids[job.job_id] = true
        indoxhub.assert(client.user:health()) -- others go on meanwhile
      end
    end
    local _, failures = indoxhub.gather { read, read, read }
    for i = 1, 3 do
      assert.matches("end", failures[i])
    end
    local count_of_ids = 0
    for _ in pairs(ids) do
      count_of_ids = count_of_ids + 1
    end
    assert.equal(7, count_of_ids)
  end)

  it("end when a server repeats what has no ids", function()
    local repeating = raw:client { page({ false, false }, { total = 9 }) }
    local jobs = repeating.videos:each_job { page_size = 2 }
    local count_of_jobs, err = 0
    repeat
      local job
      job, err = jobs:next()
      count_of_jobs = count_of_jobs + (job and 1 or 0)
    until not job or count_of_jobs > 20
    assert.equal("protocol", err and err.kind)
    assert.matches("the same page again and again", tostring(err))
  end)

  it("are read by `for` in tasks where Lua can wait in it", function()
    local _, failures = indoxhub.gather { function()
      return #collect(client.videos:each_job(), "job_id")
    end }
    if IS_PUC_51 then
      assert.matches("pages_spec%.lua:%d+: Lua 5%.1 cannot wait inside `for` "
        .. "in a task", failures[1])
    else
      assert.is_nil(failures)
    end
  end)

  it("refuse wrong use at the caller's line", function()
    for said, call in pairs {
      ["videos.each_job: option page_size must be a whole number above 0, " ..
        "not 0"] = function() client.videos:each_job { page_size = 0 } end,
      ["user.each_transaction: unknown option pagesize: did you mean " ..
        "page_size?"] = function()
          client.user:each_transaction { pagesize = 5 }
        end,
      ["videos.each_job: options must be a table, not a number"] = function()
        client.videos:each_job(5)
      end,
      ["call it with a colon, as client.user:each_transaction(...)"] =
        function() client.user.each_transaction() end,
      ["call it with a colon, as pages:next()"] = function()
        client.videos:each_job().next()
      end,
    } do
      misuse(said, call)
    end
  end)
end)
