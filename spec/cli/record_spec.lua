-- On two interpreters: what commands do with answers is tested on all.
-- The options --record and --record-mode of every command that asks.
local command = require "spec.support.command"
local files = require "spec.support.files"
local json = require "indoxhub.base.json"

describe("the command, with --record", function()
  local cli = command.with_servers "--pace 0 --job-seconds 0.1 --history 9"
  local nobody = "http://127.0.0.1:1"
  local folder

  before_each(function()
    folder = files.folder()
  end)

  after_each(function()
    files.remove_folder(folder)
  end)

  -- FOLDER stands for that of the test, which has a file `talk.wav`.
  local COMMANDS = {
    "chat 'What is 6 * 7?'", "chat --json 'What is 6 * 7?'",
    "complete 'Once upon a time'", "image 'a fox' -o FOLDER/fox.png",
    "speak 'Mind the gap.' -o FOLDER/gap.mp3",
    "transcribe FOLDER/talk.wav", "translate FOLDER/talk.wav",
    "embed 'a text'", "models", "models --trending", "usage",
    "analytics --by model", "account", "account transactions",
    "keys list", "video 'a fox' -o FOLDER/fox.mp4", "video --jobs",
  }

  it("says the same without a server", function()
    files.write(folder .. "/talk.wav", "RIFF\0sound")
    local live, played = {}, {}
    for i, arguments in ipairs(COMMANDS) do
      arguments = arguments:gsub("FOLDER", folder)
        .. (" --record %s/recordings%d"):format(folder, i)
      live[i], played[i] = arguments, arguments .. " --record-mode replay"
    end
    live = cli:run_all(live)
    played = cli:run_all(played, nobody)
    for i, arguments in ipairs(COMMANDS) do
      assert.equal(0, live[i].code, arguments .. ": " .. live[i].err)
      for _, one in ipairs { live[i], played[i] } do
        one.out = json.decode(one.out) or one.out -- fields in any order
      end
      assert.same(live[i], played[i], arguments)
    end
    assert.equal("", (command.shell(("grep -rl %s %s"):format(command.KEY,
      folder))))
  end)

  it("never shows a key that it makes in what it keeps", function()
    local made, _, code = cli:run(("keys create mine --record %s")
      :format(folder))
    assert.equal(0, code)
    local key = made:match "indox%-%w+"
    assert.equal("", (command.shell(("grep -rl %s %s"):format(key, folder))))
  end)

  it("tells what is not there, with an exit code of its own", function()
    cli:run(("chat hello --record %s"):format(folder))
    local said, errors, code = cli:run(
      ("chat hallo --record %s --record-mode replay"):format(folder), nobody)
    assert.equal("", said)
    assert.truthy(errors:find("chat.stream: not_recorded: no recording in "
      .. folder, 1, true), errors)
    assert.truthy(errors:find('messages[1].content: "hello" was recorded, '
      .. 'not "hallo"; to record it, leave out --record-mode replay\n', 1,
      true), errors)
    assert.equal(9, code)
  end)

  it("asks again with new", function()
    local line = ("chat hello --record %s"):format(folder)
    cli:run(line)
    assert.equal(0, select(3, cli:run(line, nobody)))
    assert.equal(6, select(3, cli:run(line .. " --record-mode new", nobody)))
    assert.equal(0, select(3, cli:run(line .. " --record-mode new")))
  end)

  it("refuses what makes no sense by the names of the options", function()
    local _, errors, code = cli:run "chat hello --record-mode replay"
    assert.equal(2, code)
    assert.truthy(errors:find("--record-mode needs a folder: give --record", 1,
      true), errors)
    _, errors, code = cli:run "chat hello --record ''"
    assert.equal(2, code)
    assert.truthy(errors:find("--record must be the path of a folder", 1,
      true), errors)
    _, errors, code = cli:run("chat hello --record-mode never --record "
      .. folder)
    assert.equal(2, code)
    assert.truthy(errors:find("--record-mode", 1, true), errors)
  end)
end)
