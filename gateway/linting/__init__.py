"""`xuanwu lint`: the statements of files in a repository, judged for versions of Flink.

    files ─► scripts: statements with their places ─► definitions: functions and columns they make
                │                                                    │
                └──► dialects.verdicts, for each version ◄───────────┘
                              └─► findings ─► text, as compilers write, or JSON lines

The rules judge alone: no server, no Flink, no Postgres, so it runs wherever the files are. It is
what TRANSLATE and VALIDATE say of a version without an engine. What is Postgres's own, such as
GRANT, is accepted. Secrets are masked: what it prints lands in the logs of others.
"""
