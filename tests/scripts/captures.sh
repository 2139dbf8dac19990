#!/usr/bin/env bash
# The faults 1 to 12 that the screen and the command line once had, each played by keys in a real terminal (tmux; SIZE=80x24) against a given
# binary, and what is seen then: captures.sh BINARY [FAULT...]. Two builds side by side: diff -y <(captures.sh OLD) <(captures.sh NEW)
# Needs tmux and python3 (its sqlite3 makes the databases). Nothing is written but in a temporary folder.
set -u
binary=$(realpath "$1")
shift
wanted=${*:-1 2 3 4 5 6 7 8 9 10 11 12}
size=${SIZE:-80x24}
home=$(mktemp -d)
export SQLLAMA_CONFIG_DIR=$home/config SQLLAMA_DATA_DIR=$home/data SQLLAMA_CACHE_DIR=$home/cache TERM=xterm-256color
unset VISUAL EDITOR NO_COLOR TMUX
tmux() { command tmux -L "captures-$$" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null; rm -rf "$home"' EXIT

python3 - "$home" <<'PYTHON'
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1] + "/world.db")
connection.executescript("""
BEGIN;
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT, continent TEXT, population INTEGER);
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT REFERENCES country (code), population INTEGER);
CREATE TABLE visit (day TEXT, visitors INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO country SELECT 'C' || i, 'Country ' || i, CASE i % 3 WHEN 0 THEN 'Asia' WHEN 1 THEN 'Europe' ELSE 'Africa' END, i * 1000000 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4079)
INSERT INTO city SELECT i, 'City ' || i, 'C' || (1 + i % 40), i * 37 % 99991 FROM n;
INSERT INTO visit VALUES ('9/9/2014', 5), ('9/10/2014', 7), (NULL, 3), ('9/12/2014', 9), ('9/13/2014', 2);
COMMIT;
""")
PYTHON

# What the scripted model answers, however often it is asked.
answers() { for _ in $(seq 60); do printf '```sql\n%s\n```\n---\n' "$1"; done > "$home/answer.txt"; }
session=0
# Opens the screen; a shell is under it, as a person has it.
open() {
    session=$((session + 1))
    tmux new-session -d -s "s$session" -x "${size%x*}" -y "${size#*x}" "env PS1='shell> ' bash --norc --noprofile -i"
    tmux send-keys -t "s$session" "clear; '$binary' $*" Enter
    sleep 2.5
}
keys() { for key in "$@"; do tmux send-keys -t "s$session" "$key"; sleep 0.25; [ "$key" = Escape ] && sleep 0.75; done; }
text() { tmux send-keys -t "s$session" -l -- "$1"; sleep 0.4; }
show() { echo "--- $1"; tmux capture-pane -p -t "s$session" | sed 's/[[:space:]]*$//'; }
child() { pgrep -P "$(tmux list-panes -t "s$session" -F '#{pane_pid}')" | head -1; }
close() { tmux kill-session -t "s$session" 2>/dev/null; sleep 0.3; }

