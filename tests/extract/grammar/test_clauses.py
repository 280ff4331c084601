"""Clauses from trees made by hand, so that no new model can break them."""

from __future__ import annotations

from pipeline.extract.grammar.clauses import clause_of
from pipeline.extract.grammar.phrases import phrase
from pipeline.extract.grammar.subjects import surface_subjects
from pipeline.extract.grammar.tree import lemma_of


def words(tokens):
    return [token.text for token in tokens]


def verb(doc, text):
    return next(token for token in doc if token.text == text)


def test_active_subject_is_agent_and_object_is_patient(tree):
    """Rebels attacked towns."""
    doc = tree("""
        Rebels rebel NNS NOUN 2 nsubj
        attacked attack VBD VERB 0 ROOT
        towns town NNS NOUN 2 obj
    """)

    clause = clause_of(doc[1])

    assert (words(clause.agents), words(clause.patients), clause.is_passive) == (["Rebels"], ["towns"], False)


def test_passive_turns_subject_into_patient_and_by_phrase_into_agent(tree):
    """Towns were attacked by rebels."""
    doc = tree("""
        Towns town NNS NOUN 3 nsubj:pass
        were be VBD AUX 3 aux:pass
        attacked attack VBN VERB 0 ROOT
        by by IN ADP 5 case
        rebels rebel NNS NOUN 3 obl
    """)

    clause = clause_of(doc[2])

    assert (words(clause.agents), words(clause.patients)) == (["rebels"], ["Towns"])
    assert clause.obliques == ()


def test_agentless_passive_has_no_agent(tree):
    """Soldiers were killed in Beirut."""
    doc = tree("""
        Soldiers soldier NNS NOUN 3 nsubj:pass
        were be VBD AUX 3 aux:pass
        killed kill VBN VERB 0 ROOT
        in in IN ADP 5 case
        Beirut Beirut NNP PROPN 3 obl GPE
    """)

    clause = clause_of(doc[2])

    assert clause.agents == ()
    assert [(prep, token.text) for prep, token in clause.obliques] == [("in", "Beirut")]


def test_coordinated_objects_are_all_patients(tree):
    """Russia sanctioned Canada and Norway."""
    doc = tree("""
        Russia Russia NNP PROPN 2 nsubj GPE
        sanctioned sanction VBD VERB 0 ROOT
        Canada Canada NNP PROPN 2 obj GPE
        and and CC CCONJ 5 cc
        Norway Norway NNP PROPN 3 conj GPE
    """)

    assert words(clause_of(doc[1]).patients) == ["Canada", "Norway"]


def test_a_noun_beside_a_comma_without_and_is_an_apposition_not_a_second_actor(tree):
    """The emir, Hamad launched talks."""
    doc = tree("""
        emir emir NN NOUN 4 nsubj
        , , , PUNCT 1 punct
        Hamad Hamad NNP PROPN 1 conj PERSON
        launched launch VBD VERB 0 ROOT
        talks talk NNS NOUN 4 obj
    """)

    assert words(clause_of(doc[3]).agents) == ["emir"]


def test_second_verb_inherits_the_subject_of_the_first(tree):
    """Rebels attacked and fled."""
    doc = tree("""
        Rebels rebel NNS NOUN 2 nsubj
        attacked attack VBD VERB 0 ROOT
        and and CC CCONJ 4 cc
        fled flee VBD VERB 2 conj
    """)

    assert words(clause_of(doc[3]).agents) == ["Rebels"]


def test_subject_control_goes_to_the_subject_and_object_control_to_the_object(tree):
    """Iran agreed to go; France asked Iran to go."""
    agreed = tree("""
        Iran Iran NNP PROPN 2 nsubj GPE
        agreed agree VBD VERB 0 ROOT
        to to TO PART 4 mark
        go go VB VERB 2 xcomp
    """)
    asked = tree("""
        France France NNP PROPN 2 nsubj GPE
        asked ask VBD VERB 0 ROOT
        Iran Iran NNP PROPN 2 obj GPE
        to to TO PART 5 mark
        go go VB VERB 2 xcomp
    """)

    assert words(clause_of(agreed[3]).agents) == ["Iran"]
    assert words(clause_of(asked[4]).agents) == ["Iran"]


