"""Readings: frames and operators laid on hand-made trees."""

from __future__ import annotations

import pytest

from pipeline.extract.events.reader import Reader
from pipeline.extract.lexicon.frame_files import load_frames


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_frames())


def parties(reading) -> tuple[list[str], list[str]]:
    return [token.text for token in reading.agents], [token.text for token in reading.patients]


def test_one_who_stands_trial_is_the_accused(tree, reader):
    """The subject undergoes it; nobody is named who does it."""
    doc = tree("""
        Taylor Taylor NNP PROPN 2 nsubj PERSON
        stood stand VBD VERB 0 ROOT
        trial trial NN NOUN 2 obj
    """)

    reading = reader.read(doc[1])

    assert (reading.event_type, reading.mode) == ("ACCUSE", "allege")
    assert parties(reading) == ([], ["Taylor"])


def test_one_under_fire_may_say_from_whom(tree, reader):
    """Troops came under fire from rebels."""
    doc = tree("""
        Troops troop NNS NOUN 2 nsubj
        came come VBD VERB 0 ROOT
        under under IN ADP 4 case
        fire fire NN NOUN 2 obl
        from from IN ADP 6 case
        rebels rebel NNS NOUN 2 obl
    """)

    reading = reader.read(doc[1])

    assert reading.event_type == "ASSAULT"
    assert parties(reading) == (["rebels"], ["Troops"])


def test_adjective_of_feeling_is_a_state_told_of_its_subject(tree, reader):
    """France is critical of Turkey."""
    doc = tree("""
        France France NNP PROPN 3 nsubj GPE
        is be VBZ AUX 3 cop
        critical critical JJ ADJ 0 ROOT
        of of IN ADP 5 case
        Turkey Turkey NNP PROPN 3 obl GPE
    """)

    reading = reader.read(doc[2])

    assert (reading.event_type, reading.mode) == ("ACCUSE", "disapprove")
    assert parties(reading) == (["France"], ["Turkey"])


def test_noun_with_its_preposition_is_a_state(tree, reader):
    """Sudan is not at war with Chad."""
    doc = tree("""
        Sudan Sudan NNP PROPN 5 nsubj GPE
        is be VBZ AUX 5 cop
        not not RB PART 5 advmod
        at at IN ADP 5 case
        war war NN NOUN 0 ROOT
        with with IN ADP 7 case
        Chad Chad NNP PROPN 5 nmod GPE
    """)

    reading = reader.read(doc[4])

    assert (reading.event_type, reading.status) == ("ASSAULT", "denied")
    assert parties(reading) == (["Sudan"], ["Chad"])


def test_prepared_to_is_readiness_and_no_plan(tree, reader):
    """Syria is prepared to help Lebanon."""
    doc = tree("""
        Syria Syria NNP PROPN 3 nsubj:pass GPE
        is be VBZ AUX 3 aux:pass
        prepared prepare VBN VERB 0 ROOT
        to to TO PART 5 mark
        help help VB VERB 3 xcomp
        Lebanon Lebanon NNP PROPN 5 obj GPE
    """)

    reading = reader.read(doc[2])

    assert (reading.event_type, reading.status) == ("AGREE", "actual")
    assert parties(reading) == (["Syria"], ["Lebanon"])


def test_one_who_resigns_does_so_to_nobody(tree, reader):
    """A name further down is no recipient of a resignation."""
    doc = tree("""
        Novak Novak NNP PROPN 2 nsubj PERSON
        resigned resign VBD VERB 0 ROOT
        to to TO PART 4 mark
        succeed succeed VB VERB 2 advcl
        Kral Kral NNP PROPN 4 obj PERSON
    """)

    reading = reader.read(doc[1])

    assert parties(reading) == (["Novak"], [])


def test_two_who_meet_in_a_town_meet_each_other(tree, reader):
    """Iran and Oman met in Vienna."""
    doc = tree("""
        Iran Iran NNP PROPN 4 nsubj GPE
        and and CC CCONJ 3 cc
        Oman Oman NNP PROPN 1 conj GPE
        met meet VBD VERB 0 ROOT
        in in IN ADP 6 case
        Vienna Vienna NNP PROPN 4 obl GPE
    """)

    reading = reader.read(doc[3])

    assert reading.is_mutual
    assert parties(reading) == (["Iran", "Oman"], [])