fault() {
    echo "=== $1"
    rm -rf "$home/data" # nothing of the fault before
    case $1 in
    1)  echo "--- lines and what is said: all rows into a pipe"
        "$binary" query "$home/world.db" 'SELECT * FROM city' --format csv 2> "$home/said" | wc -l
        cat "$home/said"
        echo "--- a cut that was asked for"
        "$binary" query "$home/world.db" 'SELECT id FROM city' --format csv --max-rows 2
        answers 'SELECT * FROM city'
        echo "--- the same for a question"
        "$binary" ask "$home/world.db" 'Show all cities' --model "script:$home/answer.txt" --format csv 2> /dev/null | wc -l ;;
    2)  answers "SELECT name FROM country WHERE continent = 'Asia'"
        open "'$home/world.db' --model script:'$home/answer.txt'"
        text 'Which countries are in Asia?'; keys Enter; sleep 2; keys Enter; sleep 1
        answers "SELECT name FROM country WHERE continent = 'Asia' AND population > 5000000"
        text 'only those with more than five million'; keys Enter; sleep 2; keys Enter; sleep 1; keys F2; sleep 1
        keys C-q; sleep 1; close
        answers 'SELECT 1 AS another_answer'
        open "'$home/world.db' --model script:'$home/answer.txt'"
        text 'How many cities are there?'; keys Enter; sleep 2; keys Enter; sleep 1
        text 'only those with more than five million'; keys Enter; sleep 2
        show "the fragment after another question"; close ;;
    3)  printf '#!/bin/sh\nprintf "%%s\\n" "-- by the editor" >> "$1"\n' > "$home/editor"; chmod +x "$home/editor"
        export EDITOR=$home/editor; open "'$home/world.db'"; keys M-3; text 'SELECT 1'; keys Escape M-e; sleep 2; unset EDITOR
        show "back from an editor that reads no keys"; close ;;
    4)  for number in TERM HUP INT QUIT; do
            open "'$home/world.db'"; kill -$number "$(child)"; sleep 1.5; text 'echo typed'; show "after SIG$number"; close
        done
        open "'$home/world.db'"; keys C-z; sleep 1; text 'fg'; keys Enter; sleep 2; show "stopped by Ctrl+Z, and fg"; close ;;
    5)  answers 'SELECT name, population FROM country ORDER BY population LIMIT 1'
        open "'$home/world.db' --model script:'$home/answer.txt'"
        text 'Which country has the most inhabitants?'; keys Enter; sleep 3; keys Enter; sleep 1.5; show "the doubt at 80x24"; close ;;
    6)  answers 'SELECT country, count(*) FROM city GROUP BY country ORDER BY count(*) LIMIT 1'
        open "'$home/world.db' --model script:'$home/answer.txt'"
        text 'Which country has the most cities?'; keys Enter; sleep 3; keys M-2 F10; sleep 1; show "the plain sentence"; close ;;
    7)  for word in csv save transpose settings zoom plan; do
            open "'$home/world.db'"; keys C-p; text "$word"; show "Ctrl+P $word"; close
        done ;;
    8)  open "'$home/world.db'"; keys M-3; text 'SELECT id, name, population FROM city ORDER BY id'; keys Escape F5; sleep 1
        keys M-4 G; sleep 1; show "the last rows: numbers are whole"; close ;;
    9)  open "'$home/world.db'"; keys M-3; text 'SELECT day, visitors FROM visit'; keys Escape F5; sleep 1; keys M-4 c F10; sleep 1
        show "a chart over dates, one of them NULL"; close ;;
    10) open "'$home/world.db'"; text 'one two three'; keys C-w; show "Ctrl+W"; keys C-a; text 'zero '; show "Ctrl+A"; keys C-e C-u
        show "Ctrl+U"; close ;;
    11) open "'$home/world.db'"; keys M-3; text '-- of the first'; first=$session
        open "'$home/world.db'"; keys M-3; text '-- of the second'; sleep 1
        keys C-q; sleep 1; close; session=$first; keys C-q; sleep 1; close; session=$((first + 1))
        open "'$home/world.db'"; show "the next start"; keys M-3 'M-.'; show "the next tab"; close ;;
    12) answers 'SELECT 1 AS answered'
        open "'$home/world.db' --model script:'$home/answer.txt'"; keys M-3; text 'SELECT name FROM city -- mine'; keys Escape C-g
        text 'How many countries are there?'; keys Enter; sleep 2; show "hand-written SQL when an answer comes"; close
        rm -rf "$home/data"; open "'$home/world.db'"; text 'SELECT count(*) FROM city'; keys Enter; sleep 1; show "SQL typed as a question"; close
        rm -rf "$home/data"; open "'$home/world.db'"; keys M-3; text 'SELECT population FROM city'; keys Escape F5; sleep 1; keys M-4 i; sleep 1; show "a column summed up"; close
        open "'$home/world.db'"; mv "$home/world.db" "$home/away.db"; sleep 2.5; show "the file is gone"; mv "$home/away.db" "$home/world.db"; close ;;
    esac
}

for number in $wanted; do fault "$number"; done
