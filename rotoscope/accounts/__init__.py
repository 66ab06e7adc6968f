"""Accounts: sign in and out, make one, change its password; guessing is slowed down."""
