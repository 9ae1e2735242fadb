"""Configuration keys in SET and RESET, by the versions that read them.

Flink takes any key and ignores what it does not know (`OperationExecutor.callSetOperation`), so a
renamed or removed key would be a silent no-op. Here a key goes out in a spelling that the target
reads; where it reads none, the setting is said in others, dropped with a notice, or refused when it
would change results. A key of no version at all is passed on and told of: it may be the user's own.

`settled` is the judgement on one key, for SET statements and for options of sessions alike.
"""

from __future__ import annotations

from dialects.mapping.configuration.setting import RULES
from dialects.mapping.configuration.settled import Settled, settled

__all__ = ["RULES", "Settled", "settled"]
