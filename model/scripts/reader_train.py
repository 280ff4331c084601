"""Train the reader on the corpus and pack its weights.

    python model/scripts/reader_train.py ENCODER DATA.jsonl.gz ARTICLES.jsonl[.gz] … OUT.npz

ENCODER is a folder with all-MiniLM-L6-v2 (model.safetensors), DATA what reader_data.py wrote, ARTICLES the texts of the corpus. Needs torch and
safetensors. Only articles of the part `coded` are learnt from. Seed fixed; two cores take about an hour.

One encoding a window (pipeline/extract/reader/window.py), then for each word that may tell an event its type or none; for those that
do, what is claimed, core, minor or background, and who of those within reach is actor and recipient, or nobody. Where several mentions
name the right party any of them is right, and the losses of all questions are added.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from corpus.load import coded, read_articles  # noqa: E402
from pipeline.extract.reader import window as windows  # noqa: E402
from pipeline.extract.reader.pieces import Pieces  # noqa: E402
from pipeline.extract.reader.window import Named, RuleReading, Sentence, Window, windows_of  # noqa: E402

LAYERS, EPOCHS, BATCH, RATE, SEED = 4, 5, 5, 2e-4, 1
# Of windows that tell nothing so many are seen in an epoch.
QUIET_SHARE = 0.8
TYPES = ("NONE", *windows.TYPES)


@dataclass(frozen=True, slots=True)
class Told:
    """What is right of one word of a window: the types that are, and for an event its status, tier and mentions of its parties.

    `parties` has for each role the mentions that are right, counted within the word's reach; (-1,) is nobody, None is not to be said.
    """

    word: int
    types: tuple[int, ...]
    status: int = 0
    tier: int = 0
    parties: tuple[tuple[int, ...] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A window and what is right of its words; words of an event's telling that are not its head are not asked."""

    window: Window
    told: tuple[Told, ...]


# Labels


def examples_of(
    shown: Mapping[str, Any], events: Sequence[Mapping[str, Any]], text: str, pieces: Pieces
) -> Iterator[Example]:
    """Lay the events of an article on its windows."""
    sentences = [sentence_of(one) for one in shown["sentences"]]
    heads: dict[tuple[int, int], list[Mapping[str, Any]]] = {}
    inside: set[tuple[int, int]] = set()
    for event in events:
        for words in (event["trigger"], *event["also"]):
            found = place_of(text.find(words), words, shown["sentences"])
            inside.update(found)
            head = head_of(found, sentences)
            if head is not None:
                heads.setdefault(head, []).append(event)
    for window in windows_of(shown["title"], sentences, pieces):
        told = []
        for number, word in enumerate(window.words):
            if word.origin in heads:
                told.append(told_of(number, heads[word.origin], window, shown["sentences"]))
            elif word.origin not in inside:
                told.append(Told(number, (0,)))
        yield Example(window, tuple(told))


def sentence_of(shown: Mapping[str, Any]) -> Sentence:
    return Sentence(
        words=tuple(shown["words"]), pos=tuple(shown["pos"]), deps=tuple(shown["deps"]), heads=tuple(shown["heads"]),
        entities=tuple(shown["entities"]),
        named=tuple(Named(**(one | {"words": tuple(one["words"])})) for one in shown["named"]),
        readings=tuple(
            RuleReading(**(one | {
                "trigger": tuple(one["trigger"]), "parties": (frozenset(one["parties"][0]), frozenset(one["parties"][1])),
            }))
            for one in shown["readings"]
        ),
    )  # fmt: skip


