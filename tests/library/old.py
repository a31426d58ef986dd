"""A library as the program left it before the files of clips had names: format 4, `sounds/<id>.wav`."""

import sqlite3
from contextlib import closing
from pathlib import Path

from musicgen_studio.core.audio import Samples
from musicgen_studio.core.clip import Clip
from musicgen_studio.library.rows import COLUMNS, to_json, to_row
from musicgen_studio.library.schema import APPLICATION_ID, MIGRATIONS
from musicgen_studio.library.wave_file import WaveShape

FORMAT = 4


def make_old_library(folder: Path, clips: list[tuple[Clip, Samples]]) -> None:
    """Write it."""
    for name in ("sounds", "records", "ready", "drag", "unfinished", "backups"):
        (folder / name).mkdir(parents=True)
    with closing(sqlite3.connect(folder / "library.sqlite3", isolation_level=None)) as connection:
        for statement in [statement for step in MIGRATIONS[:FORMAT] for statement in step]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        sql = f"INSERT INTO clips ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608
        connection.executemany(sql, [to_row(clip) for clip, _ in clips])
    for clip, samples in clips:
        header = WaveShape(clip.sample_rate, clip.channels, len(samples)).header()
        (folder / "sounds" / f"{clip.id}.wav").write_bytes(header + samples.astype("<f4").tobytes())
        (folder / "records" / f"{clip.id}.json").write_text(to_json(clip), "utf-8")
