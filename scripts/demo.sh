#!/usr/bin/env bash
# Explains the example shot with the tool: demo.sh TOOL SHOT_FOLDER
set -euo pipefail
tool=$(realpath "$1")
cd "$2"

bold='' plain=''
if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() {
  printf '$ strata %s\n' "$*"
  "$tool" "$@"
}

say 'A shot is a stack of department layers over an asset library. This is what it composes to:'
show tree shot.usda

say 'Who decides how bright the lamp is in frame 12? Every opinion, strongest first:'
show why shot.usda /Harbour/Lighthouse/Lamp.inputs:intensity --time 12

say 'Where does this boat come from, and through which arcs?'
show why shot.usda /Harbour/Boats/Trawler

say 'The same scene as one layer that needs no other (the first lines):'
flat=$(mktemp)
trap 'rm -f "$flat"' EXIT
"$tool" flatten shot.usda > "$flat"
printf '$ strata flatten shot.usda | head -40\n'
head -40 "$flat"
say "Try next:  build/bin/strata why examples/shot/shot.usda PATH[.property]   and   build/bin/strata --help"
