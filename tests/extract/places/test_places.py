"""Places: the place of the event, not any place named. Trees are made by hand, so that no model matters."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from pipeline.extract.article.home import find_dateline
from pipeline.extract.language.parsed import Parsed, Piece
from pipeline.extract.lexicon.gazetteer import load_gazetteer
from pipeline.extract.places.event_place import event_place_span, place_of
from pipeline.extract.places.locate import locate
from pipeline.extract.places.names import place_spans
from pipeline.extract.places.nearby import nearby_place
from pipeline.extract.places.resolve import resolve
from pipeline.model import Place

GAZETTEER = load_gazetteer()
VOCAB = spacy.blank("en").vocab

# One word a row: text, tag, coarse tag, relation, head; "/GPE" behind the relation marks an entity.
TAGS = {"V": ("VBD", "VERB"), "N": ("NNS", "NOUN"), "P": ("NNP", "PROPN"), "I": ("IN", "ADP"), "D": ("DT", "DET"),
        "J": ("JJ", "ADJ"), "A": ("VBD", "AUX"), "C": ("CC", "CCONJ"), ",": (",", "PUNCT"), "S": ("POS", "PART"),
        "#": ("CD", "NUM"), "W": ("WDT", "PRON"), "R": ("RB", "ADV")}  # fmt: skip


def tree(*rows: str, places: tuple[str, ...] = (), lemmas: dict[str, str] | None = None) -> Parsed:
    """A parsed text from rows "word kind relation head"."""
    words, kinds, relations, heads = zip(*(row.split() for row in rows), strict=True)
    doc = Parsed(
        VOCAB,
        words=list(words),
        tags=[TAGS[kind][0] for kind in kinds],
        pos=[TAGS[kind][1] for kind in kinds],
        deps=list(relations),
        heads=[int(head) for head in heads],
        lemmas=[(lemmas or {}).get(word, word.lower()) for word in words],
        sent_starts=[number == 0 for number in range(len(words))],
    )
    spans = []
    for place in places:
        size = len(place.split())
        start = next(n for n in range(len(words)) if " ".join(words[n : n + size]) == place)
        spans.append(Span(doc, start, start + size, label="GPE"))
    doc.ents = spans
    return doc


def sent_from(country: str) -> Place:
    """Somewhere in a land."""
    return Place(name=country, country=country, latitude=0.0, longitude=0.0, resolution="country")


def where(doc: Doc, trigger: str) -> str | None:
    span = event_place_span(next(token for token in doc if token.text == trigger))
    return span.text if span is not None else None


@pytest.mark.parametrize(
    ("name", "hints", "expected"),
    [
        ("Beirut", (), ("Beirut", "LBN", "point")),
        ("BEIRUT", (), ("Beirut", "LBN", "point")),
        ("Homs", (), ("Homs", "SYR", "point")),
        ("Homs province", (), ("Homs", "SYR", "admin1")),
        ("the province of Homs", (), ("Homs", "SYR", "admin1")),
        ("Anbar", (), ("Anbar", "IRQ", "admin1")),
        ("the city of Kandahar", (), ("Kandahār", "AFG", "point")),
        ("San Salvador", (), ("San Salvador", "SLV", "point")),
        ("the West Bank", (), ("West Bank", "PSE", "admin1")),
        ("Soviet Union", (), ("Russia", "RUS", "country")),
        ("Georgia", (), ("Georgia", "GEO", "country")),
        ("Georgia", ("USA",), ("Georgia", "USA", "admin1")),
        ("Hyderabad", ("PAK",), ("Hyderabad", "PAK", "point")),
        ("Hyderabad", (), ("Hyderabad", "IND", "point")),
        ("Paris", (), ("Paris", "FRA", "point")),
        ("Paris, Texas", (), ("Paris", "USA", "point")),
        ("Mosul's", (), ("Mosul", "IRQ", "point")),
        ("northern Iraq", (), ("Iraq", "IRQ", "country")),
        ("Crimea", (), ("Crimea", "UKR", "admin1")),
        ("Gaza", ("ISR",), ("Gaza Strip", "PSE", "admin1")),
        ("Gaza", ("MOZ",), ("Gaza", "MOZ", "admin1")),
        ("Kut", (), ("Al-Kut", "IRQ", "point")),
    ],
)
def test_resolve_finds(name, hints, expected):
    """Country, division and town, by every way to write them."""
    place = resolve(name, GAZETTEER, country_hints=hints)

    assert place is not None
    assert (place.name, place.country, place.resolution) == expected


def test_a_poison_name_costs_no_time():
    """Only the head of what is too long is read."""
    assert resolve("here, " * 10_000, GAZETTEER) is None


@pytest.mark.parametrize("name", ["Springfield", "Cambridge", "Merida", "", "Qwertyville", "the"])
def test_resolve_does_not_guess(name):
    """Names of several places, and of none, give none."""
    assert resolve(name, GAZETTEER) is None


def test_a_small_homonym_gives_way_to_the_countries_of_the_text():
    """A village in Ukraine is not meant where the text is about Peru."""
    assert resolve("Shyroke", GAZETTEER, country_hints=("PER",)) is None


def test_the_place_of_an_agentless_passive():
    """Nobody did it, and yet it was somewhere."""
    doc = tree("Twelve # nummod 1", "people N nsubj:pass 3", "were A aux:pass 3", "killed V ROOT 3",
               "in I case 5", "Beirut P obl 3", places=("Beirut",))  # fmt: skip
    place = place_of(doc[3], gazetteer=GAZETTEER)

    assert place is not None
    assert (place.name, place.country) == ("Beirut", "LBN")
    assert place.span is not None
    assert doc.text[place.span.start : place.span.end] == "Beirut"


def test_the_place_behind_the_doer_is_the_events():
    """Whatever the tree hangs it on."""
    doc = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2", "by I case 4", "snipers N obl:agent 2",
               "in I case 6", "Aden P nmod 4", places=("Aden",))  # fmt: skip

    assert where(doc, "killed") == "Aden"


def test_an_origin_is_no_place_of_the_event():
    """Where soldiers come from is not where they attack."""
    doc = tree("Soldiers N nsubj 3", "from I case 2", "Uganda P nmod 0", "attacked V ROOT 3", "rebels N obj 3",
               places=("Uganda",))  # fmt: skip

    assert where(doc, "attacked") is None


def test_the_doer_is_no_place_of_the_event():
    """Who shells is elsewhere."""
    doc = tree(
        "Turkey P nsubj 1",
        "shelled V ROOT 1",
        "positions N obj 1",
        places=("Turkey",),
        lemmas={"shelled": "shell"},
    )

    assert where(doc, "shelled") is None


def test_an_army_s_country_is_no_place_of_the_event():
    """It says whose, not where."""
    doc = tree("Israel P nmod:poss 2", "'s S case 0", "army N nsubj 3", "killed V ROOT 3", "two # nummod 5", "men N obj 3",
               places=("Israel",))  # fmt: skip

    assert where(doc, "killed") is None


@pytest.mark.parametrize(
    ("verb", "lemma"),
    [("invaded", "invade"), ("entered", "enter"), ("stormed", "storm"), ("visited", "visit")],
)
def test_the_object_of_entering_is_the_place(verb, lemma):
    """What is invaded, entered, stormed or visited is where it happens."""
    doc = tree(
        "Troops N nsubj 1", f"{verb} V ROOT 1", "Kuwait P obj 1", places=("Kuwait",), lemmas={verb: lemma}
    )

    assert where(doc, verb) == "Kuwait"


def test_the_object_of_blaming_is_not_the_place():
    """Who is blamed is no place."""
    doc = tree(
        "Iran P nsubj 1",
        "blamed V ROOT 1",
        "Israel P obj 1",
        places=("Iran", "Israel"),
        lemmas={"blamed": "blame"},
    )

    assert where(doc, "blamed") is None


def test_a_participle_takes_the_place_of_its_clause():
    """The bomb and its dead were in one place."""
    doc = tree("A D det 1", "bomb N nsubj 2", "exploded V ROOT 2", "in I case 4", "Kabul P obl 2", ", , punct 4",
               "killing V advcl 2", "four # obj 6", places=("Kabul",), lemmas={"exploded": "explode", "killing": "kill"})  # fmt: skip

    assert where(doc, "exploded") == "Kabul"
    assert where(doc, "killing") == "Kabul"


def test_the_finer_of_two_places_is_taken():
    """The town, not its country."""
    doc = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2", "in I case 4", "Douma P obl 2", "in I case 6",
               "Syria P obl 2", places=("Douma", "Syria"))  # fmt: skip

    assert where(doc, "killed") == "Douma"


def test_a_distance_from_a_town_is_not_in_the_town():
    """60 miles north of it is somewhere else."""
    doc = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2", "60 # nummod 4", "miles N obl:unmarked 5",
               "north R advmod 2", "of I case 7", "Baghdad P obl 5", places=("Baghdad",))  # fmt: skip

    assert where(doc, "killed") is None


def test_the_name_of_a_body_holds_no_place():
    """The Islamic State of Iraq may attack anywhere."""
    doc = tree("The D det 2", "Islamic P amod 2", "State P nsubj 5", "of I case 4", "Iraq P nmod 2", "attacked V ROOT 5",
               places=("Iraq",))  # fmt: skip

    assert place_spans(doc) == ()


def test_a_name_the_recogniser_missed_is_found_behind_in():
    """The gazetteer helps out."""
    doc = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2", "in I case 4", "Idlib P obl 2")

    assert [span.text for span in place_spans(doc)] == ["Idlib"]


def test_an_unknown_quarter_stands_where_its_town_stands():
    """Named as written, placed by what holds it."""
    doc = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2", "in I case 6", "the D det 6", "Qwertsalam P compound 6",
               "quarter N obl 2", "of I case 8", "Aleppo P nmod 6", places=("Qwertsalam", "Aleppo"))  # fmt: skip
    place = place_of(doc[2], gazetteer=GAZETTEER)

    assert place is not None
    assert (place.name, place.country, place.geonames_id) == ("Qwertsalam", "SYR", None)


def test_an_unknown_place_is_as_coarse_as_its_country():
    """With just one country in question, it stands in the middle of that, and says so."""
    doc = tree(
        "Ten # nsubj:pass 2",
        "were A aux:pass 2",
        "killed V ROOT 2",
        "in I case 4",
        "Qwertabad P obl 2",
        places=("Qwertabad",),
    )
    place = place_of(doc[2], gazetteer=GAZETTEER, country_hints=("PAK",))

    assert place is not None
    assert (place.name, place.country, place.resolution) == ("Qwertabad", "PAK", "country")


def test_an_unknown_place_without_a_country_is_none():
    """Null rather than wrong."""
    doc = tree(
        "Ten # nsubj:pass 2",
        "were A aux:pass 2",
        "killed V ROOT 2",
        "in I case 4",
        "Qwertabad P obl 2",
        places=("Qwertabad",),
    )

    assert place_of(doc[2], gazetteer=GAZETTEER) is None


def test_the_dateline_is_read_off_the_first_line():
    """With country, date and agency behind it, in any case of letters."""
    lines = {
        "BEIRUT, Lebanon (AP) — A bomb exploded.": "Beirut",
        "KYIV, June 3 (Reuters) - The army said": "Kyiv",
        "SAN SALVADOR, 3 JAN 90 -- [REPORT] THE ARMY": "San Salvador",
        "PANAMA CITY (PANAMA), 26 JAN 89 -- [TEXT] POLICE": "Panama City",
    }
    found = {line: find_dateline(line, GAZETTEER) for line in lines}

    assert {line: place.name if place else None for line, place in found.items()} == lines


@pytest.mark.parametrize(
    "text",
    [
        "The army - backed by Iran - said.",
        "Thousands marched on Monday - police said",
        "",
        "NATO - the alliance",
    ],
)
def test_an_ordinary_first_line_is_no_dateline(text):
    """A dash alone makes none."""
    assert find_dateline(text, GAZETTEER) is None


def test_a_place_of_the_sentences_around_serves_when_the_clause_has_none():
    """The town is named once, then told of; its paragraph comes with it."""
    first = tree(
        "Rebels N nsubj 1",
        "came V ROOT 1",
        "in I case 3",
        "Idlib P obl 1",
        places=("Idlib",),
        lemmas={"came": "come"},
    )
    second = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2")
    found = nearby_place(second[2], [first, second], 1, gazetteer=GAZETTEER)

    assert found is not None
    assert found.name == "Idlib"


def test_a_place_five_sentences_away_does_not_serve():
    """That was about something else."""
    first = tree(
        "Rebels N nsubj 1",
        "came V ROOT 1",
        "in I case 3",
        "Idlib P obl 1",
        places=("Idlib",),
        lemmas={"came": "come"},
    )
    between = [tree("Talks N nsubj 1", "failed V ROOT 1") for _ in range(4)]
    last = tree("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2")

    assert nearby_place(last[2], [first, *between, last], 5, gazetteer=GAZETTEER) is None


@pytest.mark.parametrize(
    ("rows", "lemmas", "expected"),
    [
        (("Riots N nsubj 1", "erupted V ROOT 1", "in I case 5", "the D det 5", "Harare P compound 5", "township N obl 1",
          "of I case 7", "Mufakose P nmod 5"), {}, "Mufakose"),
        (("Riots N nsubj 1", "erupted V ROOT 1", "in I case 4", "Mufakose P compound 4", "district N obl 1", "of I case 6",
          "Harare P nmod 4"), {}, "Mufakose"),
        (("Riots N nsubj 1", "erupted V ROOT 1", "in I case 3", "Mufakose P obl 1", "inside I case 6", "northern J amod 6",
          "Harare P nmod 3"), {}, "Mufakose"),
    ],
    ids=["the suburb behind its city", "the district before its city", "one inside the other"],
)  # fmt: skip
def test_of_a_place_and_what_holds_it_the_finer_is_meant(rows, lemmas, expected):
    """The greater of the two holds the other, whichever comes first."""
    doc = tree(*rows, places=("Harare", "Mufakose"), lemmas=lemmas)

    assert where(doc, "erupted") == expected


def test_what_the_event_governs_goes_before_what_another_brings():
    """ "Launched an offensive in Aleppo, targeting the outskirts of Khattab": the target is in Khattab."""
    doc = tree("They P nsubj 1", "attacked V ROOT 1", "in I case 3", "Aleppo P obl 1", ", , punct 5",
               "targeting V advcl 1", "the D det 7", "outskirts N obj 5", "of I case 9", "Khattab P nmod 7",
               places=("Aleppo", "Khattab"), lemmas={"targeting": "target"})  # fmt: skip

    assert where(doc, "targeting") == "Khattab"
    assert where(doc, "attacked") == "Aleppo"


def test_what_happens_meanwhile_happens_there():
    """ "Was shot while driving through X"."""
    doc = tree("He P nsubj:pass 2", "was A aux:pass 2", "shot V ROOT 2", "while I mark 4", "driving V advcl 2",
               "through I case 6", "Goma P obl 4", places=("Goma",), lemmas={"driving": "drive"})  # fmt: skip

    assert where(doc, "shot") == "Goma"


def labelled(label: str, name: str, *rows: str, lemmas: dict[str, str] | None = None) -> Doc:
    doc = tree(*rows, lemmas=lemmas)
    words = [token.text for token in doc]
    start = words.index(name.split()[0])
    doc.ents = [Span(doc, start, start + len(name.split()), label=label)]
    return doc


@pytest.mark.parametrize(
    ("label", "name", "rows"),
    [
        ("PERSON", "Kisangani", ("Rebels N nsubj 1", "captured V ROOT 1", "Kisangani P obj 1")),
        ("PERSON", "Jabal Maskar", ("Rebels N nsubj 1", "captured V ROOT 1", "Jabal P compound 3", "Maskar P obj 1")),
        ("ORG", "Hayyan Gas Fields", ("Rebels N nsubj 1", "captured V ROOT 1", "the D det 5", "Hayyan P compound 5",
                                      "Gas P compound 5", "Fields P obj 1")),
        ("PERSON", "Rasha Hakim", ("Rebels N nsubj 1", "entered V ROOT 1", "the D det 3", "village N obj 1", "of I case 6",
                                   "Rasha P compound 6", "Hakim P nmod 3")),
    ],
    ids=["a city taken", "a mountain by its name", "a site by its last word", "a village of a man's name"],
)  # fmt: skip
def test_a_place_taken_for_a_person_or_body_is_known_by_its_words(label, name, rows):
    """The recogniser errs on names it has not met; the words around do not."""
    doc = labelled(
        label, name, *rows, "in I case 0", "May P obl 1", lemmas={"captured": "capture", "entered": "enter"}
    )

    assert name in [span.text for span in place_spans(doc)]


@pytest.mark.parametrize("name", ["Rasha Hakim", "Qadeer"])
def test_a_person_caught_is_no_place(name):
    """Even where some hamlet bears the name."""
    words = [f"{word} P flat 1" for word in name.split()]
    doc = labelled("PERSON", name, "Police N nsubj 1", "captured V ROOT 1", *words, "in I case 1", "May P obl 1",
                   lemmas={"captured": "capture"})  # fmt: skip

    assert name not in [span.text for span in place_spans(doc)]


@pytest.mark.parametrize(
    ("label", "name", "rows"),
    [
        ("GPE", "Danish Embassy", ("They P nsubj 1", "stormed V ROOT 1", "the D det 4", "Danish P amod 4", "Embassy P obj 1")),
        ("ORG", "Islamic State", ("They P nsubj 1", "fought V ROOT 1", "in I case 5", "the D det 5", "Islamic P amod 5",
                                  "State P obl 1")),
        ("NORP", "German", ("They P nsubj 1", "met V ROOT 1", "in I case 4", "German J amod 4", "cities N obl 1")),
        ("DATE", "too", ("They P nsubj 1", "met V ROOT 1", "in I case 4", "Coptic J amod 4", "village N obl 1")),
    ],
    ids=["an embassy", "a body called a state", "a people's word that is a village too", "an adjective with a capital"],
)  # fmt: skip
def test_what_may_be_anywhere_is_no_place(label, name, rows):
    """An embassy in Amman is in Amman; what is German is not in a village of that name."""
    doc = labelled(label, name, *rows, ", , punct 1", "too R advmod 1", lemmas={"stormed": "storm"})

    assert place_spans(doc) == ()


def test_a_division_called_a_state_stays_a_place():
    """ "Taraba State" is on the map, whatever the recogniser takes it for."""
    doc = labelled("ORG", "Taraba State", "They P nsubj 1", "met V ROOT 1", "in I case 4", "Taraba P compound 4",
                   "State P obl 1", ", , punct 1")  # fmt: skip

    assert [span.text for span in place_spans(doc)] == ["Taraba State"]


def test_a_doubled_space_hides_no_place():
    """Spaces between the words are words of their own to the parser."""
    doc = Parsed(VOCAB, words=["the", "city", "of", " ", "Qory", "."], tags=["DT", "NN", "IN", "_SP", "NNP", "."],
              pos=["DET", "NOUN", "ADP", "SPACE", "PROPN", "PUNCT"], deps=["det", "ROOT", "case", "dep", "nmod", "punct"],
              heads=[1, 1, 4, 2, 1, 1])  # fmt: skip
    doc.ents = [Span(doc, 4, 5, label="PERSON")]

    assert [span.text for span in place_spans(doc)] == ["Qory"]


def test_a_title_is_no_place():
    """Recognisers take "Msgr" for a town."""
    doc = tree(
        "They P nsubj 1",
        "fired V ROOT 1",
        "at I case 4",
        "Msgr P compound 4",
        "Romero P obl 1",
        places=("Msgr",),
    )

    assert place_spans(doc) == ()


def test_a_dateline_without_a_town_gives_the_country():
    """As monitoring services write it."""
    place = find_dateline("NO CITY (EL SALVADOR), 20 OCT 89 -- [TEXT] REBELS SAID", GAZETTEER)

    assert place is not None
    assert (place.name, place.span) == ("El Salvador", None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Quiche P obl 2", ", , punct 4", "Benghazi P appos 4"), "LBY"),
        (("Quiche P obl 2", ", , punct 4", "Benghazi P conj 4", ", , punct 4", "Tripoli P conj 4"), "GTM"),
    ],
    ids=["held by what follows", "one of a list"],
)
def test_a_namesake_abroad_of_what_holds_a_place_is_not_that_place(words, expected):
    """A quarter that no map has lies in its city, not on another continent; a list holds nothing."""
    doc = tree(
        "People N nsubj 2",
        "marched V ROOT 2",
        "in I case 4",
        *words,
        places=tuple(word.split()[0] for word in words if " P " in word),
    )
    place = locate(doc[3:4], gazetteer=GAZETTEER)

    assert place is not None
    assert place.country == expected


PASSIVE = ("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2")


@pytest.mark.parametrize(
    ("rows", "places", "trigger", "expected"),
    [
        (("In I case 1", "Liberia P obl 5", "in I case 3", "Africa P nmod 1", "troops N nsubj 5", "patrolled V ROOT 5"),
         ("Liberia", "Africa"), "patrolled", "Liberia"),
        ((*PASSIVE, "at I case 5", "Keysan P compound 5", "hospital N obl 2", "in I case 7", "Harare P nmod 5"),
         ("Keysan", "Harare"), "killed", "Keysan"),
        (("He P nsubj 1", "died V ROOT 1", "near I case 3", "recruits N obl 1", "queuing V acl 3", "in I case 6",
          "Mufakose P obl 4", ", , punct 12", "in I case 12", "the D det 12", "desert N compound 12", "border N compound 12",
          "province N obl 1", "of I case 14", "Harare P nmod 12"), ("Mufakose", "Harare"), "died", "Mufakose"),
        (("They P nsubj 1", "marched V ROOT 1", "in I case 6", "the D det 6", "Togolose P amod 6", "big J amod 6",
          "capital N obl 1", "Lome P appos 6"), ("Togolose", "Lome"), "marched", "Lome"),
    ],
    ids=["a country of a continent", "a hospital in a city", "a town hung elsewhere, in its province", "a capital by name"],
)  # fmt: skip
def test_the_finer_place_is_meant_whatever_stands_between(rows, places, trigger, expected):
    """Continents are coarser than countries; what is said to lie inside the other is finer."""
    assert where(tree(*rows, places=places), trigger) == expected


@pytest.mark.parametrize(
    ("rows", "places", "trigger"),
    [
        (("Envoys N nsubj 1", "condemned V ROOT 1", "the D det 3", "attack N obj 1", "in I case 5", "Idlib P nmod 3"),
         ("Idlib",), "condemned"),
        (("Envoys N nsubj 1", "said V ROOT 1", "that I mark 5", "ten # nsubj:pass 5", "were A aux:pass 5", "killed V ccomp 1",
          "in I case 7", "Idlib P obl 5"), ("Idlib",), "said"),
        (("Daoud P nsubj:pass 8", ", , punct 3", "an D det 3", "emir N appos 0", "in I case 5", "Aleppo P nmod 3", ", , punct 3",
          "was A aux:pass 8", "killed V ROOT 8"), ("Aleppo",), "killed"),
        (("They P nsubj 1", "asked V ROOT 1", "Hanoi P iobj 1", "to I mark 4", "return V xcomp 1"), ("Hanoi",), "return"),
        (("Ten # nsubj:pass 2", "were A aux:pass 2", "killed V ROOT 2", "according V case 5", "to I fixed 3", "Halab P obl 2"),
         ("Halab",), "killed"),
        (("Crowds N nsubj 1", "rallied V ROOT 1", "against I case 4", "the D det 4", "dam N obl 1", "at I case 6", "Kut P nmod 4"),
         ("Kut",), "rallied"),
        ((*PASSIVE, "hours N obl:unmarked 6", "after I mark 6", "they P nsubj 6", "left V advcl 2", "a D det 8", "base N obj 6",
          "in I case 10", "hills N nmod 8", "of I case 12", "Kut P nmod 10"), ("Kut",), "killed"),
        (("They P nsubj 1", "left V ROOT 1", "a D det 3", "base N obj 1", "in I case 5", "hills N nmod 3", "of I case 7",
          "Kut P nmod 5", "and C cc 9", "resigned V conj 1"), ("Kut",), "resigned"),
        (("They P nsubj 1", "patrolled V ROOT 1", "north R advmod 1", "of I case 4", "Kut P obl 2"), ("Kut",), "patrolled"),
    ],
    ids=["what is condemned", "what is said", "where the dead man held office", "who is asked", "who says so",
         "what a rally is against", "where they had been before", "where another deed was done", "what is beside it"],
)  # fmt: skip
def test_a_place_of_something_else_is_not_the_events(rows, places, trigger):
    """Words are spoken elsewhere than where the thing was; a man dies elsewhere than where he served."""
    lemmas = {"condemned": "condemn", "said": "say", "asked": "ask", "killed": "kill", "rallied": "rally"}

    assert where(tree(*rows, places=places, lemmas=lemmas), trigger) is None


@pytest.mark.parametrize(
    ("rows", "places", "expected"),
    [
        ((*PASSIVE, "after I case 6", "a D det 6", "rebel N compound 6", "attack N obl 2", "in I case 8", "Kut P nmod 6"),
         ("Kut",), "Kut"),
        ((*PASSIVE, "in I case 5", "an D det 5", "attack N obl 2", "that W nsubj 7", "rocked V acl:relcl 5", "Kut P obj 7"),
         ("Kut",), "Kut"),
        ((*PASSIVE, "since I case 4", "Friday P obl 2", "by I case 6", "snipers N obl:agent 2", "in I case 8", "Kut P obl 4"),
         ("Kut",), "Kut"),
        ((*PASSIVE, "close R advmod 2", "to I case 5", "Kut P obl 2"), ("Kut",), "Kut"),
        ((*PASSIVE, "in I case 4", "towns N obl 2", "such J case 7", "as I fixed 5", "Kut P nmod 4"), ("Kut",), "Kut"),
        (("East P compound 2", "of I case 2", "Basra P obl 9", ", , punct 2", "in I case 5", "Kut P obl 9", ", , punct 5",
          "ten # nsubj:pass 9", "were A aux:pass 9", "killed V ROOT 9"), ("East of Basra", "Kut"), "Kut"),
    ],
    ids=["after a happening", "a happening told on", "since a day", "close to", "towns such as", "east of one, in another"],
)  # fmt: skip
def test_the_place_is_found_through_what_the_event_belongs_to(rows, places, expected):
    """An attack's dead are where the attack was; "since Friday" opens no clause."""
    assert (
        where(tree(*rows, places=places, lemmas={"killed": "kill", "rocked": "rock"}), "killed") == expected
    )


