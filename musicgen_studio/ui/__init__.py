"""The window. The only room that uses PySide6: it draws and asks, and decides nothing."""