def test_relative_pronoun_stands_for_its_noun(tree):
    """rebels who attacked Goma"""
    doc = tree("""
        rebels rebel NNS NOUN 0 ROOT
        who who WP PRON 3 nsubj
        attacked attack VBD VERB 1 acl:relcl
        Goma Goma NNP PROPN 3 obj GPE
    """)

    clause = clause_of(doc[2])

    assert (words(clause.agents), words(clause.patients)) == (["rebels"], ["Goma"])


def test_gap_of_a_relative_clause_is_its_noun(tree):
    """the town rebels attacked"""
    doc = tree("""
        town town NN NOUN 0 ROOT
        rebels rebel NNS NOUN 3 nsubj
        attacked attack VBD VERB 1 acl:relcl
    """)

    assert words(clause_of(doc[2]).patients) == ["town"]


def test_participle_after_a_span_of_time_belongs_to_the_main_subject(tree):
    """NATO left months after launching raids."""
    doc = tree("""
        NATO NATO NNP PROPN 2 nsubj ORG
        left leave VBD VERB 0 ROOT
        months month NNS NOUN 2 obl
        after after IN SCONJ 5 mark
        launching launch VBG VERB 3 acl
        raids raid NNS NOUN 5 obj
    """)

    assert words(clause_of(doc[4]).agents) == ["NATO"]


def test_past_tense_the_parser_made_a_modifier_is_a_clause_again(tree):
    """Qatar withdrew peacekeepers, with the verb hung under its object."""
    doc = tree("""
        Qatar Qatar NNP PROPN 3 nsubj GPE
        withdrew withdraw VBD VERB 3 amod
        peacekeepers peacekeeper NNS NOUN 0 ROOT
    """)

    clause = clause_of(doc[1])

    assert (words(clause.agents), words(clause.patients)) == (["Qatar"], ["peacekeepers"])


def test_particle_is_part_of_the_predicate(tree):
    """Talks broke off."""
    doc = tree("""
        Talks talk NNS NOUN 2 nsubj
        broke break VBD VERB 0 ROOT
        off off RP ADP 2 compound:prt
    """)

    assert clause_of(doc[1]).key == "break+off"


def test_owner_of_a_decision_governs_its_infinitive(tree):
    """Israel's decision to attack"""
    doc = tree("""
        Israel Israel NNP PROPN 3 nmod:poss GPE
        's 's POS PART 1 case
        decision decision NN NOUN 0 ROOT
        to to TO PART 5 mark
        attack attack VB VERB 3 acl
    """)

    assert words(clause_of(doc[4]).agents) == ["Israel"]


def test_weekday_is_no_subject(tree):
    """Officers today left."""
    doc = tree("""
        Officers officer NNS NOUN 3 nsubj
        today today NN NOUN 3 nsubj DATE
        left leave VBD VERB 0 ROOT
    """)

    assert words(clause_of(doc[2]).agents) == ["Officers"]


def test_phrase_of_a_name_takes_the_whole_entity_and_leaves_the_article(tree):
    """the Security Council"""
    doc = tree("""
        the the DT DET 3 det
        Security Security NNP PROPN 3 compound
        Council Council NNP PROPN 0 ROOT
    """)

    start, end = phrase(doc[2])

    assert doc[start:end].text == "Security Council"


def test_plural_only_lemma_is_made_singular(tree):
    """Lemmatizers disagree on "troops"; lexicon lookups must not."""
    doc = tree("troops troops NNS NOUN 0 ROOT")

    assert lemma_of(doc[0]) == "troop"


