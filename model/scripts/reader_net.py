"""The reader's network in torch, with the loss that it is trained by.

One encoding a window (pipeline/extract/reader/window.py), then for each word that may tell an event its type or none; for those that
do, what is claimed, core, minor or background, who of those within reach is actor and recipient, or nobody, and which two tell the same
event. Where several answers are right any of them is, and the losses of all questions are added. The names of its parts are those that
pipeline/extract/reader/network.py reads.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from model.scripts.reader_labels import TYPES, Example, Told
from pipeline.extract.reader import window as windows
from pipeline.extract.reader.window import Window, links_of

LAYERS = 4
# So often the reader is not shown what the rules read in a window, that it learns to do without.
RULELESS = 0.15


def as_bytes(x: Tensor) -> Tensor:
    """As it is at run time, where what goes into a product is bytes with one scale; the gradient goes past it."""
    with torch.no_grad():
        low, high = x.min().clamp(max=0), x.max().clamp(min=0)
        scale = (high - low).clamp(min=1e-6) / 255
        off = torch.fake_quantize_per_tensor_affine(x, scale, (-low / scale).round().to(torch.int32), 0, 255)
        off -= x
    return x + off


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.i, self.f = nn.Linear(width, inner), nn.Linear(inner, width)
        self.n1, self.n2 = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        self.drop = nn.Dropout(0.1)
        self.is_rounded = False

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        texts, longest, width = x.shape
        rounded = as_bytes if self.is_rounded else nn.Identity()
        looked = rounded(x)

        def split(y: Tensor) -> Tensor:
            return y.view(texts, longest, self.heads, width // self.heads).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            split(self.q(looked)), split(self.k(looked)), split(self.v(looked)), attn_mask=bias
        )
        mixed = rounded(mixed.transpose(1, 2).reshape(texts, longest, width))
        x = self.n1(x + self.drop(self.o(mixed)))
        return self.n2(x + self.drop(self.f(rounded(functional.gelu(self.i(rounded(x)))))))


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
        return self.encoded(ids, kinds, bias)

    def encoded(self, ids: Tensor, kinds: Tensor, bias: Tensor) -> Tensor:
        x = self.drop(self.n(self.word(ids) + self.pos.weight[None, : ids.shape[1]] + self.typ(kinds)))
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
        self.dp = nn.Embedding(len(windows.DEPTHS) + 1, 8)
        self.drop = nn.Dropout(0.15)
        self.trig = nn.Sequential(nn.Linear(wide + 56, 256), nn.GELU(), nn.Dropout(0.15))
        self.typ, self.ty = nn.Linear(256, len(TYPES)), nn.Embedding(len(TYPES), 32)
        self.status, self.tier = nn.Linear(288, len(windows.STATUSES)), nn.Linear(288, len(windows.TIERS))
        self.sv = nn.Linear(288, 64)
        self.sm = nn.Sequential(nn.Linear(128, 64), nn.GELU(), nn.Linear(64, 1))
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

    def numbers(self, window: Window) -> Iterator[dict[str, Any]]:
        """What it makes of each word of a window, as the tests hold it against the network that is shipped."""
        with torch.no_grad():
            own = self.e([window])[0]
            words = self._words(window, own)
            triggers = self._triggers(window, words, own[0], is_ruleless=False)
            mentions = self._mentions(window, words) if window.mentions else None
            for number, (word, kinds) in enumerate(zip(window.words, self.typ(triggers), strict=True)):
                told = torch.cat([triggers[number], self.ty.weight[int(kinds[1:].argmax()) + 1]])
                answers = {
                    "types": kinds,
                    "statuses": self.status(told),
                    "tiers": self.tier(told),
                }
                parties = [
                    self._point(role, window, number, told, mentions, is_ruleless=False)
                    for role in range(len(windows.ROLES))
                ]
                yield {
                    "origin": list(word.origin),
                    **{name: chances_of(scores) for name, scores in answers.items()},
                    "parties": [chances_of(scores) for scores in parties],
                }

    def _loss_of(self, one: Example, own: Tensor) -> tuple[Tensor, Tensor]:
        window = one.window
        is_ruleless = self.training and random.random() < RULELESS
        words = self._words(window, own)
        triggers = self._triggers(window, words, own[0], is_ruleless)
        kinds = functional.log_softmax(self.typ(triggers), 1)
        typing = -sum(torch.logsumexp(kinds[told.word, list(told.types)], 0) for told in one.told)
        rest = torch.zeros(())
        told_events = [told for told in one.told if told.parties]
        if not told_events:
            return typing, rest  # type: ignore[return-value]
        mentions = self._mentions(window, words) if window.mentions else None
        seen = torch.stack(
            [torch.cat([triggers[told.word], self.ty.weight[max(told.types)]]) for told in told_events]
        )
        statuses, tiers = (functional.log_softmax(head(seen), 1) for head in (self.status, self.tier))
        for row, told in enumerate(told_events):
            if told.status is not None:
                rest = rest - 0.5 * statuses[row, told.status]
            rest = rest - 0.5 * torch.logsumexp(tiers[row, list(told.tiers)], 0)
            for role, right in enumerate(told.parties):
                if right is not None:
                    scores = functional.log_softmax(
                        self._point(role, window, told.word, seen[row], mentions, is_ruleless), 0
                    )
                    rest = rest - torch.logsumexp(scores[[at + 1 for at in right]], 0)
        return typing, rest + 0.5 * self._same(told_events, seen)  # type: ignore[return-value]

    def _same(self, told: Sequence[Told], seen: Tensor) -> Tensor:
        """Whether two words of one type tell the same event; the loss of all pairs, by event."""
        pairs = [
            (first, second)
            for first, second in combinations(range(len(told)), 2)
            if set(told[first].types) & set(told[second].types)
        ]
        if not pairs:
            return torch.zeros(())
        mine, yours = (self.sv(seen)[[pair[side] for pair in pairs]] for side in (0, 1))
        scores = self.sm(torch.cat([mine * yours, (mine - yours).abs()], 1))[:, 0]
        right = torch.tensor([float(bool(told[a].events & told[b].events)) for a, b in pairs])
        loss = functional.binary_cross_entropy_with_logits(scores, right, reduction="mean")
        return loss * min(len(told), len(pairs))

    def _words(self, window: Window, own: Tensor) -> Tensor:
        owners = torch.tensor(window.owners)
        at = torch.nonzero(owners >= 0)[:, 0]
        sums = own.new_zeros(window.word_count, own.shape[1]).index_add(0, owners[at], own[at])
        counts = own.new_zeros(window.word_count, 1).index_add(0, owners[at], torch.ones(len(at), 1))
        return sums / counts.clamp(min=1)

    def _triggers(self, window: Window, words: Tensor, whole: Tensor, is_ruleless: bool) -> Tensor:
        def of(name: str) -> Tensor:
            return torch.tensor([getattr(word, name) for word in window.words])

        shown = 0 if is_ruleless else 1
        seen = [words[of("at")], whole.expand(len(window.words), -1), self.rt(of("rule_type") * shown), self.rs(of("rule_status") * shown),
                self.pe(of("pos")), self.de(of("dep")), self.dp(of("depth"))]  # fmt: skip
        return self.trig(self.drop(torch.cat(seen, 1)))

    def _mentions(self, window: Window, words: Tensor) -> Tensor:
        def of(name: str) -> Tensor:
            return torch.tensor([getattr(mention, name) for mention in window.mentions])

        spans = torch.stack([words[list(mention.words)].mean(0) for mention in window.mentions])
        seen = [words[of("head")], spans, of("marks"), self.en(of("entity")), self.de(of("dep"))]
        return self.mv(self.drop(torch.cat(seen, 1)))

    def _point(
        self, role: int, window: Window, number: int, seen: Tensor, mentions: Tensor | None, is_ruleless: bool
    ) -> Tensor:
        nobody, word = self.none[role](seen), window.words[number]
        if mentions is None or not word.mention_count:
            return nobody
        reach, own = word.reach, tuple(links_of(window, word))
        there = mentions[reach.start : reach.stop]
        here = self.tv[role](seen).expand(len(reach), -1)
        ways = [window.mentions[at].head - word.at for at in reach]
        facts = [
            (
                *(by_rule * (not is_ruleless) for by_rule in link.by_rule),
                float(way < 0),
                min(abs(way), 40) / 40,
                link.sentences,
            )
            for link, way in zip(own, ways, strict=True)
        ]
        links = self.rl(torch.tensor([link.relation for link in own]))
        scores = self.ps[role](torch.cat([here, there, here * there, links, torch.tensor(facts)], 1))
        return torch.cat([nobody, scores[:, 0]])


def chances_of(scores: Tensor) -> list[float]:
    return [round(chance, 4) for chance in functional.softmax(scores, 0).tolist()]


class Whole(nn.Module):
    """The encoder as it is run: numbers in, without what only training needs."""

    def __init__(self, encoder: Encoder):
        super().__init__()
        self.e = encoder

    def forward(self, ids: Tensor, kinds: Tensor, bias: Tensor) -> Tensor:
        return self.e.encoded(ids, kinds, bias)
