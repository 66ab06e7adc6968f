"""The API: everything that the pages can do, for programs. OpenAPI at /api/openapi.json, for people at /api/docs."""
