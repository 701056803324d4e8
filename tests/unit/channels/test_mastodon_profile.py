"""What a profile says fits wherever it is said, and what it tells people to write is understood."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.mastodon_office import WHO
from pledgebot.channels.mastodon.pieces import counting
from pledgebot.channels.mastodon.profile import profile_of
from pledgebot.channels.mastodon.records import Limits
from pledgebot.chat.grammar import Verb, parse
from pledgebot.domain.errors import Unusable
from pledgebot.messages import mastodon_profile as words
from pledgebot.messages.i18n import LANGUAGES, translator
from pledgebot.messages.mastodon_profile import Identity
from pledgebot.messages.render import plain

identities = st.builds(
    Identity,
    letter=st.fixed_dictionaries({language: st.text(max_size=400) for language in LANGUAGES}),
    publisher=st.text(min_size=1, max_size=400),
    contact=st.sampled_from(["a@exemple.invalid", "https://exemple.invalid/" + "x" * 300]),
    languages=st.sampled_from([("fr",), ("en",), ("fr", "en"), ("en", "fr")]),
    fictional=st.booleans(),
    letter_url=st.sampled_from(["", "https://exemple.invalid/lettre"]),
    board_url=st.sampled_from(["", "https://exemple.invalid/" + "y" * 400]),
    telegram=st.sampled_from(["", "exemple_bot"]),
)


USUAL = Limits()
rooms = st.builds(
    Limits,
    characters=st.integers(10, 5_000),
    mainline=st.booleans(),
    note=st.sampled_from([USUAL.note, 160, 5_000]),
    fields=st.sampled_from([USUAL.fields, 1, 2, 10]),
    field=st.sampled_from([USUAL.field, 40, 2_047]),
)


@given(identities, rooms)
def test_whatever_is_said_fits_or_is_refused(who: Identity, limits: Limits) -> None:
    try:
        profile = profile_of(who, limits)
    except Unusable as refused:
        assert len(str(refused).splitlines()) == 1  # noqa: PT017 - or nothing was refused
        return
    assert len(profile.note) <= limits.note
    assert who.contact in profile.note
    assert counting(mainline=limits.mainline)(profile.pinned) <= limits.characters
    assert " ".join(profile.pinned.split()).startswith(profile.titles)
    assert len(profile.fields) <= limits.fields == profile.most_fields
    assert all(0 < len(name) <= limits.field and 0 < len(value) <= limits.field for name, value in profile.fields)
    assert {name for name, _ in profile.fields} <= profile.names
    line = " ".join(words.example_line(who.languages[0]).split())
    if who.fictional:
        assert " ".join(profile.note.split()).startswith(line)
        assert " ".join(profile.pinned.split()).startswith(line)


def test_an_address_that_is_too_long_for_a_field_is_left_out_and_not_cut() -> None:
    long = "https://exemple.invalid/" + "y" * USUAL.field
    profile = profile_of(replace(WHO, board_url=long), USUAL)
    assert [value for _, value in profile.fields] == [WHO.contact, f"https://t.me/{WHO.telegram}", WHO.letter_url]
    assert long in [value for _, value in profile_of(replace(WHO, board_url=long), Limits(field=500)).fields]


@pytest.mark.parametrize("fictional", [True, False])
def test_both_languages_fit_on_a_usual_instance(*, fictional: bool) -> None:
    profile = profile_of(replace(WHO, fictional=fictional), Limits(mainline=True))
    for language in LANGUAGES:
        tr = translator(language)
        assert plain(words.how_to_ask(WHO, tr, following=False)) in profile.pinned
        assert (" ".join(words.example_line(language).split()) in " ".join(profile.pinned.split())) is fictional


def test_who_answers_for_it_is_named_even_where_little_fits() -> None:
    who = replace(WHO, publisher="Collectif " + "très " * 40 + "long")
    note = profile_of(who, Limits()).note
    assert who.publisher in note
    assert who.contact in note
    with pytest.raises(Unusable, match=r"shorten legal\.publisher or legal\.contact"):
        profile_of(replace(who, publisher="x" * USUAL.note), USUAL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_are_told_to_write_is_understood(language: str) -> None:
    said = plain(words.how_to_ask(WHO, translator(language)))
    told = re.findall(r"(?:“|«\s)(\w+)(?:”|\s»)", said)
    verbs = {parse(f"{word} cameras" if parse(word).verb is Verb.FREE else word).verb for word in told}
    assert verbs == {Verb.DATES, Verb.HELP, Verb.SUBSCRIBE, Verb.UNSUBSCRIBE}
