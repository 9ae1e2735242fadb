"""The Postgres wire protocol, sans-io: bytes in, messages out; messages in, bytes out.

        client's bytes                                        bytes to the client
             │                                                         ▲
     ServerConnection.receive_data                                  encode_*
             │   framing, limits (decode)                              │
             │   legal here? (state)                 rows: values.compile_row_encoder
             ▼                                       COPY: copy_format
     next_message() ──► Query, Parse, Bind, …  ──►  the session decides, nobody waits here
                                                                       ▲
        a Postgres server's bytes ──► frames.FrameSplitter ──► relayed undecoded

It refuses to do: sockets, tasks, clocks, logging, SQL, and decisions about users or statements. It
imports nothing of ours, so all of it can be tested with literals and replayed from a capture.

Two exchanges, as drawn in the Postgres manual, chapter "Frontend/Backend Protocol":

    simple    Query ──► RowDescription, DataRow…, CommandComplete (per statement), ReadyForQuery
    extended  Parse, Bind, Describe, Execute, Sync
                  ──► ParseComplete, BindComplete, RowDescription | NoData, DataRow…,
                      CommandComplete | PortalSuspended, ReadyForQuery
              after an error everything up to Sync is skipped
"""
