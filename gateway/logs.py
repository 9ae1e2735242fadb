"""Logs: lines for a person at a terminal, JSON for a machine; secrets are masked before either.

The mask sits at the processor, not at each call: whatever reaches a log has passed it.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from gateway.engine.secrets import MASK
from gateway.engine.secrets import mask as mask_options

# CREATE ROLE … PASSWORD '…' and its kin; options of connectors are known to `engine.secrets`.
_PASSWORD = re.compile(r"(?i)(\bpassword\s+)'(?:[^']|'')*'")


def mask(text: str) -> str:
    """The text without the values of secrets."""
    return _PASSWORD.sub(rf"\1'{MASK}'", mask_options(text))


def _mask_event(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = mask(value)
    return event


def configure(level: str = "info", *, json: bool | None = None) -> None:
    """Set up structlog for the process; JSON where stderr is not a terminal, unless told."""
    as_json = not sys.stderr.isatty() if json is None else json
    numeric = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            _mask_event,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