def test_result_belongs_to_the_clause_before_it(tree):
    """Troops raided the camp, killing ten: the camp killed nobody."""
    doc = tree("""
        Troops troop NNS NOUN 2 nsubj
        marched march VBD VERB 0 ROOT
        on on IN ADP 4 case
        Goma Goma NNP PROPN 2 obl GPE
        killing kill VBG VERB 4 acl
        ten ten CD NUM 5 obj
    """)

    assert words(clause_of(doc[4]).agents) == ["Troops"]


def test_land_parted_from_the_title_after_it_is_no_second_subject(tree):
    """U.S. | President Trump spoke."""
    doc = tree("""
        U.S. U.S. NNP PROPN 4 nsubj GPE
        President President NNP PROPN 3 nmod:desc
        Trump Trump NNP PROPN 4 nsubj PERSON
        spoke speak VBD VERB 0 ROOT
    """)

    assert words(clause_of(doc[3]).agents) == ["Trump"]


def test_object_hung_on_dead_is_the_verbs(tree):
    """Gunmen shot dead two judges."""
    doc = tree("""
        Gunmen gunman NNS NOUN 2 nsubj
        shot shoot VBD VERB 0 ROOT
        dead dead JJ ADJ 2 xcomp
        two two CD NUM 5 nummod
        judges judge NNS NOUN 3 obj
    """)

    assert words(clause_of(doc[1]).patients) == ["judges"]


def test_object_of_a_gerund_is_no_second_object(tree):
    """Algeria accused Mali of aiding rebels."""
    doc = tree("""
        Algeria Algeria NNP PROPN 2 nsubj GPE
        accused accuse VBD VERB 0 ROOT
        Mali Mali NNP PROPN 2 obj GPE
        of of IN SCONJ 5 mark
        aiding aid VBG VERB 6 amod
        rebels rebel NNS NOUN 2 obj
    """)

    assert words(clause_of(doc[1]).patients) == ["Mali"]


def test_phrase_of_counted_people_begins_with_their_number(tree):
    """and at least 64 people"""
    doc = tree("""
        and and CC CCONJ 5 cc
        at at IN ADP 3 case
        least least JJS ADJ 4 nmod
        64 64 CD NUM 5 nummod
        people people NNS NOUN 0 ROOT
    """)

    start, end = phrase(doc[4])

    assert doc[start:end].text == "64 people"


def test_aim_of_a_passive_is_its_doers(tree):
    """Guns were used by rebels to kill guards: the rebels killed."""
    doc = tree("""
        Guns gun NNS NOUN 3 nsubj:pass
        were be VBD AUX 3 aux:pass
        used use VBN VERB 0 ROOT
        by by IN ADP 5 case
        rebels rebel NNS NOUN 3 obl:agent
        to to TO PART 7 mark
        kill kill VB VERB 3 advcl
        guards guard NNS NOUN 7 obj
    """)

    assert [token.text for token in clause_of(doc[6]).agents] == ["rebels"]


def test_office_before_the_name_of_who_holds_it_is_no_second_subject(tree):
    """The envoy, ex-president Lee, left: one left."""
    doc = tree("""
        envoy envoy NN NOUN 6 nsubj
        , , , PUNCT 1 punct
        ex-president ex-president NN NOUN 4 nmod:desc
        Lee Lee NNP PROPN 6 nsubj PERSON
        , , , PUNCT 4 punct
        left leave VBD VERB 0 ROOT
    """)

    assert [token.text for token in surface_subjects(doc[5])] == ["Lee"]


def test_a_bare_noun_behind_a_particle_is_the_object(tree):
    """The junta let in observers: the parser hung them as a circumstance."""
    doc = tree("""
        junta junta NN NOUN 2 nsubj
        let let VBD VERB 0 ROOT
        in in RP ADP 2 compound:prt
        observers observer NNS NOUN 2 obl
    """)

    assert [token.text for token in clause_of(doc[1]).patients] == ["observers"]
