import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mastodon import Mastodon

from factories.documents import messages
from pledgebot.channels.mastodon.pieces import Counted, counting, pieces
from pledgebot.messages.document import (
    Bullets,
    Button,
    Heading,
    Link,
    Message,
    Paragraph,
    Picture,
    Quote,
    Strong,
    Text,
    paragraph,
)
from pledgebot.messages.frame import frame
from pledgebot.messages.i18n import translator
from pledgebot.messages.render import plain

ASKER = "@alice@exemple.invalid"
CALLING = re.compile(r"(?<![=/a-zé0-9_])@(?=[a-z0-9_])", re.IGNORECASE)
"""What Mastodon takes for a mention: `MENTION_RE` in its `app/models/account.rb`."""
TAGGING = re.compile(r"(?<![=/)a-zé0-9])[#＃](?=\w)")

counts = st.sampled_from([counting(mainline=True), counting(mainline=False), counting(mainline=True, per_url=40)])
prefixes = st.sampled_from(["", "@bob", ASKER, f"@{'b' * 30}@{'exemple.' * 6}invalid"])


def posts(message: Message, limit: int = 500, *, mainline: bool = True, to: str = "") -> list[str]:
    return [piece.text for piece in pieces(message, Counted(limit, counting(mainline=mainline)), to=to)]


def bare(post: str, to: str) -> str:
    """Return a post without what is set around its part of the text: the mention before, the number after."""
    return re.sub(r"(?:\n\n|\A ?)\(\d+/\d+\)(?=\Z|\n\n#)", "", post.removeprefix(to))


def signs(text: str) -> str:
    """Return the signs that carry sense, in their order: no spaces, bullets, quotation marks, brackets or joiners of ours."""
    return re.sub(r"[\s•«»“”()\u2060]", "", text).replace("%40", "@")


def saying(words: str, language: str = "en") -> Message:
    return Message((paragraph(words),), language)


@given(messages(), st.integers(200, 5000), counts, prefixes)
@example(Message((Paragraph((Text("a " * 4000),)),), "fr"), 200, counting(mainline=True), ASKER)
@example(
    Message((Paragraph((Text("aaa"), Link("b " * 200, "https://a.test"))),), "fr"), 200, counting(mainline=True), ""
)
@example(Message((Quote((Text("@a #b " * 300),)),), "fr", ("un",)), 250, counting(mainline=False), ASKER)
def test_every_part_fits_names_the_asker_and_the_parts_give_the_text_again(
    message: Message, limit: int, length: Callable[[str], int], to: str
) -> None:
    parts = [piece.text for piece in pieces(message, Counted(limit, length), to=to)]
    assert all(length(part) <= limit for part in parts)
    assert all(part == to or part.startswith(f"{to} ") for part in parts if to)
    assert signs("".join(bare(part, to) for part in parts)) == signs(plain(message))


@given(messages(), st.integers(200, 600), counts)
def test_no_address_and_no_word_shorter_than_a_part_is_cut(
    message: Message, limit: int, length: Callable[[str], int]
) -> None:
    def words(*texts: str) -> list[str]:
        quiet = [text.replace("\u2060", "").replace("%40", "@") for text in texts]
        return [word for text in quiet for word in re.split(r"[\s•«»“”()]+", text) if word]

    whole = words(plain(message))
    assume(all(len(word) < limit - 60 for word in whole))
    parts = [bare(piece.text, "") for piece in pieces(message, Counted(limit, length))]
    assert words(*parts) == whole


calls = st.text("ab@#＠＃./:=²é ,)_\n", max_size=60)
calling = st.one_of(calls, calls.map(lambda end: f"https://exemple.org/{end}"))


@given(st.lists(st.lists(st.builds(Text, calling) | st.builds(Strong, calling), max_size=4).map(tuple), max_size=4))
def test_nobody_is_called_but_the_asker(runs: list[tuple[Text | Strong, ...]]) -> None:
    for shape in (Paragraph, Quote, Heading):
        for post in posts(Message(tuple(map(shape, runs)), "fr"), 200, to=ASKER):
            assert not CALLING.search(post.removeprefix(ASKER))
            assert not TAGGING.search(re.sub(r"https?://\S+", "", post))


@given(messages(), st.sampled_from([counting(mainline=True), counting(mainline=False)]))
def test_the_count_is_never_shorter_than_that_of_mastodon(message: Message, length: Callable[[str], int]) -> None:
    text = plain(message)
    assert length(text) >= Mastodon.get_status_length(text)


@given(st.text("ab .:@/é\u0301\u2060👍\n(", max_size=60), st.text("hxtps:/.@frorgab-é\u00a0 )(", max_size=60))
def test_nor_for_rubbish_around_addresses(before: str, after: str) -> None:
    text = f"{before}https://exemple.org{after}"
    assert counting(mainline=True)(text) >= Mastodon.get_status_length(text)
    assert counting(mainline=False)(text) >= len(text)


