#!/bin/sh
# Installs the npm packages of the peers beside the system. `install.sh path`
# prints their folder.
here=$(dirname "$0")
exec sh "$here/../npm.sh" "$here" "$@"