def place_of(at: int, words: str, sentences: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """The words that stand at a place of the text, by sentence and number."""
    if at < 0:
        return []
    return [
        (number, word)
        for number, one in enumerate(sentences)
        for word, start in enumerate(one["starts"])
        if start < at + len(words) and start + len(one["words"][word]) > at and one["pos"][word] != "PUNCT"
    ]


def head_of(found: Sequence[tuple[int, int]], sentences: Sequence[Sentence]) -> tuple[int, int] | None:
    """The word of a telling that all others hang on, where it may tell an event; else the first that may."""
    inside = set(found)
    may = [(number, word) for number, word in found if sentences[number].pos[word] in windows.TELLING]
    tops = [
        (number, word)
        for number, word in may
        if (over := sentences[number].heads[word]) == word or (number, over) not in inside
    ]
    return next(iter(tops or may), None)


def told_of(
    number: int, events: Sequence[Mapping[str, Any]], window: Window, shown: Sequence[Mapping[str, Any]]
) -> Told:
    kinds = {
        TYPES.index(kind)
        for event in events
        for kind in (event["type"], event.get("or_type"))
        if kind in TYPES
    }
    event, word = events[0], window.words[number]
    reach = [window.mentions[word.first_mention + at].origin for at in range(len(word.links))]
    parties: list[tuple[int, ...] | None] = []
    for role in windows.ROLES:
        right = [*listed(event.get(role)), *listed(event.get(f"or_{role}"))]
        hits = [
            at
            for at, (place, one) in enumerate(reach)
            if any(agrees(party, shown[place]["parties"][one]) for party in right)
        ]
        parties.append((-1,) if not right else tuple(hits) or None)
    return Told(
        number,
        tuple(sorted(kinds)),
        windows.STATUSES.index(event["status"]),
        windows.TIERS.index(event["tier"]),
        tuple(parties),
    )


def listed(party: Any) -> list[Mapping[str, Any]]:
    return party if isinstance(party, list) else [party] if party else []


EMPTY = frozenset(
    "the a an of in and for to by on at its his her their s mr mrs ms dr some several former".split()
)


def agrees(party: Mapping[str, Any], named: Sequence[Any]) -> bool:
    """As the scorer has it: the lands where both have one, else a sector in common or half of the words."""
    name, country, sector, *_ = named
    if party["country"] and country:
        return bool(party["country"] == country)
    if sector and sector in re.findall("[A-Z]{3}", party["sector"]):
        return True
    mine, yours = words_of(party["text"]), words_of(name)
    short, long = sorted((mine, yours), key=len)
    return bool(short) and 2 * sum(word in long for word in short) >= len(short)


def words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in EMPTY]


# Network; the names of its parts are those that pipeline/extract/reader/network.py reads


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.i, self.f = nn.Linear(width, inner), nn.Linear(inner, width)
        self.n1, self.n2 = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        texts, longest, width = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(texts, longest, self.heads, width // self.heads).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            split(self.q(x)), split(self.k(x)), split(self.v(x)), attn_mask=bias
        )
        x = self.n1(x + self.drop(self.o(mixed.transpose(1, 2).reshape(texts, longest, width))))
        return self.n2(x + self.drop(self.f(functional.gelu(self.i(x)))))


class Encoder(nn.Module):
    """The lower layers of a published encoder; its table of words is left as it is."""

    PARTS = (
        ("q", "attention.self.query"), ("k", "attention.self.key"), ("v", "attention.self.value"), ("o", "attention.output.dense"),
        ("n1", "attention.output.LayerNorm"), ("i", "intermediate.dense"), ("f", "output.dense"), ("n2", "output.LayerNorm"),
    )  # fmt: skip

    def __init__(self, folder: Path):
        super().__init__()
        stored = load_file(folder / "model.safetensors")
        tables = [
            stored[f"embeddings.{name}_embeddings.weight"].float()
            for name in ("word", "position", "token_type")
        ]
        self.width = tables[0].shape[1]
        self.word, self.pos, self.typ = (
            nn.Embedding.from_pretrained(table, freeze=False) for table in tables
        )
        self.word.weight.requires_grad = self.pos.weight.requires_grad = False
        self.n, self.drop = nn.LayerNorm(self.width, 1e-12), nn.Dropout(0.1)
        self.layers = nn.ModuleList([Layer(self.width, 12, 4 * self.width) for _ in range(LAYERS)])
        with torch.no_grad():
            self._take(self.n, stored, "embeddings.LayerNorm")
            for number, layer in enumerate(self.layers):
                for ours, theirs in self.PARTS:
                    self._take(getattr(layer, ours), stored, f"encoder.layer.{number}.{theirs}")

    @staticmethod
    def _take(part: Any, stored: Mapping[str, Tensor], name: str) -> None:
        part.weight.copy_(stored[f"{name}.weight"])
        part.bias.copy_(stored[f"{name}.bias"])

    def forward(self, some: Sequence[Window]) -> Tensor:
        longest = max(len(window.pieces) for window in some)
        ids, kinds = (
            torch.zeros(len(some), longest, dtype=torch.long),
            torch.zeros(len(some), longest, dtype=torch.long),
        )
        bias = torch.full((len(some), 1, 1, longest), -1e9)
        for row, window in enumerate(some):
            ids[row, : len(window.pieces)] = torch.tensor(window.pieces)
            kinds[row, : len(window.pieces)] = torch.tensor(window.segments)
            bias[row, ..., : len(window.pieces)] = 0
        x = self.drop(self.n(self.word(ids) + self.pos.weight[None, :longest] + self.typ(kinds)))
        for layer in self.layers:
            x = layer(x, bias)
        return x


