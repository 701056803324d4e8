"""What was spent of a quota outlives a restart, and a change of the quota itself."""

from datetime import timedelta

from factories.services import NOW
from pledgebot.domain.quota import Quota
from pledgebot.services.quotas import load_quota, save_quota
from pledgebot.store.engine import Database

POSTS = Quota(300, timedelta(hours=3))


def restarted(database: Database, quota: Quota, road: str = "mastodon:posts", full: Quota = POSTS) -> Quota:
    with database.begin() as session:
        save_quota(session, road, quota)
    with database.read() as session:
        return load_quota(session, road, full)


def test_what_was_never_kept_is_full(database: Database) -> None:
    with database.read() as session:
        assert load_quota(session, "mastodon:posts", POSTS) == POSTS


def test_what_was_spent_and_the_deadline_are_the_same_after_a_restart(database: Database) -> None:
    quota = POSTS.spend(NOW, 299).spend(NOW + timedelta(hours=1)).hold(NOW + timedelta(hours=2))

    assert restarted(database, quota) == quota


def test_keeping_again_replaces_what_was_kept_of_this_road_only(database: Database) -> None:
    other = POSTS.spend(NOW, 7)
    restarted(database, other, "mastodon:other")
    restarted(database, POSTS.spend(NOW).hold(NOW + timedelta(hours=1)))

    assert restarted(database, POSTS.spend(NOW, 2)) == POSTS.spend(NOW, 2)
    with database.begin() as session:
        assert load_quota(session, "mastodon:other", POSTS) == other
        save_quota(session, "mastodon:other", POSTS)
        assert load_quota(session, "mastodon:other", POSTS) == POSTS


def test_another_limit_counts_what_was_spent(database: Database) -> None:
    loaded = restarted(database, POSTS.spend(NOW, 40), full=Quota(30, timedelta(hours=3)))

    assert loaded.limit == 30
    assert loaded.used(NOW) == 40


def test_another_span_counts_what_was_spent_and_never_too_early(database: Database) -> None:
    late = NOW + timedelta(minutes=2, seconds=59)
    for span in (timedelta(hours=1), timedelta(hours=24)):
        loaded = restarted(database, POSTS.spend(NOW, 40).spend(late, 2), full=Quota(300, span))

        assert loaded.used(NOW + timedelta(minutes=8)) == 42
        assert loaded.used(late + span - timedelta(seconds=1)) == 42
        assert loaded.used(NOW + span * 2) == 0
