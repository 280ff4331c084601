"""Two thousand hostile values in rules: each is refused or loads, and none does anything when events are matched."""

from __future__ import annotations

import json
from random import Random

from pipeline.alert.match import matches
from pipeline.alert.rule import Rule
from pipeline.alert.rules import parse_rule
from pipeline.alert.shares import Shares
from pipeline.errors import ConfigError
from pipeline.stages.matching import pairs
from pipeline.stages.rulebook import RuleWriter
from tests.alert import random_rules as made

SEEDS = (
    "'; DROP TABLE tocsin.rules; --", "' OR '1'='1", "\\'; SELECT pg_sleep(9); --", "{1,2}", "{NULL}", '{"a"}', "%s", "%(x)s", "%%",
    "%' OR 1=1 --", "_" * 50, "(a+)+$", "(.*)*b", "[[:alpha:]]+", "\\y", "\\m\\M", "***=x", "(?e)a", "^.*$", "a{99999}", "{{7*7}}",
    "${jndi:ldap://x}", "{% for x in y %}", "<script>alert(1)</script>", "\u0000", "\u202eabc", "\ud800", "a\nb", "\t", "\r\nBcc: x",
    "NULL", "null", "true", "NaN", "Infinity", "-1", "1e400", "99999999999999999999", "__import__('os')", "../../etc/passwd",
    "file:///etc/passwd", "!!python/object:os.system", "*", "**", "a*b*c*", "aaaa*" * 11, "🦊" * 40, "ﷺ" * 30, "İ" * 20, "ß" * 20,
    "e\u0301" * 30, "x" * 5000, "' '", '"', "\\", "\\\\", "$$", "$1", ";", "--", "/* */", "word word word", "no-fly", "U.N.", "l'état",
)  # fmt: skip
FIELDS = ("text", "actor_name", "recipient_name", "admin1", "source", "country", "actor", "event_type", "mode", "language", "near",
          "polygon", "dyad_either_way", "min_confidence", "context")  # fmt: skip
TABLES = "SELECT count(*) FROM pg_class"


def hostile(random: Random, number: int) -> dict:
    """A rule with a hostile value somewhere: in a condition, or in what people read."""
    value: object = random.choice(SEEDS)
    if random.random() < 0.3:
        value = random.choice(SEEDS) + random.choice(SEEDS)
    if random.random() < 0.2:
        value = random.choice(
            ([value], {"latitude": value}, [[value, value]], [value, "LBY"], {value: value})
        )
    content: dict = {"rule": f"hostile-{number}", "title": "t", "owner": "o", "status": "active"}
    branch: dict = {"event_type": "ASSAULT"} if random.random() < 0.3 else {}
    if random.random() < 0.9:
        branch[random.choice(FIELDS)] = value
    else:
        content[random.choice(("title", "owner", "group_by", "notify", "dedup_hours", "window"))] = value
        branch["event_type"] = "ASSAULT"
    part = {"any": [branch]} if random.random() < 0.8 else {"any": [{"event_type": "PROTEST"}], "not": branch}
    return {**content, "match": part}


def test_hostile_values_load_or_are_refused_and_do_nothing(db):
    """No value becomes a statement or a pattern that runs away; Postgres and Python find the same pairs."""
    random, rules, refused, told = Random(2000), [], 0, []
    for number in range(2000):
        try:
            rules.append(
                parse_rule(
                    json.dumps(hostile(random, number), ensure_ascii=random.random() < 0.5)
                    .encode(errors="surrogatepass")
                    .decode(errors="replace")
                )
            )
        except ConfigError as error:
            refused += 1
            told += str(error).splitlines()
    events = [made.event(random, number) for number in range(20)]
    texts = [made.event(random, number) for number in range(len(SEEDS))]
    events += [
        type(one)(**{**{name: getattr(one, name) for name in type(one).__dataclass_fields__},
                     "sentence": seed.replace("\x00", "").replace("\ud800", ""), "trigger_start": None, "trigger_end": None})
        for one, seed in zip(texts, SEEDS, strict=True)
    ]  # fmt: skip
    with db.connection.cursor() as cursor:
        cursor.execute(TABLES)
        before = cursor.fetchone()
        cursor.execute("SET LOCAL statement_timeout = '20s'")
    writer = RuleWriter(db, shares=Shares())
    for rule in rules:
        writer.add(rule, "")
    writer.close(())
    found = pairs(db, events)
    with db.connection.cursor() as cursor:
        cursor.execute(TABLES)

        assert cursor.fetchone() == before
    assert refused + len(rules) == 2000
    assert all(line.isprintable() for line in told)
    assert min(refused, len(rules)) > 300
    assert found == sorted(
        (n, rule.id) for n, event in enumerate(events) for rule in rules if matches(rule, event)
    )
    assert all(isinstance(rule, Rule) for rule in rules)
