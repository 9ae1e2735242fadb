"""Statements about roles, before Postgres gets them: passwords concealed, DROP OWNED looked at."""

from __future__ import annotations

from dialects import Classified, password_value, replaced, rewrite
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError
from session.context import Session

_MYSELF = frozenset({"current_user", "current_role", "session_user"})


async def concealed(session: Session, one: Classified) -> str:
    """The text with a secret in place of each clear text; an empty one means none, as in Postgres.
    Raises SqlError 0A000, 22025."""
    places = one.options["passwords"]
    assert isinstance(places, tuple)
    standard = session.parameters.get("standard_conforming_strings") != "off"
    edits = []
    for index in places:
        clear = password_value(one.statement, index, standard_strings=standard)
        secret = await session.backends.conceal(clear or None)
        if secret is not None:
            edits.append(replaced(one.statement.tokens[index], secret))
    return rewrite(one.statement.text, edits).text


async def check_drop_owned(session: Session, one: Classified) -> None:
    """Mirrors of Flink's objects must not vanish behind the back of the stored catalog. Raises
    SqlError 0A000 if DROP OWNED would drop one; taking privileges away is all it may do."""
    roles = one.options.get("drops_owned")
    if not isinstance(roles, tuple):
        return
    named = {role for role in roles if role not in _MYSELF}
    if len(named) < len(set(roles)):
        current = (await session.relay.settings(["role"])).get("role", "none")
        named |= {session.role, current}
    found = await session.backends.owned_by(sorted(named))
    if found is not None:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            f"DROP OWNED would drop {found}",
            detail="It belongs to the stored catalog of Flink.",
            hint="Drop it by its own name, or give it away with REASSIGN OWNED first.",
        )
