"""Folder name and import name agree: each of the five packages is the one of this tree."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["protocol", "dialects", "k8s", "session", "gateway"])
def test_a_package_is_loaded_from_our_tree(name: str) -> None:
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).parent == ROOT / name