def test_lands_joined_before_officials_are_sides_of_their_own(tree, reader):
    """French and German officials accused Russia."""
    doc = tree("""
        French french JJ ADJ 4 amod NORP
        and and CC CCONJ 3 cc
        German german JJ ADJ 1 conj NORP
        officials official NNS NOUN 5 nsubj
        accused accuse VBD VERB 0 ROOT
        Russia Russia NNP PROPN 5 obj GPE
    """)

    assert parties(reader.read(doc[4])) == (["French", "German"], ["Russia"])


def test_troops_withdrawn_by_nobody_named_are_those_who_go(tree, reader):
    """Troops were withdrawn from Chad."""
    doc = tree("""
        Troops troop NNS NOUN 3 nsubj:pass
        were be VBD AUX 3 aux:pass
        withdrawn withdraw VBN VERB 0 ROOT
        from from IN ADP 5 case
        Chad Chad NNP PROPN 3 obl GPE
    """)

    reading = reader.read(doc[2])

    assert (reading.event_type, reading.mode) == ("RETREAT", "withdraw")
    assert parties(reading) == (["Troops"], ["Chad"])


def test_purpose_does_not_make_a_blocked_road_a_refusal(tree, reader):
    """Miners blocked roads to demand reform."""
    doc = tree("""
        Miners miner NNS NOUN 2 nsubj
        blocked block VBD VERB 0 ROOT
        roads road NNS NOUN 2 obj
        to to TO PART 5 mark
        demand demand VB VERB 2 advcl
        reform reform NN NOUN 5 obj
    """)

    reading = reader.read(doc[1])

    assert (reading.event_type, reading.mode) == ("PROTEST", "obstruct")


def test_recipient_may_be_who_does_what_is_protested(tree, reader):
    """Miners struck in protest against abuses by police."""
    doc = tree("""
        Miners miner NNS NOUN 2 nsubj
        struck strike VBD VERB 0 ROOT
        in in IN ADP 4 case
        protest protest NN NOUN 2 obl
        against against IN ADP 6 case
        abuses abuse NNS NOUN 4 nmod
        by by IN ADP 8 case
        police police NNS NOUN 6 nmod
    """)

    assert parties(reader.read(doc[1])) == (["Miners"], ["police"])


def test_killed_in_somebodys_strike_is_killed_by_them(tree, reader):
    """Two were killed in an Israeli airstrike."""
    doc = tree("""
        Soldiers soldier NNS NOUN 3 nsubj:pass
        were be VBD AUX 3 aux:pass
        killed kill VBN VERB 0 ROOT
        in in IN ADP 7 case
        an a DT DET 7 det
        Israeli israeli JJ ADJ 7 amod NORP
        airstrike airstrike NN NOUN 3 obl
    """)

    assert parties(reader.read(doc[2])) == (["Israeli"], ["Soldiers"])


def test_one_warned_is_the_recipient_and_not_who_is_spared(tree, reader):
    """Ghana warned Mali against attacking civilians."""
    doc = tree("""
        Ghana Ghana NNP PROPN 2 nsubj GPE
        warned warn VBD VERB 0 ROOT
        Mali Mali NNP PROPN 2 obj GPE
        against against IN SCONJ 5 mark
        attacking attack VBG VERB 2 advcl
        civilians civilian NNS NOUN 5 obj
    """)

    assert parties(reader.read(doc[1])) == (["Ghana"], ["Mali"])


def test_committing_a_crime_is_no_commitment(tree, reader):
    """Crimes committed by rebels."""
    doc = tree("""
        Crimes crime NNS NOUN 0 ROOT
        committed commit VBN VERB 1 acl
        by by IN ADP 4 case
        rebels rebel NNS NOUN 2 obl
    """)

    reading = reader.read(doc[1])

    assert reading is None or reading.event_type != "AGREE"


def test_doers_of_joined_passives_stand_with_the_last(tree, reader):
    """He was shot and killed by rebels: also who shot is told."""
    doc = tree("""
        Mayor mayor NN NOUN 3 nsubj:pass
        was be VBD AUX 3 aux:pass
        shot shoot VBN VERB 0 ROOT
        and and CC CCONJ 5 cc
        killed kill VBN VERB 3 conj
        by by IN ADP 7 case
        rebels rebel NNS NOUN 5 obl
    """)

    assert parties(reader.read(doc[2])) == (["rebels"], ["Mayor"])


def test_thing_that_grows_asks_for_nothing(tree, reader):
    """The number is pushing for change: nobody asks."""
    doc = tree("""
        Prices price NNS NOUN 2 nsubj
        urge urge VBP VERB 0 ROOT
        Ghana Ghana NNP PROPN 2 obj GPE
        to to TO PART 5 mark
        borrow borrow VB VERB 2 xcomp
    """)

    assert parties(reader.read(doc[1]))[0] == []


