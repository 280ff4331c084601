"""A large reader of English, tuned on our gold trees and entities, that annotates raw news for the small one.

    python teacher.py train ENCODER MIX OUT [--layers 6] [--words 1100000]
    python teacher.py score OUT TREES.spacy...
    python teacher.py annotate OUT TEXT.spacy ANNOTATED.spacy [--words 600000] [--join 3]

ENCODER is a folder with model.safetensors and tokenizer.json of all-mpnet-base-v2 (Apache 2.0). Over its
lower layers stand four readings of each word: tag, morphology, head with label, and entity (as begin,
inside, outside). Documents without trees teach entities alone and the other way round. A mark on each word
says whether the entities of its document were annotated by hand or by machine, for the two follow other
habits; what is annotated here is read as by hand. It leaves out documents whose heads are in doubt on the whole.
Needs torch, safetensors and tokenizers besides spaCy; the shipped pipeline needs none of them.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import spacy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from spacy.tokens import Doc, DocBin, Span
from tokenizers import Tokenizer
from torch import Tensor, nn

NLP = spacy.blank("en")
START, END, PAD, UNKNOWN = 0, 2, 1, 104
BATCH = 2600  # pieces, with padding
LONGEST = 160  # words of a document that is read at once
SEED = 7
IGNORED = -100
CASES = 6
BY_MACHINE = ("gmb-train",)  # whose entities no person has looked through


# --- documents as numbers ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A document for the network: pieces of all words, and what is known of each word."""

    pieces: list[int]
    first: list[int]  # index of the first piece of each word
    cases: list[int]  # of each piece
    words: int
    by_machine: bool = False
    tags: list[int] | None = None
    morphs: list[int] | None = None
    heads: list[int] | None = None  # 0 is the root, otherwise the number of the head from 1
    labels: list[int] | None = None
    entities: list[int] | None = None


