"""An organizer's evening: joining, logging an answer on a telephone, the decision of another, correcting, and the rest."""

from dataclasses import dataclass, field

from scenarios.stage import Guest, Play, Pressed, Room, Shown, answer

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043") + bytes(64) + bytes.fromhex("ffd9")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TWENTY_ONE_MEGABYTES = 21 * 1024 * 1024
MOST_TAPS = 8
EVERY_ROLE = ("recorder", "verifier", "admin")


@dataclass
class Taps:
    """One person who presses buttons, counted, each under the newest message of their private chat."""

    person: Guest
    shown: Shown
    count: int = field(default=0)

    def tap(self, part: str, wanted: str) -> Shown:
        """Press a button, found by a part of its label, and wait for the next screen."""
        label = next((one for row in self.shown.labels for one in row if one.startswith(part)), part)
        self.person.press(self.shown, label)
        self.shown = self.person.wait_for(wanted)
        self.count += 1
        return self.shown


def an_invitation_works_once_and_a_stranger_sees_nothing_of_it(play: Play) -> None:
    """Whoever follows the link first has joined; commands of organizers do not exist for anybody else."""
    link = play.town.invited("Anouk", "recorder")
    anouk, thief = play.stage.user("Anouk", language="en"), play.follower("Thief")
    anouk.start(link)
    anouk.wait_for("You have joined as Anouk")
    thief.start(link)
    thief.wait_for("This invitation does not work")
    theirs = answer(thief, "/help", "What you can ask").text
    assert "/pending" not in theirs
    for hidden in ("/pending", "/log Liste Exemple A", "/chase", "/held", "/status", "/confirm 1 1", "/undo 1"):
        assert answer(thief, hidden).text == theirs
    assert "/pending" in answer(anouk, "/help", "What you can ask").text
    assert play.town.select("SELECT count(*) FROM organizer_identity WHERE external_id = ?", str(thief.id)) == [(0,)]


def an_answer_is_logged_by_telephone_and_posted_when_another_confirms(play: Play) -> None:
    """At most eight taps; the group gets it; not one's own confirmation but another's lets it out, everywhere once."""
    rita, vera, sub = (
        play.organizer("Rita", "recorder", "verifier"),
        play.organizer("Vera", *EVERY_ROLE),
        play.subscriber("Suzy"),
    )
    member = play.stage.user("Member", language="en")
    name = _new_list(play, "Telephone")
    taps = Taps(rita, answer(rita, "/help", "What you can ask"))
    rita.write("/log")
    taps.shown = rita.wait_for("Which list or banner answered?")
    taps.tap(name, "What is said on")
    taps.tap("All of them: committed", "Where was it said?")
    taps.tap("letter", "Send the proof now")
    rita.send_photo(JPEG, caption="Yes to everything you ask.")
    taps.shown = rita.wait_for("When was it said?")
    old = taps.shown
    taps.tap("Today", "Who spoke?")
    taps.tap("The list itself", "This is what will be posted")
    preview = taps.shown
    taps.tap("Submit", "is recorded")
    # The command and the photo are taps as well.
    assert taps.count + 2 <= MOST_TAPS
    rita.press(old, _label(old, "Yesterday"))
    rita.wait_for("This draft is closed")
    entry = play.organization.wait_for(name)
    assert entry.labels == [["See the file"], ["Confirm", "Reject", "Ask"]]
    assert _what_is_posted(preview) in entry.text
    assert "another person has to confirm it" in rita.press(entry, "Confirm").wait().text
    number = _number(play, name)
    assert "older message" in member.send_data(entry, f"confirm-{number}-1").wait().text
    assert _state(play, number) == "pending"
    _decide(play, vera, entry, "Confirm", "is confirmed by Vera")
    sub.chat.wait_for("Yes to everything you ask.")
    posted = play.news.wait_for("Yes to everything you ask.")
    assert "s’engage" in posted.text
    assert _decided(play, entry).labels == []
    assert _audited(play, number) == ["answer.record.statement", "answer.confirm"]


