"""The embedded PostgreSQL, used where DATABASE_URL is not set."""
