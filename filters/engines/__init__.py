"""Engines apply a filter to frames. Core code: arrays and files, no Django."""
