-- Wrong use of forms and of feeding.
local uploads = require "spec.support.uploads"

local read_form = uploads.read_form
local submit, finish = uploads.submit, uploads.finish
local OK = uploads.OK

describe("uploads", function()
  local raw, engine

  uploads.for_tests(function(...)
    raw, engine = ...
  end)

  describe("refuse wrong use", function()
    local function refuses(what, request)
      local whole = { method = "POST", url = raw:base("wrong") }
      for field, value in pairs(request) do
        whole[field] = value
      end
      local ok, message = pcall(engine.submit, engine, whole)
      assert.is_false(ok, what)
      assert.truthy(message:find(what, 1, true), message)
      assert.equal(0, engine:running())
    end

    local function refuses_part(what, part)
      refuses(what, { form = { part } })
    end

    it("of forms", function()
      refuses("not both", { body = "x", form = { { name = "a", data = "" } } })
      refuses("must be a list of parts", { form = "x" })
      refuses("form[1] must be a table", { form = { "x" } })
      refuses("only one part", { form = { { name = "a", pull = true },
        { name = "b", pull = true } } })
      refuses("more than 10000 items", { form = setmetatable({},
        { __index = error }), headers = (function()
          local many = {}
          for i = 1, 10001 do
            many[i] = "A: b"
          end
          return many
        end)() })
    end)

    it("of parts", function()
      refuses_part("form[1] has no name", { data = "x" })
      refuses_part("one of data, path and pull", { name = "a" })
      refuses_part("one of data, path and pull", { name = "a", data = "x",
        path = "y" })
      refuses_part("one of data, path and pull", { name = "a", data = "x",
        pull = true })
      refuses_part("'name' must be a string", { name = 1, data = "x" })
      refuses_part("'name' contains a NUL", { name = "a\0", data = "x" })
      refuses_part("'filename' contains a NUL", { name = "a", data = "x",
        filename = "\0" })
      refuses_part("'path' contains a NUL", { name = "a", path = "a\0b" })
      refuses_part("'type' contains a NUL", { name = "a", data = "x",
        type = "a\0b" })
      refuses_part("'type' contains a line break", { name = "a", data = "x",
        type = "a\r\nb" })
      refuses_part("'data' must be a string", { name = "a", data = 5 })
      refuses_part("'size' must not be negative", { name = "a", pull = true,
        size = -1 })
      refuses_part("'size' must be a whole number", { name = "a", pull = true,
        size = 1.5 })
      refuses_part("'size' must be a whole number", { name = "a", pull = true,
        size = 1e300 })
    end)

    it("of methods that are no words", function()
      for _, method in ipairs { "", "GET ", "GET / HTTP/1.1\r\nX: 1", "G-T",
        "\xC3\xA9" } do
        refuses("must be a word of letters", { method = method })
      end
    end)

    it("of feeding", function()
      local transfer = submit(raw:script("unfed", { { "body" }, OK }),
        { form = { { name = "a", data = "x" } } })
      local ok, message = pcall(transfer.feed, transfer, "x")
      assert.is_false(ok)
      assert.truthy(message:find("no part to feed", 1, true))
      assert.is_false(transfer:hungry())
      transfer = submit(raw:script("fed", { { "body" }, OK }),
        { form = { { name = "a", pull = true } } })
      transfer:feed()
      ok, message = pcall(transfer.feed, transfer, "x")
      assert.is_false(ok)
      assert.truthy(message:find("to its end", 1, true))
      assert.is_false(transfer:feed())
      assert.is_false(pcall(transfer.feed, transfer, {}))
    end)

    it("of an engine that is closed while it reads the request", function()
      local part = setmetatable({ name = "a" }, { __index = function(_, field)
        engine:close()
        return field == "data" and "x" or nil
      end })
      local transfer, message = engine:submit { method = "POST",
        url = raw:base("wrong"), form = { part } }
      assert.is_nil(transfer)
      assert.equal("the engine is closed", message)
    end)

    it("and keep what a request's metamethods make up for it", function()
      local url = raw:script("made", { { "body" }, OK })
      local function made_up(fields)
        return setmetatable({}, { __index = function(_, field)
          collectgarbage()
          local value = fields[field]
          return type(value) == "string" and value:sub(1, -2) or value
        end })
      end
      local transfer = assert(engine:submit(made_up { method = "POST!",
        url = url .. "!", form = { made_up { name = ("n"):rep(50) .. "!",
          data = ("d"):rep(5000) .. "!", filename = "file!",
          type = "a/b!" } } }))
      assert.equal("complete", finish(transfer).ended)
      local got = read_form(raw:got("made"))
      assert.equal(('form-data; name="%s"; filename="file"')
        :format(("n"):rep(50)), got[1].disposition)
      assert.equal(("d"):rep(5000), got[1].data)
      assert.equal("a/b", got[1].type)
    end)
  end)
end)
