"""Clips on disk: their sound in files that never change, what is known about them in a database.

Start reading in `library.py`. The only room that uses sqlite3. Not for making clips (`studio`) or for files that leave
the library in other formats (`export`).
"""
