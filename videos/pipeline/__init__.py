"""The way of a video: receive → ingest → separate → render in segments → rebuild.

Every step may be killed at any instruction and run again. A step claims its row by a lease, writes files
beside and renames them, and changes a state in one compare-and-swap that is fenced by the lease's token.
"""
