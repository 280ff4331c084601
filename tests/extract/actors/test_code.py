"""Actors on plain phrases: strings in, codes out."""

from datetime import date

import pytest
from spacy.tokens import Span

from pipeline.extract.actors.code import code_phrase, code_span, code_words
from pipeline.extract.lexicon.actor_entries import INTERNATIONAL, KNOWN_SECTORS
from pipeline.extract.lexicon.actor_lexicon import load_lexicon

PHRASES = {
    "a country": ("Libya", "LBY", None),
    "a forename that is a town too": ("David Kovac", None, None),
    "a surname that is a country too": ("Michael Jordan", None, None),
    "a surname behind Ms that is a capital too": ("Ms Lima", None, None),
    "a surname behind Mr. that is a town too": ("Mr. Kennedy", None, None),
    "a known surname behind Mr": ("Mr Netanyahu", "ISR", "GOV"),
    "a land behind a person's name": ("Lady Paris of France", "FRA", None),
    "an airport of a town": ("Kandahar Airport", "AFG", None),
    "people": ("Libyans", "LBY", None),
    "a possessor": ("Libya's interim government", "LBY", "GOV"),
    "of": ("the president of Kenya", "KEN", "GOV"),
    "in": ("police in Nairobi", "KEN", "COP"),
    "a town before its police": ("Kyiv police", "UKR", "COP"),
    "counted people": ("thousands of Egyptians", "EGY", "CVL"),
    "a former office": ("the former Peruvian president", "PER", "ELI"),
    "an army": ("the Panamanian army", "PAN", "MIL"),
    "a body of the U.N.": ("the U.N. Security Council", "IGO", "GOV"),
    "an envoy to the U.N. by adjective": ("Chadian Deputy U.N. Ambassador Zorbel Quindrax", "TCD", "GOV"),
    "an envoy to the U.N. by possessor": ("Chad's U.N. ambassador", "TCD", "GOV"),
    "an office in an international body": ("NATO Secretary General Anders Fogh Rasmussen", "IGO", "MIL"),
    "gunmen of a group": ("Boko Haram gunmen", "NGA", "REB"),
    "led by another": ("U.S.-led forces", "USA", "MIL"),
    "backed with dots": ("U.N.-backed Libyan government", "LBY", "GOV"),
    "backed, of no country": ("U.S.-backed rebels", None, "REB"),
    "based somewhere": ("a Nairobi-based human rights group", "KEN", "NGO"),
    "more than": ("more than 3,000 Iraqi civilians", "IRQ", "CVL"),
    "loyal to": ("forces loyal to Muammar Gaddafi", "LBY", "MIL"),
    "linked to": ("a group linked to al-Qaeda", "IMG", "REB"),
    "a thing by its maker": ("an offer made by the Kenyan government", "KEN", "GOV"),
    "a people within a state": ("Iraqi Kurds", "IRQ", "CVL"),
    "people abroad": ("Cubans in Miami", "CUB", "CVL"),
    "peoples as states": ("Israelis and Palestinians", "ISR", None),
    "a name among role words": ("the opposition Movement for Democratic Change", "ZWE", "OPP"),
    "officials of a body": ("Oxfam officials", None, "NGO"),
    "officials of a country": ("Kenyan officials", "KEN", "GOV"),
    "employees": ("employees in Nairobi", "KEN", "LAB"),
    "a minority by its land": ("Albanians of southern Serbia", "SRB", "CVL"),
    "a company": ("workers at Volkswagen", "DEU", "LAB"),
    "capitals": ("PRESIDENT ALFREDO CRISTIANI", "SLV", "GOV"),
    "an alliance of nobody": ("members of the alliance", None, None),
    "backed by another": ("Syrian-backed gunmen in Lebanon", "LBN", "UAF"),
}


@pytest.mark.parametrize(("phrase", "country", "sector"), PHRASES.values(), ids=PHRASES.keys())
def test_a_phrase_has_country_and_sector(phrase, country, sector):
    """Head, possessor, adjective and preposition say who it is."""
    code = code_phrase(phrase, load_lexicon())

    assert (code.country, code.sector) == (country, sector)


def test_an_unknown_actor_keeps_its_name_without_a_code():
    """Nothing is dropped and nothing is guessed."""
    code = code_phrase("Zorbel Quindrax", load_lexicon())

    assert (code.name, code.code) == ("Zorbel Quindrax", "")


TERMS = {
    "before the office": ("Nelson Mandela", date(1990, 6, 1), "ZAF", ("OPP", None)),
    "in office": ("Nelson Mandela", date(1996, 6, 1), "ZAF", ("GOV",)),
    "after the office": ("Nelson Mandela", date(2005, 6, 1), "ZAF", ("ELI",)),
    "one office after another": ("Ban Ki-moon", date(2005, 6, 1), "KOR", ("GOV",)),
    "the later office": ("Ban Ki-moon", date(2010, 6, 1), "IGO", ("GOV",)),
    "a title alone": ("President Clinton", date(1995, 6, 1), "USA", ("GOV",)),
    "rebels": ("the Taliban", date(2010, 6, 1), "AFG", ("REB",)),
    "rebels come to power": ("the Taliban", date(2023, 6, 1), "AFG", ("GOV",)),
}


