"""Real clients against a real server with a real Flink: one suite for all, and what each has of
its own.

    suite (data) ──► adapters: psql, asyncpg, psycopg (text, binary), pgjdbc, psqlodbc
                        │ rows in the client's own values
                        ▼
    the same client reads the same values from Postgres itself (through the same session): equal?

A value is written once, as Postgres prints it. Clients that show text must show that text; the
others must read from Flink's binary what they read from Postgres's for a literal of that text. That
a job ended is never believed of a client: the JobManager is asked.

Not here: byte-level exchanges (`tests.exchanges`), figures (`tests.bench`).
"""