@pytest.mark.parametrize(
    ("verb", "lemma", "thing", "expected"),
    [
        ("captured", "capture", "title", None),
        ("captured", "capture", "hearts", None),
        ("captured", "capture", "barracks", "Kut"),
        ("demonstrated", "demonstrate", "skill", None),
    ],
)
def test_a_verb_in_its_other_sense_has_no_place(verb, lemma, thing, expected):
    """What is captured on no ground, and showing that is no gathering, are on no map."""
    doc = tree("They P nsubj 1", f"{verb} V ROOT 1", "the D det 3", f"{thing} N obj 1", "in I case 5", "Kut P obl 1",
               places=("Kut",), lemmas={verb: lemma, "hearts": "heart"})  # fmt: skip

    assert where(doc, verb) == expected


def test_a_gathering_without_an_object_has_its_place():
    """ "Demonstrated in X" is the other sense."""
    doc = tree("They P nsubj 1", "demonstrated V ROOT 1", "in I case 3", "Kut P obl 1", "against I case 6", "the D det 6",
               "dam N obl 1", places=("Kut",), lemmas={"demonstrated": "demonstrate"})  # fmt: skip

    assert where(doc, "demonstrated") == "Kut"


def test_what_the_event_itself_governs_goes_before_what_another_brings():
    """However long the way down to it, where it may be told at all."""
    doc = tree("Shells N nsubj 1", "hit V ROOT 1", "Kut P obj 1", ", , punct 4", "killing V advcl 1", "ten # obj 4",
               "who W nsubj 7", "slept V acl:relcl 5", "in I case 9", "hills N obl 7", "of I case 11", "Halab P nmod 9",
               places=("Kut", "Halab"), lemmas={"hit": "hit", "killing": "kill"})  # fmt: skip

    assert where(doc, "killing") == "Halab"