@pytest.mark.parametrize(
    ("text", "mastodon", "elsewhere"),
    [
        ("abc", 3, 3),
        ("voir https://exemple.org/" + "a" * 200, 28, 225),
        ("https://w3.org", 23, 23),
        ("(https://exemple.org/a).", 26, 26),
        ("https://exemple.invalid/" + "a" * 20, 44, 44),
        ("xhttps://exemple.org/" + "a" * 20, 41, 41),
        ("@bob@exemple.org ici", 8, 20),
        ("👍 é", 3, 3),
    ],
)
def test_addresses_and_mentions_count_as_the_instance_counts_them(text: str, mastodon: int, elsewhere: int) -> None:
    assert counting(mainline=True)(text) == mastodon
    assert counting(mainline=False)(text) == elsewhere


def test_an_instance_may_count_more_for_an_address() -> None:
    assert counting(mainline=True, per_url=40)("https://exemple.org/a et https://exemple.org/b") == 84


def test_what_fits_is_one_post_without_a_number() -> None:
    picture = Picture("carte", "Un tableau")
    message = Message((paragraph("Liste Exemple A : oui !"),), "fr", ("Lettre", "#Exemple"), (picture,))
    (piece,) = pieces(message, Counted(500, counting(mainline=True)))
    assert piece.text == "Liste Exemple A\u00a0: oui\u202f!\n\n#Lettre #Exemple"
    assert piece.pictures == (picture,)


def test_a_thread_is_cut_between_blocks_and_numbered_and_its_tags_stand_last() -> None:
    picture = Picture("carte", "Un tableau")
    message = Message(tuple(paragraph(letter * 90) for letter in "abc"), "fr", ("Lettre",), (picture,))
    first, second = pieces(message, Counted(210, counting(mainline=True)))
    assert first.text == f"{'a' * 90}\n\n{'b' * 90}\n\n(1/2)"
    assert second.text == f"{'c' * 90}\n\n(2/2)\n\n#Lettre"
    assert (first.pictures, second.pictures) == ((picture,), ())


def test_hashtags_do_not_stand_alone_where_some_words_can_go_with_them() -> None:
    *_, last = parts = posts(Message((paragraph("mot " * 115),), "en", ("Lettre", "Exemple")), 245)
    assert len(parts) == 3
    assert last.startswith("mot ")
    assert last.endswith("\n\n(3/3)\n\n#Lettre #Exemple")


def test_a_thread_of_more_than_nine_parts_has_room_for_its_numbers() -> None:
    parts = posts(saying("mot " * 600), 200)
    assert len(parts) > 9
    assert [part.rpartition("\n\n")[2] for part in parts] == [f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)]
    assert all(len(part) <= 200 for part in parts)


def test_every_part_of_an_answer_begins_with_its_asker() -> None:
    parts = posts(saying("mot " * 300), to=ASKER)
    assert len(parts) > 1
    assert all(part.startswith(f"{ASKER} mot") for part in parts)


def test_a_quotation_stands_between_marks_in_every_part() -> None:
    parts = posts(Message((Quote((Text("mot " * 300),)),), "fr"))
    assert len(parts) > 1
    assert all(bare(part, "").startswith("«\u00a0") and bare(part, "").endswith("\u00a0»") for part in parts)


def test_every_part_of_an_example_says_that_it_is_one() -> None:
    example_of_one = frame(saying("mot " * 300, "fr"), translator("fr"), fictional=True)
    line = plain(example_of_one).partition("\n")[0]
    assert all(part.startswith(line) for part in posts(example_of_one))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("@quelquun dit", "@\u2060quelquun dit"),
        (".@quelquun@exemple.org", ".@\u2060quelquun@exemple.org"),
        ("(#lettre) _#lettre", "(#\u2060lettre) _#\u2060lettre"),
        ("＃lettre ＠toi", "＃\u2060lettre ＠\u2060toi"),
        ("a@exemple.org, C#, @ et # seuls", "a@exemple.org, C#, @ et # seuls"),
        ("https://exemple.org/@toi#ici @toi", "https://exemple.org/@toi#ici @\u2060toi"),
        ("https://exemple.org/a,@toi", "https://exemple.org/a,%40toi"),
        ("²@toi", "²@\u2060toi"),
        ("/stances", "/stances"),
    ],
)
@pytest.mark.parametrize("shape", [Paragraph, Heading, Quote, lambda run: Bullets((run,))])
def test_words_of_others_call_nobody_wherever_they_stand(
    words: str, shown: str, shape: Callable[[tuple[Text]], Paragraph]
) -> None:
    (post,) = posts(Message((shape((Text(words),)),), "en", ("Lettre",)), to="@bob")
    assert post.removeprefix("@bob ").removesuffix("\n\n#Lettre").strip("“”• ") == shown


