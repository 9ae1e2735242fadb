"""The cluster as verbs: pure manifest builders, ensure, scale, delete, describe, watch.

It knows Kubernetes and nothing of Postgres or SQL. So far only the place is taken: engines run as
local processes or at given addresses (`gateway.engine`).
"""
