#!/bin/sh
# step.sh WHAT LOG COMMAND ...: runs a command, says on a terminal what it does and for how long, and keeps its noise in a
# log. Where it fails, the log's end is shown and the log named.

what=$1 log=$2
shift 2
mkdir -p "$(dirname "$log")"
began=$(date +%s)

"$@" >"$log" 2>&1 &
command=$!
trap 'kill "$command" 2>/dev/null; exit 130' INT TERM
if [ -t 2 ]; then
  while kill -0 "$command" 2>/dev/null; do
    printf '\r%s … %s s ' "$what" "$(($(date +%s) - began))" >&2
    sleep 1
  done
fi
if wait "$command"; then
  [ ! -t 2 ] || printf '\r%s: done in %s s\n' "$what" "$(($(date +%s) - began))" >&2
else
  status=$?
  [ ! -t 2 ] || echo >&2
  tail -n 20 "$log" >&2
  echo "$what failed; all that was said is in $log." >&2
  exit "$status"
fi
