"""The menu bar and the context menus, built from the table of actions and the actions that the panels have bound.

A menu that opens asks each of its actions whether it can be done now. Not for what the actions do.
"""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget

from musicgen_studio.ui.window.action_table import GROUPS, MENUS, menu_title, ready
from musicgen_studio.ui.window.shortcuts import Bindings, BoundAction

_ROLES = {
    "about": QAction.MenuRole.AboutRole,
    "settings": QAction.MenuRole.PreferencesRole,
    "quit": QAction.MenuRole.QuitRole,
}
"""What macOS puts into the program's own menu."""


_SUBMENUS = {line.id: group for group in GROUPS if group.submenu for line in group.lines}
"""What folds into a submenu of the bar does so in context menus, too."""


class Menus(QObject):
    """Builds the menus of a window. Main thread.

    Args:
        window: Whose bindings count: those of the window itself and of every panel in it.
        bar: The menu bar to fill.
    """

    def __init__(self, window: QWidget, bar: QMenuBar) -> None:
        super().__init__(window)
        self._window, self._bar = window, bar
        self.actions = _bound(window.findChildren(Bindings))
        self._menus: dict[str, QMenu] = {}
        for shortcut_id, action in self.actions.items():
            action.setMenuRole(_ROLES.get(shortcut_id, QAction.MenuRole.NoRole))
        for menu in MENUS:
            self._menus[menu] = bar.addMenu(f"&{menu_title(menu)}")
            self._fill(self._menus[menu], menu)
            self._menus[menu].aboutToHide.connect(lambda: QTimer.singleShot(0, self._leave_bar))

    def menu(self, name: str) -> QMenu:
        """Return a menu of the bar by its English name, or a submenu by both, such as `Play/Takes`."""
        return self._menus[name]

    @Slot()
    def _leave_bar(self) -> None:
        """Give the keys back with the menu: Qt keeps its name lit, and the keys in the bar, until a second Esc."""
        if self._bar.activeAction() is not None and QApplication.activePopupWidget() is None:
            esc = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(self._bar, esc)

    def context_menu(self, groups: Iterable[Sequence[str]]) -> QMenu:
        """Make a menu of actions, given by id; it deletes itself when it is closed."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in groups:
            menu.addSeparator()
            folded = _SUBMENUS.get(group[0])
            inner = menu if folded is None else menu.addMenu(folded.submenu_title)
            inner.addActions([self.actions[shortcut_id] for shortcut_id in group])
            if inner is not menu:
                _attend(inner)
        _attend(menu)
        return menu

    def pop_up(self, groups: Iterable[Sequence[str]], place: QPoint) -> None:
        """Open a menu of actions at a place of the screen."""
        self.context_menu(groups).popup(place)

    def attach(self, groups: Iterable[Sequence[str]], widget: QWidget) -> None:
        """Let a widget open a menu of actions where it is asked for one."""
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        widget.customContextMenuRequested.connect(lambda place: self.pop_up(groups, widget.mapToGlobal(place)))

    def _fill(self, menu: QMenu, name: str) -> None:
        for group in (group for group in GROUPS if group.menu == name):
            actions = [self.actions[line.id] for line in ready(group.lines)]
            if actions:
                menu.addSeparator()
            if group.submenu:
                submenu = menu.addMenu(group.submenu_title)
                submenu.addActions(actions)
                self._menus[f"{name}/{group.submenu}"] = submenu
                _attend(submenu)
            else:
                menu.addActions(actions)
        _attend(menu)


def _attend(menu: QMenu) -> None:
    """Let the actions of a menu say what can be done when it opens, and count again when it is closed."""

    def look() -> None:
        for action in _bound_in(menu):
            action.look()

    def let_go() -> None:
        for action in _bound_in(menu):
            action.let_go()

    menu.aboutToShow.connect(look)
    menu.aboutToHide.connect(let_go)


def _bound_in(menu: QMenu) -> list[BoundAction]:
    return [action for action in menu.actions() if isinstance(action, BoundAction)]


def _bound(all_bindings: Iterable[Bindings]) -> Mapping[str, BoundAction]:
    """Return what is bound, by id. Raises ValueError if two have bound the same."""
    found: dict[str, BoundAction] = {}
    for bindings in all_bindings:
        for shortcut_id, action in bindings.actions.items():
            if shortcut_id in found:
                raise ValueError(f"two have bound {shortcut_id!r}")
            found[shortcut_id] = action
    return found
