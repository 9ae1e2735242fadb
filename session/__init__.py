"""One client's life, from the first byte to the last.

A session reads messages, decides who answers each statement, and writes whole messages back. It
knows the wire (`protocol`) and the text (`dialects`); of what stands above it, it knows only the
ports that it declares in `session.ports`: an Authenticator, Backends (real Postgres, as frames)
and an Engine (Flink, as streams of DataRow messages). It refuses to speak REST or SQL to anyone
itself, to read the environment, and to keep a second truth about a transaction: whether a session
is in one is what Postgres last said.

    socket ─► client ─► inbox ─► connection ──┬─► simple    (Query: the statements of a message)
                                              └─► extended  (Parse, Bind, Describe, Execute, Sync)
                                                     │
                     ┌───────────────────────────────┼──────────────────────────────┐
                     ▼                               ▼                              ▼
            relay (BACKEND)                 cursors, copyout (SESSION)   execute (ENGINE), platform
            frames ⇄ Postgres               portals and names                 ResultStream ─► rows
                     └───────────────────────────────┴──────────────────────────────┘
                                                     ▼
                                     client ─► outbox ─► socket

What is plainly Postgres's does not wake the session: `shortcut` takes a whole Query or batch of
such statements there and back in callbacks, by the same rules and to the same effect as the long
way above, which takes everything else.

One transaction, two engines: BEGIN, COMMIT and their kin go to Postgres, which therefore always
knows the truth. When a Flink statement fails inside a transaction, Postgres is made to fail too
(`relay.poison`), so that everything that follows, savepoints included, is answered by Postgres
itself.

Back-pressure has no code of its own: `Client.drain` waits for the socket, a stream is only pulled
after a drain, and an engine that is not pulled stops asking Flink for pages.
"""
