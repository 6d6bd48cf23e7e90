-- Shell scripts with a small disk of their own, to be full.
local commands = require "spec.support.command"
local files = require "spec.support.files"

local full_disk = {}

-- Mounted where only the script sees it, so that nothing is left; where nobody
-- may mount, the memory disk of the system is filled up for a moment.
local SCRIPT = [[
if unshare -m true 2>/dev/null; then own="unshare -m"
elif unshare -rm true 2>/dev/null; then own="unshare -rm"
else own=
fi
export DISK=FOLDER
if [ -z "$own" ]; then
  DISK=$(mktemp -d /dev/shm/full.XXXXXX)
  trap 'rm -rf "$DISK"' EXIT
fi
$own sh -c '
[ -z "$0" ] || mount -t tmpfs -o size=1m tmpfs "$DISK" || exit 99
leave() { # so many KiB are free
  dd if=/dev/zero of="$DISK/filler" bs=1k 2>/dev/null
  truncate -s "-$1K" "$DISK/filler"
}
. FOLDER.sh
' "$own"
]]

--- Runs a script, for which DISK is the folder, `leave N` leaves so many KiB of
--- it, and `rm $DISK/filler` all. Returns stdout, stderr and the exit code.
---@param script string
function full_disk.run(script)
  local folder = files.folder()
  files.write(folder .. ".sh", script)
  local out, err, code = commands.shell((SCRIPT:gsub("FOLDER", folder)))
  os.remove(folder .. ".sh")
  files.remove_folder(folder)
  return out, err, code
end

return full_disk
