"""What training refuses, told from what breaks. Without PyTorch, so that workers without it can tell too."""

from __future__ import annotations


class Refusal(Exception):
    """The problem lies in what was asked for, or in the machine; the message is a sentence for people."""