@pytest.mark.parametrize(("phrase", "on", "country", "sectors"), TERMS.values(), ids=TERMS.keys())
def test_the_day_decides_who_holds_an_office(phrase, on, country, sectors):
    """Terms of office have dates; after them a leader is one of the elite."""
    code = code_phrase(phrase, load_lexicon(), on=on)

    assert code.country == country
    assert code.sector in sectors


def test_a_bearer_of_a_title_keeps_his_own_name():
    """The name is the person's, not the office's."""
    code = code_phrase("Chadian Deputy U.N. Ambassador Zorbel Quindrax", load_lexicon())

    assert code.name == "Zorbel Quindrax"


def test_every_shipped_row_is_sound():
    """A wrong sector, country or date in our own files would pass unseen."""
    lexicon = load_lexicon()
    countries = set(lexicon.countries) | set(INTERNATIONAL) | {""}
    entries = {entry for entries in lexicon.surfaces.values() for entry in entries}

    assert len(entries) > 5000
    # Towns may lie in a territory that sends nobody to the U.N.: Martinique, Puerto Rico.
    assert not [entry for entry in entries if entry.country not in countries and entry.kind != "place"]
    assert not [entry for entry in entries if len(entry.country) not in (0, 3)]
    assert not [entry for entry in entries if entry.sector and entry.sector not in KNOWN_SECTORS]
    assert not [entry for entry in entries if entry.first > entry.last]


def test_apposition_says_who_an_unknown_name_is(tree):
    """The comma before an apposition is kept whatever word it hangs on."""
    doc = tree("""
        Haddad Haddad NNP PROPN 7 nsubj PERSON
        , , , PUNCT 5 punct
        Tunisia Tunisia NNP PROPN 5 nmod:poss GPE
        's 's POS PART 3 case
        general general NN NOUN 1 appos
        , , , PUNCT 1 punct
        spoke speak VBD VERB 0 ROOT
    """)

    assert code_span(doc[0:6], load_lexicon()).code == "TUNMIL"


def test_land_of_a_pair_takes_the_noun_they_share(tree):
    """French and German officials"""
    doc = tree("""
        French french JJ ADJ 4 amod NORP
        and and CC CCONJ 3 cc
        German german JJ ADJ 1 conj NORP
        officials official NNS NOUN 0 ROOT
    """)

    assert [code_span(doc[i : i + 1], load_lexicon()).code for i in (0, 2)] == ["FRAGOV", "DEUGOV"]


def test_name_holds_together_in_a_broken_tree(tree):
    """Parts of one entity on different heads."""
    doc = tree("""
        Boko Boko NNP PROPN 3 nsubj
        Haram Haram NNP PROPN 3 obj
        attacked attack VBD VERB 0 ROOT
    """)
    doc.ents = [Span(doc, 0, 2, label="ORG")]

    assert code_span(doc[0:1], load_lexicon()).code == "NGAREB"


@pytest.mark.parametrize(("entity", "code"), [("PERSON", "JUD"), ("", "ESPJUD")])
def test_a_judge_called_after_a_town_is_not_of_that_town(tree, entity, code):
    """What is left of the phrase without the person's name says whose judge it is."""
    doc = tree("""
        Judge judge NN NOUN 2 nmod:desc
        Ramon Ramon NNP PROPN 0 ROOT
        Valencia Valencia NNP PROPN 2 flat
        Ruiz Ruiz NNP PROPN 2 flat
    """)
    doc.ents = [Span(doc, 1, 4, label=entity)] if entity else []

    assert code_span(doc[0:4], load_lexicon()).code == code
    assert code_words(doc[0:4], load_lexicon()).code == code


def test_second_half_of_a_name_is_no_apposition(tree):
    """ "Court of Sri Lanka" is Sri Lanka's, though the tree parts the two words."""
    doc = tree("""
        Court court NN NOUN 0 ROOT
        of of IN ADP 3 case
        Sri Sri NNP PROPN 1 nmod
        Lanka Lanka NNP PROPN 1 appos
    """)
    doc.ents = [Span(doc, 0, 4, label="ORG")]

    assert code_span(doc[0:4], load_lexicon()).country == "LKA"


@pytest.mark.parametrize("phrase", ["Western governments", "African leaders"])
def test_lands_of_a_region_are_governments_of_no_one_country_and_no_body(phrase):
    coded = code_phrase(phrase, load_lexicon())

    assert (coded.country, coded.sector) == (None, "GOV")


def test_who_is_named_like_a_town_is_not_from_there(tree):
    """ "minister Kira Halden": Kira is a town of Uganda."""
    doc = tree("""
        minister minister NN NOUN 2 nmod:desc
        Kira Kira NNP PROPN 0 ROOT PERSON
        Halden Halden NNP PROPN 2 flat PERSON
    """)
    doc.ents = [Span(doc, 1, 3, label="PERSON")]

    assert code_span(doc[0:3], load_lexicon()).code == "GOV"
    assert code_span(doc[0:1], load_lexicon()).code == "GOV"


def test_an_army_without_a_land_is_nobodys_rebels():
    assert code_phrase("Army", load_lexicon()).code == "MIL"