class Labels:
    """Numbers for the labels of each layer, in the order of the alphabet."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        self.names = names
        self.numbers = {layer: {name: at for at, name in enumerate(found)} for layer, found in names.items()}

    @classmethod
    def of(cls, docs: list[Doc]) -> Labels:
        counts: dict[str, Counter[str]] = {layer: Counter() for layer in ("tag", "morph", "label", "entity")}
        for doc in docs:
            if doc.has_annotation("DEP"):
                counts["tag"].update(token.tag_ for token in doc)
                counts["morph"].update(morph_of(token) for token in doc)
                counts["label"].update(token.dep_ for token in doc)
            if doc.has_annotation("ENT_IOB"):
                counts["entity"].update(entity_of(token) for token in doc)
        return cls({layer: sorted(found) for layer, found in counts.items()})


def morph_of(token: spacy.tokens.Token) -> str:
    return f"{token.pos_}/{token.morph}"


def entity_of(token: spacy.tokens.Token) -> str:
    return "O" if token.ent_iob_ in ("O", "") else f"{token.ent_iob_}-{token.ent_type_}"


def case_of(word: str) -> int:
    if not any(letter.isalpha() for letter in word):
        return 4 if any(letter.isdigit() for letter in word) else 5
    if word.islower():
        return 0
    if word.isupper():
        return 2 if len(word) > 1 else 1
    return 1 if word[0].isupper() and word[1:].islower() else 3


def sample_of(doc: Doc, tokenizer: Tokenizer, labels: Labels | None, *, by_machine: bool = False) -> Sample:
    pieces, first, cases = [START], [], [5]
    for token in doc:
        found = tokenizer.encode(token.text, add_special_tokens=False).ids[:6] or [UNKNOWN]
        first.append(len(pieces))
        pieces += found
        cases += [case_of(token.text)] * len(found)
    known: dict[str, list[int]] = {}
    if labels:
        numbers = labels.numbers
        if doc.has_annotation("DEP"):
            known["tags"] = [numbers["tag"][token.tag_] for token in doc]
            known["morphs"] = [numbers["morph"][morph_of(token)] for token in doc]
            known["heads"] = [0 if token.head.i == token.i else token.head.i + 1 for token in doc]
            known["labels"] = [numbers["label"][token.dep_] for token in doc]
        if doc.has_annotation("ENT_IOB"):
            known["entities"] = [numbers["entity"].get(entity_of(token), IGNORED) for token in doc]
    return Sample(
        pieces=[*pieces, END],
        first=first,
        cases=[*cases, 5],
        words=len(doc),
        by_machine=by_machine,
        **known,
    )


def chunks(doc: Doc, longest: int = LONGEST) -> Iterator[Doc]:
    """Documents of at most `longest` words, cut between sentences; a longer sentence is left out."""
    if len(doc) <= longest:
        yield doc
        return
    start = 0
    ends = [span.end for span in doc.sents] if doc.has_annotation("SENT_START") else range(1, len(doc) + 1)
    last = 0
    for end in [*ends, None]:
        if end is None or end - start > longest:
            if 0 < last - start <= longest:
                yield doc[start:last].as_doc()
            start = last
        if end is not None:
            last = end


def read(path: Path) -> list[Doc]:
    docs = DocBin(store_user_data=True).from_disk(path).get_docs(NLP.vocab)
    return [chunk for doc in docs for chunk in chunks(doc) if len(chunk)]


def batches(samples: list[Sample], generator: random.Random | None) -> Iterator[list[Sample]]:
    """Samples of like length together, so that little is padded; in random order where one is given."""
    order = list(samples)
    if generator:
        generator.shuffle(order)
        order.sort(key=lambda sample: len(sample.pieces) + generator.random() * 12)
    else:
        order.sort(key=lambda sample: len(sample.pieces))
    found: list[list[Sample]] = []
    batch: list[Sample] = []
    for sample in order:
        if batch and len(sample.pieces) * (len(batch) + 1) > BATCH:
            found.append(batch)
            batch = []
        batch.append(sample)
    if batch:
        found.append(batch)
    if generator:
        generator.shuffle(found)
    yield from found


# --- the network ---------------------------------------------------------------------------------


class Layer(nn.Module):
    def __init__(self, weights: dict[str, Tensor], name: str, heads: int = 12) -> None:
        super().__init__()
        self.heads = heads

        def linear(*parts: str) -> nn.Linear:
            weight = torch.cat([weights[f"{name}.{part}.weight"] for part in parts])
            made = nn.Linear(weight.shape[1], weight.shape[0])
            made.weight.data = weight.clone()
            made.bias.data = torch.cat([weights[f"{name}.{part}.bias"] for part in parts])
            return made

        def norm(part: str) -> nn.LayerNorm:
            made = nn.LayerNorm(len(weights[f"{name}.{part}.bias"]), eps=1e-5)
            made.weight.data = weights[f"{name}.{part}.weight"].clone()
            made.bias.data = weights[f"{name}.{part}.bias"].clone()
            return made

        self.mixed = linear("attention.attn.q", "attention.attn.k", "attention.attn.v")
        self.out = linear("attention.attn.o")
        self.first_norm = norm("attention.LayerNorm")
        self.wide = linear("intermediate.dense")
        self.narrow = linear("output.dense")
        self.second_norm = norm("output.LayerNorm")

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        count, length, width = states.shape
        parts = self.mixed(states).view(count, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=bias)
        states = self.first_norm(states + self.out(mixed.transpose(1, 2).reshape(count, length, width)))
        return self.second_norm(states + self.narrow(F.gelu(self.wide(states))))


def distance_buckets(length: int, buckets: int = 32, furthest: int = 128) -> Tensor:
    """The bucket of each pair of positions: single steps near by, ever wider further off (as in T5)."""
    at = torch.arange(length)
    back = at[:, None] - at[None, :]
    half = buckets // 2
    side = (back < 0).long() * half
    back = back.abs()
    exact = half // 2
    far = exact + (
        (back.clamp(min=1).float() / exact).log() / math.log(furthest / exact) * (half - exact)
    ).long().clamp(max=half - exact - 1)
    return side + torch.where(back < exact, back, far)


class Reader(nn.Module):
    """Encoder and the four readings."""

    def __init__(self, weights: dict[str, Tensor], layers: int, sizes: dict[str, int]) -> None:
        super().__init__()
        width = weights["embeddings.LayerNorm.bias"].shape[0]
        self.register_buffer("pieces", weights["embeddings.word_embeddings.weight"].clone(), persistent=False)
        self.register_buffer(
            "places", weights["embeddings.position_embeddings.weight"].clone(), persistent=False
        )
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.norm.weight.data = weights["embeddings.LayerNorm.weight"].clone()
        self.norm.bias.data = weights["embeddings.LayerNorm.bias"].clone()
        self.distances = nn.Embedding(32, 12)
        self.distances.weight.data = weights["encoder.relative_attention_bias.weight"].clone()
        self.layers = nn.ModuleList(Layer(weights, f"encoder.layer.{number}") for number in range(layers))
        self.cases = nn.Embedding(CASES, width)
        nn.init.zeros_(self.cases.weight)
        self.machine = nn.Parameter(torch.zeros(width))
        self.shares = nn.Parameter(torch.tensor([0.0] * layers + [1.5]))
        self.root = nn.Parameter(torch.randn(width) * 0.02)
        self.tag = nn.Linear(width, sizes["tag"])
        self.morph = nn.Linear(width, sizes["morph"])
        self.entity = nn.Sequential(nn.Linear(width, 256), nn.GELU(), nn.Linear(256, sizes["entity"]))
        self.arc_child, self.arc_head = nn.Linear(width, 384), nn.Linear(width, 384)
        self.arc = nn.Parameter(torch.zeros(385, 384))
        self.label_child, self.label_head = nn.Linear(width, 128), nn.Linear(width, 128)
        self.label = nn.Parameter(torch.zeros(sizes["label"], 129, 129))

    def words(self, batch: list[Sample]) -> tuple[Tensor, Tensor]:
        """The states of the words, (documents, longest, width), and which of them are there."""
        length = max(len(sample.pieces) for sample in batch)
        ids = torch.full((len(batch), length), PAD)
        cases = torch.full((len(batch), length), CASES - 1)
        longest = max(sample.words for sample in batch)
        first = torch.zeros(len(batch), longest, dtype=torch.long)
        there = torch.zeros(len(batch), longest, dtype=torch.bool)
        for row, sample in enumerate(batch):
            ids[row, : len(sample.pieces)] = torch.tensor(sample.pieces)
            cases[row, : len(sample.pieces)] = torch.tensor(sample.cases)
            first[row, : sample.words] = torch.tensor(sample.first)
            there[row, : sample.words] = True
        machine = torch.tensor([float(sample.by_machine) for sample in batch])[:, None, None]
        states = self.pieces[ids] + self.places[2 : length + 2] + self.cases(cases) + machine * self.machine
        states = self.norm(states)
        bias = self.distances(distance_buckets(length)).permute(2, 0, 1)[None]
        bias = bias + torch.where(ids == PAD, -1e4, 0.0)[:, None, None]
        every = [states]
        for layer in self.layers:
            states = layer(states, bias)
            every.append(states)
        shares = self.shares.softmax(0)
        mixed = sum(share * states for share, states in zip(shares, every, strict=True))
        found = mixed.gather(1, first[:, :, None].expand(-1, -1, mixed.shape[-1]))
        return F.dropout(found, 0.2, self.training), there

    def arcs(self, words: Tensor, there: Tensor) -> Tensor:
        """Scores of heads, (documents, words, 1 + words); column 0 is the root."""
        heads = torch.cat([self.root.expand(len(words), 1, -1), words], 1)
        child = F.dropout(F.gelu(self.arc_child(words)), 0.2, self.training)
        head = F.dropout(F.gelu(self.arc_head(heads)), 0.2, self.training)
        child = torch.cat([child, torch.ones_like(child[..., :1])], -1)
        scores = child @ self.arc @ head.transpose(1, 2)
        absent = torch.cat([torch.zeros_like(there[:, :1]), ~there], 1)
        return scores.masked_fill(absent[:, None], -1e4)

    def arc_labels(self, words: Tensor, heads: Tensor) -> Tensor:
        """Scores of labels for the given heads, (documents, words, labels)."""
        every = torch.cat([self.root.expand(len(words), 1, -1), words], 1)
        chosen = every.gather(1, heads[:, :, None].expand(-1, -1, every.shape[-1]))
        child = F.dropout(F.gelu(self.label_child(words)), 0.2, self.training)
        head = F.dropout(F.gelu(self.label_head(chosen)), 0.2, self.training)
        child = torch.cat([child, torch.ones_like(child[..., :1])], -1)
        head = torch.cat([head, torch.ones_like(head[..., :1])], -1)
        return torch.einsum("bni,lij,bnj->bnl", child, self.label, head)


def padded(batch: list[Sample], field: str, longest: int) -> Tensor:
    rows = torch.full((len(batch), longest), IGNORED)
    for row, sample in enumerate(batch):
        values = getattr(sample, field)
        if values is not None:
            rows[row, : sample.words] = torch.tensor(values)
    return rows


def loss_of(reader: Reader, batch: list[Sample]) -> Tensor:
    words, there = reader.words(batch)
    longest = words.shape[1]

    def cross(scores: Tensor, wanted: Tensor) -> Tensor:
        known = wanted != IGNORED
        if not known.any():
            return scores.sum() * 0
        return F.cross_entropy(scores[known], wanted[known])

    total = cross(reader.entity(words), padded(batch, "entities", longest))
    heads = padded(batch, "heads", longest)
    if (heads != IGNORED).any():
        total = total + 0.5 * cross(reader.tag(words), padded(batch, "tags", longest))
        total = total + 0.5 * cross(reader.morph(words), padded(batch, "morphs", longest))
        total = total + cross(reader.arcs(words, there), heads)
        total = total + cross(reader.arc_labels(words, heads.clamp(min=0)), padded(batch, "labels", longest))
    return total


# --- training ------------------------------------------------------------------------------------


def gather(mix: Path, words: int, generator: random.Random) -> list[tuple[Doc, bool]]:
    """Documents to learn from, and whether their entities are a machine's.

    The gold trees come as often as fits, the rest in fixed shares.
    """
    shares = {
        "unquoted": 0.05,
        "headlines": 0.01,
        "newswire": 0.07,
        "wikigold": 0.07,
        "uner-ewt-dev": 0.06,
        "gmb-train": 0.16,
    }
    found: list[tuple[Doc, bool]] = []
    for name, share in shares.items():
        docs = filled(read(mix / f"{name}.spacy"), int(share * words), generator)
        found += [(doc, name in BY_MACHINE) for doc in docs]
    rest = words - sum(len(doc) for doc, _ in found)
    return found + [(doc, False) for doc in filled(read(mix / "gold.spacy"), rest, generator)]


def filled(docs: list[Doc], words: int, generator: random.Random) -> list[Doc]:
    """Documents in random order, over and over, until there are that many words."""
    found: list[Doc] = []
    count = 0
    while count < words:
        generator.shuffle(docs)
        for doc in docs:
            if count >= words:
                break
            found.append(doc)
            count += len(doc)
    return found


def train(encoder: Path, mix: Path, out: Path, layers: int, words: int) -> None:
    torch.manual_seed(SEED)
    generator = random.Random(SEED)
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    docs = gather(mix, words, generator)
    labels = Labels.of([doc for doc, _ in docs])
    out.mkdir(parents=True, exist_ok=True)
    settings = {"labels": labels.names, "layers": layers, "encoder": str(encoder)}
    (out / "settings.json").write_text(json.dumps(settings), encoding="utf8")
    made: dict[int, Sample] = {}
    for doc, by_machine in docs:
        if id(doc) not in made:
            made[id(doc)] = sample_of(doc, tokenizer, labels, by_machine=by_machine)
    samples = [made[id(doc)] for doc, _ in docs]
    reader = Reader(load_file(encoder / "model.safetensors"), layers, sizes_of(labels))
    body = [*reader.layers.parameters(), *reader.norm.parameters(), *reader.distances.parameters()]
    inside = {id(parameter) for parameter in body}
    heads = [parameter for parameter in reader.parameters() if id(parameter) not in inside]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": 1e-4}, {"params": heads, "lr": 1e-3}], weight_decay=0.01, fused=True
    )
    steps = list(batches(samples, generator))
    print(f"{len(docs)} documents, {len(steps)} steps", flush=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / 80, max(0.02, 1 - step / len(steps)))
    )
    reader.train()
    started, running = time.time(), 0.0
    for step, batch in enumerate(steps, 1):
        loss = loss_of(reader, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        running += float(loss.detach())
        if step % 25 == 0 or step == len(steps):
            seconds = time.time() - started
            print(f"step {step} loss {running / 25:.3f} seconds {seconds:.0f}", flush=True)
            running = 0.0
    # Written once and at the end: weights that are there are taken for a finished teacher.
    torch.save(reader.state_dict(), out / "weights.pt")


def sizes_of(labels: Labels) -> dict[str, int]:
    return {layer: len(names) for layer, names in labels.names.items()}


def load(out: Path) -> tuple[Reader, Tokenizer, Labels]:
    settings = json.loads((out / "settings.json").read_text(encoding="utf8"))
    encoder = Path(settings["encoder"])
    labels = Labels(settings["labels"])
    reader = Reader(load_file(encoder / "model.safetensors"), settings["layers"], sizes_of(labels))
    reader.load_state_dict(torch.load(out / "weights.pt"), strict=False)
    reader.eval()
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return reader, tokenizer, labels


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the teacher says of one document; `sure` is the mean probability of its heads, 0 to 1."""

    tags: list[str]
    morphs: list[str]
    heads: list[int]
    labels: list[str]
    entities: list[str]
    sure: float


