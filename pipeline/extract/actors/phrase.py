"""Phrase: tokens in; what their core, its possessor and what follows say of country and sector out.

phrase -> tokens -> matches in the lexicon -> core + possessor + what follows a preposition or a comma
       -> sector from the head of the core, country from the nearest evidence
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.extract.lexicon.actor_entries import POSSESSIVE, QUALIFIER, Entry, Word, tokenize, word_list
from pipeline.extract.lexicon.actor_lexicon import ActorLexicon, Match, holds, sector_on, term_on
from pipeline.extract.lexicon.things import acts_of

_HONORIFICS = word_list("honorifics")
_ARTICLES = word_list("articles")
_OF = frozenset(("of", "for"))
_WHERE = word_list("where")
_ELSEWHERE = word_list("elsewhere")
_PREPOSITIONS = _OF | _WHERE | _ELSEWHERE
_OWNING = frozenset(("led", "based", "run", "owned", "flagged", "registered", "commanded"))
_PEOPLES = word_list("peoples")
_COMPARED = frozenset(("more", "less", "fewer", "better"))
_LOYAL = frozenset(("loyal", "belonging", "allied", "aligned", "affiliated", "linked", "faithful"))
_BREAKS = frozenset(",;:–—")
_CLAUSES = word_list("clauses")
_ARMED = frozenset(("REB", "PRM", "MIL", "COP", "UAF", "CRM", "SEP", "OPP"))
_OVERRIDDEN = frozenset(("MIL", "GOV", "PTY", "CVL", "UNK", "UAF", "LEG", "PRM", "COP", ""))
_OFFICES = frozenset(("GOV", "LEG", "JUD", "SPY", ""))
_CHAIRS = frozenset(
    (
        "president",
        "vice president",
        "deputy president",
        "secretary",
        "commissioner",
        "founder",
        "governor",
        "minister",
    )
)
_ENVOYS = frozenset(
    ("ambassador", "deputy ambassador", "envoy", "representative", "permanent representative", "diplomat", "delegate",
     "delegation", "mission", "negotiator", "counsellor", "ambassador to", "envoy to")
)  # fmt: skip
_HEADS = ("strong", "title", "believer", "weak", "armed", "override", "modifier", "former", "quantity")
_COLOURS = ("override", "modifier", "strong", "believer", "title", "former", "weak", "armed", "quantity")
_NAME_LIKE = word_list("name_like")
_FORENAMES = word_list("forenames")


class _Coding:
    """What is known of a part of a phrase while it is being coded."""

    __slots__ = ("body", "country", "ids", "kind", "name", "organisation", "sector")

    def __init__(self) -> None:
        self.country = ""
        self.sector = ""
        self.name = ""
        self.ids: list[str] = []
        self.organisation = ""
        self.kind = ""
        self.body = False


class Reader:
    """The state of coding one phrase: its words, its matches, the day."""

    __slots__ = ("at", "lexicon", "on", "words")

    def __init__(
        self,
        words: Sequence[Word],
        lexicon: ActorLexicon,
        on: date | None,
    ) -> None:
        self.words = words
        self.lexicon = lexicon
        self.on = on
        self.at: dict[int, Match] = {match.start: match for match in lexicon.scan(words)}

    def phrase(self, low: int, high: int, *, nested: bool = False) -> _Coding:
        """Code words low..high: cut off what follows the core, code it, then the core in its light."""
        words, at = self.words, self.at
        low = self._start(low, high)
        possessor: _Coding | None = None
        core, here, link, seen, end = low, low, "", False, 0
        while here < high:
            match = at.get(here)
            if match:
                seen = seen or match.entries[0].kind != "demonym"
                here = match.end
                continue
            key = words[here].key
            if here > core and self._is_of_kind(here, high):
                end, here, link = here, here + 1, "of"
                break
            if key == POSSESSIVE:
                if here > core:
                    possessor = self._core(core, here, possessor, None, "", nested=True)
                core, seen = here + 1, False
            elif here > core and (
                key in _PREPOSITIONS or key in _BREAKS or key in _CLAUSES or (key in ("and", "or") and seen)
                or (seen and self._is_participle(here))
            ):  # fmt: skip
                link = key
                break
            here += 1
        end = end or here
        if link and not seen and (maker := self._maker(core, here, high)):
            link, here = "of", maker
        rest = self._rest(link, here, high)
        return self._core(core, end, possessor, rest, link, nested=nested)

    def _start(self, low: int, high: int) -> int:
        """Past articles, prepositions and "more than"."""
        words = self.words
        while low < high and low not in self.at:
            key = words[low].key
            if key in _COMPARED and low + 1 < high and words[low + 1].key == "than":
                low += 2
            elif key in _PREPOSITIONS or key in _ARTICLES:
                low += 1
            else:
                break
        return low

    def _is_of_kind(self, index: int, high: int) -> bool:
        """Whether "loyal to", "linked to" or "such as" stands here: what follows says whose or what the actor is."""
        key, following = self.words[index].key, self.words[index + 1].key if index + 1 < high else ""
        return (key in _LOYAL and following in ("to", "with")) or (key == "such" and following == "as")

    def _maker(self, core: int, here: int, high: int) -> int:
        """Where the maker of a thing is named ("a request made by Ankara"): the word "by"; 0 where there is none."""
        if not any(acts_of(word.key) for word in self.words[max(core, here - 3) : here]):
            return 0
        return next((index for index in range(here, high) if self.words[index].key == "by"), 0)

    def _rest(self, link: str, here: int, high: int) -> _Coding | None:
        if not link or link in ("and", "or"):
            return None
        if link in _BREAKS:
            return self.phrase(here + 1, high)
        if link in _OF or link in _WHERE:
            return self.phrase(here + 1, high, nested=True)
        # After "to", "against", a verb: only a place named later says where the actor is from.
        for index in range(here, high):
            if (
                self.words[index].key in ("in", "from", "at")
                and index not in self.at
                and link not in _ELSEWHERE
            ):
                return self.phrase(index + 1, high, nested=True)
            if self.words[index].key in _BREAKS:
                return self.phrase(index + 1, high)
        return None

    def _is_participle(self, index: int) -> bool:
        word = self.words[index]
        return word.text.islower() and word.key.endswith(("ing", "ed")) and (index - 1 in self._ends())

    def _ends(self) -> set[int]:
        return {match.end - 1 for match in self.at.values()}

    def _core(
        self, low: int, high: int, possessor: _Coding | None, rest: _Coding | None, link: str, *, nested: bool
    ) -> _Coding:
        matches = [match for index in range(low, high) if (match := self.at.get(index)) and match.end <= high]
        coding = _Coding()
        hint = self._hint(matches, possessor, rest, link)
        chosen = [(match, self._choose(match, hint, is_head=place == len(matches) - 1))
                  for place, match in enumerate(matches)]  # fmt: skip
        solid = [pair for pair in chosen if pair[1][0].strength != "quantity"]
        counted = len(solid) < len(chosen) or any(
            self.words[index].key.isdigit() for index in range(low, high)
        )
        if not solid:
            self._unknown(coding, low, high, possessor, rest, link, counted=bool(chosen))
            return self._finish(coding, possessor, rest, link)
        match, terms = solid[-1]
        head = terms[0]
        before = [entries[0] for _, entries in solid[:-1]]
        tail = [word for word in self.words[match.end : high] if not word.key.startswith(QUALIFIER)]
        coding.ids.append(head.id)
        coding.kind = head.kind
        if head.kind == "role":
            self._role(coding, head, before, possessor, rest, link)
            if (tail and tail[0].text[:1].isupper()) or (tail and head.strength == "title"):
                self._bearer(coding, tail, head, hint)
        elif head.kind == "person":
            self._person(coding, terms, before, possessor, rest, link)
        elif head.kind == "organisation":
            self._organisation(coding, head, before)
        elif head.kind == "seat":
            coding.sector = "GOV" if not nested and len(solid) == 1 and not tail and not possessor else ""
            coding.name = head.name if coding.sector else ""
            coding.country = head.country
        elif self._looks_like_person(solid, low, high):
            coding.ids.clear()
            return self._finish(coding, possessor, rest, link)
        else:
            are_people = self._are_people(solid, link)
            self._land(coding, head, solid, tail, counted=counted or are_people)
            if are_people and link == "of" and rest and rest.country:
                # The Kurds of Iraq are Iraq's, whatever people they are.
                coding.country = rest.country
        self._country(coding, head, solid, tail)
        if not coding.country:
            coding.country = self._of_owner(low, high)
        if head.name in _ENVOYS and coding.country == "IGO" and possessor and possessor.country:
            # "Russia's U.N. ambassador" is Russia's, whatever the post.
            coding.country, coding.organisation = possessor.country, possessor.organisation
        return self._finish(coding, possessor, rest, link)

    def _of_owner(self, low: int, high: int) -> str:
        """The country in "U.S.-led forces" or "a London-based group"; "U.S.-backed" says nothing of the kind."""
        for index in range(low, high):
            word = self.words[index]
            first, _, last = word.text.rpartition("-")
            if word.key.startswith(QUALIFIER) and last.lower() in _OWNING:
                # "North Korean-led", "Papua New Guinean-led": words before the hyphenated one belong to the name.
                for start in range(max(low, index - 2), index + 1):
                    name = " ".join([*(part.text for part in self.words[start:index]), first])
                    matches = self.lexicon.scan(tokenize(name))
                    found = [match.entries[0].country for match in matches if match.entries[0].country]
                    if found and matches[0].start == 0:
                        return found[-1]
        return ""

    def _choose(self, match: Match, hint: str, *, is_head: bool) -> tuple[Entry, ...]:
        """The meaning of a match here: terms of one person, or one entry."""
        entries = match.entries
        if len(entries) == 1:
            return entries
        roles = [entry for entry in entries if entry.kind == "role"]
        named = [entry for entry in entries if entry.kind != "role"]
        if roles and (not named or not self.words[match.start].text[:1].isupper()):
            order = _HEADS if is_head else _COLOURS
            return (min(roles, key=lambda entry: order.index(entry.strength)),)
        people = [entry for entry in named if entry.kind == "person"]
        if people and len({entry.name for entry in people}) == 1 and len(people) == len(named):
            return tuple(people)
        return self._one_of(named, hint)

    def _one_of(self, named: Sequence[Entry], hint: str) -> tuple[Entry, ...]:
        lands = [entry for entry in named if entry.kind in ("country", "demonym", "seat")]
        if lands:
            return (lands[0],)
        fitting = [entry for entry in named if not hint or entry.country == hint] or list(named)
        fitting = [entry for entry in fitting if holds(entry, self.on)] or fitting
        if len({entry.id for entry in fitting}) == 1:
            return (
                tuple(fitting) if fitting[0].kind == "person" else (fitting[0] if self.on else fitting[-1],)
            )
        countries = {entry.country for entry in fitting}
        sectors = {entry.sector for entry in fitting}
        first = fitting[0]
        if len(countries) == 1 and len(sectors) == 1:
            return (first,)
        # Namesakes: only what they have in common is known.
        return (first._replace(
            name="", country=first.country if len(countries) == 1 else "",
            sector=first.sector if len(sectors) == 1 else "", kind="organisation",
        ),)  # fmt: skip

    def _hint(
        self, matches: Sequence[Match], possessor: _Coding | None, rest: _Coding | None, link: str
    ) -> str:
        for match in matches:
            first = match.entries[0]
            if first.kind in ("demonym", "country") or (first.kind in ("seat", "place") and len(matches) > 1):
                return first.country
        if possessor and possessor.country:
            return possessor.country
        return rest.country if rest and (link in _WHERE or link in _BREAKS) else ""

    def _role(
        self, coding: _Coding, head: Entry, before: Sequence[Entry], possessor: _Coding | None,
        rest: _Coding | None, link: str,
    ) -> None:  # fmt: skip
        sector = head.sector
        if head.strength in ("weak", "armed") or head.name in _CHAIRS:
            allowed = _ARMED if head.strength == "armed" else None
            found = self._body_sector(
                before, possessor, rest if link in _OF else None, chair=head.name in _CHAIRS
            )
            if found and (allowed is None or found in allowed):
                sector = found
                coding.body = True
        else:
            coding.body = True
        if sector == "UAF":
            sector = next(
                (entry.sector for entry in before if entry.kind == "organisation" and entry.sector), sector
            )
        overriding = next((entry for entry in before if entry.strength == "override"), None)
        if overriding and sector in _OVERRIDDEN:
            sector = overriding.sector
            coding.ids.append(overriding.id)
        if (
            sector == "JRN"
            and any(self._is_official(word.key) for word in self.words)
            and head.strength == "strong"
        ):
            sector = "GOV"
        if sector in _OFFICES and any(entry.strength == "former" for entry in before):
            sector = "ELI"
        coding.sector = sector

    @staticmethod
    def _is_official(key: str) -> bool:
        return key in ("official", "state", "staterun", "governmental")

    def _body_sector(
        self, before: Sequence[Entry], possessor: _Coding | None, rest: _Coding | None, *, chair: bool
    ) -> str:
        for entry in reversed(before):
            if entry.kind in ("organisation", "person") and entry.sector:
                return entry.sector
            if entry.kind == "role" and entry.sector and entry.strength not in ("former", "weak", "armed"):
                if chair and entry.strength in ("modifier", "believer", "title"):
                    continue
                return "REL" if entry.strength == "believer" else entry.sector
        if chair:
            bodies = [part for part in (rest, possessor) if part and part.body and part.kind != "person"]
            return next((part.sector for part in bodies if part.sector not in ("", "CVL", "UNK")), "")
        return next((part.sector for part in (possessor, rest) if part and part.sector), "")

    def _person(
        self, coding: _Coding, terms: Sequence[Entry], before: Sequence[Entry], possessor: _Coding | None,
        rest: _Coding | None, link: str,
    ) -> None:  # fmt: skip
        first = term_on(terms, self.on)
        coding.name = first.name
        coding.country, coding.organisation = first.country, first.organisation
        coding.sector = sector_on(terms, self.on)
        title = next(
            (entry for entry in reversed(before) if entry.kind == "role" and entry.strength != "quantity"),
            None,
        )
        if title is None:
            return
        body = next((entry for entry in reversed(before) if entry.kind == "organisation"), None)
        if body and body.country == "IGO" and title.name not in _ENVOYS:
            coding.country, coding.organisation = body.country, body.organisation
        titled = _Coding()
        self._role(titled, title, before[: before.index(title)] or (), possessor, None, "")
        is_firm = titled.body or title.strength in ("title", "strong", "override")
        if title.strength == "former":
            titled.sector, is_firm = "ELI", True
        if titled.sector and (is_firm or not coding.sector or titled.sector == "ELI"):
            coding.sector = titled.sector
            coding.ids.append(title.id)

    def _organisation(self, coding: _Coding, head: Entry, before: Sequence[Entry]) -> None:
        coding.name = head.name
        coding.country, coding.sector, coding.organisation = head.country, head.sector, head.organisation
        coding.body = True

    def _land(
        self, coding: _Coding, head: Entry, solid: Sequence[tuple[Match, tuple[Entry, ...]]], tail: Sequence[Word],
        *, counted: bool,
    ) -> None:  # fmt: skip
        """A country, people or town as the head: its country; its people, where counted, are civilians."""
        if head.kind == "demonym" and not tail:
            faith_or_people = [e[0] for _, e in solid[:-1] if e[0].kind == "role" and e[0].sector == "CVL"]
            if counted or faith_or_people:
                coding.sector = "CVL"
        if head.kind == "country" and not tail:
            coding.name = head.name
        if tail:
            # The head is an unknown noun: a body named before it still says whose it is.
            bodies = [e[0] for _, e in solid if e[0].kind in ("organisation", "role") and e[0].sector]
            bodies = [entry for entry in bodies if entry.strength not in ("former", "quantity")]
            if bodies:
                coding.sector = bodies[-1].sector
                coding.ids.append(bodies[-1].id)

    def _are_people(self, solid: Sequence[tuple[Match, tuple[Entry, ...]]], link: str) -> bool:
        """Whether a plural means people and not their state: "Iraqi Kurds", "Cubans in Miami"."""
        match, terms = solid[-1]
        if terms[0].kind != "demonym" or not self.words[match.end - 1].key.endswith("s"):
            return False
        beside = len(solid) > 1 and solid[-2][0].end == match.start and solid[-2][1][0].kind == "demonym"
        return link in _WHERE or link in ("of", "living") or beside or self._is_double(match)

    def _is_double(self, match: Match) -> bool:
        """Whether one entry is a people within a state ("Iraqi Kurds")."""
        first, last = self.words[match.start], self.words[match.end - 1]
        kinds = {entry.kind for entry in self.lexicon.surfaces.get(first.key, ())}
        return match.end - match.start > 1 and last.key in _PEOPLES and "demonym" in kinds

    def _looks_like_person(
        self, solid: Sequence[tuple[Match, tuple[Entry, ...]]], low: int, high: int
    ) -> bool:
        """Whether the name of a country or town is half a person's name here ("Michael Jordan", "David Mills")."""
        match = solid[-1][0]
        if high - low == 2 and all(meaning[0].kind == "place" for _, meaning in solid):
            # "David Mills": a town's name that people bear too, then one more name.
            last = self.words[high - 1].text
            return self.words[low].key in _FORENAMES and last[:1].isupper()
        if self.words[match.start].key not in _NAME_LIKE or match.end != high or match.start == low:
            return False
        previous = self.words[match.start - 1]
        return (
            match.start - 1 not in self._ends()
            and previous.text[:1].isupper()
            and not previous.text.isupper()
        )

    def _country(
        self,
        coding: _Coding,
        head: Entry,
        solid: Sequence[tuple[Match, tuple[Entry, ...]]],
        tail: Sequence[Word],
    ) -> None:
        """Evidence inside the core: the head's own, then adjectives of nation, bodies, countries, towns."""
        if coding.country and coding.country not in ("IMG", "NGO") and head.kind != "role":
            return
        ethnic = False
        found: dict[str, Entry] = {}
        for _, terms in solid:
            entry = terms[0]
            if entry.kind == "role":
                ethnic = entry.name == "ethnic"
                continue
            if ethnic and entry.kind == "demonym":
                ethnic = False
                continue
            if entry is head and coding.country and head.kind != "organisation":
                continue
            kind = entry.kind
            if kind in ("organisation", "person"):
                kind = "body" if entry.country and entry.country not in ("IGO", "IMG") else "international"
            if entry.country:
                found.setdefault(kind, entry)
        if coding.country and "demonym" not in found:
            return
        for kind in ("demonym", "body", "country", "seat", "place", "international"):
            entry_found = found.get(kind)
            if entry_found:
                coding.country = entry_found.country
                coding.organisation = entry_found.organisation
                if entry_found.id not in coding.ids:
                    coding.ids.append(entry_found.id)
                return

    def _bearer(self, coding: _Coding, tail: Sequence[Word], head: Entry, hint: str) -> None:
        """The name after a title: known by surname, or new."""
        words = [word for word in tail if word.key not in _HONORIFICS]
        if not words or (not words[-1].text[:1].isupper() and head.strength != "title"):
            return
        coding.name = " ".join(word.text for word in words)
        coding.kind = "person"
        terms = self._surname(words, hint, titled=True)
        if terms:
            coding.country, coding.organisation = terms[0].country, terms[0].organisation
            coding.ids.append(terms[0].id)
            if len({term.name for term in terms}) == 1:
                coding.name = terms[0].name
                if head.strength in ("weak", "armed") and not coding.body:
                    coding.sector = sector_on(terms, self.on) or coding.sector

    def _surname(self, words: Sequence[Word], hint: str, *, titled: bool) -> tuple[Entry, ...]:
        """Terms of the people the last word may mean; empty where in doubt."""
        keys = [word.key for word in words]
        surnames = self.lexicon.surnames
        found = (surnames.get(" ".join(keys[-2:])) if len(keys) > 1 else None) or surnames.get(keys[-1], ())
        if titled and len(words) > 1 and found:
            # "President Jose Ramos" is no evidence for another first name's Ramos.
            given = keys[0][:3]
            found = tuple(
                term for term in found if " ".join(keys[-2:]) in surnames or given in term.name.lower()
            )
        if hint:
            found = tuple(term for term in found if term.country == hint)
        elif not titled:
            if keys[-1] in self.lexicon.common_surnames:
                return ()
            found = tuple(term for term in found if term.id.startswith("leaders:"))
        in_office = [term for term in found if holds(term, self.on) and term.sector == "GOV"]
        if len({term.country for term in found}) > 1 and len({term.country for term in in_office}) == 1:
            found = tuple(in_office)
        return tuple(found) if len({term.country for term in found}) == 1 else ()

    def _unknown(
        self, coding: _Coding, low: int, high: int, possessor: _Coding | None, rest: _Coding | None, link: str,
        *, counted: bool,
    ) -> None:  # fmt: skip
        """No head in the lexicon: the words count what follows "of", or are a name."""
        words = [word for word in self.words[low:high]
                 if word.key not in _HONORIFICS and word.key not in _ARTICLES and not word.key.startswith(QUALIFIER)]  # fmt: skip
        if rest and link == "of" and (counted or not words or all(word.key.isdigit() for word in words)):
            coding.sector = rest.sector or ("CVL" if rest.kind == "demonym" else "")
            coding.name, coding.kind, coding.body = rest.name, rest.kind, rest.body
            return
        if not words:
            return
        if len(words) == 1 and words[0].text[:1].isupper() and not possessor:
            terms = self._surname(words, "", titled=False)
            if terms:
                one = len({term.name for term in terms}) == 1
                coding.name = terms[0].name if one else ""
                coding.country, coding.sector = terms[0].country, sector_on(terms, self.on) if one else ""
                coding.kind = "person"
                coding.ids.append(terms[0].id)
        if link in _OF and rest and rest.sector and not possessor and not words[-1].text[:1].isupper():
            coding.sector = rest.sector

    def _finish(self, coding: _Coding, possessor: _Coding | None, rest: _Coding | None, link: str) -> _Coding:
        """Fill what the core left open from the possessor, an apposition, or where the actor is."""
        parts: list[tuple[_Coding, bool]] = []
        if possessor:
            parts.append((possessor, False))
        if rest and link not in _ELSEWHERE:
            parts.append((rest, link in _BREAKS))
        for part, is_apposition in parts:
            if not coding.country and part.country:
                coding.country, coding.organisation = part.country, part.organisation
                coding.ids.extend(part.ids)
            if (
                is_apposition
                and part.sector
                and (not coding.sector or (coding.kind == "person" and part.body))
            ):
                coding.sector = part.sector
                coding.ids.extend(identifier for identifier in part.ids if identifier not in coding.ids)
        return coding