def test_a_place_phrase_goes_before_a_name_without_a_preposition():
    """What stands bare in front of a report is where it was sent from."""
    doc = tree("Kut P obl:unmarked 2", "bombs N nsubj 2", "exploded V ROOT 2", "at I case 5", "a D det 5", "base N obl 2",
               "in I case 7", "hills N nmod 5", "of I case 9", "Halab P nmod 7", places=("Kut", "Halab"))  # fmt: skip

    assert where(doc, "exploded") == "Halab"


def test_both_lands_of_a_body_s_name_hold_no_place():
    """ "The Islamic State of Iraq and Syria" may attack anywhere."""
    doc = tree("The D det 2", "Islamic P amod 2", "State P nsubj 7", "of I case 4", "Iraq P nmod 2", "and C cc 6", "Syria P conj 4",
               "attacked V ROOT 7", places=("Iraq", "Syria"))  # fmt: skip

    assert place_spans(doc) == ()


@pytest.mark.parametrize(
    ("label", "name", "rows"),
    [
        ("ORG", "Halima", ("They P nsubj 1", "met V ROOT 1", "at I case 4", "Halima P compound 4", "university N obl 1")),
        ("PERSON", "Riyadh", ("He P nsubj 1", "died V ROOT 1", "after I case 5", "the D det 5", "Riyadh P compound 5",
                              "bombing N obl 1")),
        ("PERSON", "Tal Qory", ("They P nsubj 1", "took V ROOT 1", "two # nummod 3", "towns N obj 1", ", , punct 6",
                                "Tal P compound 6", "Qory P appos 3")),
        ("PERSON", "Khan Qory", ("They P nsubj 1", "met V ROOT 1", "east R advmod 1", "of I case 5", "Khan P compound 5",
                                 "Qory P obl 1")),
        ("PERSON", "Riyadh", ("They P nsubj 1", "met V ROOT 1", "Riyadh P nmod:poss 4", "'s S case 2", "suburbs N obj 1")),
        ("PERSON", "Qory", ("They P nsubj 1", "took V ROOT 1", "Qory P obj 1", ", , punct 5", "a D det 5", "town N appos 2")),
    ],
    ids=["a university's seat", "a happening called after a city", "towns by their names", "a bearing", "a city's suburbs",
         "a town told so behind it"],
)  # fmt: skip
def test_a_place_under_another_label_is_known_by_its_neighbours(label, name, rows):
    """What stands around the name says that it is a place's."""
    doc = labelled(label, name, *rows, ", , punct 1", "too R advmod 1")

    assert name in [span.text for span in place_spans(doc)]


