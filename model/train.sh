#!/usr/bin/env bash
# Train the news pipeline from the prepared data and put it into OUT.
#
#   model/train.sh DATA_DIR [OUT]
#
# DATA_DIR holds corpus/ and assets/ as prepared from the public sources that project.yml names; OUT is
# by default model/training/news_sm. One core, about an hour. Seeds are fixed; inputs.sha256 says what
# went in. Set PYTHON to the interpreter that has spaCy, WORK to another working folder, BASE to a
# pipeline with trees to skip the first stage.
set -euo pipefail
model="$(cd "$(dirname "$0")" && pwd)"
data="$(cd "${1:?usage: model/train.sh DATA_DIR [OUT]}" && pwd)"
python="${PYTHON:-python}"
work="${WORK:-$model/training}"
out="${2:-$work/news_sm}"
scripts="$model/scripts"
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONHASHSEED=0

mkdir -p "$work"
(cd "$data" && sha256sum --check --quiet "$model/inputs.sha256") ||
    echo "the inputs differ from those on record in model/inputs.sha256" >&2

"$python" "$scripts/newswire_grammar.py" "$data/assets" "$data/corpus" "$work/newswire.spacy" --sentences 9000 --seed 3
"$python" "$scripts/prepare.py" "$data/corpus" "$work/newswire.spacy" "$work/corpus"
if [ -z "${BASE:-}" ]; then
    "$python" -m spacy train "$model/configs/base.cfg" -o "$work/base" \
        --paths.train "$work/corpus/base" --paths.dev "$work/corpus/dev" \
        --paths.orth_variants "$data/assets/en_orth_variants.json"
    BASE="$work/base/model-last"
fi
# The word vectors were made once (scripts/vectors.py) and live in the shipped pipeline.
"$python" "$scripts/student.py" "$BASE" "$model/news_sm" "$work/corpus/train" "$work/student"
"$python" -m spacy train "$model/configs/news.cfg" -o "$work/news" \
    --paths.train "$work/corpus/train" --paths.dev "$work/corpus/dev" --paths.base "$work/student" \
    --paths.orth_variants "$data/assets/en_orth_variants.json"
"$python" -m spacy init vectors en "$data/assets/news.floret" "$work/floret" --mode floret
"$python" -m spacy train "$model/configs/recognizer.cfg" -o "$work/entities" \
    --paths.train "$work/corpus/entities" --paths.dev "$work/corpus/entities-dev" --paths.vectors "$work/floret"
"$python" "$scripts/assemble.py" "$work/news/model-last" "$work/entities/model-last" "$model/news_sm" "$out"
