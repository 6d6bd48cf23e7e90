-- The example for LÖVE, played on a display that nobody sees.
local during_tests = require "spec.support.during_tests"
local hosts = require "spec.runtime.hosts"
local play = require "spec.runtime.love.play"

describe("examples/love", function()
  local pair = during_tests(hosts.servers)

  -- A display of its own, and the key of a player.
  local function run(code, base_url)
    return play("example", pair:prelude() .. code,
      ("INDOXHUB_API_KEY=indox-test INDOXHUB_BASE_URL=%s " ..
      "XDG_RUNTIME_DIR=/nonexistent"):format(base_url or pair.sandbox.url),
      "xvfb-run -a")
  end

  local function assert_says(expected, code, base_url)
    hosts.assert_said(expected, run(code, base_url))
  end

  it("lets the answer appear letter by letter", function()
    assert_says("the river runs past an old mill, and every wheel\n" ..
      "true\ttrue\twaiting\ntrue\tnil\n", [[
      return function(player)
        local scene = player.scene
        player.wait_until(function()
          return scene.speech:is_silent()
        end, "the greeting")
        player.type "Echo: the river runs past an old mill, and every wheel"
        player.type "x"
        player.press "backspace"
        player.wait_until(function()
          return scene.question:find "wheel$"
        end, "the question")
        player.press "return"
        assert(scene.question == "" and scene.asked:find "^Echo")
        local lengths, ink = {}, {}
        player.wait_until(function()
          local length = #scene.speech.said
          if length ~= lengths[#lengths] then
            lengths[#lengths + 1] = length
          end
          if length > 20 and not ink[1] then
            ink[1] = player.ink()
          end
          return not scene:is_asking() and scene.speech:is_silent()
        end, "the answer")
        ink[2] = player.ink()
        print(scene.speech.said)
        print(#lengths > 5, ink[2] > ink[1] and ink[1] > 100, scene:mood())
        print(scene:worst_frame() > 0, scene.failure)
        player.press "escape"
      end
    ]])
  end)

  it("stops at Esc, and leaves at the next", function()
    assert_says("thinking\none two\twaiting\tnil\n", [[
      return function(player)
        local scene = player.scene
        player.type "Go on"
        player.press "return"
        player.wait_until(function()
          return scene.speech.said == "one two"
        end, "the beginning of the answer")
        print(scene:mood())
        player.press "escape"
        player.press("escape", true)
        player.wait_until(function()
          return not scene:is_asking()
        end, "the end")
        print(scene.speech.said, scene:mood(), scene.failure)
        player.press "escape"
      end
    ]], pair.root .. "/left")
    pair:wait_for_leaver()
  end)

  it("stops an answer that comes faster than the robot speaks", function()
    assert_says("true\ttrue\ntrue\tfalse\tnil\n", [[
      return function(player)
        local scene = player.scene
        player.type "Count to 100000"
        player.press "return"
        player.wait_until(function()
          return scene.speech.said:find "^%.%.%. "
        end, "a long answer")
        print(#scene.speech.unsaid < 4000, #scene.speech.said < 1000)
        player.press "escape"
        local said = scene.speech.said
        for _ = 1, 20 do
          player.frame()
        end
        print(scene.speech.said == said, scene:is_asking(), scene.failure)
        player.type "What is 6 * 7?"
        player.press "return"
        player.wait_until(function()
          return scene.speech.said == "6 * 7 is 42."
        end, "the next answer")
        player.press "escape"
      end
    ]])
  end)

  it("shows errors in the bubble, and goes on", function()
    assert_says("chat.stream: network\tsad\ttrue\nnil\twaiting\tfalse\n", [[
      return function(player)
        local scene = player.scene
        player.type "Hello"
        player.press "return"
        player.wait_until(function()
          return scene.failure
        end, "the error")
        local function is_warned()
          return player.ink(player.picture.WARNING) > 100
        end
        print(scene.failure:match "^chat.stream: network", scene:mood(),
          is_warned())
        scene.talk = client:conversation()
        player.type "What is 6 * 7?"
        player.press "return"
        player.wait_until(function()
          return scene.speech.said == "6 * 7 is 42."
        end, "an answer")
        print(scene.failure, scene:mood(), is_warned())
        player.press "escape"
      end
    ]], "http://127.0.0.1:1")
  end)

  it("remembers what was said, and what was stopped", function()
    assert_says('You asked first: "Count to 100000"\n', [[
      return function(player)
        local scene = player.scene
        player.type "Count to 100000"
        player.press "return"
        player.wait_until(function()
          return scene.speech.said:find "1 2 3"
        end, "the beginning of the answer")
        -- Asked while the first is still being stopped.
        player.type "What did I ask first?"
        player.press "return"
        player.wait_until(function()
          return scene.asked:find "first" and not scene:is_asking()
            and scene.speech:is_silent()
        end, "the answer")
        print(scene.speech.said)
        player.press "escape"
      end
    ]])
  end)

  it("does what the robot says, while it says so", function()
    assert_says("0.30\tfalse\tnil\n0.88\ttrue\twave\thappy\ttrue\n" ..
      "nil\twaiting\n", [[
      return function(player)
        local scene, jumped = player.scene, false
        local robot = scene.robot
        local red, heights = robot.color[1], 0
        player.wait_until(function()
          return scene.speech:is_silent()
        end, "the greeting")
        robot.gesture = nil -- of the greeting
        print(("%.2f"):format(robot.x), robot.color[1] > red, robot.gesture)
        player.type "Echo: I am Glad! I jump to the right, turn RED and wave"
        player.press "return"
        player.wait_until(function()
          heights = math.max(heights, robot.height)
          return not scene:is_asking() and not robot:is_walking()
            and scene.speech:is_silent()
        end, "the end of the way")
        robot:hear "wave"
        robot:hear "glad"
        print(("%.2f"):format(robot.x), robot.color[1] > red, robot.gesture,
          scene:mood(), heights > 0.1)
        player.wait_until(function()
          return not robot.gesture and not robot.mood and robot.height == 0
        end, "rest")
        print(robot.gesture, scene:mood())
        player.press "escape"
      end
    ]])
  end)

  it("fits in a window of any size", function()
    assert_says(("true\ttrue\n"):rep(4), [[
      return function(player)
        local scene = player.scene
        player.wait_until(function()
          return scene.speech:is_silent()
        end, "the greeting")
        scene:type(("what a long question \195\169 "):rep(9))
        scene.asked = scene.question
        scene.failure = ("a reason with many words "):rep(20)
        for _, size in ipairs { { 420, 400 }, { 800, 600 }, { 1300, 500 },
          { 430, 900 } } do
          love.window.setMode(size[1], size[2], { resizable = true })
          player.frame()
          local place = player.picture.layout()
          local bubble = place.bubble
          -- The robot stands between the bubble and the question.
          print(place.ground - player.picture.TALL * place.scale >=
            bubble.y + bubble.height and place.ground < place.field.y,
            player.ink() > 50 and player.ink(player.picture.WARNING) > 50)
        end
        player.press "escape"
      end
    ]])
  end)

  it("takes what is pasted, and draws what the font has", function()
    assert_says("one two \195\169?\nhe?l?o w\n", [[
      local letters = require "letters"
      return function(player)
        local scene = player.scene
        player.wait_until(function()
          return scene.speech:is_silent()
        end, "the greeting")
        love.system.setClipboardText "one\ntwo \195\169"
        local isDown = love.keyboard.isDown
        function love.keyboard.isDown()
          return true
        end
        player.press "v"
        love.keyboard.isDown = isDown
        scene:type "\255"
        print(scene.question)
        print((letters.drawable(love.graphics.getFont(),
          "he\230\156\168l\240\159\152\128\239\184\143o\7\tw")))
        player.press "escape"
      end
    ]])
  end)

  it("draws whatever a model may send", function()
    assert_says('a?b??\226\152\128??c<>[1m\n', [[
      return function(player)
        local speech = player.scene.speech
        local sun = "\226\152\128"
        speech:hush()
        speech.said = ""
        for _, piece in ipairs { "a\255b\192\128", sun:sub(1, 1),
          sun:sub(2, 2), sun:sub(3, 3), "\240\159", "c", "\0\r\n\t\27[1m",
          "\226" } do
          speech:add(piece)
        end
        player.wait_until(function()
          return speech:is_silent()
        end, "the end")
        print((speech.said:gsub("[%z\1-\31]+", "<>")))
        speech:add(("w"):rep(5000) .. (" \226\152\128"):rep(3000))
        player.wait_until(function()
          return speech:is_silent()
        end, "the end")
        player.type(("\195\169"):rep(150))
        player.wait_until(function()
          return #player.scene.question == 200
        end, "a question")
        player.press "backspace"
        player.press("backspace", true)
        player.wait_until(function()
          return #player.scene.question == 196
        end, "a shorter one")
        player.press "escape"
      end
    ]])
  end)

  it("is left in mid-stream without a trace", function()
    pair:assert_left("love.event.quit()", run([[
      return function(player)
        player.type "Hello"
        player.press "return"
        player.wait_until(function()
          return player.scene.speech.said == "one two"
        end, "the beginning of the answer")
        love.event.quit()
      end
    ]], pair.root .. "/left"))
  end)

  it("is started by the command in its header", function()
    local file = assert(io.open("examples/love/main.lua"))
    local command = file:read("*a"):match("\n%-%-     (eval [^\n]+)")
    file:close()
    -- When the module is loaded, the game is told to end, by its id.
    local start = command:gsub("love examples/love", "{ %0 & pid=$!; " ..
      "while kill -0 $pid && ! grep -q indoxhub/core.so /proc/$pid/maps; do " ..
      "sleep 0.05; done; kill $pid; wait $pid; }")
    hosts.assert_said("", hosts.run(("env XDG_RUNTIME_DIR=/nonexistent " ..
      "XDG_DATA_HOME=/nonexistent xvfb-run -a sh -c '%s'"):format(start)))
  end)
end)