def test_a_name_cut_at_its_hyphen_is_made_whole():
    """ "Al-Qadam", not "Al-"."""
    doc = Parsed(VOCAB, words=["in", "Al", "-", "Qadam", "."], spaces=[True, False, False, False, False],
              tags=["IN", "NNP", "HYPH", "NNP", "."], pos=["ADP", "PROPN", "PUNCT", "PROPN", "PUNCT"],
              deps=["case", "compound", "punct", "ROOT", "punct"], heads=[3, 3, 3, 3, 3])  # fmt: skip
    doc.ents = [Span(doc, 1, 3, label="GPE")]

    assert [span.text for span in place_spans(doc)] == ["Al-Qadam"]


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("Concepcion", ("in I case 4", "Concepcion P obl 2"), "PRY"),
        ("Concepcion", ("in I case 4", "Concepcion P obl 2", ", , punct 6", "Chile P appos 4"), "CHL"),
        ("Bogota", ("in I case 4", "Bogota P obl 2"), "COL"),
    ],
    ids=["no land named", "its land named", "a city of millions"],
)  # fmt: skip
def test_a_common_name_is_of_the_land_the_report_was_sent_from(name, rows, expected):
    """A saint has towns in every land; what the text says and what the world knows go before."""
    doc = tree(*PASSIVE, *rows, places=(name, *(["Chile"] if "Chile P appos 4" in rows else [])))
    doc.piece = Piece(doc.text, dateline=sent_from("PRY"))
    place = place_of(doc[2], gazetteer=GAZETTEER)

    assert place is not None
    assert place.country == expected