def every_kind_of_proof_is_taken_and_one_that_is_too_large_is_explained(play: Play) -> None:
    """A PDF, a forwarded message, and a file of more than 20 MB, for which there is a word what to do instead."""
    rita, vera = play.organizer("Romy"), play.organizer("Violet", *EVERY_ROLE)
    their = play.stage.channel("Their own channel", username="exemple_liste")
    said = their.post("We will halve the cameras, and we sign it.")
    name = _new_list(play, "Proofs")
    taps = Taps(rita, answer(rita, f"/log {name}", "What is said on"))
    taps.tap("All of them: refused", "Where was it said?")
    taps.tap("public post", "Send the proof now")
    rita.send_document(b"", "huge.pdf", size=TWENTY_ONE_MEGABYTES)
    rita.wait_for("larger than 20 MB")
    rita.send_document(PDF, "letter.pdf")
    rita.wait_for("When was it said?")
    rita.forward(said)
    taps.shown = rita.wait_for("When was it said?")
    taps.tap("Today", "Who spoke?")
    preview = taps.tap("The list itself", "This is what will be posted")
    assert "We will halve the cameras" in preview.text or "further proof" in preview.text
    taps.tap("Submit", "is recorded")
    entry = play.organization.wait_for(name)
    _decide(play, vera, entry, "Confirm", "is confirmed by Violet")
    play.news.wait_for(name)
    number = _number(play, name)
    assert play.town.select("SELECT count(*) FROM evidence WHERE answer_id = ?", number) == [(2,)]


def an_entry_is_asked_about_and_rejected_for_a_reason(play: Play) -> None:
    """Ask reaches the recorder and the answer everybody; Reject wants a reason, and nothing is posted."""
    rita, vera = play.organizer("Rosa"), play.organizer("Vic", *EVERY_ROLE)
    name = _new_list(play, "Rejected")
    answer(
        rita, f"/log {name} | cameras = committed | source = letter | date = 2026-02-14 | quote = Maybe.", "is recorded"
    )
    entry = play.organization.wait_for(name)
    number = _number(play, name)
    vera.press(answer(vera, f"/confirm {number}", name), "Ask")
    vera.wait_for("What do you want to know")
    answer(vera, "On which page is it?", "is passed on to Rosa")
    play.organization.wait_for("asked by Vic")
    rita.press(rita.chat.wait_for("On which page is it?"), "Answer")
    rita.wait_for("What do you answer")
    answer(rita, "On page two.", "is passed on")
    play.organization.wait_for("On page two.")
    vera.press(vera.chat.wait_for("On page two."), "Reject")
    reasons = vera.wait_for("Why is it rejected?")
    vera.press(reasons, _label(reasons, "proof"))
    vera.wait_for("is rejected by Vic")
    rita.chat.wait_for("An entry that you recorded was not confirmed")
    play.organization.wait_for(lambda shown: shown.id == entry.id and "is rejected" in shown.text)
    assert _state(play, number) == "rejected"
    assert not [shown for shown in play.news.messages if name in shown.text]
    assert _audited(play, number) == [
        "answer.record.statement",
        "answer.ask",
        "answer.explain",
        "answer.reject",
    ]


def an_entry_that_changed_is_shown_again_and_its_old_button_refused(play: Play) -> None:
    """Whoever confirms has seen exactly what is confirmed."""
    vera = play.organizer("Vanja", *EVERY_ROLE)
    name = _new_list(play, "Changed")
    number = play.town.recorded(name, quote="The first words.")
    first = play.organization.wait_for("The first words.")
    play.town.recorded(name, quote="The second words.", amends=number)
    second = play.organization.wait_for("The second words.")
    refused = vera.press(first, "Confirm") if first.id != second.id else vera.send_data(second, f"confirm-{number}-1")
    assert "changed since it was shown" in refused.wait().text
    assert _state(play, number) == "pending"
    shown = vera.wait_for(play.organization, "The second words.")
    _decide(play, vera, shown, "Confirm", "is confirmed by Vanja")
    assert "The first words." not in play.news.wait_for("The second words.").text


def a_correction_edits_the_post_and_is_visible(play: Play) -> None:
    """The channel's post says the right thing in its old place, and a correction follows it."""
    rita, vera = play.organizer("Rhea"), play.organizer("Val", *EVERY_ROLE)
    name = _new_list(play, "Corrected")
    number = play.town.confirmed(name, "cameras=committed", quote="We will see.")
    post = play.news.wait_for("We will see.")
    taps = Taps(rita, answer(rita, f"/correct {number}", "What is wrong in it?"))
    taps.tap("Sharp reduction", "What is right on")
    taps.tap("partly committed", "What proves what you changed?")
    taps.tap("The same proof holds", "Why is the entry corrected?")
    rita.write("It was read too quickly.")
    taps.shown = rita.wait_for("This is what will be posted")
    taps.tap("Submit", "is recorded")
    entry = play.organization.wait_for("It was read too quickly.")
    _decide(play, vera, entry, "Confirm", "is confirmed by Val")
    correction = play.news.wait_for("It was read too quickly.")
    assert correction.id > post.id
    edited = play.news.wait_for(lambda shown: shown.id == post.id and shown.edits > 0)
    assert "s’engage en partie" in edited.text, edited.text


