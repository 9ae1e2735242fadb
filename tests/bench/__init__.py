"""Figures, not tests: each program prints what it measured, ours beside something known, as ratios.

    python -m tests.bench               all of them, one after the other
    python -m tests.bench wire stop     those two

A figure is only worth something beside another of the same run: the machine is not ours alone.
Nothing here asserts; every run is bounded in time.
"""