def allowed_pairs(names: list[str]) -> Tensor:
    """Which label of a word may follow which, (labels, labels) of 0 and -inf: what goes on has begun, with the same label."""
    pairs = torch.zeros(len(names), len(names))
    for column, name in enumerate(names):
        if name.startswith("I-"):
            pairs[:, column] = -torch.inf
            for row, before in enumerate(names):
                if before[1:] == name[1:]:
                    pairs[row, column] = 0.0
    return pairs


def best_path(scores: Tensor, pairs: Tensor) -> Tensor:
    """The likeliest labels whose neighbours are allowed, (documents, words), by Viterbi's way.

    Args:
        scores: Log probabilities, (documents, words, labels); nothing but zeros behind a document's end.
        pairs: As of `allowed_pairs`.
    """
    opening = torch.where(torch.isinf(pairs).any(0), -torch.inf, 0.0)
    best = scores[:, 0] + opening
    came_from = []
    for at in range(1, scores.shape[1]):
        reached, origin = (best[:, :, None] + pairs).max(1)
        best = reached + scores[:, at]
        came_from.append(origin)
    label = best.argmax(-1)
    path = [label]
    for origin in reversed(came_from):
        label = origin.gather(1, label[:, None])[:, 0]
        path.append(label)
    return torch.stack(path[::-1], 1)


