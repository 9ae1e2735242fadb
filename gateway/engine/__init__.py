"""Flink: how an engine of a version is had, and how statements run on it.

    provider (local, static) ─▶ Endpoint ─▶ rest, jobmanager ─▶ session ─▶ rows, job handles
       │                                                       (implements session.ports.Engine)
       └─ versions.toml, provision, kit, launch, jvm

An engine is a SQL Gateway, a JobManager and TaskManagers of one Flink version at known URLs. This
package starts and finds engines and speaks their REST. It parses no SQL, knows no Postgres wire
and keeps no catalog: what to run, and for which version, is decided above. On its last step to a
Flink session each text is put into the form of that version (`translating`, by `dialects.mapping`);
what is kept for replay is the text as it came.
"""
