"""What the filters tell the rest of the house, which they know nothing of."""

from django.dispatch import Signal

judgement_wanted = Signal()
"""Somebody wants a version measured in the background; `version` is the FilterVersion. Safe to repeat."""
