"""A language whose texts are a third longer than English: what does not fit there will not fit in German either."""

from PySide6.QtCore import QTranslator


class Longer(QTranslator):
    """Makes every text a third longer."""

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's signature
        """Say that there is something to translate with."""
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, number: int = -1) -> str:  # noqa: ARG002 - Qt's signature
        """Return the text and a third more."""
        more = -(-len(source) // 3)
        return source + (" noon" * more)[:more] if " " in source else source + "n" * more