def test_crime_during_a_war_is_not_the_war(tree, reader):
    """Rebels committed crimes during the war."""
    doc = tree("""
        Rebels rebel NNS NOUN 2 nsubj
        committed commit VBD VERB 0 ROOT
        errors error NNS NOUN 2 obj
        during during IN ADP 5 case
        war war NN NOUN 2 obl
    """)

    assert reader.read(doc[1]) is None


def test_trial_that_begins_accuses_whose_trial_it_is(tree, reader):
    """The trial of Taylor began."""
    doc = tree("""
        The the DT DET 2 det
        trial trial NN NOUN 5 nsubj
        of of IN ADP 4 case
        Taylor Taylor NNP PROPN 2 nmod PERSON
        began begin VBD VERB 0 ROOT
    """)

    reading = reader.read(doc[4])

    assert reading.event_type == "ACCUSE"
    assert parties(reading) == ([], ["Taylor"])


def test_thing_acts_for_whoever_set_it_to_work(tree, reader):
    """A bomb planted by ETA exploded in Madrid."""
    doc = tree("""
        bomb bomb NN NOUN 5 nsubj
        planted plant VBN VERB 1 acl
        by by IN ADP 4 case
        ETA ETA NNP PROPN 2 obl ORG
        exploded explode VBD VERB 0 ROOT
        in in IN ADP 7 case
        Madrid Madrid NNP PROPN 5 obl GPE
    """)

    assert parties(reader.read(doc[4])) == (["ETA"], ["Madrid"])


def test_ministers_of_two_lands_are_two_sides(tree, reader):
    """Ministers of Mali and Chad met."""
    doc = tree("""
        Ministers minister NNS NOUN 6 nsubj
        of of IN ADP 3 case
        Mali Mali NNP PROPN 1 nmod GPE
        and and CC CCONJ 5 cc
        Chad Chad NNP PROPN 3 conj GPE
        met meet VBD VERB 0 ROOT
    """)

    assert parties(reader.read(doc[5])) == (["Mali", "Chad"], [])


def test_killer_named_on_the_victim_is_the_one_blamed(tree, reader):
    """Iraq condemned the killing of a priest by rebels."""
    doc = tree("""
        Iraq Iraq NNP PROPN 2 nsubj GPE
        condemned condemn VBD VERB 0 ROOT
        killing killing NN NOUN 2 obj
        of of IN ADP 5 case
        priest priest NN NOUN 3 nmod
        by by IN ADP 7 case
        rebels rebel NNS NOUN 5 nmod
    """)

    assert parties(reader.read(doc[1])) == (["Iraq"], ["rebels"])


def test_place_of_a_meeting_is_not_met(tree, reader):
    """The envoys met in Oslo: the town is where, and nobody else is named."""
    doc = tree("""
        envoys envoy NNS NOUN 2 nsubj
        met meet VBD VERB 0 ROOT
        in in IN ADP 4 case
        Oslo Oslo NNP PROPN 2 obl GPE
    """)

    assert parties(reader.read(doc[1])) == (["envoys"], [])


def test_what_was_the_occasion_is_no_recipient(tree, reader):
    """Chad rejected the plan in response to Libya: a phrase of the circumstances names no recipient."""
    doc = tree("""
        Chad Chad NNP PROPN 2 nsubj GPE
        rejected reject VBD VERB 0 ROOT
        plan plan NN NOUN 2 obj
        in in IN ADP 5 case
        response response NN NOUN 2 obl
        to to IN ADP 7 case
        Libya Libya NNP PROPN 5 nmod GPE
    """)

    assert parties(reader.read(doc[1])) == (["Chad"], [])


def test_whom_it_is_against_comes_before_who_stands_nearer(tree, reader):
    """The union filed a lawsuit in a Bern court against Benin, whatever noun "against" hangs on."""
    doc = tree("""
        union union NN NOUN 2 nsubj
        filed file VBD VERB 0 ROOT
        lawsuit lawsuit NN NOUN 2 obj
        in in IN ADP 6 case
        Bern Bern NNP PROPN 6 compound GPE
        court court NN NOUN 2 obl
        against against IN ADP 8 case
        Benin Benin NNP PROPN 6 nmod GPE
    """)

    assert parties(reader.read(doc[1])) == (["union"], ["Benin"])


