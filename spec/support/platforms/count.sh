# For scripts of this folder: check NAME COMMAND... counts a case, and `total`
# prints how many passed, as the last line. What a command says is shown when it
# fails.

passed=0
failed=0

check() {
  what=$1
  shift
  if "$@" >"$log" 2>&1; then
    echo "passed: $what"
    passed=$((passed + 1))
  else
    cat "$log"
    echo "FAILED: $what"
    failed=$((failed + 1))
  fi
}

total() {
  echo "$passed passed, $failed failed, 0 skipped"
  [ "$failed" -eq 0 ]
}

# asks_only PATTERN NAMES: each of these symbols, one a line, is of libcurl, of
# Lua, or fits the pattern.
asks_only() {
  others=$(echo "$2" | grep -vE "^_?(curl_|lua_|luaL_)|$1")
  [ -z "$others" ] || {
    echo "it also asks for: $others"
    return 1
  }
}
