"""Which entry is which, over loopback and by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.fetch.identity import is_same_piece, judge, look_at, part_url
from pipeline.fetch.records import SeenEntry
from pipeline.model import Entry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LINK = "https://news.example.org/talks"


def entry(**values: Any) -> Entry:
    return Entry(**{"guid": None, "url": LINK, "title": "Talks end in Port Amsel"} | values)


def seen(of: Entry, **values: Any) -> SeenEntry:
    look = look_at(of)
    keys = {"guid_key": look.guid_key, "title_key": look.title_key, "text_key": look.text_key}
    return SeenEntry(
        **{"url": look.url, "entry_key": look.entry_key, "article_url": look.url} | keys | values
    )


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        ({}, {}, "known"),
        ({"guid": "b"}, {"guid": "a"}, "known"),
        ({"guid": "https://x.example/?p=7"}, {"guid": "http://x.example/?p=7"}, "known"),
        ({"guid": "b", "summary_html": "One."}, {"guid": "a", "summary_html": "Two."}, "new"),
        ({"guid": "b", "title": "More talks"}, {"guid": "a"}, "new"),
        ({"guid": "a", "title": "Talks have ended"}, {"guid": "a"}, "changed"),
        ({"title": "Talks have ended"}, {}, "changed"),
        ({"guid": f"{LINK}#3", "title": "Talks have ended"}, {"guid": f"{LINK}#2"}, "changed"),
        ({"url": f"{LINK}#post-2", "title": "More talks"}, {"url": f"{LINK}#post-1"}, "new"),
        ({"url": f"{LINK}#comments"}, {}, "known"),
        ({"title": "TALKS end, in Port Amsel!"}, {}, "known"),
        ({"title": "", "summary_html": "One."}, {"title": "", "summary_html": "Two."}, "changed"),
    ],
)
def test_guid_link_and_title_or_text_decide(now, before, verdict):
    """Churning guids, moved schemes and counted changes are no news; another guid with another title or text is."""
    assert judge(look_at(entry(**now)), [seen(entry(**before))], NOW)[0] == verdict


def test_links_known_before_there_were_titles_stay_known():
    """What an older version looked at is not read again."""
    assert judge(look_at(entry()), [SeenEntry(url=LINK)], NOW)[0] == "known"


def test_title_that_changes_at_every_visit_is_read_no_more():
    """After five looks that brought nothing."""
    vain = [seen(entry(title=f"Talks: {number} comments"), outcome="known") for number in range(5)]

    assert judge(look_at(entry(title="Talks: 9 comments")), vain[:4], NOW)[0] == "changed"
    assert judge(look_at(entry(title="Talks: 9 comments")), vain, NOW)[0] == "known"


@pytest.mark.parametrize(
    ("url", "expected"),
    [(f"{LINK}#post-2", f"{LINK}#post-2"), (LINK, f"{LINK}#entry-"), (f"{LINK}#a b<c>", f"{LINK}#entry-")],
)
def test_part_of_a_page_has_an_address_of_its_own(url, expected):
    """By its fragment where it has a good one; the same each time."""
    made = part_url(look_at(entry(url=url, guid="a")))

    assert made.startswith(expected)
    assert made == part_url(look_at(entry(url=url, guid="a")))


def test_correction_is_the_same_piece_and_another_story_is_not(fetching):
    """By the runs of words they share."""
    story = "\n\n".join(fetching.story)

    assert is_same_piece(story, story.replace("end of the month", "end of the year"))
    assert is_same_piece(story, f"{story}\n\nA later paragraph tells more of it.")
    assert not is_same_piece(fetching.story[0], fetching.story[1])


def posts(fetching, web, **values: str) -> list[str]:
    return [fetching.item(f"Post {number}", f"{web.url}/live#post-{number}", **values) for number in range(3)]


@pytest.mark.slow
def test_posts_of_a_live_blog_are_articles_of_their_own(web, fetching):
    """Each with the text of the element its link names, from one GET of the page."""
    body = "".join(
        f'<div id="post-{number}"><p>{part}</p></div>' for number, part in enumerate(fetching.story)
    )
    web.routes["/live"] = fetching.reply(
        200, f"<html><body><article><h1>Live</h1>{body}</article></body></html>", Content_Type="text/html"
    )
    fetching.serve_feed(*posts(fetching, web))

    result = fetching.visit()

    assert [(article.url, article.text) for article in result.articles] == [
        (f"{web.url}/live#post-{number}", part) for number, part in enumerate(fetching.story)
    ]


def test_stories_that_name_one_address_of_another_are_all_kept(web, fetching):
    """The first may be that one; whose texts differ are others."""
    head = '<link rel="canonical" href="/world/talks-77123">'
    for number, part in enumerate(fetching.story):
        web.routes[f"/talks-{number}-77123"] = fetching.reply(
            200, fetching.page(f"Story {number}", part, head=head), Content_Type="text/html"
        )
    fetching.serve_feed(
        *[fetching.item(f"Story {number}", f"{web.url}/talks-{number}-77123") for number in range(3)]
    )

    assert len(fetching.visit().articles) == 3


def test_corrected_page_is_a_revision(web, fetching):
    """Of the article we have, not a second one and not lost."""
    fetching.serve_feed(fetching.serve_story(title="Blast kills 3 in Port Amsel"))
    first = fetching.visit()
    corrected = [part.replace("end of the month", "end of the year") for part in fetching.story]
    title = "Blast kills 7 in Port Amsel"
    web.routes["/story"] = fetching.reply(200, fetching.page(title, *corrected), Content_Type="text/html")
    fetching.serve_feed(fetching.item(title, f"{web.url}/story"))
    second, third = fetching.visit(first.feed), fetching.visit(first.feed)

    assert (second.articles, [(one.url, one.title) for one in second.revisions]) == (
        (),
        [(f"{web.url}/story", title)],
    )
    assert "end of the year" in second.revisions[0].text
    assert third.revisions == ()


def test_new_piece_at_an_old_address_is_an_article(web, fetching):
    """A page that tells the weather anew each day loses no day."""
    fetching.serve_feed(fetching.serve_story(title="Warnings for Monday"))
    first = fetching.visit()
    text = "Gales are forecast for all coasts of Sudmark on Tuesday, and ferries to the islands will stay in port."
    web.routes["/story"] = fetching.reply(
        200, fetching.page("Warnings for Tuesday", text), Content_Type="text/html"
    )
    fetching.serve_feed(fetching.item("Warnings for Tuesday", f"{web.url}/story"))
    second = fetching.visit(first.feed)

    assert [article.text for article in second.articles] == [text]
    assert second.articles[0].url.startswith(f"{web.url}/story#entry-")


@pytest.mark.parametrize("first_guid", ["", "a"])
def test_other_feeds_guid_for_the_same_page_is_no_news(fetching, first_guid):
    """Though its summary differs: the page's text is what we have."""
    story = fetching.serve_story(guid=first_guid, summary="Ministers met.")
    fetching.serve_feed(story)
    first = fetching.visit()
    fetching.serve_feed(fetching.serve_story(guid="other-7", summary="They met on Tuesday."))
    second = fetching.visit(first.feed)

    assert (len(first.articles), second.articles) == (1, ())


def test_incidents_that_come_one_by_one_are_kept_one_by_one(web, fetching):
    """The page that they share is the same each time; their own texts are not."""
    web.routes["/status"] = fetching.reply(
        200, fetching.page("Status", *fetching.story), Content_Type="text/html"
    )
    kept, state = [], None
    for number, part in enumerate(fetching.story):
        fetching.serve_feed(
            fetching.item(f"Incident {number}", f"{web.url}/status", guid=f"inc-{number}", summary=part)
        )
        result = fetching.visit(state)
        state, kept = result.feed, kept + list(result.articles)

    assert len(kept) == 3
    assert [article.text for article in kept[1:]] == list(fetching.story[1:])
