"""The stored objects of Flink's catalogs: defined once, there for every session, version and tool.

    DDL ── ddl ──► store (schema xuanwu_catalog) ═ one transaction ═ mirror (real relations)
                     ▲                                                    │ \\d, JDBC, BI tools
    statement ── resolving: names → objects, rights ── needs ──► replay into its Flink session
    SHOW, DESCRIBE ── showing: from the store, no Flink
    external catalogs ── external: listed by Flink ══► shown in databases of Postgres of their own

Postgres is the truth: what a statement names is looked up there each time, so that several servers
need no cache to agree. Flink's own catalog is only a place to which objects are brought when a
statement names them, in their present revision. The package refuses to answer for an object that
it does not hold: what it does not find goes to Flink as it was written.
"""
