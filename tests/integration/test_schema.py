"""The shape of the database: upgraded step by step, recognised, and refused when it is not ours."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from factories.roads import Road
from factories.services import NOW, an_answer
from pledgebot.domain.answer import Position
from pledgebot.domain.audience import Audience
from pledgebot.domain.errors import Unusable
from pledgebot.services.answers import amend_answer
from pledgebot.store.engine import Database
from pledgebot.store.schema import HEAD, SchemaState, migrations, schema_state, upgrade_schema
from pledgebot.store.tables import Base, Event


def test_the_known_head_is_the_last_migration() -> None:
    assert ScriptDirectory.from_config(migrations()).get_heads() == [HEAD]


def test_every_step_up_and_down_leaves_a_database_that_can_be_upgraded(database: Database) -> None:
    steps = [revision.revision for revision in ScriptDirectory.from_config(migrations()).walk_revisions()]
    for step in [*steps[1:], "base"]:
        config = migrations()
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, step)
        assert schema_state(database) is (SchemaState.EMPTY if step == "base" else SchemaState.OLD)
    upgrade_schema(database)
    assert schema_state(database) is SchemaState.CURRENT
    with database.read() as session:
        assert set(sa.inspect(session.connection()).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_a_step_down_keeps_the_last_of_several_versions_that_were_asked_about(road: Road) -> None:
    road.destination("organizers", audience=Audience.ORGANIZERS)
    number = road.recorded(an_answer(road.there.a, {"cameras": Position.COMMITTED}))
    road.run()
    with road.database.begin() as session:
        amend_answer(session, number, an_answer(road.there.a, {"cameras": Position.PARTIAL}), road.there.alix, NOW)
    road.run()
    with road.database.read() as session:
        first, last = session.scalars(sa.select(Event.id).where(Event.answer_id == number).order_by(Event.id))
        assert len(road.states()) == 2
    config = migrations()
    with road.database.migrating() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    upgrade_schema(road.database)
    with road.database.read() as session:
        kept = session.scalars(sa.select(Event.id).where(Event.answer_id == number)).all()
        assert (kept, first in kept) == ([last], False)
        assert session.scalars(sa.text("SELECT event_id FROM delivery")).all() == [last]


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade_schema(database)
    assert schema_state(database) is SchemaState.CURRENT


@pytest.mark.parametrize("version", ["9999", None])
def test_a_database_of_a_newer_version_or_of_another_program_is_left_alone(
    database: Database, version: str | None
) -> None:
    with database.begin() as session:
        session.execute(sa.text("DELETE FROM alembic_version"))
        if version is not None:
            session.execute(sa.text("INSERT INTO alembic_version VALUES (:v)"), {"v": version})
    assert schema_state(database) is SchemaState.UNKNOWN
    with pytest.raises(Unusable, match="newer version"):
        upgrade_schema(database)
