"""The coverage store: what has been read from articles, and what people decided about it.

SQLAlchemy Core on SQLite (or PostgreSQL), one database beside the releases. This package alone imports SQLAlchemy and
Alembic; the serving process does not import this package.
"""
