#!/usr/bin/env python3
"""Rotoscope's words for a machine: `manage.py up`, `render`, `train`, `filters`, `evaluate`, `bench`, and Django's own."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rotoscope.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