@torch.inference_mode()
def read_batch(reader: Reader, batch: list[Sample], labels: Labels) -> list[Reading]:
    words, there = reader.words(batch)
    arcs = reader.arcs(words, there).log_softmax(-1)
    best, heads = arcs.max(-1)
    kinds = reader.arc_labels(words, heads).argmax(-1)
    tags, morphs = reader.tag(words).argmax(-1), reader.morph(words).argmax(-1)
    names = labels.names
    scores = reader.entity(words).log_softmax(-1).masked_fill(~there[:, :, None], 0.0)
    entities = best_path(scores, allowed_pairs(names["entity"]))
    found = []
    for row, sample in enumerate(batch):
        count = sample.words
        found.append(
            Reading(
                tags=[names["tag"][at] for at in tags[row, :count].tolist()],
                morphs=[names["morph"][at] for at in morphs[row, :count].tolist()],
                heads=heads[row, :count].tolist(),
                labels=[names["label"][at] for at in kinds[row, :count].tolist()],
                entities=[names["entity"][at] for at in entities[row, :count].tolist()],
                sure=float(best[row, :count].exp().mean()),
            )
        )
    return found


def is_forest(heads: list[int]) -> bool:
    """No word is its own ancestor; heads are numbered from 1, 0 is the root."""
    state = [0] * (len(heads) + 1)
    for start in range(1, len(heads) + 1):
        path = []
        at = start
        while at and state[at] == 0:
            state[at] = 1
            path.append(at)
            at = heads[at - 1]
        if at and state[at] == 1:
            return False
        for seen in path:
            state[seen] = 2
    return True


