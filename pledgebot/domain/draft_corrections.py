"""What a correction puts right: only what was changed, unless that belongs to the whole entry."""

from pledgebot.domain.draft_values import Draft, Said, Slot


def changed(draft: Draft) -> tuple[Slot, ...]:
    """Return the demands and parts on which a correction says something else than its entry."""
    if draft.original is None:
        return draft.only
    return tuple(slot for slot in draft.only if draft.on(slot) not in {None, Said.NOTHING, draft.original.on(slot)})


def concerns_all(draft: Draft) -> bool:
    """Tell whether a correction puts the whole entry right.

    Who spoke, when and in what kind of source belong to the entry as a whole: with one of them every position is said
    anew. So does a proof that is changed alone; one that comes with a changed position is the proof of that position.
    """
    was = draft.original
    if was is None or (draft.source, draft.said_on, draft.speaker, draft.role) != (
        was.source,
        was.said_on,
        was.speaker,
        was.role,
    ):
        return True
    return draft.proofs != was.proofs and not changed(draft)


def put_right(draft: Draft) -> tuple[Slot, ...]:
    """Return the demands and parts on which a correction speaks: those that were changed, or all (see `concerns_all`)."""
    return draft.only if concerns_all(draft) else changed(draft)


def changes_nothing(draft: Draft) -> bool:
    """Tell whether a correction still says what its entry says."""
    return not put_right(draft)


def unproved(draft: Draft) -> tuple[Slot, ...]:
    """Return the changed demands and parts of which nobody said yet what proves them."""
    return tuple(slot for slot in changed(draft) if slot not in draft.proved) if draft.original is not None else ()


def new_proofs(draft: Draft) -> int:
    """Return how many proofs a correction brings; they stand before those of its entry."""
    known = draft.original.proofs if draft.original is not None else ()
    return next((place for place, proof in enumerate(draft.proofs) if proof in known), len(draft.proofs))