def test_own_troops_are_sent_and_nothing_is_done_to_them(tree, reader):
    """Peru withdrew a contingent of soldiers from Cusco: the place they leave is the recipient."""
    doc = tree("""
        Peru Peru NNP PROPN 2 nsubj GPE
        withdrew withdraw VBD VERB 0 ROOT
        contingent contingent NN NOUN 2 obj
        of of IN ADP 5 case
        soldiers soldier NNS NOUN 3 nmod
        from from IN ADP 7 case
        Cusco Cusco NNP PROPN 3 nmod GPE
    """)

    assert parties(reader.read(doc[1])) == (["Peru"], ["Cusco"])


def test_relative_clause_tells_another_event(tree, reader):
    """Mali criticised a film that mocked Niger: the film's victim is not Mali's."""
    doc = tree("""
        Mali Mali NNP PROPN 2 nsubj GPE
        criticised criticise VBD VERB 0 ROOT
        film film NN NOUN 2 obj
        that that WDT PRON 5 nsubj
        mocked mock VBD VERB 3 acl:relcl
        Niger Niger NNP PROPN 5 obj GPE
    """)

    assert parties(reader.read(doc[1])) == (["Mali"], [])


def test_one_asked_from_may_hang_on_any_noun_of_what_is_asked(tree, reader):
    """The panel requested years of records of the mayor from Interpol."""
    doc = tree("""
        panel panel NN NOUN 2 nsubj
        requested request VBD VERB 0 ROOT
        years year NNS NOUN 2 obj
        of of IN ADP 5 case
        records record NNS NOUN 3 nmod
        from from IN ADP 7 case
        Interpol Interpol NNP PROPN 5 nmod ORG
    """)

    assert parties(reader.read(doc[1]))[1] == ["Interpol"]


@pytest.mark.parametrize(
    ("left", "entity", "event_type"), [("Aleppo", "GPE", "RETREAT"), ("Mercosur", "ORG", "SANCTION")]
)
def test_a_place_is_retreated_from_and_a_body_walked_out_of(tree, reader, left, entity, event_type):
    doc = tree(f"""
        Chad Chad NNP PROPN 2 nsubj GPE
        withdrew withdraw VBD VERB 0 ROOT
        from from IN ADP 4 case
        {left} {left} NNP PROPN 2 obl {entity}
    """)

    assert reader.read(doc[1]).event_type == event_type


def test_visit_that_is_over_was_paid(tree, reader):
    """Concluding a visit breaks nothing off."""
    doc = tree("""
        Lee Lee NNP PROPN 2 nsubj PERSON
        concluded conclude VBD VERB 0 ROOT
        visit visit NN NOUN 2 obj
        to to IN ADP 5 case
        Togo Togo NNP PROPN 3 nmod GPE
    """)

    reading = reader.read(doc[1])

    assert (reading.event_type, reading.mode) == ("CONSULT", "visit")
    assert parties(reading) == (["Lee"], ["Togo"])


def test_promise_to_order_something_threatens_nobody(tree, reader):
    """The premier agreed to ask Kenya to mediate."""
    doc = tree("""
        premier premier NN NOUN 2 nsubj
        agreed agree VBD VERB 0 ROOT
        to to TO PART 4 mark
        ask ask VB VERB 2 xcomp
        Kenya Kenya NNP PROPN 4 obj GPE
        to to TO PART 7 mark
        mediate mediate VB VERB 4 xcomp
    """)

    assert reader.read(doc[1]).event_type == "AGREE"


def test_those_who_clash_clash_with_each_other(tree, reader):
    """Police and monks clashed in Lhasa: the town is no third side."""
    doc = tree("""
        Police police NNS NOUN 4 nsubj
        and and CC CCONJ 3 cc
        monks monk NNS NOUN 1 conj
        clashed clash VBD VERB 0 ROOT
        over over IN ADP 6 case
        remarks remark NNS NOUN 4 obl
        of of IN ADP 8 case
        Congress Congress NNP PROPN 6 nmod ORG
    """)

    reading = reader.read(doc[3])

    assert reading.is_between
    assert parties(reading) == (["Police", "monks"], [])


def test_policies_are_attacked_in_words(tree, reader):
    """Scholars attacked the government's policy."""
    doc = tree("""
        Scholars scholar NNS NOUN 2 nsubj
        attacked attack VBD VERB 0 ROOT
        government government NN NOUN 4 nmod:poss
        policy policy NN NOUN 2 obj
    """)

    reading = reader.read(doc[1])

    assert (reading.event_type, reading.mode) == ("ACCUSE", "disapprove")
    assert parties(reading)[1] == ["government"]


