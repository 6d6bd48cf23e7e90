-- Two copies of the library in one program, as where all modules are cleared
-- and required anew: each turns a loop of its own, whichever asks first.
local during_tests = require "spec.support.during_tests"
local programs = require "spec.support.programs"
local servers = require "spec.support.servers"

describe("two copies of the library", function()
  local sandbox = during_tests(servers.sandbox, "--pace 0")

  -- Runs a program that has copies 1 and 2, each with `ask()`.
  local function assert_says(expected, code)
    local said, exit_code = programs.run(([[
      local function copy()
        for name in pairs(package.loaded) do
          if name:find "^indoxhub" then
            package.loaded[name] = nil
          end
        end
        local indoxhub = require "indoxhub"
        local client = indoxhub.new { api_key = "k", base_url = %q }
        local function ask()
          local stream = indoxhub.assert(client.chat:stream {
            messages = { { role = "user", content = "What is 6 * 7?" } } })
          return indoxhub.assert(stream:reply()).data
        end
        return { indoxhub = indoxhub, ask = ask }
      end
      local copies = { copy(), copy() }
    ]]):format(sandbox.url) .. code)
    assert.equal(expected, said)
    assert.equal(0, exit_code)
  end

  for _, order in ipairs { "1, 2", "2, 1" } do
    it("ask in the order " .. order, function()
      assert_says("6 * 7 is 42.\n6 * 7 is 42.\n", ([[
        for _, which in ipairs { %s } do
          print(copies[which].ask())
        end
      ]]):format(order))
    end)

    it("run tasks in the order " .. order, function()
      assert_says("6 * 7 is 42.\t6 * 7 is 42.\n"
        .. "6 * 7 is 42.\t6 * 7 is 42.\n", ([[
        for _, which in ipairs { %s } do
          local indoxhub, ask = copies[which].indoxhub, copies[which].ask
          indoxhub.run(function()
            indoxhub.sleep(0.001)
            local texts = indoxhub.gather { ask, ask }
            print(texts[1], texts[2])
          end)
        end
      ]]):format(order))
    end)
  end

  it("have loops of their own when one is chosen", function()
    assert_says("6 * 7 is 42.\n", [[
      copies[1].indoxhub.use_loop "builtin"
      print(copies[1].ask())
    ]])
  end)
end)
