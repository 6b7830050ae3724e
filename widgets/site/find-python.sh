#!/bin/sh
# Prints a Python that is new enough and really runs: pyenv's shims exist and fail, a distribution's may lack venv.
# In order: $PYTHON, the newest by name, pyenv's own, what uv knows of.

runs() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

found() {
  printf '%s\n' "$1"
  exit 0
}

if [ -n "$PYTHON" ]; then
  runs "$PYTHON" && found "$PYTHON"
  echo "PYTHON=$PYTHON is no Python 3.12 or newer that runs; looking for another." >&2
fi
for name in python3.14 python3.13 python3.12 python3; do
  runs "$name" && found "$(command -v "$name")"
done
# The newest first; a version that pyenv has half installed does not run.
for path in $(ls -d "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3 2>/dev/null | sort -rV); do
  runs "$path" && found "$path"
done
path=$(uv python find --no-python-downloads '>=3.12' 2>/dev/null) && runs "$path" && found "$path"
echo "Python 3.12 or newer is needed: install one, or say where it is, as in \`make PYTHON=/usr/bin/python3.12\`." >&2
exit 1