def test_who_warns_of_an_ill_threatens_nobody(tree, reader):
    """The agency warned Chad of a famine."""
    doc = tree("""
        The the DT DET 2 det
        agency agency NN NOUN 3 nsubj
        warned warn VBD VERB 0 ROOT
        Chad Chad NNP PROPN 3 obj GPE
        of of IN ADP 7 case
        a a DT DET 7 det
        famine famine NN NOUN 3 obl
    """)

    assert reader.read(doc[2]) is None


@pytest.mark.parametrize(
    ("verb", "lemma", "noun", "is_shared"),
    [("praised", "praise", "summit", False), ("signed", "sign", "treaty", True)],
)
def test_joined_doers_are_sides_of_what_binds_both_alone(tree, reader, verb, lemma, noun, is_shared):
    """Chad and Niger praised a summit, and signed a treaty."""
    doc = tree(f"""
        Chad Chad NNP PROPN 4 nsubj GPE
        and and CC CCONJ 3 cc
        Niger Niger NNP PROPN 1 conj GPE
        {verb} {lemma} VBD VERB 0 ROOT
        a a DT DET 6 det
        {noun} {noun} NN NOUN 4 obj
    """)

    reading = reader.read(doc[3])

    assert (reading.event_type, reading.is_shared) == ("SUPPORT", is_shared)
    assert parties(reading) == (["Chad", "Niger"], [])


def test_whence_a_rocket_came_is_not_whom_it_was_meant_for(tree, reader):
    """A rocket was fired from Lebanon."""
    doc = tree("""
        A a DT DET 2 det
        rocket rocket NN NOUN 4 nsubj:pass
        was be VBD AUX 4 aux:pass
        fired fire VBN VERB 0 ROOT
        from from IN ADP 6 case
        Lebanon Lebanon NNP PROPN 4 obl GPE
    """)

    reading = reader.read(doc[3])

    assert reading is None or parties(reading) == ([], [])


def test_a_place_in_the_name_of_a_treaty_and_a_stance_bring_nobody_in(tree, reader):
    """Leaders criticized the Treaty of Lisbon and anti-Syrian songs."""
    doc = tree("""
        Leaders leader NNS NOUN 2 nsubj
        criticized criticize VBD VERB 0 ROOT
        the the DT DET 4 det
        Treaty Treaty NNP PROPN 2 obj
        of of IN ADP 6 case
        Lisbon Lisbon NNP PROPN 4 nmod GPE
        and and CC CCONJ 11 cc
        anti anti JJ ADJ 11 amod
        - - HYPH PUNCT 8 punct
        Syrian syrian JJ ADJ 11 amod NORP
        songs song NNS NOUN 4 conj
    """)

    assert parties(reader.read(doc[1])) == (["Leaders"], [])


def test_whose_lawmakers_are_condemned_is_not_condemned_himself(tree, reader):
    """He condemned the nation's lawmakers."""
    doc = tree("""
        Odinga Odinga NNP PROPN 2 nsubj PERSON
        condemned condemn VBD VERB 0 ROOT
        the the DT DET 4 det
        nation nation NN NOUN 6 nmod:poss
        's 's POS PART 4 case
        lawmakers lawmaker NNS NOUN 2 obj
    """)

    assert parties(reader.read(doc[1])) == (["Odinga"], ["lawmakers"])


@pytest.mark.parametrize(("mark", "event_type"), [('"', "ACCUSE"), (",", "CONSULT")])
def test_a_word_put_upon_somebody_is_no_phone_call(tree, reader, mark, event_type):
    """Trump called Zelensky a "dictator", and called Zelensky, a friend."""
    doc = tree(f"""
        Trump Trump NNP PROPN 2 nsubj PERSON
        called call VBD VERB 0 ROOT
        Zelensky Zelensky NNP PROPN 2 obj PERSON
        {mark} {mark} `` PUNCT 6 punct
        a a DT DET 6 det
        friend friend NN NOUN 3 appos
    """)

    assert reader.read(doc[1]).event_type == event_type


def test_an_order_in_retaliation_orders_no_retaliation(tree, reader):
    """China ordered the closure in retaliation."""
    doc = tree("""
        China China NNP PROPN 2 nsubj GPE
        ordered order VBD VERB 0 ROOT
        the the DT DET 4 det
        closure closure NN NOUN 2 obj
        in in IN ADP 6 case
        retaliation retaliation NN NOUN 2 obl
    """)

    reading = reader.read(doc[1])

    assert reading is None or reading.event_type == "REQUEST"
