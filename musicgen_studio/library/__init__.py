"""Clips on disk. The only room that uses sqlite3."""
