#!/usr/bin/env python3
"""Rotoscope's words for a machine: `up`, `render`, `train`, `filters`, `evaluate`, `bench`, and Django's own."""

import sys

from rotoscope.command import run

if __name__ == "__main__":
    run(sys.argv)
