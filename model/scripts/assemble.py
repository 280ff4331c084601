"""Put the trained networks and the tables together into the pipeline that is shipped.

    python assemble.py TRAINED ENTITIES PIECES TABLES OUT [--version 0.3.2] [--figures report.json]

TRAINED holds tok2vec, tagger, morphologizer and parser, ENTITIES the recognizer, PIECES its piece vectors; the tables
of the lemmatizer and of the entity step come from the pipeline TABLES, the known names from known_names.tsv and
from the coder's firms; not_peoples.txt says what is no people in the list of those. Beside OUT a list of sha256 sums
is written, OUT.sha256, in the format of sha256sum.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import spacy
import srsly
from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.vectors import Vectors
from thinc.api import Config

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
import pipeline.extract.language.components  # noqa: E402, F401
from pipeline.extract.language.batched import BatchedEntities  # noqa: E402
from pipeline.extract.language.entities import NewsEntities  # noqa: E402
from pipeline.extract.language.lemmatizer import NewsLemmatizer  # noqa: E402
from pipeline.extract.language.piece_vectors import PieceVectors  # noqa: E402
from pipeline.extract.lexicon.actor_files import own_files, read_own  # noqa: E402
from pipeline.extract.lexicon.gazetteer import load_gazetteer  # noqa: E402
from pipeline.plover import read_list  # noqa: E402

KNOWN = ROOT / "model" / "known_names.tsv"
NOT_PEOPLES = ROOT / "model" / "not_peoples.txt"
NETWORKS = ("tagger", "morphologizer", "parser", "ner")


# spaCy's parser and recognizer, with a loop over whole batches (pipeline.extract.language.components).
QUICK = {
    "parser": ("batched_parser", ("model", "moves", "learn_tokens", "min_action_freq")),
    "ner": ("batched_ner", ("model", "moves")),
}


Kind = TypeVar("Kind")


def component(nlp: Language, name: str, kind: type[Kind]) -> Kind:
    """A component of a pipeline, as what it is."""
    found: object = nlp.get_pipe(name)
    if not isinstance(found, kind):
        raise SystemExit(f"{name} is a {type(found).__name__}, not a {kind.__name__}")
    return found


def load_quick(path: Path) -> Language:
    """Load a trained pipeline with the quick parser and recognizer in place of spaCy's."""
    config = spacy.util.load_config(path / "config.cfg")
    for name, (factory, kept) in QUICK.items():
        if name not in config["components"]:
            continue
        settings = config["components"][name]
        config["components"][name] = {"factory": factory} | {
            key: settings[key] for key in kept if key in settings
        }
    return spacy.util.load_model_from_config(config, auto_fill=True).from_disk(path)


def read_known(path: Path, nlp: Language) -> dict[str, str]:
    """Names as the tokenizer cuts them to their labels."""
    known = {}
    for line in read_list(path):
        label, name = line.split("\t")
        known[cut_name(name, nlp)] = label
    return known


def peoples(listed: Iterable[str], countries: Iterable[str]) -> list[str]:
    """The peoples among the entries of such a list, which also holds countries, forenames and plain words."""
    others = {*read_list(NOT_PEOPLES), *countries}
    return [name for name in listed if name not in others]


def firms(nlp: Language) -> dict[str, str]:
    """Companies and newspapers that the coder knows by name, but for those called after a town."""
    gazetteer = load_gazetteer()
    rows = read_own("firms", own_files()["firms"])
    surfaces = {surface.removeprefix("=") for row in rows for surface in row.surfaces}
    return {cut_name(name, nlp): "ORG" for name in surfaces if len(name) > 2 and not gazetteer.find(name)}


def cut_name(name: str, nlp: Language) -> str:
    """A name as the tokenizer cuts it, words parted by one blank."""
    return " ".join(token.text for token in nlp.make_doc(name))


