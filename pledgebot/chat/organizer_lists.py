"""Lists by chat: shown with their numbers, added, renamed, given aliases, banners and panels, withdrawn, merged."""

import re
from collections.abc import Callable

from pledgebot.chat import organizer_fates
from pledgebot.chat.errand import Errand, number_in, parts_of, usage
from pledgebot.chat.grammar import Request
from pledgebot.domain.errors import Objection, Refused
from pledgebot.domain.words import normalise
from pledgebot.messages import outreach
from pledgebot.messages.document import Message
from pledgebot.services import queries
from pledgebot.services.chases import conversation, conversations
from pledgebot.services.lists import (
    ListDetails,
    Place,
    add_alias,
    add_list,
    edit_list,
    reinstate_list,
)
from pledgebot.services.lookup import HitKind, is_name

_MOST_LISTS = 40
_COMMAS = re.compile("[,;]")

# The fields of `/lists add` and of the changes, in both languages, without accents.
_FIELDS = {
    "place": "place", "lieu": "place", "commune": "place", "constituency": "place", "circonscription": "place",
    "label": "label", "libelle": "label",
    "head": "head", "tete": "head", "tete de liste": "head", "head of list": "head",
    "banner": "banner", "banniere": "banner",
    "short": "short_name", "sigle": "short_name", "court": "short_name", "nom court": "short_name",
    "panel": "panel", "panneau": "panel",
    "alias": "alias",
}  # fmt: skip


def is_change(about: str) -> bool:
    """Tell whether what follows `/lists` is an organizer's: nothing, or one of the words that change a list."""
    words = normalise(about).split()
    return not words or words[0] in _ACTIONS


def lists(errand: Errand, request: Request) -> Message:
    """Show the lists of the current round, or do what the first word says."""
    word, _blank, rest = request.about.strip().partition(" ")
    action = _ACTIONS.get(normalise(word))
    if action is None:
        return _all(errand)
    return action(errand, rest.strip())


def _all(errand: Errand) -> Message:
    view = conversations(errand.session, errand.asked.id, errand.now, _MOST_LISTS)
    return outreach.lists(view, errand.tr, errand.zone)


def _show(errand: Errand, about: str) -> Message:
    if not about:
        return _all(errand)
    place = _place(errand, about)
    view = conversations(errand.session, errand.asked.id, errand.now, _MOST_LISTS, place)
    return outreach.lists(view, errand.tr, errand.zone)


def _place(errand: Errand, text: str) -> int:
    hits = errand.named(text, HitKind.PLACE)
    if len(hits) != 1:
        raise Refused(Objection.UNKNOWN_CONSTITUENCY, name=text, known=[hit.label for hit in hits])
    return hits[0].id


def _add(errand: Errand, about: str) -> Message:
    tr = errand.tr
    name, *pairs = parts_of(about)
    faults: list[str] = []
    given = _fields(errand, pairs, faults)
    panel = _panel(errand, given.get("panel"), faults)
    code = _code(errand, given)
    if not name:
        faults.append(tr._("the name is missing"))
    if code is None:
        faults.append(tr._("place: expected the code of the place where the list stands, such as place = 13055"))
    if faults or code is None:
        example = tr._("/lists add NAME | place = 13055 | head = NAME | banner = NAME | short = NAME")
        return usage(tr, tr._("Nothing was added:"), example, faults=tuple(faults))
    details = ListDetails(name, given.get("short_name"), given.get("head"), panel, given.get("banner"))
    place = Place(code, errand.asked.key, given.get("label"))
    number = add_list(errand.session, place, details, errand.by, errand.now)
    if given.get("alias"):
        add_alias(errand.session, given["alias"], errand.by, errand.now, list_id=number)
    return _changed(errand, number, tr._("The list is added; its number is #{number}.").format(number=number))


