"""One window for each person: a second start hands its files to the window that is there, and ends.

The two talk over a local socket that only the same user can reach. Not for what is done with the files.
"""

import json
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 2000
_DONE = b"ok\n"


def name_for(settings_file: Path) -> str:
    """Return what the socket of the window with these settings is called."""
    return f"musicgen-studio-{sha256(str(settings_file.resolve()).encode()).hexdigest()[:16]}"


def hand_over(name: str, files: list[Path]) -> bool:
    """Hand files, or none, to the window that is there, and let it come to the front.

    Args:
        name: From `name_for`.
        files: What is to be opened.

    Returns:
        False if there is no window.
    """
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(WAIT_MS):
        return False
    socket.write(json.dumps([str(file.resolve()) for file in files]).encode() + b"\n")
    is_taken = socket.waitForBytesWritten(WAIT_MS) and socket.waitForReadyRead(WAIT_MS)
    return is_taken and bytes(socket.readAll().data()) == _DONE


class SingleWindow(QObject):
    """Listens for later starts. Main thread.

    Args:
        name: From `name_for`.
        parent: Qt's owner.
    """

    files_received = Signal(list)  # Paths, or none: come to the front

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(name)  # left by a program that died; whoever lives has answered `hand_over`
        self._server.newConnection.connect(self._welcome)
        self._server.listen(name)

    @Slot()
    def _welcome(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)
            if socket.canReadLine():
                self._take(socket)

    @Slot()
    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket) and socket.canReadLine():
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        try:
            told = json.loads(bytes(socket.readLine().data()))
            files = [Path(file) for file in told if isinstance(file, str)]
        except (ValueError, TypeError):
            socket.abort()
            return
        socket.write(_DONE)
        socket.flush()
        self.files_received.emit(files)
