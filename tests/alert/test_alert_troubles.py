"""What is wrong with Tocsin itself: found by its vital signs, told once, told again while it lasts, and told when it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.alert.troubles import Lasting, Trouble, compose_trouble, news_of, thresholds, troubles_of

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
WELL = {
    "feed_count": 20, "failing_count": 1, "fetched_minutes": 3, "outbox_count": 0, "unmatched_minutes": None,
    "judged_count": 500, "refused_count": 10,
}  # fmt: skip


def found(**signs):
    return troubles_of({**WELL, **signs}, [], [], [("/data", 9_000, 1_000)], thresholds())


def test_nothing_is_found_where_all_is_well():
    """Nor on the first day, when there is nothing yet."""
    empty = dict.fromkeys(WELL, 0) | {"fetched_minutes": None}

    assert found() == []
    assert found(**empty) == []


@pytest.mark.parametrize(
    ("signs", "kind"),
    [
        ({"failing_count": 10}, "feeds_failing"),
        ({"fetched_minutes": 91}, "fetch_stands_still"),
        ({"outbox_count": 20}, "outbox_grows"),
        ({"unmatched_minutes": 16}, "alerts_stand_still"),
        ({"refused_count": 125}, "many_refused"),
    ],
)
def test_each_sign_has_its_trouble(signs, kind):
    """And no other."""
    assert [one.kind for one in found(**signs)] == [kind]


@pytest.mark.parametrize(
    "signs", [{"feed_count": 2, "failing_count": 2}, {"judged_count": 40, "refused_count": 40}]
)
def test_few_are_no_trouble(signs):
    """Two feeds that fail are two feeds."""
    assert found(**signs) == []


def test_rules_receivers_and_the_disk_are_named():
    """Each trouble says what it is about."""
    troubles = troubles_of(
        WELL, [{"rule": "sanctions", "alert_count": 56, "silent_days": 4.0, "expected_count": 8.0}],
        [{"receiver": "hook", "failure_count": 7, "disabled_reason": None},
         {"receiver": "gone", "failure_count": 1, "disabled_reason": "answered 410"}],
        [("/data", 1_999, 1_000)], thresholds(),
    )  # fmt: skip

    assert [(one.kind, one.subject) for one in troubles] == [
        ("rule_silent", "sanctions"), ("receiver_failing", "hook"), ("receiver_disabled", "gone"), ("disk", "/data"),
    ]  # fmt: skip


def test_a_trouble_is_told_once_again_after_a_day_and_when_it_is_over():
    """By the clock it is given."""
    trouble = Trouble(kind="disk", subject="/data", detail="10 MB free")
    lasting = Lasting(id=1, trouble=trouble, told_at=NOW)

    assert news_of([trouble], [], NOW, 24).began == (trouble,)
    assert not news_of([trouble], [lasting], NOW + timedelta(hours=23), 24).is_told
    assert news_of([trouble], [lasting], NOW + timedelta(hours=24), 24).again == (trouble,)
    assert news_of([], [lasting], NOW, 24).over == (lasting,)


def test_a_trouble_whose_numbers_change_is_the_same_trouble():
    """It is not told anew with each megabyte."""
    before = Lasting(id=1, trouble=Trouble(kind="disk", subject="/data", detail="10 MB free"), told_at=NOW)
    news = news_of([Trouble(kind="disk", subject="/data", detail="9 MB free")], [before], NOW, 24)

    assert (news.began, news.over, news.lasting[0][1].detail) == ((), (), "9 MB free")


def test_the_owner_is_told_in_plain_words():
    """In every form."""
    news = news_of([Trouble(kind="receiver_disabled", subject="<b>hook", detail="answered 410")], [], NOW, 24)
    message = compose_trouble(news, created_at=NOW)

    assert message.subject == "[high] Tocsin itself, new: receiver disabled (‹b›hook): answered 410"
    assert "&lt;b&gt;hook" in message.html
    assert b"<" not in message.payload