def _fields(errand: Errand, pairs: list[str], faults: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in filter(None, pairs):
        key, equals, value = pair.partition("=")
        field = _FIELDS.get(normalise(key))
        if not equals or field is None:
            known = "place, head, banner, short, panel, alias"
            faults.append(errand.tr._("{word}: not understood; expected {known}").format(word=pair[:80], known=known))
        else:
            given[field] = value.strip()
    return given


def _panel(errand: Errand, text: str | None, faults: list[str]) -> int | None:
    panel = number_in(text) if text else None
    if text and (panel is None or panel > _LARGEST_PANEL):
        faults.append(errand.tr._("panel: expected a number; 0 takes it away"))
        return None
    return panel


_LARGEST_PANEL = 99_999


def _code(errand: Errand, given: dict[str, str]) -> str | None:
    """Return the code of the place that is named; of the only place in which lists stand, when none is."""
    named = given.get("place")
    if named:
        hits = errand.named(named, HitKind.PLACE)
        # A place is shown as "label (code)"; the code of a new one, which comes with its label, is taken as it stands.
        return hits[0].label.rpartition("(")[2].rstrip(")") if len(hits) == 1 else named
    places = queries.places(errand.session, errand.asked.id, most=2)
    return places[0].code if len(places) == 1 else None


def _edit(field: str) -> Callable[[Errand, str], Message]:
    def edit(errand: Errand, about: str) -> Message:
        return _edited(errand, about, field)

    return edit


def _edited(errand: Errand, about: str, field: str) -> Message:
    """Read `NAME | new value`; an empty value after the stroke takes the value away."""
    name, *values = parts_of(about)
    if not name or not values:
        return _usage(errand, field)
    value = " ".join(values)
    faults: list[str] = []
    panel = _panel(errand, value or "0", faults) if field == "panel" else None
    if faults:
        return usage(errand.tr, errand.tr._("Nothing was changed:"), "/lists panel #12 | 5", faults=tuple(faults))
    number = errand.list_id(name)
    details = {
        "name": ListDetails(name=value),
        "banner": ListDetails(banner=value),
        "head": ListDetails(head=value),
        "short_name": ListDetails(short_name=value),
        "panel": ListDetails(panel=panel),
    }[field]
    edit_list(errand.session, number, details, errand.by, errand.now)
    return _changed(errand, number, errand.tr._("The list is changed."))


def _usage(errand: Errand, field: str) -> Message:
    tr = errand.tr
    example = {
        "name": tr._("/lists rename NAME | NEW NAME"),
        "banner": tr._("/lists banner NAME | BANNER"),
        "head": tr._("/lists head NAME | HEAD OF LIST"),
        "short_name": tr._("/lists short NAME | SHORT NAME"),
        "panel": tr._("/lists panel NAME | 5"),
        "alias": tr._("/lists alias NAME | ALIAS"),
        "withdraw": tr._("/lists withdraw NAME"),
        "reinstate": tr._("/lists reinstate NAME"),
        "merge": tr._("/lists merge NAME, NAME | into = NAME"),
    }[field]
    return usage(tr, tr._("Something is missing. /lists shows the lists with their numbers."), example)


def _alias(errand: Errand, about: str) -> Message:
    name, *aliases = parts_of(about)
    if not name or not any(aliases):
        return _usage(errand, "alias")
    hit = errand.one(name, HitKind.LIST, HitKind.BANNER)
    is_list = hit.kind is HitKind.LIST
    for alias in filter(None, aliases):
        add_alias(
            errand.session,
            alias,
            errand.by,
            errand.now,
            list_id=hit.id if is_list else None,
            banner_id=None if is_list else hit.id,
        )
    tr = errand.tr
    if is_list:
        return _changed(errand, hit.id, tr._("The list has another name by which people can ask for it."))
    return outreach.banner_changed(
        tr._("The banner {name} has another name by which people can ask for it.").format(name=hit.label), tr
    )


def _withdraw(errand: Errand, about: str) -> Message:
    if not about:
        return _usage(errand, "withdraw")
    return organizer_fates.withdrawn(errand, errand.list_id(about))


def _reinstate(errand: Errand, about: str) -> Message:
    if not about:
        return _usage(errand, "reinstate")
    number = errand.list_id(about)
    reinstate_list(errand.session, number, errand.by, errand.now)
    return _changed(errand, number, errand.tr._("The list stands again."))


def _merge(errand: Errand, about: str) -> Message:
    names, *targets = parts_of(about)
    target = targets[0] if targets else ""
    key, equals, value = target.partition("=")
    if equals and normalise(key) in {"into", "dans", "en", "avec"}:
        target = value.strip()
    if not names or not target:
        return _usage(errand, "merge")
    child = errand.list_id(target)
    parents = _parents(errand, names)
    if len(parents) > organizer_fates.MOST_PARENTS:
        told = errand.tr._("So many lists are merged in several steps:")
        return usage(errand.tr, told, errand.tr._("/lists merge NAME, NAME | into = NAME"))
    return organizer_fates.merged(errand, parents, child)


def _parents(errand: Errand, names: str) -> tuple[int, ...]:
    """Return the lists that are named. A name may hold a comma itself, so the whole is one where it is a name as it stands."""
    if is_name(errand.session, names, (HitKind.LIST,), errand.asked.id, errand.directories):
        return (errand.list_id(names),)
    return tuple(dict.fromkeys(errand.list_id(name) for name in _COMMAS.split(names) if name.strip()))


def _changed(errand: Errand, number: int, done: str) -> Message:
    return outreach.list_changed(conversation(errand.session, number, errand.now), done, errand.tr, errand.zone)


_ACTIONS: dict[str, Callable[[Errand, str], Message]] = {
    **dict.fromkeys(("show", "montrer", "voir"), _show),
    **dict.fromkeys(("add", "ajouter"), _add),
    **dict.fromkeys(("rename", "renommer"), _edit("name")),
    "alias": _alias,
    **dict.fromkeys(("banner", "banniere"), _edit("banner")),
    **dict.fromkeys(("head", "tete"), _edit("head")),
    **dict.fromkeys(("short", "sigle"), _edit("short_name")),
    **dict.fromkeys(("panel", "panneau"), _edit("panel")),
    **dict.fromkeys(("withdraw", "retirer"), _withdraw),
    **dict.fromkeys(("reinstate", "retablir"), _reinstate),
    **dict.fromkeys(("merge", "fusionner"), _merge),
}