class Reader(nn.Module):
    def __init__(self, folder: Path):
        super().__init__()
        self.e = Encoder(folder)
        wide = 2 * self.e.width
        self.rt, self.rs, self.pe = (
            nn.Embedding(len(TYPES), 24),
            nn.Embedding(6, 8),
            nn.Embedding(len(windows.POS), 8),
        )
        self.de, self.en, self.rl = (
            nn.Embedding(len(windows.DEPS), 8),
            nn.Embedding(len(windows.ENTITIES), 8),
            nn.Embedding(12, 12),
        )
        self.drop = nn.Dropout(0.15)
        self.trig = nn.Sequential(nn.Linear(wide + 48, 256), nn.GELU(), nn.Dropout(0.15))
        self.typ, self.ty = nn.Linear(256, len(TYPES)), nn.Embedding(len(TYPES), 32)
        self.status, self.tier = nn.Linear(288, len(windows.STATUSES)), nn.Linear(288, len(windows.TIERS))
        self.mv = nn.Sequential(nn.Linear(wide + 4 + 16, 192), nn.GELU(), nn.Dropout(0.15))
        self.tv, self.none = (
            nn.ModuleList([nn.Linear(288, size) for _ in windows.ROLES]) for size in (192, 1)
        )
        self.ps = nn.ModuleList(
            [nn.Sequential(nn.Linear(3 * 192 + 17, 128), nn.GELU(), nn.Linear(128, 1)) for _ in windows.ROLES]
        )

    def loss(self, batch: Sequence[Example]) -> Tensor:
        vectors = self.e([one.window for one in batch])
        parts = [self._loss_of(one, own) for one, own in zip(batch, vectors, strict=True) if one.window.words]
        # Types are many and easy, parties few and hard: each question by its own measure.
        asked = max(8.0, sum(len(one.told) for one in batch) / 12)
        events = max(4.0, sum(bool(told.parties) for one in batch for told in one.told))
        return sum(kinds / asked + rest / events for kinds, rest in parts)  # type: ignore[return-value]

    def _loss_of(self, one: Example, own: Tensor) -> tuple[Tensor, Tensor]:
        window = one.window
        words = self._words(window, own)
        triggers = self._triggers(window, words, own[0])
        kinds = functional.log_softmax(self.typ(triggers), 1)
        typing = -sum(torch.logsumexp(kinds[told.word, list(told.types)], 0) for told in one.told)
        rest = torch.zeros(())
        told_events = [told for told in one.told if told.parties]
        mentions = self._mentions(window, words) if told_events and window.mentions else None
        for told in told_events:
            seen = torch.cat([triggers[told.word], self.ty.weight[max(told.types)]])
            rest = rest + 0.5 * functional.cross_entropy(self.status(seen), torch.tensor(told.status))
            rest = rest + 0.5 * functional.cross_entropy(self.tier(seen), torch.tensor(told.tier))
            for role, right in enumerate(told.parties):
                if right is not None:
                    scores = functional.log_softmax(self._point(role, window, told.word, seen, mentions), 0)
                    rest = rest - torch.logsumexp(scores[[at + 1 for at in right]], 0)
        return typing, rest  # type: ignore[return-value]

    def _words(self, window: Window, own: Tensor) -> Tensor:
        owners = torch.tensor(window.owners)
        at = torch.nonzero(owners >= 0)[:, 0]
        sums = own.new_zeros(window.word_count, own.shape[1]).index_add(0, owners[at], own[at])
        counts = own.new_zeros(window.word_count, 1).index_add(0, owners[at], torch.ones(len(at), 1))
        return sums / counts.clamp(min=1)

    def _triggers(self, window: Window, words: Tensor, whole: Tensor) -> Tensor:
        def of(name: str) -> Tensor:
            return torch.tensor([getattr(word, name) for word in window.words])

        seen = [words[of("at")], whole.expand(len(window.words), -1), self.rt(of("rule_type")), self.rs(of("rule_status")),
                self.pe(of("pos")), self.de(of("dep"))]  # fmt: skip
        return self.trig(self.drop(torch.cat(seen, 1)))

    def _mentions(self, window: Window, words: Tensor) -> Tensor:
        def of(name: str) -> Tensor:
            return torch.tensor([getattr(mention, name) for mention in window.mentions])

        spans = torch.stack([words[list(mention.words)].mean(0) for mention in window.mentions])
        seen = [words[of("head")], spans, of("marks"), self.en(of("entity")), self.de(of("dep"))]
        return self.mv(self.drop(torch.cat(seen, 1)))

    def _point(self, role: int, window: Window, number: int, seen: Tensor, mentions: Tensor | None) -> Tensor:
        nobody, word = self.none[role](seen), window.words[number]
        if mentions is None or not word.links:
            return nobody
        reach = range(word.first_mention, word.first_mention + len(word.links))
        there = mentions[reach.start : reach.stop]
        here = self.tv[role](seen).expand(len(reach), -1)
        ways = [window.mentions[at].head - word.at for at in reach]
        facts = [
            (*link.by_rule, float(way < 0), min(abs(way), 40) / 40, link.sentences)
            for link, way in zip(word.links, ways, strict=True)
        ]
        links = self.rl(torch.tensor([link.relation for link in word.links]))
        scores = self.ps[role](torch.cat([here, there, here * there, links, torch.tensor(facts)], 1))
        return torch.cat([nobody, scores[:, 0]])


