"""Milliseconds from exec to the last line of the first frame, in a pseudo-terminal of 200x60.

    python3 tests/benches/first_frame.py RUNS WORD COMMAND...

WORD stands in the last line that the frame draws: `commands` with a database, `Esc` on the start page. Give SQLLAMA_DATA_DIR an empty
folder to measure without a model.
"""
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time

runs, word, command = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3:]
times = []
for _ in range(runs):
    start = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        os.execvp(command[0], command)
    seen = b""
    while word not in seen and time.monotonic() - start < 5:
        if select.select([terminal], [], [], 0.5)[0]:
            seen += os.read(terminal, 65536)
    times.append((time.monotonic() - start) * 1000)
    os.write(terminal, b"\x11")  # Ctrl+Q
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # the child closed its side
    os.waitpid(child, 0)
    os.close(terminal)
times.sort()
print(f"n {runs}  min {times[0]:.1f} ms  median {statistics.median(times):.1f} ms  max {times[-1]:.1f} ms")