def annotated(doc: Doc, reading: Reading) -> Doc:
    """The words of `doc` with what the teacher says of them."""
    heads = [at if head == 0 else head - 1 for at, head in enumerate(reading.heads)]
    arcs = enumerate(zip(heads, reading.labels, strict=True))
    labels = ["ROOT" if head == at else label for at, (head, label) in arcs]
    new = Doc(
        doc.vocab,
        words=[token.text for token in doc],
        spaces=[bool(token.whitespace_) for token in doc],
        tags=reading.tags,
        pos=[morph.partition("/")[0] for morph in reading.morphs],
        morphs=[morph.partition("/")[2] for morph in reading.morphs],
        heads=heads,
        deps=labels,
    )
    spans: list[Span] = []
    start, label = None, ""
    for at, entity in enumerate([*reading.entities, "O"]):
        if start is not None and entity != f"I-{label}":
            spans.append(Span(new, start, at, label=label))
            start = None
        if start is None and entity != "O":
            start, label = at, entity[2:]
    new.set_ents(spans, default="outside")
    return new


def joined(docs: list[Doc], most: int, generator: random.Random) -> list[Doc]:
    """Documents put together at random, one to `most` at a time: where lines stand alone nobody learns where one ends."""
    generator.shuffle(docs)
    found = []
    while docs:
        count = generator.randint(1, most)
        found.append(Doc.from_docs(docs[:count], ensure_whitespace=True))
        docs = docs[count:]
    return found