# Training


def train(reader: Reader, examples: Sequence[Example]) -> None:
    encoder = [value for value in reader.e.parameters() if value.requires_grad]
    own = {id(value) for value in reader.e.parameters()}
    heads = [value for value in reader.parameters() if id(value) not in own]
    rates = [{"params": encoder, "lr": RATE}, {"params": heads, "lr": 10 * RATE}]
    optimizer = torch.optim.AdamW(rates, weight_decay=0.01)
    steps = EPOCHS * (len(examples) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.08 * steps)) * max(0.02, 1 - step / steps)
    )
    started = time.monotonic()
    for epoch in range(EPOCHS):
        reader.train()
        total = 0.0
        for batch in batches(examples):
            loss = reader.loss(batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(
            f"epoch {epoch + 1} of {EPOCHS}: loss {total:.1f} after {time.monotonic() - started:.0f} s",
            flush=True,
        )


def batches(examples: Sequence[Example]) -> list[list[Example]]:
    """Examples of about one length together, in an order of chance."""
    order = sorted(examples, key=lambda one: len(one.window.pieces) + random.random() * 25)
    made = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    random.shuffle(made)
    return made


def pack(reader: Reader, path: Path) -> None:
    """Large tables as bytes with a scale a row, the rest as halves: a quarter of the size, and the same decisions."""
    packed: dict[str, Any] = {}
    for name, value in reader.state_dict().items():
        table = value.numpy().astype(np.float32)
        if table.ndim == 2 and table.size > 20_000:
            scale = np.abs(table).max(1, keepdims=True) / 127
            scale[scale == 0] = 1
            packed[f"{name}.bytes"] = np.round(table / scale).astype(np.int8)
            packed[f"{name}.scale"] = scale
        else:
            packed[name] = table.astype(np.float16) if table.ndim == 2 else table
    np.savez(path, **packed)


def read_examples(data: Path, articles: Iterable[Path], pieces: Pieces) -> list[Example]:
    texts = read_articles(articles)
    events = {row["id"]: row["events"] for row in coded(texts) if row["part"] == "coded"}
    found: list[Example] = []
    with gzip.open(data, "rt", encoding="utf-8") as file:
        for line in file:
            shown = json.loads(line)
            if shown["id"] in events:
                found += examples_of(shown, events[shown["id"]], texts[shown["id"]].text, pieces)
    return found


def main(arguments: Sequence[str]) -> None:
    encoder, data, *articles, out = map(Path, arguments)
    random.seed(SEED)
    torch.manual_seed(SEED)
    pieces = Pieces(ROOT / "model" / "reader" / "pieces.txt.gz")
    examples = [
        one
        for one in read_examples(data, articles, pieces)
        if one.told and (any(told.parties for told in one.told) or random.random() < QUIET_SHARE)
    ]
    print(
        f"{len(examples)} windows, {sum(bool(t.parties) for one in examples for t in one.told)} tellings",
        flush=True,
    )
    reader = Reader(encoder)
    train(reader, examples)
    pack(reader.eval(), out)


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(sys.argv[1:])
