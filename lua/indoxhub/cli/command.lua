-- The executable: what LuaRocks installs as `indoxhub`.
os.exit(require("indoxhub.cli").main(arg), true)