def test_a_name_in_pieces_calls_nobody_either() -> None:
    run = (Text("dit @"), Strong("toi"), Link("#tag", "https://exemple.org/@toi"))
    assert posts(Message((Paragraph(run),), "en")) == ["dit @\u2060toi#tag (https://exemple.org/@toi)"]


def test_buttons_that_lead_out_become_the_last_lines() -> None:
    board, more = (
        Button("Ce que dit chaque liste", url="https://exemple.org/"),
        Button("Dates", url="https://exemple.org/d"),
    )
    back = Button("Suivre", url="https://t.me/exemple_bot?start=x")
    message = Message(
        (paragraph("Oui"),), "fr", ("Lettre",), buttons=((board, Button("Plus", press="list-1")), (more, back))
    )
    assert posts(message) == [
        "Oui\n\nCe que dit chaque liste\u00a0: https://exemple.org/\nDates\u00a0: https://exemple.org/d\n\n#Lettre"
    ]
    english = Message((paragraph("Yes"),), "en", buttons=((Button("Board", url="https://exemple.org/"),),))
    assert posts(english) == ["Yes\n\nBoard: https://exemple.org/"]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (paragraph("Voir https://exemple.org/d."), False),
        (paragraph(Link("le tableau", "https://exemple.org/d")), False),
        (paragraph("Voir https://exemple.org/dates"), True),
    ],
)
def test_an_address_that_the_text_has_is_not_said_twice(said: Paragraph, line: bool) -> None:
    button = Button("Dates", url="https://exemple.org/d")
    (post,) = posts(Message((said,), "fr", buttons=((button,), (button,))))
    assert post.count("Dates") == line


def test_a_message_of_nothing_has_no_pieces_and_a_picture_alone_goes_alone() -> None:
    picture = Picture("carte", "Un tableau")
    counted = Counted(500, counting(mainline=True))
    assert pieces(Message((paragraph(" "),), "fr"), counted, to=ASKER) == ()
    (alone,) = pieces(Message((), "fr", pictures=(picture,)), counted, to=ASKER)
    assert (alone.text, alone.pictures) == (ASKER, (picture,))


@pytest.mark.parametrize(
    ("most", "hung"), [(4, ["abcd", "e"]), (2, ["ab", "cd", "e"]), (10, ["abcde"]), (0, [*"abcde"])]
)
def test_no_post_has_more_pictures_than_the_instance_takes_and_none_is_lost(most: int, hung: list[str]) -> None:
    pictures = tuple(Picture(key, f"Tableau {key}") for key in "abcde")
    counted = Counted(500, counting(mainline=True), most)
    parts = pieces(replace(saying("Bonjour"), pictures=pictures), counted, to=ASKER)
    assert ["".join(picture.key for picture in part.pictures) for part in parts] == hung
    assert [part.text for part in parts] == [f"{ASKER} Bonjour", *[ASKER] * (len(hung) - 1)]
    long = pieces(replace(saying("mot " * 300), pictures=pictures), replace(counted, limit=210))
    assert ["".join(picture.key for picture in part.pictures) for part in long][: len(hung)] == hung
    assert all(part.text for part in long)


def test_an_address_too_long_for_any_part_stays_whole() -> None:
    address = "https://exemple.org/" + "a" * 400
    message = Message((Paragraph((Text("preuve "), Link("source", address), Text(" suite"))),), "fr")
    assert posts(message) == [plain(message)]
    parts = posts(message, 200, mainline=False)
    assert [address in part for part in parts].count(True) == 1


def test_a_word_longer_than_a_part_is_cut_before_the_address_in_it() -> None:
    address = "https://exemple.org/" + "a" * 100
    parts = posts(saying("x" * 120 + "," + address), 200, mainline=False)
    assert any(address in part for part in parts)


def test_hashtags_that_no_part_can_hold_are_left_out_from_the_end() -> None:
    tags = tuple(f"Exemple{number:04}" for number in range(60))
    *_, last = parts = posts(Message((paragraph("Oui"),), "fr", tags), 200, to=ASKER)
    assert all(len(part) - len("@exemple.invalid") <= 200 for part in parts)
    assert last.rpartition("\n\n")[2].split()[:2] == ["#Exemple0000", "#Exemple0001"]


def test_a_national_announcement_is_cut_fast() -> None:
    rows = tuple(
        (Text(f"Liste Exemple {n} (Ville) : "), Strong("engagée"), Link("source", f"https://exemple.org/{n}"))
        for n in range(100)
    )
    message = Message((Heading((Text("Annonce"),)), Bullets(rows), Quote((Text("Nous le ferons. " * 60),))), "fr")
    posts(message)
    begun = time.process_time()
    assert len(posts(message)) > 10
    assert time.process_time() - begun < 0.5