@pytest.mark.parametrize(
    ("home", "name", "hints", "expected"),
    [
        ("PER", "Lima", ("USA",), ("Lima", "PER", "point")),
        ("USA", "Paris", (), ("Paris", "FRA", "point")),
        ("SLV", "San Rafael", ("SLV",), ("San Rafael", "SLV", "country")),
        ("USA", "Georgia", ("RUS",), ("Georgia", "GEO", "country")),
        ("MEX", "El Salvador", ("MEX",), ("El Salvador", "SLV", "country")),
        ("USA", "Kandahar", ("USA",), ("Kandahār", "AFG", "point")),
    ],
    ids=["its city", "a city elsewhere", "a farm", "a country", "a village of that name", "the one meant"],
)
def test_a_namesake_abroad_is_not_taken_by_chance(home, name, hints, expected):
    """Americans attacked in Lima were not attacked in Ohio; San Rafael near San Salvador is not that of Argentina."""
    first, *more = name.split()
    rows = (f"{first} P obl 2", *(f"{word} P flat 4" for word in more))
    doc = tree(*PASSIVE, "in I case 4", *rows, places=(name,))
    doc.piece = Piece(doc.text, dateline=sent_from(home))
    place = place_of(doc[2], gazetteer=GAZETTEER, country_hints=hints)

    assert place is not None
    assert (place.name, place.country, place.resolution) == expected


