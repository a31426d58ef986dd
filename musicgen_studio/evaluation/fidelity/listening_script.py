"""What the page of a listening test does: shows trials, keeps answers, writes CSV. Not for making it (`listening`)."""

SCRIPT = r"""
'use strict';
const byId = id => document.getElementById(id);
const bytes = Uint8Array.from(atob(byId('data').textContent), letter => letter.charCodeAt(0));
const test = JSON.parse(new TextDecoder().decode(bytes));
const letters = 'ABCDEFGH';
const answers = test.trials.map(() => ({}));
const heard = test.trials.map(trial => trial.sets.map(() => false));
let at = 0;

function cell(value) {
  let text = String(value ?? '');
  if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;  // a spreadsheet must not take a name for a formula
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function rows() {
  const listener = byId('listener').value.trim() || 'anonymous';
  const made = [];
  test.trials.forEach((trial, index) => {
    const start = { listener, kind: test.kind, trial: index + 1, clip: trial.clip };
    if (test.kind === 'ab') {
      made.push({ ...start, first: trial.sets[0], second: trial.sets[1], choice: answers[index].choice });
    } else {
      trial.sets.forEach((set, place) => made.push({ ...start, set, points: answers[index].points[place] }));
    }
  });
  return made;
}

function asCsv() {
  const lines = rows().map(row => test.columns.map(column => cell(row[column])).join(','));
  return [test.columns.join(','), ...lines].join('\r\n') + '\r\n';
}

function isAnswered(index) {
  const known = test.kind === 'ab' ? answers[index].choice !== undefined
    : answers[index].points !== undefined && answers[index].points.every(points => points !== null);
  return known && heard[index].every(Boolean);
}

function addPlayer(trial, place) {
  const box = document.createElement('div'), label = document.createElement('label');
  const told = document.createElement('span');
  box.className = 'clip';
  label.textContent = 'Clip ' + letters[place];
  const player = document.createElement('audio');
  player.controls = true;
  player.src = 'data:audio/flac;base64,' + trial.sounds[place];
  told.className = 'heard';
  const tell = () => { told.textContent = heard[at][place] ? '✓ heard' : ''; };
  tell();
  player.addEventListener('ended', () => { heard[at][place] = true; tell(); refresh(); });
  player.addEventListener('play', () => {
    for (const other of document.querySelectorAll('audio')) if (other !== player) other.pause();
  });
  box.append(label, told, player);
  if (test.kind === 'rating') {
    const slider = document.createElement('input'), shown = document.createElement('output');
    const row = document.createElement('div');
    const given = answers[at].points ?? trial.sets.map(() => null);
    slider.type = 'range'; slider.min = 0; slider.max = 100; slider.value = given[place] ?? 50;
    slider.setAttribute('aria-label', 'Points of clip ' + letters[place]);
    shown.textContent = given[place] ?? 'not rated';
    row.className = given[place] === null ? 'rate open' : 'rate';
    const rate = () => {
      answers[at].points ??= trial.sets.map(() => null);
      answers[at].points[place] = Number(slider.value);
      shown.textContent = slider.value;
      row.className = 'rate';
      refresh();
    };
    // Who means the middle, where it stands, clicks or presses Enter on it, and nothing is put in.
    for (const kind of ['input', 'click']) slider.addEventListener(kind, rate);
    slider.addEventListener('keydown', event => { if (event.key === 'Enter') rate(); });
    row.append(slider, shown);
    box.append(row);
  }
  byId('clips').append(box);
}

function addChoices() {
  for (const [choice, text] of [['first', 'A is better'], ['same', 'No difference'], ['second', 'B is better']]) {
    const button = document.createElement('button');
    button.type = 'button'; button.textContent = text; button.dataset.choice = choice;
    button.addEventListener('click', () => { answers[at].choice = choice; refresh(); });
    byId('choices').append(button);
  }
}

function refresh() {
  for (const button of byId('choices').children) {
    button.setAttribute('aria-pressed', String(answers[at].choice === button.dataset.choice));
  }
  byId('next').disabled = !isAnswered(at);
}

function show() {
  const isOver = at >= test.trials.length;
  byId('start').hidden = true; byId('trial').hidden = isOver; byId('end').hidden = !isOver;
  byId('clips').replaceChildren(); byId('choices').replaceChildren();
  if (isOver) return;
  const trial = test.trials[at];
  byId('progress').max = test.trials.length; byId('progress').value = at;
  byId('count').textContent = (at + 1) + ' of ' + test.trials.length;
  byId('prompt').textContent = trial.prompt ? 'Asked for: ' + trial.prompt : '';
  byId('question').textContent = test.kind === 'ab' ? 'Which one is better? Hear both to their ends first.'
    : 'Rate each from 0 (bad) to 100 (excellent). Hear all to their ends first.';
  trial.sets.forEach((_, place) => addPlayer(trial, place));
  if (test.kind === 'ab') addChoices();
  byId('back').disabled = at === 0;
  refresh();
}

byId('begin').addEventListener('click', show);
byId('next').addEventListener('click', () => { if (isAnswered(at)) { at += 1; show(); } });
byId('back').addEventListener('click', () => { at -= 1; show(); });
byId('again').addEventListener('click', () => { at -= 1; show(); });
byId('save').addEventListener('click', () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([asCsv()], { type: 'text/csv' }));
  link.download = 'answers.csv';
  link.click();
  URL.revokeObjectURL(link.href);
});
"""
