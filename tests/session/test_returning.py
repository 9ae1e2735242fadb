"""INSERT … RETURNING: the job's handle, and never by mistake."""

from __future__ import annotations

import pytest

from dialects import single
from protocol.errors import SqlError
from session.execute import cut_returning


@pytest.mark.parametrize(
    ("clause", "names"),
    [
        ("", None),
        (" RETURNING job_id", ("job_id",)),
        (" returning JOB_ID, state", ("job_id", "state")),
        (' RETURNING "job_id", id', ("job_id", "id")),
        (" RETURNING *", ("job", "id", "state", "version")),
    ],
)
def test_the_handle(clause: str, names: tuple[str, ...] | None) -> None:
    insert = "INSERT INTO customers (id, version) VALUES (1, 2)"
    statement, found = cut_returning(single(insert + clause))
    assert (statement.text, found) == (insert, names)


@pytest.mark.parametrize("clause", ["id", '"id"', "version, id", "customers.id", "name", "id AS x"])
def test_columns_of_the_table_are_not_the_handle(clause: str) -> None:
    """A mapper of objects would take the job's id for that of its row."""
    text = f"INSERT INTO customers (id) VALUES (1) RETURNING {clause}"
    with pytest.raises(SqlError, match="cannot be returned") as caught:
        cut_returning(single(text))
    assert (caught.value.sqlstate, caught.value.position) == ("42703", text.rindex(clause) + 1)
