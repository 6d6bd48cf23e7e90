-- What spec/base/json_spec.lua does not ask, as only Neovim has it. Run by
-- spec/runtime/neovim_json_spec.lua.
local json = require "indoxhub.base.json"
local types = require "indoxhub.api.params.types"

describe("Neovim's null", function()
  it("is sent as null, as ours is", function()
    assert.equal('{"a":[null,null]}',
      json.encode { a = { vim.NIL, json.null } })
    assert.equal('{"a":null}', json.encode { a = vim.NIL })
    assert.equal("null", json.encode(vim.NIL))
  end)

  it("means null where fields are checked", function()
    assert.is_true(json.is_null(vim.NIL))
    assert.is_true(json.is_null(json.null))
    assert.is_false(json.is_null(nil))
    assert.is_nil(types.check({ "seed", "integer" }, vim.NIL))
  end)

  it("is the only userdata that does", function()
    local ok, message = pcall(json.encode, { a = vim.loop.new_timer() })
    assert.is_false(ok)
    assert.equal("a is a userdata, which JSON cannot carry", message)
  end)
end)

describe("an empty dictionary of Neovim's", function()
  it("is an object", function()
    assert.equal('{"a":{}}', json.encode { a = vim.empty_dict() })
  end)

  it("can be marked as a list", function()
    assert.equal("[]", json.encode(json.array(vim.empty_dict())))
  end)
end)
