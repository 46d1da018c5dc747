"""The record as PostgreSQL holds it; the API only ever reads it."""