def everything_else_an_organizer_does_stands_in_the_audit_log(play: Play) -> None:
    """Lists, contacts, chases, undoing, and what only shows something."""
    vera, omar = play.organizer("Vince", *EVERY_ROLE), play.organizer("Omar", "recorder", "verifier")
    answer(vera, "/lists add Liste Exemple Neuve | place = 13055 | head = Nadia Fictive", "The list is added")
    answer(vera, "/lists rename Liste Exemple Neuve | Liste Exemple Nouvelle", "Liste Exemple Nouvelle")
    answer(vera, "/lists alias Liste Exemple Nouvelle | LENV", "another name")
    answer(vera, "/chase LENV", "yours for 24 hours")
    answer(omar, "/chase LENV", "Somebody else has taken this list")
    answer(omar, "/contact LENV | sent | e-mail | 2026-02-14", "Logged:")
    answer(vera, "/lists add Liste Exemple Autre | place = 13055", "The list is added")
    _seconded(play, vera, "/lists merge Liste Exemple Autre | into = LENV", omar, "has merged into")
    _seconded(play, vera, "/lists withdraw LENV", omar, "no longer stands")
    answer(omar, "/held", "wait")
    answer(omar, "/status", "How the bot does")
    answer(omar, "/pending", "second person")
    assert {row[0] for row in play.town.select("SELECT DISTINCT action FROM audit")} >= {
        "list.add", "list.edit", "alias.add", "list.chase", "contact.sent", "list.merge", "list.withdraw",
    }  # fmt: skip


def what_was_announced_cannot_be_undone(play: Play) -> None:
    """`/undo` works until anybody was told, and says afterwards what to do instead."""
    vera = play.organizer("Veit", *EVERY_ROLE)
    number = play.town.announced("Too late to undo.")
    play.news.wait_for("Too late to undo.")
    answer(vera, f"/undo {number} by mistake", "cannot be undone")


def _new_list(play: Play, name: str) -> str:
    full = f"Liste Exemple {name}"
    play.town.run("lists", "add", full, "--constituency", "13055", "--as", "Ada")
    return full


def _number(play: Play, name: str) -> int:
    """Return the number of the newest entry of a list."""
    newest = "SELECT max(answer.id) FROM answer JOIN candidate_list ON candidate_list.id = list_id WHERE name = ?"
    [(number,)] = play.town.select(newest, name)
    return int(str(number))


def _state(play: Play, number: int) -> object:
    [(state,)] = play.town.select("SELECT state FROM answer WHERE id = ?", number)
    return state


def _label(message: Shown, part: str) -> str:
    return next(label for row in message.labels for label in row if part in label)


def _decide(play: Play, person: Guest, entry: Shown, label: str, wanted: str) -> Shown:
    press: Pressed = person.press(entry, label)
    shown = person.wait_for(play.organization, wanted)
    press.wait()
    return shown


def _seconded(play: Play, person: Guest, text: str, other: Guest, wanted: str) -> None:
    """Say something of a list in the organizers' group, and let another one confirm it there."""
    play.organization.promote(person)
    person.write_in(play.organization, text)
    proposal = person.wait_for(play.organization, "another organizer has pressed the button")
    _decide(play, other, proposal, "Confirm", wanted)


def _decided(play: Play, entry: Shown) -> Shown:
    room: Room = play.organization
    return next(shown for shown in room.messages if shown.id == entry.id)


def _what_is_posted(preview: Shown) -> str:
    """Return the part of a preview that will be posted, up to the proof's line."""
    begins = preview.text.index("New answer:")
    return preview.text[begins : preview.text.index("Open letter:", begins)].strip()


def _audited(play: Play, number: int) -> list[object]:
    rows = play.town.select("SELECT action FROM audit WHERE subject = ? ORDER BY id", f"answer:{number}")
    return [row[0] for row in rows]


LOGGING = (
    an_invitation_works_once_and_a_stranger_sees_nothing_of_it,
    an_answer_is_logged_by_telephone_and_posted_when_another_confirms,
    every_kind_of_proof_is_taken_and_one_that_is_too_large_is_explained,
    an_entry_is_asked_about_and_rejected_for_a_reason,
    an_entry_that_changed_is_shown_again_and_its_old_button_refused,
)
OTHER_BUSINESS = (
    a_correction_edits_the_post_and_is_visible,
    everything_else_an_organizer_does_stands_in_the_audit_log,
    what_was_announced_cannot_be_undone,
)
"""Those of each play in one installation. All together would send a group more than the twenty messages of a minute."""
