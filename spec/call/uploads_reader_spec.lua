-- Uploads whose bytes a function gives: how it may wait, and what ends them.
local indoxhub = require "indoxhub"
local servers = require "spec.support.servers"
local uploads = require "spec.support.upload_calls"

local GO_AHEAD, READS = uploads.GO_AHEAD, uploads.READS
local pieces_of, assert_heard = uploads.pieces_of, uploads.assert_heard
local kind_and_code = uploads.kind_and_code

describe("an upload", function()
  local scene = uploads.scene()
  local serve, transcribe = scene.serve, scene.transcribe
  local received, part = scene.received, scene.part

  before_each(function()
    serve(READS)
  end)

  after_each(function()
    scene.client:close()
  end)

  it("takes a reader that has nothing yet now and then", function()
    local pieces, asked = { "ab", "", "", "cd" }, 0
    indoxhub.assert(scene.client.audio:transcribe {
      file = indoxhub.reader(function()
        asked = asked + 1
        return pieces[asked]
      end, { size = 4 }) })
    assert.truthy(scene.got():find("abcd", 1, true))
  end)

  it("ends in time when its reader never has anything", function()
    local _, err = scene.client.audio:transcribe({
      file = indoxhub.reader(function() return "" end) },
      { timeout = 0.3, max_retries = 0 })
    assert.equal("timeout total", err.kind .. " " .. err.code)
  end)

  describe("that a function gives", function()
    -- All tasks of a program that reads slowly.
    it("may wait in a task", function()
      local ticks = 0
      indoxhub.run(function()
        local ticker = indoxhub.spawn(function()
          while true do
            if not indoxhub.sleep(0.001) and ticks < 0 then
              return
            end
            ticks = ticks + 1
          end
        end)
        local pieces = {}
        for i = 1, 20 do
          pieces[i] = ("%02d"):format(i):rep(5000)
        end
        assert_heard(transcribe(indoxhub.reader(pieces_of(pieces, function()
          indoxhub.sleep(0.003)
        end))))
        assert.is_true(table.concat(pieces) == part().bytes)
        ticks = math.min(-1, -ticks)
        ticker:cancel()
      end)
      assert.is_true(ticks < -20)
    end)

    it("may wait outside of a task", function()
      assert_heard(transcribe(indoxhub.reader(pieces_of({ "a", "b", "c" },
        function() indoxhub.sleep(0.002) end))))
      assert.equal("abc", part().bytes)
    end)

    it("may come from another call", function()
      local text = serve(READS)
      local function fetch()
        return indoxhub.assert(text:request { path = "x" }).data.text
      end
      indoxhub.run(function()
        local done
        assert_heard(transcribe(indoxhub.reader(function()
          if not done then
            done = true
            return fetch()
          end
        end)))
      end)
      assert.matches("\r\nheard\r\n", scene.got())
    end)

    it("ends with what the function says", function()
      local what, message = kind_and_code(transcribe(indoxhub.reader(
        function() return nil, "the tape is torn" end)))
      assert.equal("file reader", what)
      assert.equal("the tape is torn", message)
    end)

    it("ends when the function returns no text", function()
      for _, value in ipairs { 5, true, {} } do
        local what, message = kind_and_code(transcribe(indoxhub.reader(
          function() return value end)))
        assert.equal("file reader", what)
        assert.matches("returned a " .. type(value), message)
      end
      assert.equal("file reader", (kind_and_code(transcribe(indoxhub.reader(
        function() return false end)))))
    end)

    it("ends when the function raises, and the call raises that", function()
      serve { { "send", GO_AHEAD }, { "hold" } }
      local function raise()
        transcribe(indoxhub.reader(function()
          error("torn", 0)
        end))
      end
      local function assert_ended(times)
        servers.wait_until(function()
          collectgarbage() -- which ends what PUC 5.1 cannot in a task
          indoxhub.step()
          return scene.gone() == times
        end, "the end of the transfer")
      end
      local ok, message = pcall(raise)
      assert.is_false(ok)
      assert.equal("torn", message)
      assert_ended(1)
      indoxhub.run(function()
        local task = indoxhub.spawn(raise)
        -- Nobody awaits it: PUC 5.1 cannot do so within pcall.
        indoxhub.on_error = function(err)
          message = "told: " .. err
        end
        while task:status() == "pending" do
          indoxhub.sleep(0.001)
        end
      end)
      indoxhub.on_error = nil
      assert.equal("told: torn", message)
      assert_ended(2)
    end)

    it("keeps the size that was announced", function()
      for what, pieces in pairs { fewer = { "ab" }, more = { "abc", "d" } } do
        local kind, message = kind_and_code(transcribe(indoxhub.reader(
          pieces_of(pieces), { size = 3 })))
        assert.equal("file size", kind)
        assert.matches(what, message)
      end
    end)

    it("serves one call, when it cannot start over", function()
      local file = indoxhub.reader(pieces_of { "abc" })
      assert_heard(transcribe(file))
      local what, message = kind_and_code(transcribe(file))
      assert.equal("file reader", what)
      assert.matches("read before", message)
      assert.equal(1, #received())
    end)

    it("serves many calls, when it can start over", function()
      local at = 0
      local file = indoxhub.reader(function()
        at = at + 1
        return ({ "abc" })[at]
      end, { rewind = function() at = 0 end })
      for _ = 1, 3 do
        assert_heard(transcribe(file))
      end
      for i = 1, 3 do
        assert.equal("abc", received()[i][1].bytes)
      end
    end)
  end)
end)
