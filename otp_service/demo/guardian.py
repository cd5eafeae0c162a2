"""Runs one command and ends it when our owner's end of stdin closes: also when it is killed."""

import signal
import subprocess
import sys
import threading

_GRACE_S = 35.0


def main(command: list[str]) -> int:
    # Handlers, not SIG_IGN: the command would inherit that and be deaf to being stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_owner, args=(process,), daemon=True).start()
    return process.wait()


def _end_with_owner(process: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
