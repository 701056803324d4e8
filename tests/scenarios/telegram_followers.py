"""A follower's day: everything that one may ask, and what one sees of it. Nobody here has a role."""

from scenarios.stage import Guest, Play, Room, Shown, answer

QUOTE = "Nous réduirons le nombre de caméras de moitié."


def from_the_table_to_a_proof_and_back(play: Play) -> None:
    """The table, a list, its history, the proof of an entry, a demand, and the table again, by buttons alone."""
    number = play.town.confirmed("Liste Exemple B", "cameras=committed", quote=QUOTE)
    win = play.stage.user("Win", language="en")
    win.start()
    greeting = win.wait_for("Welcome")
    assert "/stances" in greeting.text
    table = _pressed(win, greeting, "Table of all lists", "Liste Exemple A")
    assert table.text.index("Liste Exemple A") < table.text.index("Liste Exemple B")
    card = _pressed(win, table, "Liste Exemple B", QUOTE)
    assert "committed" in card.text
    proof = _pressed(win, card, f"Proof of entry {number}", QUOTE)
    history = _pressed(win, proof, "History", "Liste Exemple B")
    back = _pressed(win, history, "Table of all lists", "Liste Exemple A")
    demand = _pressed(win, back, "Sharp reduction in the number of cameras", "Liste Exemple B")
    assert "Liste Exemple A" in demand.text
    again = _pressed(win, demand, "Table of all lists", "Liste Exemple A")
    assert (again.text, again.labels) == (table.text, table.labels)


def a_link_leads_to_a_list_and_to_a_demand(play: Play) -> None:
    """`t.me/…?start=list-2` shows that list at once, and one that leads nowhere is answered all the same."""
    win = play.stage.user("Willow", language="en")
    win.start("list-2")
    assert "Liste Exemple A" not in win.wait_for("Liste Exemple B").text
    win.start("demand-2")
    win.wait_for("cameras")
    win.start("list-999999")
    assert win.wait_for().text
    win.start("no-such-thing")
    assert win.wait_for().text


def a_name_is_found_although_it_is_mistyped_and_asked_for_when_it_is_not_sure(play: Play) -> None:
    """Typing errors are forgiven; where several lists could be meant, each has its button."""
    win = play.follower("Wanda")
    answer(win, "Liste Exmple B", "Liste Exemple B")
    choice = answer(win, "Liste Exemple", lambda shown: len(shown.labels) > 1 and "Liste Exemple A" in shown.text)
    card = _pressed(win, choice, _label(choice, "Liste Exemple A"), "Liste Exemple A")
    assert "Liste Exemple B" not in card.text
    answer(win, "what does Liste Exemple B say about cameras?", "Liste Exemple B")
    assert answer(win, "complete gibberish xyzzy").text
    answer(win, "/no_such_command", "/help")


def in_a_group_only_what_is_meant_for_the_bot_is_answered(play: Play) -> None:
    """Commands and mentions are; another bot's commands and plain names are not, nor is anything said twice."""
    win = play.stage.user("Wim", language="en")
    group = play.stage.group("Friends", people=[win], bot=True)
    group.wait_for()
    before = len(group.from_bot)
    for silent in ("Liste Exemple A", "hello everybody", "/list@other_bot Liste Exemple A", "what about @nobody?"):
        win.write_in(group, silent)
    said = [
        _answered_in(group, win, "/list Liste Exemple A", "Liste Exemple A"),
        _answered_in(group, win, f"/list@{play.bot} Liste Exemple B", "Liste Exemple B"),
        _answered_in(group, win, f"@{play.bot} Liste Exemple A", "Liste Exemple A"),
    ]
    assert [shown.id for shown in group.from_bot[before:]] == [shown.id for shown in said]