def annotate(out: Path, text: Path, target: Path, words: int, least: float, most: int) -> None:
    reader, tokenizer, labels = load(out)
    docs = filled(read(text), words, random.Random(SEED)) if words else read(text)
    pairs = [(doc, sample_of(doc, tokenizer, None)) for doc in docs]
    by_sample = {id(sample): doc for doc, sample in pairs}
    kept: list[Doc] = []
    refused, started = 0, time.time()
    for batch in batches([sample for _, sample in pairs], None):
        for sample, reading in zip(batch, read_batch(reader, batch, labels), strict=True):
            if reading.sure < least or not is_forest(reading.heads):
                refused += 1
                continue
            kept.append(annotated(by_sample[id(sample)], reading))
    kept = joined(kept, most, random.Random(SEED))
    DocBin(docs=kept, store_user_data=True).to_disk(target)
    count = sum(len(doc) for doc in kept)
    print(
        f"{target.name}: {len(kept)} documents, {count} words, {refused} in doubt, {time.time() - started:.0f} s"
    )


def score(out: Path, paths: list[Path]) -> None:
    """Print how many tags, heads, labels and entities of the gold documents the teacher finds, per cent."""
    reader, tokenizer, labels = load(out)
    for path in paths:
        docs = read(path)
        samples = [sample_of(doc, tokenizer, None) for doc in docs]
        by_sample = {id(sample): doc for doc, sample in zip(docs, samples, strict=True)}
        pairs = [
            (by_sample[id(sample)], annotated(by_sample[id(sample)], reading))
            for batch in batches(samples, None)
            for sample, reading in zip(batch, read_batch(reader, batch, labels), strict=True)
            if is_forest(reading.heads)
        ]
        print(path.name, tree_figures(pairs) if pairs[0][0].has_annotation("DEP") else entity_figures(pairs))


def tree_figures(pairs: list[tuple[Doc, Doc]]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for gold, found in pairs:
        for wanted, token in zip(gold, found, strict=True):
            attached = wanted.head.i == token.head.i
            counts.update(words=1, tag=wanted.tag_ == token.tag_, uas=attached)
            counts.update(las=attached and wanted.dep_ == token.dep_)
    return {name: round(100 * counts[name] / counts["words"], 2) for name in ("tag", "uas", "las")}


def entity_figures(pairs: list[tuple[Doc, Doc]]) -> dict[str, float]:
    """Exact spans of the labels that the gold has; kinds of places count as one where it has few of them."""
    known = {span.label_ for gold, _ in pairs for span in gold.ents}
    merged = "NORP" not in known

    def spans(doc: Doc) -> set[tuple[int, int, str]]:
        place = ("GPE", "LOC", "FAC")
        return {
            (span.start, span.end, "LOC" if merged and span.label_ in place else span.label_)
            for span in doc.ents
            if span.label_ in known
        }

    hits = sum(len(spans(gold) & spans(found)) for gold, found in pairs)
    wanted, made = (sum(len(spans(pair[at])) for pair in pairs) for at in (0, 1))
    precision, recall = hits / max(made, 1), hits / max(wanted, 1)
    middle = 2 * precision * recall / max(precision + recall, 1e-9)
    return {name: round(100 * value, 2) for name, value in (("p", precision), ("r", recall), ("f", middle))}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("train")
    one.add_argument("encoder", type=Path)
    one.add_argument("mix", type=Path)
    one.add_argument("out", type=Path)
    one.add_argument("--layers", type=int, default=6)
    one.add_argument("--words", type=int, default=1_100_000)
    two = commands.add_parser("score")
    two.add_argument("out", type=Path)
    two.add_argument("trees", type=Path, nargs="+")
    three = commands.add_parser("annotate")
    three.add_argument("out", type=Path)
    three.add_argument("text", type=Path)
    three.add_argument("target", type=Path)
    three.add_argument("--words", type=int, default=0, help="as many words, chosen at random; 0 for all")
    three.add_argument("--join", type=int, default=1, help="put up to so many documents together")
    three.add_argument("--least", type=float, default=0.9, help="least mean probability of the heads")
    arguments = parser.parse_args()
    if arguments.command == "train":
        train(arguments.encoder, arguments.mix, arguments.out, arguments.layers, arguments.words)
    elif arguments.command == "score":
        score(arguments.out, arguments.trees)
    else:
        annotate(
            arguments.out, arguments.text, arguments.target, arguments.words, arguments.least, arguments.join
        )


if __name__ == "__main__":
    main()
