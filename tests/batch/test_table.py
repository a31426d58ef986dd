"""What a person may write, and what is said of what is wrong."""

from pathlib import Path

import pytest

from musicgen_studio.batch.table import Row, read_table
from musicgen_studio.errors import UserProblem


def _table(tmp_path: Path, text: str, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def _why(path: Path) -> str:
    with pytest.raises(UserProblem) as caught:
        read_table(path)
    return caught.value.why


@pytest.mark.parametrize("parted_by", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_as_programs_save_it(tmp_path: Path, parted_by: str, encoding: str) -> None:
    lines = ["Prompt,Seconds,Seed,Takes", 'Café "jazz",8,7,2'.replace('"', ""), ",,,", "rock,,,"]
    text = "\r\n".join(lines).replace(",", parted_by) + "\r\n"
    assert read_table(_table(tmp_path, text, encoding=encoding)) == (
        Row(2, "Café jazz", 8.0, 7, 2),
        Row(4, "rock"),
    )


def test_a_text_in_quotes_may_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = _table(tmp_path, 'prompt,seconds\n"rock, ""loud"",\nfast",3\njazz,4\n')
    assert read_table(path) == (Row(2, 'rock, "loud", fast', 3.0), Row(4, "jazz", 4.0))


def test_json_lines(tmp_path: Path) -> None:
    (tmp_path / "hum.wav").write_bytes(b"x")
    text = '{"prompt": "rock", "seconds": 2.5, "melody": "hum.wav"}\n\n{"passages": ["0:00 | a", "0:08 | b"]}\n'
    expected = (Row(1, "rock", 2.5, melody=tmp_path / "hum.wav"), Row(3, passages_text="0:00 | a\n0:08 | b"))
    assert read_table(_table(tmp_path, text, "orders.jsonl")) == expected
    assert read_table(_table(tmp_path, text, "orders.txt")) == expected


def test_json_may_hold_every_sign_that_json_may(tmp_path: Path) -> None:
    text = '{"prompt": "sad\u2028jazz"}\n{"prompt": "rock"}\n'
    assert read_table(_table(tmp_path, text, "orders.jsonl")) == (Row(1, "sad\u2028jazz"), Row(2, "rock"))


def test_an_empty_prompt_is_music_without_one_where_something_else_is_said(tmp_path: Path) -> None:
    assert read_table(_table(tmp_path, "prompt,seconds\n,3\n")) == (Row(2, "", 3.0),)
    assert read_table(_table(tmp_path, '{"prompt": ""}\n', "a.jsonl")) == (Row(1),)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("rock,abc,,", "line 3, column seconds: must be a number, got 'abc'"),
        ("rock,0,,", "line 3, column seconds: must be above 0 and at most 3600, got '0'"),
        ("rock,nan,,", "line 3, column seconds: must be a number, got 'nan'"),
        ("rock,,-1,", "line 3, column seed: must be 0 to"),
        ("rock,,1.5,", "line 3, column seed: must be a whole number, got '1.5'"),
        ("rock,,,17", "line 3, column takes: must be 1 to 16, got '17'"),
        (f"rock,,{'9' * 400},", "line 3, column seed: must be a whole number, got '999"),
        ("rock, and more,1,2,3", "line 3: it has 5 cells, the first line names 4"),
        ('rock "loud,,,\n"jazz,,,', "line 4: its quotation marks are wrong"),
    ],
)
def test_a_wrong_cell_is_named_by_file_line_and_column(tmp_path: Path, cells: str, said: str) -> None:
    path = _table(tmp_path, f"prompt,seconds,seed,takes\njazz,,,\n{cells}\n")
    assert f"{path}, {said}" in _why(path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: it is not JSON"),
        ("[1]", "line 2: it must be an object, got '[1]'"),
        ('{"promt": "x"}', "line 2: it has the unknown key 'promt'"),
        ('{"prompt": 3}', "line 2, column prompt: must be a text, got 3"),
        (f'{{"prompt": "x", "seconds": {"9" * 400}}}', "line 2, column seconds: must be a number, got 999"),
        ('{"prompt": "x", "seconds": true}', "line 2, column seconds: must be a number, got True"),
        ('{"prompt": "x", "seconds": Infinity}', "line 2, column seconds: must be a number, got inf"),
        ('{"prompt": "x", "seed": NaN}', "line 2, column seed: must be a whole number, got nan"),
        (
            '{"prompt": "x", "melody": "gone.wav"}',
            "line 2, column melody: there is no file 'gone.wav' beside the table",
        ),
        ('{"prompt": "x", "passages": ["0:00 | y"]}', "line 2, column passages: they hold the prompts"),
    ],
)
def test_a_wrong_line_of_json_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = _table(tmp_path, f'{{"prompt": "a"}}\n{line}\n', "orders.jsonl")
    assert f"{path}, {said}" in _why(path)


def test_wrong_names_in_the_first_line(tmp_path: Path) -> None:
    assert "line 1, column 2: 'secs' is no column; known are prompt" in _why(_table(tmp_path, "prompt,secs\na,1\n"))
    assert "the column seed stands twice" in _why(_table(tmp_path, "prompt,seed,seed\na,1,2\n"))
    assert "there is no column prompt" in _why(_table(tmp_path, "seconds,seed\n1,2\n"))
    assert "line 2: its quotation marks are wrong" in _why(_table(tmp_path, '\nprompt,"seconds\na,1\n'))


def test_all_faults_are_told_at_once_but_not_hundreds(tmp_path: Path) -> None:
    why = _why(_table(tmp_path, "prompt,seconds\n" + "a,x\n" * 20))
    assert why.count("column seconds") == 8
    assert why.endswith("And 12 more.")


@pytest.mark.parametrize("text", ["", "\n\n", "prompt\n", "prompt,seconds\n,\n"])
def test_a_table_without_rows_is_said(tmp_path: Path, text: str) -> None:
    assert "holds no row" in _why(_table(tmp_path, text))
