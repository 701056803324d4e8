"""How a rule says no: a reason that can be worded in any language, never a sentence."""

import traceback
from enum import StrEnum
from pathlib import Path


class Objection(StrEnum):
    """Why something asked for is not done. Each member has its sentence in `messages/objections.py`."""

    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_BANNER = "unknown_banner"
    UNKNOWN_DEMAND = "unknown_demand"
    UNKNOWN_PART = "unknown_part"
    UNKNOWN_CONSTITUENCY = "unknown_constituency"
    UNKNOWN_ROUND = "unknown_round"
    UNKNOWN_ORGANIZER = "unknown_organizer"
    UNKNOWN_ANSWER = "unknown_answer"
    AMBIGUOUS_LIST = "ambiguous_list"
    NAME_TAKEN = "name_taken"
    PANEL_TAKEN = "panel_taken"
    ALIAS_TAKEN = "alias_taken"
    EMPTY_NAME = "empty_name"
    NOT_STANDING = "not_standing"
    SAME_LIST = "same_list"
    OTHER_CONSTITUENCY = "other_constituency"
    OTHER_ROUND = "other_round"
    WOULD_CIRCLE = "would_circle"
    NOTHING_TO_CHANGE = "nothing_to_change"
    IN_SILENCE = "in_silence"
    ROLE_MISSING = "role_missing"
    NO_LONGER_ORGANIZER = "no_longer_organizer"
    LAST_ADMIN = "last_admin"
    SAME_PERSON = "same_person"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ALREADY_DECIDED = "already_decided"
    NOT_CONFIRMED = "not_confirmed"
    ALREADY_ANNOUNCED = "already_announced"
    ALREADY_UNDONE = "already_undone"
    NO_POSITION = "no_position"
    DEMAND_NOT_IN_ANSWER = "demand_not_in_answer"
    TWICE_THE_SAME_DEMAND = "twice_the_same_demand"
    EVIDENCE_MISSING = "evidence_missing"
    LINK_WITHOUT_WORDS = "link_without_words"
    LINK_NOT_WEB = "link_not_web"
    FILE_TOO_LARGE = "file_too_large"
    FILE_EMPTY = "file_empty"
    REASON_MISSING = "reason_missing"
    TOO_LATE_TO_ANSWER = "too_late_to_answer"
    SPEAKER_MISSING = "speaker_missing"
    SAID_IN_FUTURE = "said_in_future"
    WHOLE_AND_PART = "whole_and_part"
    CONTRADICTION_UNDECIDED = "contradiction_undecided"
    SAME_ANSWER_PENDING = "same_answer_pending"
    DEMAND_RETIRED = "demand_retired"
    ALREADY_REMOVED = "already_removed"
    UNKNOWN_LINEAGE = "unknown_lineage"
    OTHER_LINEAGE = "other_lineage"
    TEXT_TOO_LONG = "text_too_long"
    CANNOT_TAKE_BACK = "cannot_take_back"
    BOTH_ANSWERED = "both_answered"
    NOT_PROVISIONAL = "not_provisional"
    NOT_OFFICIAL = "not_official"
    INVITATION_INVALID = "invitation_invalid"
    ALREADY_JOINED = "already_joined"
    NOT_ADMINISTRATOR = "not_administrator"
    BOT_NOT_ADMINISTRATOR = "bot_not_administrator"
    UNKNOWN_DESTINATION = "unknown_destination"
    ALREADY_CONFIGURED = "already_configured"
    NOTHING_TO_FOLLOW = "nothing_to_follow"
    HOURS_UNREADABLE = "hours_unreadable"
    LANGUAGE_UNKNOWN = "language_unknown"
    ZONE_UNKNOWN = "zone_unknown"
    ALREADY_CHASED = "already_chased"
    OPTED_OUT = "opted_out"
    DRAFT_CHANGED = "draft_changed"
    NO_DRAFT = "no_draft"
    UNKNOWN_BRAKE = "unknown_brake"
    UNKNOWN_EVENT = "unknown_event"
    UNKNOWN_MEDIUM = "unknown_medium"
    ALREADY_PAUSED = "already_paused"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    PAYING_OFF = "paying_off"
    NOTHING_TO_PAY = "nothing_to_pay"
    ALREADY_PAID = "already_paid"
    COSTS_MORE = "costs_more"


class PledgebotError(Exception):
    """The root of pledgebot's own errors."""


def place_of(error: BaseException) -> str:
    """Return what an error is and where it arose, for a log: never its words, which may hold an address or what was written."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "pledgebot" in frame.filename] or frames
    where = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{where}"


class Refused(PledgebotError):  # noqa: N818 - it is a refusal, with a reason, not an error of the program
    """Something asked for was declined; nothing was changed.

    `objection` is the reason; `facts` are the names and numbers that its sentence mentions.
    """

    def __init__(self, objection: Objection, **facts: object) -> None:
        super().__init__(objection.value)
        self.objection = objection
        self.facts = facts


class Unusable(PledgebotError):  # noqa: N818 - said of a file or a setting that cannot be used
    """Something given to pledgebot cannot be used: a file, a setting, a database. Its text is one clear line or more."""
