"""The command `rowcall`, the same as the native one."""

import signal
import sys

from rowcall import _rowcall


def main() -> int:
    """Run the command with what was typed; its exit code."""
    # The command hears signals itself, and an interrupt must not end in a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _rowcall.main(["rowcall", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
