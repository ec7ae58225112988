"""Say that a command was interrupted, also where it has not begun yet."""

import os
import signal

SENTENCE = "Interrupted. What is half done does not count: run the same command again."


def answer_early_interrupts():
    """Let an interrupt end the process with the sentence, until a command takes over.

    While packages are imported, Python itself would answer with a traceback of whatever is
    imported then; the system's own answer is silence, and Make does not always break it.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def take_over():
    """Let an interrupt raise KeyboardInterrupt from now on."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number, frame):
    os.write(2, f"{SENTENCE}\n".encode())
    # By the signal itself, which tells a shell or Make to stop as well.
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
