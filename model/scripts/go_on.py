"""A configuration that trains a finished pipeline on, with a rate that starts lower and sinks to nothing again.

    python go_on.py TRAINED OUT.cfg --steps 1800 --rate 0.0009

Everything else, data and batches included, stays as TRAINED was trained.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import spacy


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    arguments = parser.parse_args()
    trained = str(arguments.trained.resolve())
    config = spacy.util.load_config(arguments.trained / "config.cfg", interpolate=True)
    for name in config["nlp"]["pipeline"]:
        config["components"][name] = {"source": trained}
    config["paths"]["vectors"] = config["initialize"]["vectors"] = trained
    config["training"]["max_steps"] = arguments.steps
    config["training"]["optimizer"]["learn_rate"].update(
        total_steps=arguments.steps, initial_rate=arguments.rate
    )
    config.to_disk(arguments.out)


if __name__ == "__main__":
    main()
