-- The official tests of JSON Schema, draft 2020-12: a schema is refused because
-- of a keyword that is not checked, or every one of its tests comes out right.
local files = require "spec.support.files"
local json = require "indoxhub.base.json"
local schemas = require "indoxhub.schema"

local folder = files.output("sh spec/support/schema_suite.sh path")
  :gsub("\n", "")

-- The keywords that may be refused, and one that nobody knows.
local REFUSED = { ["$anchor"] = true, ["$dynamicRef"] = true,
  ["$dynamicAnchor"] = true, pattern = true, patternProperties = true,
  unevaluatedItems = true, unevaluatedProperties = true,
  array_of_schemas = true, object_of_schemas = true }

-- Other reasons: it leads elsewhere, or is of another dialect.
local REASONS = { "only what begins with #/ can be followed",
  "$id may stand only at the top", "$schema must name a draft" }

local names = {}
for path in files.output("ls " .. folder .. "/*.json"):gmatch "[^\n]+" do
  names[#names + 1] = path
end

local function is_allowed(message)
  local keyword = message:match "([^%.]+) is a keyword that is not checked"
  for _, reason in ipairs(REASONS) do
    if message:find(reason, 1, true) then
      return true
    end
  end
  return REFUSED[keyword] or false
end

describe("a schema", function()
  local checked, refused = 0, 0

  for _, path in ipairs(names) do
    local file = path:match "([^/]+)%.json$"
    it("is checked as the official tests say, or refused: " .. file,
      function()
        for _, group in ipairs(assert(json.decode_with_nulls(
          files.read(path)))) do
          local checker, message = schemas.compile(group.schema)
          if not checker then
            assert.is_true(is_allowed(message), group.description .. ": "
              .. message)
            refused = refused + #group.tests
          end
          for _, test in ipairs(checker and group.tests or {}) do
            local misfits = checker:misfits(test.data)
            assert.equal(test.valid, misfits == nil, ("%s: %s (%s)"):format(
              group.description, test.description,
              misfits and misfits[1].reason or "fits"))
            checked = checked + 1
          end
        end
      end)
  end

  it("was tested by enough of them", function()
    assert.is_true(#names >= 46)
    assert.is_true(checked > 800 and refused < 400,
      ("%d checked, %d refused"):format(checked, refused))
  end)
end)