def without_folders(settings: Any) -> Any:
    """Settings with the last part alone of each path of the machine that trained."""
    if isinstance(settings, dict):
        return {key: without_folders(value) for key, value in settings.items()}
    is_path = isinstance(settings, str) and settings.startswith("/")
    return Path(settings).name if is_path else settings


def thin_vectors(nlp: Language, rows: int) -> None:
    """Keep the first rows, which are those of the most frequent words."""
    vectors = nlp.vocab.vectors
    keys = [key for key, row in vectors.key2row.items() if row < rows]
    data = vectors.data[[vectors.key2row[key] for key in keys]]
    nlp.vocab.vectors = Vectors(
        data=data, keys=keys, strings=nlp.vocab.strings, attr="LOWER", name=vectors.name
    )


def quick(pattern: str) -> str:
    """Let a pattern that opens with looks behind fail on the first character, ten times as fast."""
    if not pattern.startswith("(?<="):
        return pattern
    return f"(?=May)(?:{pattern})" if pattern.endswith("May\\b") else f"(?=[12]\\d\\d\\d)(?:{pattern})"


def checksums(folder: Path) -> str:
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {folder.name}/{path.relative_to(folder).as_posix()}")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("entities", type=Path)
    parser.add_argument("pieces", type=Path)
    parser.add_argument("tables", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--rows", type=int, default=20000, help="word vectors that are kept, the most frequent"
    )
    parser.add_argument("--version", default="0.3.2")
    parser.add_argument(
        "--figures", type=Path, help="JSON of report.py on this one pipeline, kept in meta.json"
    )
    arguments = parser.parse_args()
    nlp = load_quick(arguments.trained)
    recognizer = load_quick(arguments.entities)
    thin_vectors(nlp, arguments.rows)
    nlp.add_pipe("ner", source=recognizer)
    component(nlp, "ner", BatchedEntities).set_subwords(PieceVectors.from_disk(arguments.pieces))
    nlp.add_pipe("sent_guard", before="parser")
    nlp.add_pipe("news_lemmatizer", before="ner")
    component(nlp, "news_lemmatizer", NewsLemmatizer).from_disk(arguments.tables / "news_lemmatizer")
    nlp.add_pipe("news_ents")
    tables = srsly.read_gzip_json(arguments.tables / "news_ents" / "tables.json.gz")
    known = firms(nlp) | read_known(KNOWN, nlp)
    patterns = [quick(pattern) for pattern in tables["patterns"]]
    found = peoples(tables["norp"], tables["countries"])
    component(nlp, "news_ents", NewsEntities).set_tables(
        found, tables["countries"], tables["titles"], patterns, known
    )
    nlp.meta.update(
        name="news_sm",
        version=arguments.version,
        description="English for world news: UD tags, trees and lemmas, and entities",
        license="CC BY-SA 4.0",
        notes="See model/README.md for data, licences, figures and known failures.",
    )
    nlp.meta.pop("performance", None)
    if arguments.figures:
        (figures,) = json.loads(arguments.figures.read_text(encoding="utf8")).values()
        nlp.meta["performance"] = figures
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(arguments.out)
    config = spacy.util.load_config(arguments.out / "config.cfg")
    Config(without_folders(config)).to_disk(arguments.out / "config.cfg")
    # The store holds every word of the training data; the labels suffice, words are added at run time.
    labels: set[str] = {"_SP"}
    for name in NETWORKS:
        for label in component(nlp, name, Pipe).labels:
            labels.add(label)
            for part in label.split("|"):
                labels |= {part, *part.split("="), *part.split("||")}
    srsly.write_json(arguments.out / "vocab" / "strings.json", sorted(label for label in labels if label))
    sums = arguments.out.with_name(arguments.out.name + ".sha256")
    sums.write_text(checksums(arguments.out), encoding="utf8")
    size = sum(path.stat().st_size for path in arguments.out.rglob("*") if path.is_file())
    print(f"{arguments.out}: {nlp.pipe_names}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
