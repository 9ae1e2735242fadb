"""All that a local engine is started with, and getting it ready on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.engine import java, kit, launch
from gateway.engine.java import Java
from gateway.engine.launch import Home, Options, Ports
from gateway.engine.provision import Distribution, Job, optional_jars, provision
from gateway.engine.versions import Catalogue, FlinkVersion


@dataclass(frozen=True, slots=True)
class Recipe:
    version: FlinkVersion
    distribution: Distribution
    java: Java
    kit: Path
    options: Options

    def digest(self, home: Home) -> str:
        """Differs when an engine started now would differ from one started before."""
        line = launch.command(self.java, home, self.distribution, self.kit, self.options)
        values = launch.settings(home, Ports(0, 0), self.options)
        text = json.dumps([self.distribution.release, line, values])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


Prepare = Callable[[FlinkVersion, Job], Recipe]


def preparer(known: Catalogue, cache: Path, options: Options) -> Prepare:
    """Fetches, compiles, finds Java. Minutes at a first time, then milliseconds; blocks.

    Raises what `provision` and `kit.build` raise.
    """

    def prepare(version: FlinkVersion, job: Job) -> Recipe:
        runtime = java.find(version.java)
        distribution = provision(version, cache, job)
        compiled = kit.build(distribution, known.compiler, runtime, cache, job)
        further = optional_jars(version, options.packs, cache, job)
        chosen = replace(options, jars=(*options.jars, *further))
        return Recipe(version, distribution, runtime, compiled, chosen)

    return prepare
