"""Real Postgres behind the sessions: started, prepared, shared, spoken to in frames.

    embedded ── initdb, start, adopt, stop            address ── where Postgres listens, and as whom
        │                                                 │
        └──────────────► catalog (composition) ◄──────────┘
                           │ bootstrap   databases, roles, revokes, schema xuanwu
                           │ databases   one more of sessions for each external catalog
                           │ users       who may come in; verifiers: where their secrets stand
                           │ store       asyncpg pool on xuanwu_platform
                           ▼
    session ── lease ── pool ── relay ═ incoming ═ frames ═ Postgres
                 │               └ awaited  which reply answers which request
                 └ saved  what a session changed, kept while its connection serves another

Statements of the catalog side go to Postgres as the client wrote them and come back as the frames
that Postgres sent: nothing here reads rows or SQL beyond what sharing connections needs. It refuses
to answer for Postgres: an error, a notice or a parameter that a client sees is Postgres's own.
What runs for the platform itself goes through asyncpg, as the administrator, never over a lease.
"""
