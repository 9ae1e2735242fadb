"""SQL tools over a catalog of real tables: what they ask of it is answered as Postgres answers it.

    world.sql ──► one Postgres ◄── bare relay, port A ◄── the tool ──► port B, our server ──┐
                       ▲                        same answers?                               │
                       └───────────────────────────────────────────────────────────────────┘

Two kinds of tools: drivers and programs that run here (psql, pgjdbc, psqlodbc, SQLAlchemy,
node-postgres, pgx) are run against both ports; those that cannot (DBeaver, pgAdmin, Metabase,
Grafana, Superset, Power BI, Tableau) are replayed from `queries/`, one file per tool. What a tool
says of its tables, as opposed to the catalog, must go to Flink, and where it is handed to Postgres
all the same it must run into the guard, not into an empty table.

`table` prints the summary that stands in the README. Not here: rows of Flink (`tests.clients`).
"""
