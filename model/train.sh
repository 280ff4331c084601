#!/usr/bin/env bash
# Train the news pipeline from the prepared data and put it into OUT.
#
#   model/train.sh DATA_DIR [OUT]
#
# DATA_DIR holds corpus/ and assets/ as prepared from the public sources that project.yml names; OUT is by default
# model/training/news_sm. Seeds are fixed; inputs.sha256 and encoder.sha256 say what went in. Set PYTHON to the
# interpreter that has spaCy, TEACHER_PYTHON to one that has torch, safetensors and tokenizers besides (made in WORK
# where it is not set), ENCODER to a folder with the encoder (fetched into WORK where it is not set), WORK to another
# working folder. A stage whose result is there already is skipped, so a run that was stopped goes on.
set -euo pipefail
model="$(cd "$(dirname "$0")" && pwd)"
data="$(cd "${1:?usage: model/train.sh DATA_DIR [OUT]}" && pwd)"
python="${PYTHON:-python}"
work="${WORK:-$model/training}"
encoder="${ENCODER:-$work/encoder}"
out="${2:-$work/news_sm}"
scripts="$model/scripts"
export PYTHONHASHSEED=0
started=$SECONDS

stage() { # stage NAME RESULT COMMAND...: run the command unless its result is there
    local name="$1" result="$2"
    shift 2
    if [ -e "$result" ]; then
        echo "$name: there already"
        return
    fi
    echo "$name: starts after $((SECONDS - started)) s"
    "$@"
    echo "$name: ended after $((SECONDS - started)) s"
}

on_one_core() { OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$@"; }

mkdir -p "$work"
(cd "$data" && sha256sum --check --quiet "$model/inputs.sha256") ||
    echo "the inputs differ from those on record in model/inputs.sha256" >&2
[ -n "${ENCODER:-}" ] || stage encoder "$encoder/model.safetensors" env PYTHON="$python" "$scripts/encoder.sh" "$encoder"
(cd "$encoder" && sha256sum --check --quiet "$model/encoder.sha256") ||
    echo "the encoder differs from that on record in model/encoder.sha256" >&2

if [ -z "${TEACHER_PYTHON:-}" ]; then
    TEACHER_PYTHON="$work/teacher-env/bin/python"
    [ -x "$TEACHER_PYTHON" ] || "$python" -m venv "$work/teacher-env"
    "$TEACHER_PYTHON" -m pip install --quiet "spacy==3.8.*" torch safetensors tokenizers
fi

stage grammar "$work/newswire.spacy" "$python" "$scripts/newswire_grammar.py" \
    "$data/assets" "$data/corpus" "$work/newswire.spacy" --sentences 9000 --seed 3
stage mix "$work/corpus/dev/trees.spacy" "$python" "$scripts/prepare.py" \
    "$data" "$work/newswire.spacy" "$work/corpus"
stage teacher "$work/teacher/weights.pt" "$TEACHER_PYTHON" "$scripts/teacher.py" train \
    "$encoder" "$work/corpus/teach" "$work/teacher"
for text in lines agency; do
    stage "annotate $text" "$work/corpus/trees/$text.spacy" "$TEACHER_PYTHON" "$scripts/teacher.py" annotate \
        "$work/teacher" "$work/corpus/raw/$text.spacy" "$work/corpus/trees/$text.spacy"
done
# The word vectors were made once (scripts/vectors.py) and live in the shipped pipeline.
stage vectors "$work/vectors" "$python" "$scripts/kept_vectors.py" "$model/news_sm" "$work/vectors"
stage floret "$work/floret" "$python" -m spacy init vectors en "$data/assets/news.floret" "$work/floret" --mode floret
(
    stage trees "$work/trees/model-last" on_one_core "$python" -m spacy train "$model/configs/trees.cfg" \
        -o "$work/trees" --paths.train "$work/corpus/trees" --paths.dev "$work/corpus/dev" \
        --paths.vectors "$work/vectors" --paths.orth_variants "$data/assets/en_orth_variants.json"
    stage "trees, how to go on" "$work/trees-on.cfg" "$python" "$scripts/go_on.py" \
        "$work/trees/model-last" "$work/trees-on.cfg" --steps 1800 --rate 0.0009
    stage "trees, on" "$work/trees-on/model-last" on_one_core "$python" -m spacy train "$work/trees-on.cfg" \
        -o "$work/trees-on"
) &
trees=$!
stage recognizer "$work/recognizer/model-last" on_one_core "$python" -m spacy train "$model/configs/recognizer.cfg" \
    -o "$work/recognizer" --paths.train "$work/corpus/entities" --paths.dev "$work/corpus/entities-dev" \
    --paths.vectors "$work/floret"
wait "$trees"
"$python" "$scripts/assemble.py" "$work/trees-on/model-last" "$work/recognizer/model-last" "$model/news_sm" "$out"
