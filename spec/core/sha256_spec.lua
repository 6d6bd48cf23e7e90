-- core.sha256; csrc/test/test_sha256.c has the corner cases.
local core = require "indoxhub.core"

-- Of NIST's examples for FIPS 180.
local VECTORS = {
  [""] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq =
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
}

describe("core.sha256", function()
  it("digests what NIST does", function()
    for bytes, digest in pairs(VECTORS) do
      assert.equal(digest, core.sha256(bytes))
    end
    assert.equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39cc"
      .. "c7112cd0", core.sha256(("a"):rep(1000000)))
  end)

  it("takes bytes of any value", function()
    assert.equal("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617"
      .. "afa01d", core.sha256("\0"))
    assert.has_error(function() core.sha256() end)
    assert.has_error(function() core.sha256({}) end)
  end)
end)

describe("core.sha256_sum", function()
  it("adds up pieces, and can be asked in between", function()
    for bytes, digest in pairs(VECTORS) do
      local sum = core.sha256_sum()
      assert.equal(VECTORS[""], sum:digest())
      for at = 1, #bytes do
        sum:add(bytes:sub(at, at))
        sum:add ""
        assert.equal(core.sha256(bytes:sub(1, at)), sum:digest())
      end
      assert.equal(digest, sum:digest())
    end
  end)

  it("refuses what is no bytes, and another's methods", function()
    local sum = core.sha256_sum()
    assert.has_error(function() sum:add(nil) end)
    assert.has_error(function() sum.add({}, "a") end)
    assert.equal(VECTORS[""], sum:digest())
  end)
end)
