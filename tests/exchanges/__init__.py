"""Exchanges: scripts of wire messages, and what is answered to each.

    postgres/*.exchange   the answers were recorded from a real Postgres; ours must be the same
    own/*.exchange        written by hand: the wire where we are newer than that Postgres
    flink/*.exchange      written by hand: the same protocol with Flink behind it

        script ──► player ──► raw client ──► a server          (Postgres when recording)
          │                       │
          └── expected lines  =?  transcript

`python -m tests.exchanges.record` asks Postgres anew. A recorded line is never edited: what we do
otherwise on purpose stands in `accepted`, with its reason. No driver is between, so that a script
can say what no driver would.
"""
