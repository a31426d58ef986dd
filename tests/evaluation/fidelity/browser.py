"""A page in a real browser without a screen: opens it, runs scripts in order, and prints what each gives as JSON.

A process of its own: Chromium does not share one with tests. Arguments: the page, then one script each.
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # as root there is none
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--disable-gpu --autoplay-policy=no-user-gesture-required"

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QApplication

_LIMIT_MS = 120_000
_AGAIN_MS = 50


class _Browser(QWebEnginePage):
    def javaScriptConsoleMessage(self, _level: object, message: str, line: int, _source: str) -> None:  # noqa: N802
        print(f"console: {line}: {message}", file=sys.stderr, flush=True)  # noqa: T201


def main(file: str, scripts: list[str]) -> None:
    """Run it."""
    app = QApplication([])
    browser, left, given = _Browser(), list(scripts), list[object]()

    def run_next() -> None:
        if left:
            browser.runJavaScript(left[0], 0, took)
        else:
            print(json.dumps(given), flush=True)  # noqa: T201
            app.quit()

    def took(value: object) -> None:
        if value == "wait":  # a script that is to be asked again
            QTimer.singleShot(_AGAIN_MS, run_next)
            return
        left.pop(0)
        given.append(value)
        run_next()

    browser.loadFinished.connect(lambda _ok: run_next())
    browser.load(QUrl.fromLocalFile(str(Path(file).resolve())))
    QTimer.singleShot(_LIMIT_MS, app.quit)
    app.exec()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