def from_any_chat_a_list_is_suggested_and_inserted(play: Play) -> None:
    """Inline mode: `@bot exemple` brings the lists, and one of them can be sent to friends."""
    win = play.stage.user("Wolf", language="en")
    titles = [result.title for result in win.ask_inline("exemple").wait()]
    assert [title for title in titles if "Liste Exemple A" in title]
    assert [title for title in titles if "Liste Exemple B" in title]
    win.ask_inline("").wait()
    assert not [result for result in win.ask_inline("xyzzy qwerty").wait() if "Exemple" in result.title]


def an_edited_command_does_not_run_again(play: Play) -> None:
    """What is edited was answered already."""
    win = play.follower("Wilma")
    asked = win.write("/list Liste Exemple A")
    win.wait_for("Liste Exemple A")
    before = len(win.chat.from_bot)
    win.edit(asked, "/list Liste Exemple B")
    answer(win, "/dates", "2099")
    assert len(win.chat.from_bot) == before + 1


def an_old_or_forged_button_is_answered_politely(play: Play) -> None:
    """Whatever a button says, its waiting mark is taken off; what nobody can do says so, and nothing is changed."""
    win = play.follower("Wendy")
    table = answer(win, "/stances", "Liste Exemple A")
    win.press(table, "Liste Exemple A", stale=True).wait()
    win.wait_for("Liste Exemple A")
    win.send_data(table, "list-x").wait()
    win.wait_for("no longer exists")
    for forged in ("confirm-1-1", "nonsense", "s-1-0-add-all", "w-1-submit", "<b>&amp;", "join-abc", "log"):
        assert "older message" in win.send_data(table, forged).wait().text
    assert "older message" not in answer(win, "/stances", "Liste Exemple A").text


def everybody_is_answered_in_the_language_of_their_app(play: Play) -> None:
    """French, English, and the first language of the installation for everybody else."""
    for name, language, words in (
        ("Fanny", "fr", "pas encore"),
        ("Ed", "en", "not yet asked"),
        ("Udo", "de", "not yet asked"),
    ):
        person = play.follower(name, language)
        card = answer(person, "/list Liste Exemple A", "Liste Exemple A")
        assert words in card.text, card.text
    english = play.follower("Emma")
    answer(english, "/liste Liste Exemple A", "not yet asked")


def a_long_answer_is_split_between_its_blocks(play: Play) -> None:
    """The table of a town with many lists comes in several messages, in order, and buttons stand under the last."""
    win = play.follower("Wyatt")
    win.write("Martigues")
    last = win.wait_for(lambda shown: "Liste Martigues 40 " in shown.text)
    parts = [shown for shown in win.chat.from_bot if "Liste Martigues" in shown.text]
    assert len(parts) > 1
    assert [bool(shown.labels) for shown in parts] == [*([False] * (len(parts) - 1)), True]
    assert parts[-1].id == last.id
    whole = "\n".join(shown.text for shown in parts)
    places = [whole.index(f"Liste Martigues {number} <&> « d’abord »") for number in range(1, 41)]
    assert places == sorted(places)
    assert all(len(shown.text) <= 4096 for shown in parts)


def _pressed(person: Guest, message: Shown, label: str, wanted: str) -> Shown:
    press = person.press(message, label)
    shown = person.wait_for(wanted)
    press.wait()
    return shown


def _label(message: Shown, part: str) -> str:
    return next(label for row in message.labels for label in row if part in label)


def _answered_in(room: Room, person: Guest, text: str, wanted: str) -> Shown:
    person.write_in(room, text)
    return person.wait_for(room, wanted)


SCENARIOS = (
    from_the_table_to_a_proof_and_back,
    a_link_leads_to_a_list_and_to_a_demand,
    a_name_is_found_although_it_is_mistyped_and_asked_for_when_it_is_not_sure,
    in_a_group_only_what_is_meant_for_the_bot_is_answered,
    from_any_chat_a_list_is_suggested_and_inserted,
    an_edited_command_does_not_run_again,
    an_old_or_forged_button_is_answered_politely,
    everybody_is_answered_in_the_language_of_their_app,
)
"""All of them that play in one installation."""
