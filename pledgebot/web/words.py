"""The fixed words of the board's pages in one language: looked up once, used by every page."""

from functools import cache

from pledgebot.messages.i18n import translator

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
"""How each language is called in itself."""


@cache
def words(language: str) -> dict[str, str]:
    """Return the words that stand in templates, by their name there."""
    tr = translator(language)
    return {
        "skip": tr._("Skip to the content"),
        "home": tr.p("board", "Home"),
        "about": tr.p("board", "Method and legal notice"),
        "data": tr.p("board", "Open data"),
        "navigation": tr.p("board", "Main navigation"),
        "path": tr.p("board", "Where this page is"),
        "fictional": tr._("Example: fictional lists and people."),
        "cite": tr._("Cite this page"),
        "follow": tr._("Feed of new answers (Atom)"),
        "follow_list": tr._("Feed of this list (Atom)"),
        "follow_demand": tr._("Feed of this demand (Atom)"),
        "calendar": tr._("Calendar (iCalendar)"),
        "published_by": tr._("Published by"),
        "no_tracking": tr._("No cookies, no audience measurement, no third party."),
        "now": tr._("See how it stands now"),
        "full": tr._("Open the full page"),
        "not_over": tr._("This day is not over, or an electoral silence holds: this is what is known so far."),
        "list": tr.p("board", "List"),
        "demands": tr.p("board", "Demands"),
        "places": tr.p("board", "Constituencies"),
        "banners": tr.p("board", "Banners"),
        "parts_of_place": tr._("Voted apart, in:"),
        "part_of": tr._("Part of"),
        "other_rounds": tr._("Lists of other rounds"),
        "no_list": tr._("No list is known here yet."),
        "search": tr.p("board", "Search"),
        "search_label": tr._("A town, a postcode, a list or its head"),
        "find": tr.p("board", "Find"),
        "read_letter": tr._("Read the letter"),
        "whole_history": tr._("The whole history and the proofs"),
        "current": tr._("What is known"),
        "history": tr.p("board", "History"),
        "history_note": tr._(
            "Every confirmed entry, the newest first. Nothing is overwritten: what was replaced stays on record."
        ),
        "no_entry": tr._("Nothing is on record yet."),
        "demand_text": tr._("What is demanded"),
        "judged": tr._("How answers are judged"),
        "judged_note": tr._("These tests were written before the answers, and are the same for every list."),
        "judged_anew_note": tr._(
            "Each answer is judged by the wording that held when it was recorded; all wordings stand below."
        ),
        "its_parts": tr._("Its parts"),
        "wordings": tr.p("board", "Wordings"),
        "who_says_what": tr._("Who says what"),
        "members": tr._("Lists under this banner"),
        "exceptions": tr._("Lists whose position differs from their banner's"),
        "see_source": tr._("see the source"),
        "key": tr.p("board", "How to read the signs"),
        "embed": tr._("Show this page on your own site"),
        "embed_note": tr._("This frame always shows how it stands now, corrections included:"),
        "results": tr._("What was found"),
        "all_places": tr._("All constituencies"),
        "not_found": tr._("This page does not exist"),
        "not_found_note": tr._("The address may be mistyped, or what stood there was never published."),
    }


@cache
def method(language: str, *, silent: bool = True) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return how the collective works, as sections of a title and paragraphs; `silent` as in `pages.render_about`."""
    tr = translator(language)
    silence = (
        tr._("Electoral silence"),
        (
            tr._(
                "From the eve of the vote until the polls have closed this board stays as it was when the silence "
                "began: nothing new appears on it."
            ),
        ),
    )
    sections = (
        (
            tr._("What this is"),
            (
                tr._(
                    "An open letter was sent to the lists that stand. This board shows what each of them said on "
                    "each demand, with its proof, its date and its source."
                ),
                tr._(
                    "Every list is treated alike: the same letter, the same tests, the same reminders. Lists "
                    "stand in the order of their panel numbers; before there are any, in alphabetical order. "
                    "Nobody is scored or ranked, and nobody is recommended."
                ),
            ),
        ),
        (
            tr._("How a position is judged"),
            (
                tr._(
                    "For each demand, what counts as committed, partly committed and refused was written down "
                    "before the answers came; the page of the demand shows it. What is neither is called unclear."
                    " What is not known is called not known."
                ),
                tr._(
                    "“No answer” is said only of a list that was provably asked, with the date. “Not yet asked” "
                    "means that the delay is ours."
                ),
            ),
        ),
        (
            tr._("Two people for every entry"),
            (
                tr._(
                    "Whoever records an answer cannot confirm it: a second person reads it with its proof. Only "
                    "then does it appear here."
                ),
                tr._(
                    "Nothing is overwritten. A later answer stands above the earlier one, a contradiction is "
                    "shown as one, a correction says its reason. What the law obliges to remove is removed in "
                    "sight."
                ),
                tr._(
                    "Every confirmed entry is a link of a chain of hashes. Whoever notes the hash of an entry can"
                    " check later that nothing before it was changed; the page on the open data says how."
                ),
            ),
        ),
        (
            tr._("Sources"),
            (
                tr._(
                    "What is shown was said by the lists themselves: in a letter, an e-mail, a programme, a "
                    "public post or in recorded speech. Words reported by others are called that. The nuance of a"
                    " list is the prefecture's word, not the list's own."
                ),
                tr._(
                    "Lists and candidates are named with no more than their name, their list, their place at its "
                    "head and their public words."
                ),
            ),
        ),
    )
    return (*sections, silence) if silent else sections


@cache
def privacy(language: str) -> tuple[str, ...]:
    """Return what the board itself keeps of its readers."""
    tr = translator(language)
    return (
        tr._(
            "This board sets no cookies, loads nothing from anybody else, measures nobody and keeps no log of who"
            " read what."
        ),
        tr._(
            "What the bot keeps of those who subscribe to it on a network is said by the bot itself: ask it “privacy”."
        ),
    )


@cache
def data_words(language: str) -> dict[str, str]:
    """Return the words of the page on the open data."""
    tr = translator(language)
    return {
        "intro": tr._(
            "Everything on this board can be downloaded, used and checked by anybody. Scripts of other sites may "
            "read it too."
        ),
        "files": tr.p("board", "Files"),
        "csv": tr._("The table: one row for each list, demand and part of a demand"),
        "json": tr._("The table with the whole history, the demands and their tests"),
        "schema": tr._("Description of the fields of that file (JSON Schema)"),
        "ledger": tr._("The ledger with its hashes, one entry a line"),
        "feed": tr._("The feed of confirmed entries"),
        "calendar": tr._("The calendar: polling days and electoral silence"),
        "fields": tr._("How to read them"),
        "fields_note": tr._(
            "A position is committed, partial, refused, unclear or withdrawn (the word was taken back). An empty "
            "position means that none is known, never that none is held: the stage of the conversation says "
            "whether the list was asked. The origin says whether the list said it itself (own), said it in the "
            "first round (continued), has it from its banner (banner) or from a list that it descends from "
            "(inherited, to be confirmed)."
        ),
        "verify": tr._("How to check the ledger"),
        "verify_steps": tr._(
            "Each line holds a number, a hash, a body and its texts. The hash is the SHA-256 of the body; the "
            "body names the hash before it and a digest of each text. Whoever keeps one hash from an announcement"
            " can check that it is still there, and that all before it is unchanged."
        ),
        "verify_command": tr._("pledgebot does it by itself:"),
        "licence": tr.p("board", "Licence"),
        "licence_note": tr._("You may use these data freely if you say where they are from and what date they bear:"),
    }
