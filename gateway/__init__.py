"""The process: configuration, listener, and everything that talks to the outside.

Only here are sockets accepted, Postgres asked (`catalog`) and Flink driven (`engine`). It refuses
to know the bytes of the wire or the text of a statement: `protocol`, `session` and `dialects` do.
What is stored of Flink's catalogs stands between the two (`objects`): it needs both, and so does
what is told of other versions (`versions`; of files, without either: `linting`).

    __main__ ─► config ─► app (composition root) ─┬─► catalog   real Postgres, roles, relay
                                                  ├─► objects   stored tables, views… and mirrors
                                                  ├─► engine    providers of Flink, REST, rows
                                                  └─► server    sockets ─► session.connection
"""
