-- Numbers as text and back, also where the decimal point is a comma.
local number = require "indoxhub.base.number"
local programs = require "spec.support.programs"

local math_type = rawget(math, "type")

describe("a number", function()
  it("is read from a decimal text", function()
    for text, value in pairs { ["5"] = 5, [" 5.25\n"] = 5.25, ["-0.5"] = -0.5,
      ["+3"] = 3, ["007"] = 7, ["2.5e3"] = 2500, ["5."] = 5, [".5"] = 0.5,
      ["-.5"] = -0.5, ["1e-2"] = 0.01, ["0"] = 0, ["00.5"] = 0.5 } do
      assert.equal(value, number.read(text))
    end
    assert.equal(5.5, number.read(5.5))
    if math_type then
      assert.equal("integer", math_type(number.read "57"))
      assert.equal("integer", math_type(number.read "-57"))
    end
  end)

  it("is not read from anything else", function()
    for _, text in ipairs { "", " ", "x", "1x", "1 2", "0x10", "nan", "inf",
      "--1", "+-1", "-", "+", ".", "-.", "1,5", "1e", "1\0", "1.5.5" } do
      assert.is_nil(number.read(text))
    end
    assert.is_nil(number.read(nil))
    assert.is_nil(number.read {})
    assert.is_nil(number.read(true))
  end)

  it("is written so that it reads the same", function()
    assert.equal("0.7", number.text(0.7))
    assert.equal("57", number.text(57.0))
    assert.equal("1700000000.123456", number.text(1700000000.123456))
    assert.has_error(function()
      number.text(0 / 0)
    end)
  end)

  it("is written in a format", function()
    assert.equal("$0.01", number.format("$%.2f", 0.0125))
    assert.equal("-12", number.format("%.0f", -12))
    assert.equal("1.5e+20", number.format("%g", 1.5e20))
    assert.equal("wait 0.5 s", number.format("wait %g s", 0.5))
  end)
end)

-- A folder with the locale de_DE; nil where none can be made.
local function make_locale(folder)
  local status = os.execute(("localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 "
    .. ">/dev/null 2>&1"):format(folder))
  return status == 0 or status == true
end

describe("a locale with a decimal comma", function()
  local folder, can_set

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
    can_set = make_locale(folder)
  end)

  teardown(function()
    os.execute("rm -rf " .. folder)
  end)

  -- Runs code where the locale is set before or after the module is loaded.
  local function run(order, code)
    local set = 'assert(os.setlocale "de_DE.UTF-8")\n'
    local load = [[
      local json = require "indoxhub.base.json"
      local number = require "indoxhub.base.number"
      local times = require "indoxhub.base.times"
      local types = require "indoxhub.api.params.types"
      local address = require "indoxhub.base.address"
      local hint = require "indoxhub.api.errors.retry_hint"
      local reply = require "indoxhub.api.replies.reply"
    ]]
    return programs.run((order == "before" and set .. load or load .. set)
      .. code, "export LOCPATH=" .. folder)
  end

  for _, order in ipairs { "before", "after" } do
    it("changes nothing when it is set " .. order .. " loading", function()
      if not can_set then
        pending "this machine cannot make a locale"
        return
      end
      local said, code = run(order, [[
        print(json.encode { 0.5, 1.25e-7, 1 / 3 })
        print(json.decode "[0.5]"[1] == 1 / 2, json.decode "12345678.125e-3"
          == 12345678125 / 1000000)
        print(number.read "0.5" == 1 / 2, number.text(1 / 4))
        print(number.format("%.2f", 1 / 4), number.format("%g", 1e20 + 1e15))
        print(types.text(1 / 2), address.query { x = -3 / 2 })
        print(times.epoch "1970-01-01T00:00:01.5Z" == 3 / 2)
        print(hint({ status = 429, text = "", headers =
          { ["retry-after"] = "1.5" } }, {}) == 3 / 2)
        print(hint({ status = 429, text = "", headers = {} }, {},
          "Try again in 2.5 seconds.") == 5 / 2)
      ]])
      assert.equal(table.concat({ "[0.5,1.25e-7,0.3333333333333333]",
        "true\ttrue", "true\t0.25", "0.25\t1.00001e+20", "0.5\t?x=-1.5", "true",
        "true", "true", "" }, "\n"), said)
      assert.equal(0, code)
    end)
  end
end)
