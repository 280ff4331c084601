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

network() { # network CONFIG OUT [OPTION...]: train a small network on one core
    local config="$1" target="$2"
    shift 2
    # spaCy writes a model-last at every evaluation; OUT is there when the training is over.
    rm -rf "$target" "$target.part"
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 "$python" -m spacy train "$config" -o "$target.part" \
        --code "$scripts/quick_products.py" "$@"
    mv "$target.part" "$target"
}

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
annotate() { # annotate TEXT TARGET [OPTION...]
    local text="$1" target="$2"
    shift 2
    stage "annotate $text for $target" "$work/corpus/$target/$text.spacy" "$TEACHER_PYTHON" "$scripts/teacher.py" annotate \
        "$work/teacher" "$work/corpus/raw/$text.spacy" "$work/corpus/$target/$text.spacy" "$@"
}
annotate lines trees --join 3
annotate agency trees
# Entities need no sure trees; those of the agency paragraphs are there already.
annotate web entities --least 0
stage "lines for entities" "$work/corpus/entities/lines.spacy" \
    cp "$work/corpus/trees/lines.spacy" "$work/corpus/entities/lines.spacy"
stage names "$work/names/vectors/meta.json" "$TEACHER_PYTHON" "$scripts/name_pieces.py" "$work/teacher" "$work/names" \
    "$work"/corpus/entities/*.spacy "$work"/corpus/entities-dev/*.spacy
# The word vectors were made once (scripts/vectors.py) and live in the shipped pipeline.
stage vectors "$work/vectors" "$python" "$scripts/kept_vectors.py" "$model/news_sm" "$work/vectors"
on() { # on FROM NAME STEPS RATE [OPTION...]: train on, with a rate that starts lower and sinks to nothing
    local from="$1" name="$2" steps="$3" rate="$4"
    shift 4
    stage "$name, config" "$work/$name.cfg" "$python" "$scripts/go_on.py" \
        "$work/$from/model-last" "$work/$name.cfg" --steps "$steps" --rate "$rate"
    stage "$name" "$work/$name/model-last" network "$work/$name.cfg" "$work/$name" "$@"
}
mean() { # mean OUT NAME...: the mean of the weights at several ends
    local out="$1" name ends=()
    shift
    for name in "$@"; do ends+=("$work/$name/model-last"); done
    stage "$out" "$work/$out/meta.json" "$python" "$scripts/mean_weights.py" "$work/$out" "${ends[@]}"
}
unchanged_names() { # unchanged_names OUT: the entity corpora without the copies whose names were exchanged
    local corpus
    mkdir -p "$1.part"
    for corpus in "$work"/corpus/entities/*.spacy; do
        case "$corpus" in */augmented-*) ;; *) cp "$corpus" "$1.part" ;; esac
    done
    mv "$1.part" "$1"
}
(
    stage trees "$work/trees/model-last" network "$model/configs/trees.cfg" "$work/trees" \
        --paths.train "$work/corpus/trees" --paths.dev "$work/corpus/dev" \
        --paths.vectors "$work/vectors" --paths.orth_variants "$data/assets/en_orth_variants.json"
    on trees trees-on 1800 0.0009
    on trees-on trees-further 2400 0.0007
    on trees-further trees-last 2400 0.0006
    mean trees-mean trees-on trees-further trees-last
) &
trees=$!
stage recognizer "$work/recognizer/model-last" network "$model/configs/recognizer.cfg" "$work/recognizer" \
    --paths.train "$work/corpus/entities" --paths.dev "$work/corpus/entities-dev" \
    --paths.vectors "$work/names/vectors"
on recognizer recognizer-on 1500 0.001
stage "unchanged names" "$work/corpus/entities-last" unchanged_names "$work/corpus/entities-last"
on recognizer-on recognizer-further 900 0.0008 --corpora.train.path "$work/corpus/entities-last"
mean recognizer-mean recognizer recognizer-on recognizer-further
wait "$trees"
"$python" "$scripts/assemble.py" "$work/trees-mean" "$work/recognizer-mean" "$work/names/pieces" \
    "$model/news_sm" "$out"
