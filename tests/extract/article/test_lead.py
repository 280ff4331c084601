"""The lead: an article's first two sentences, whatever stands in them."""

from __future__ import annotations

import pytest

from pipeline.extract.article.lead import lead_end


@pytest.mark.parametrize(
    ("lead", "rest"),
    [
        ("Rebels took a town. The army denied it.", " Nobody was hurt."),
        ("Rebels took a town.\nThe army denied it.", "\nNobody was hurt."),
        ("Mr. Lee of the U.S. Army spoke. He left at 5.30 p.m. on Monday.", " Nobody was hurt."),
        ("\n\nRebels took a town.\n\nThe army denied it.", "\n\nNobody was hurt."),
        ("“We go,” he said. “Now.”", " Nobody was hurt."),
        ("One sentence alone", ""),
        ("", ""),
    ],
)
def test_lead_ends_with_the_second_sentence(lead, rest):
    """Titles, initials and hours end no sentence; a new line does."""
    assert (lead + rest)[: lead_end(lead + rest)].strip() == lead.strip()