SPOKEN = ("Ministers N nsubj 1", "called V root 1", "on I case 3", "Moscow P obl 1")
SPOKEN_AT = ("Ministers N nsubj 1", "accused V root 1", "Moscow P obj 1", "in I case 4", "Geneva P obl 1")


def test_what_is_said_names_other_places_than_where_it_is_said() -> None:
    """An accusation lies where it was made, if the text says so, and not in what it is about."""
    about, at = tree(*SPOKEN, places=("Moscow",)), tree(*SPOKEN_AT, places=("Geneva",))

    assert where(about, "called") == "Moscow"
    assert event_place_span(about[1], is_said=True) is None
    assert str(event_place_span(at[1], is_said=True)) == "Geneva"


def test_a_last_name_of_somebody_named_in_full_is_no_place() -> None:
    """Boebert is a place in Michigan, too; "in Clinton" is one whoever else is called so."""
    doc = tree("Lauren P nsubj 2", "Boebert P flat 0", "left V root 2", "with I case 4", "Boebert P obl 2",
               "in I case 6", "Boebert P obl 2")  # fmt: skip
    doc.ents = [Span(doc, 0, 2, label="PERSON"), Span(doc, 4, 5, label="GPE"), Span(doc, 6, 7, label="GPE")]

    assert [span.start for span in place_spans(doc)] == [6]
