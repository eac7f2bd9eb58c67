"""What goes out where, how long it may be, and what it looks like before it does."""

from dataclasses import replace
from uuid import UUID

import pytest
from PIL import Image

from bot.networks import Capabilities, Count, Media
from content_calendar.cropping import box
from content_calendar.draft import Draft, misfits
from content_calendar.looks import head, looks, parts
from content_calendar.saying import Ballot, Crop, content, fingerprint

FULL = Capabilities(
    text_limit=100,
    caption_limit=20,
    media_limit=2,
    poll_options=3,
    poll_question=10,
    poll_option=5,
    poll_text_limit=15,
    poll_media=False,
)
BARE = Capabilities(text_limit=50)
PICTURE = Media(url="media:" + "a" * 64, type="image/png")
ASKED = Ballot(question="Which lid?", options=("Glass", "Steel"))


def told(draft: Draft, network: str = "full") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, sentence in misfits(draft, [network], {"full": FULL, "bare": BARE}):
        found[name] = f"{found.get(name, '')} {sentence}".strip()
    return found


@pytest.mark.parametrize(
    ("draft", "network", "wrong"),
    [
        (Draft(text="x" * 101), "full", {"text": "Full: The text is 1 too long: 101 of 100."}),
        (
            Draft(text="x" * 21, media=(PICTURE,)),
            "full",
            {"text": "Full: The text is 1 too long: 21 of 20."},
        ),
        (
            Draft(text="x" * 16, poll=ASKED),
            "full",
            {"text": "Full: The text is 1 too long: 16 of 15."},
        ),
        (
            Draft(text="x", overrides={"full": "x" * 101}),
            "full",
            {"override_full": "Full: The text is 1 too long: 101 of 100."},
        ),
        (
            Draft(text="x", media=(PICTURE,)),
            "bare",
            {"media": "Bare: Pictures can't be shown here."},
        ),
        (
            Draft(poll=ASKED),
            "bare",
            {"poll": "Bare: Polls can't be shown here: ask, and let people answer in words."},
        ),
        (Draft(poll=replace(ASKED, in_words=("bare",))), "bare", {}),
        (
            Draft(poll=replace(ASKED, question="Which lids?"), media=(PICTURE,)),
            "full",
            {
                "poll": "Full: The question is 1 too long: at most 10. "
                "Full: Pictures can't stand beside a poll here: leave one of them away."
            },
        ),
        (
            Draft(poll=replace(ASKED, options=("Glass", "Enamel"))),
            "full",
            {"poll": "Full: An answer is 1 too long: at most 5."},
        ),
        (
            Draft(text="x", first_comment="y" * 101),
            "full",
            {"first_comment": "Full: The comment is 1 too long: 101 of 100."},
        ),
        (Draft(text="x" * 60, overrides={"full": "short"}), "full", {}),
    ],
)
def test_each_misfit_is_told_beside_its_field(
    draft: Draft, network: str, wrong: dict[str, str]
) -> None:
    assert told(draft, network) == wrong


def test_a_poll_in_words_is_numbered_below_the_text() -> None:
    draft = Draft(text="We wonder.", poll=replace(ASKED, in_words=("bare",)))
    assert content(draft, "bare").text == "We wonder.\n\nWhich lid?\n1. Glass\n2. Steel"
    assert content(draft, "bare").poll is None
    assert content(draft, "full").poll == ASKED.poll


def test_a_picture_goes_out_as_it_was_cut_for_that_network() -> None:
    crop = Crop(ratio="1:1", made="b" * 64)
    draft = Draft(text="x", media=(PICTURE,), crops={"a" * 64: {"full": crop}})
    assert [it.url for it in content(draft, "full").media] == ["media:" + "b" * 64]
    assert content(draft, "bare").media == (PICTURE,)


