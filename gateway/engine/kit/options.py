"""Write down the options of every factory of every version: `python -m gateway.engine.kit.options`.

    versions.toml ─provision─▶ class path ─kit's Options, a JVM each─▶ dialects/options/options.tsv

For developers, after a change of versions.toml. Several releases of a connector may serve a Flink
version (versions.toml lists them), and another engine may have another one than ours: a version
therefore gets the options of each release listed for it that was read for any version. For a minor
release that could not be had stands the next newer one that could: options are added, not taken
away, and nothing that an engine accepts may be refused.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.engine import java, kit
from gateway.engine.provision import Job, cache_root, provision
from gateway.engine.versions import Catalogue, FlinkVersion, Pack, catalogue, order

_TARGET = Path(__file__).parents[3] / "dialects" / "options" / "options.tsv"
_TIMEOUT_S = 120.0
_KINDS = {
    "DynamicTableFactory": "connector",
    "FormatFactory": "format",
    "CatalogFactory": "catalog",
    "ModelProviderFactory": "model",
}
# What FactoryUtil itself takes from a table's options, beside those of the factory.
_COMMON = ("connector", "property-version", "scan.watermark.")
# What factories leave out of their check (FactoryHelper.validateExcept), read in their byte code;
# `{format}` is the identifier of the table's format.
_EXCEPTED = {
    "kafka": "properties.*",
    "upsert-kafka": "properties.*",
    "dynamic-kafka": "properties.*",
    "filesystem": "{format}.*",
}
# Text of which the factories' own code takes these alone, as written, whatever the table is for
# (a map-null-key.mode, say, is looked at in a sink only: a source with any word there works).
_CHOICES = {
    "endianness": "choice:big-endian|little-endian",
    "fields.#.kind": "choice:random|sequence",
    "timestamp-format.standard": "choice:SQL|ISO-8601",
}
_HEADER = """\
# Options of the factories that a distribution and its connectors bring, per version of Flink.
# Written by gateway/engine/kit/options.py from the jars themselves: do not edit.
# kind, identifier, key, type, default, fallback keys, versions where every role requires the key,
# versions where it is optional. An empty key: there is such a factory. `.*`: any key of the prefix.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the kit's Options."""

    jar: str
    roles: frozenset[str]
    identifier: str
    required: bool
    key: str
    type: str
    default: str
    fallbacks: str

    @property
    def kind(self) -> str | None:
        if self.identifier == "*":
            return "common" if self.key.startswith(_COMMON) else None
        return next((kind for role, kind in _KINDS.items() if role in self.roles), None)


Factory = tuple[str, frozenset[str]]  # its jar and its roles
Spec = tuple[str, str, str, str, str, str]  # the first six columns of the file


def main() -> None:
    known = catalogue()
    read = {minor: list(_read(version, known)) for minor, version in known.versions.items()}
    rows: dict[Spec, tuple[list[str], list[str]]] = {}
    for minor, version in known.versions.items():
        for spec, required in _specs(_lines_for(version, read)).items():
            rows.setdefault(spec, ([], []))[0 if required else 1].append(minor)
    _TARGET.write_text(_text(rows, list(known.versions)), "utf-8")
    print(f"{_TARGET}: {len(rows)} rows")


def _text(rows: Mapping[Spec, tuple[list[str], list[str]]], versions: list[str]) -> str:
    lines = [f"versions\t{' '.join(versions)}"]
    for spec, needs in sorted(rows.items()):
        columns = (*spec, *(ranges(chosen, versions) for chosen in needs))
        lines.append("\t".join(columns).rstrip("\t"))
    return _HEADER + "\n".join(lines) + "\n"


def _read(version: FlinkVersion, known: Catalogue) -> Iterator[Line]:
    job = Job(progress=print)
    runtime = java.find(version.java)
    distribution = provision(version, cache_root(), job)
    jar = kit.build(distribution, known.compiler, runtime, cache_root(), job)
    class_path = ":".join(map(str, (jar, *distribution.jars)))
    command = [str(runtime.executable), "-XX:TieredStopAtLevel=1", "-cp", class_path, kit.OPTIONS]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=_TIMEOUT_S, check=True)
    for line in done.stdout.decode("utf-8").splitlines():
        file, roles, identifier, need, key, type_, default, fallbacks = line.split("\t")
        roles_ = frozenset(roles.split(","))
        type_ = _CHOICES.get(key, type_)
        if (identifier, key) == ("*", "property-version"):
            type_ = "string"  # a table's is never read
        yield Line(file, roles_, identifier, need == "R", key, type_, default, fallbacks)


def _lines_for(version: FlinkVersion, read: Mapping[str, list[Line]]) -> Iterator[list[Line]]:
    """The lines of each class path that may serve that version, its own first."""
    yield read[version.minor]
    everything = [line for lines in read.values() for line in lines]
    for pack in version.packs:
        own = {c.filename for jars in pack.alternatives for c in jars}
        taken = {line.jar for line in read[version.minor]} & own
        for release in _others(pack, everything):
            jars = {line.jar for line in everything if _release(pack, line.jar) == release}
            if not jars & taken:
                yield [line for line in everything if line.jar in jars]


def _others(pack: Pack, everything: Iterable[Line]) -> set[tuple[int, ...]]:
    """The releases to read for those that are listed: the same minor, else the next newer one."""
    had = sorted({r for line in everything if (r := _release(pack, line.jar)) is not None})
    listed = {order(c.version.split("-")[0]) for jars in pack.alternatives for c in jars[:1]}
    found = set()
    for release in listed:
        same = [each for each in had if each[:2] == release[:2]]
        found.update(same or [each for each in had if each > release][:1])
    return found


def _release(pack: Pack, jar: str) -> tuple[int, ...] | None:
    """`(3, 2, 0)` of a jar of that connector's first artifacts, whatever Flink it was built for."""
    for jars in pack.alternatives:
        prefix = f"{jars[0].artifact.removesuffix('-core')}-"
        rest = jar.removeprefix(prefix).removeprefix("core-").removesuffix(".jar")
        if jar.startswith(prefix) and rest[0].isdigit():
            return order(rest.split("-")[0])
    return None


def _specs(class_paths: Iterable[list[Line]]) -> dict[Spec, bool]:
    """Each option, and whether every factory of that kind and name requires it."""
    named: dict[tuple[str, str, str], Spec] = {}
    needs: dict[tuple[str, str], dict[Factory, set[str]]] = {}
    for line in (line for lines in class_paths for line in lines):
        kind = line.kind
        if kind is None:
            continue
        spec = (kind, line.identifier, line.key, line.type, line.default, line.fallbacks)
        named.setdefault(spec[:3], spec)
        factories = needs.setdefault(spec[:2], {})
        factory = factories.setdefault((line.jar, line.roles), set())
        factory.update({line.key} if line.required else ())
    for identifier, key in _EXCEPTED.items():
        if ("connector", identifier) in needs:
            named["connector", identifier, key] = ("connector", identifier, key, "string", "", "")
    return {
        spec: all(spec[2] in keys for keys in needs[spec[:2]].values()) for spec in named.values()
    }


def ranges(chosen: list[str], versions: list[str]) -> str:
    """`1.16-1.18 2.3`: the versions of which there are, as runs."""
    runs: list[list[str]] = []
    for version in (v for v in versions if v in chosen):
        before = versions.index(version) - 1
        if runs and runs[-1][-1] == versions[before]:
            runs[-1].append(version)
        else:
            runs.append([version])
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


if __name__ == "__main__":
    main()