@pytest.mark.parametrize(
    ("size", "crop", "cut"),
    [
        ((900, 600), Crop(ratio="1:1"), (150, 0, 750, 600)),
        ((900, 600), Crop(ratio="1:1", x=0), (0, 0, 600, 600)),
        ((900, 600), Crop(ratio="1:1", x=100), (300, 0, 900, 600)),
        ((600, 900), Crop(ratio="16:9", y=100), (0, 563, 600, 900)),
        ((600, 900), Crop(ratio="4:5", y=0), (0, 0, 600, 750)),
        ((1, 1), Crop(ratio="1.91:1"), (0, 0, 1, 1)),
        ((3, 1), Crop(ratio="4:5"), (1, 0, 2, 1)),
    ],
)
def test_a_crop_keeps_what_matters_in_view(
    size: tuple[int, int], crop: Crop, cut: tuple[int, int, int, int]
) -> None:
    assert box(*size, crop) == cut
    assert min(Image.new("L", size).crop(cut).size) > 0


@pytest.mark.parametrize(
    ("text", "count", "limit", "fits"),
    [
        ("abcdef", Count.CODE_POINTS, 4, "abcd"),
        ("a👍b", Count.UTF16, 2, "a"),
        ("a👍b", Count.UTF16, 3, "a👍"),
        ("👩‍👩‍👧!", Count.GRAPHEMES, 1, "👩‍👩‍👧"),
        ("äöü", Count.BYTES, 5, "äö"),
        ("שלום", Count.CODE_POINTS, 2, "של"),
        ("a\u200bb", Count.CODE_POINTS, 2, "a\u200b"),
        ("", Count.CODE_POINTS, 3, ""),
    ],
)
def test_what_is_too_much_begins_where_the_network_stops_counting(
    text: str, count: Count, limit: int, fits: str
) -> None:
    assert head(text, count, limit) == fits
    assert "".join(each.text for each in parts(text, count, limit)) == text


def test_links_are_shown_as_such_and_the_tail_is_marked() -> None:
    found = [(it.kind, it.text) for it in parts("See https://k.example/a now", Count.UTF16, 25)]
    assert found == [
        ("plain", "See "),
        ("link", "https://k.example/a"),
        ("plain", " n"),
        ("over", "ow"),
    ]


def test_one_look_a_network_with_all_its_channels() -> None:
    draft = Draft(text="Hello?", overrides={"bare": "Hi?"})
    places = [("full", "News"), ("bare", "Chat"), ("full", "More news")]
    found = looks(draft, places, {"full": FULL, "bare": BARE})
    assert [(it.network, it.channels, it.content.text) for it in found] == [
        ("full", ("News", "More news"), "Hello?"),
        ("bare", ("Chat",), "Hi?"),
    ]


BEFORE = Draft(
    title="Lids", text="Which?", channel_ids=(UUID(int=1), UUID(int=2)), media=(PICTURE,)
)


@pytest.mark.parametrize(
    ("changes", "asks_again"),
    [
        ({"title": "Other"}, False),
        ({"campaign": "Spring", "tags": ("a",), "zone": "Asia/Tokyo"}, False),
        ({"channel_ids": (UUID(int=2), UUID(int=1))}, False),
        ({"text": "Which!"}, True),
        ({"overrides": {"full": "Which!"}}, True),
        ({"media": ()}, True),
        ({"media": (replace(PICTURE, alt="A lid"),)}, True),
        ({"crops": {"a" * 64: {"full": Crop(ratio="1:1", made="c" * 64)}}}, True),
        ({"poll": ASKED}, True),
        ({"link": "https://k.example"}, True),
        ({"first_comment": "By the way"}, True),
        ({"channel_ids": (UUID(int=1),)}, True),
        ({"rrule": "FREQ=DAILY"}, True),
    ],
)
def test_what_is_said_and_where_needs_a_new_approval_and_nothing_else(
    changes: dict[str, object], asks_again: bool
) -> None:
    after = replace(BEFORE, **changes)  # type: ignore[arg-type]  # of many types
    assert (fingerprint(after) != fingerprint(BEFORE)) is asks_again
