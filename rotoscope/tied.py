"""Run a program that ends when the process that started it ends, however that happens.

    python -I -S tied.py PARENT SIGNAL USER GROUP REACH PROGRAM [ARGUMENT ...]

Linux tells a process of its parent's death by a signal of its choice (PR_SET_PDEATHSIG). It has to be asked
for after the change of user, which clears it, and before the program is executed. This is a program of its
own rather than a `preexec_fn`, because that one may deadlock when the parent has threads. It uses nothing but
the standard library's core, so that it costs some ten milliseconds.

PARENT is the starter's process id. USER and GROUP are numbers, or -1 to stay who we are. REACH is 1 to keep
the right to pass folders closed to USER (a project under /root): the capability CAP_DAC_OVERRIDE, nothing else.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 4
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def die_with_parent(signal_number: int, parent: int) -> None:
    """Have this process receive signal_number when its parent ends; leave at once if `parent` is gone already.

    Does nothing on systems other than Linux. The kernel watches the parent's *thread* that started us.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def become(user: int, group: int, *, reach: bool) -> None:
    """Change to another user for good, keeping only CAP_DAC_OVERRIDE where `reach` asks for it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if reach:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # PostgreSQL asks by access(2) whether it may run its programs, which passes over our capability without this.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)
    if not reach:
        return
    mask = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable
    if libc.capset(header, data) or libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0):
        sys.exit("tied: may not pass the closed folders on the way to the data folder")


def command(
    program: list[str], *, signal_number: int, user: int = -1, group: int = -1, reach: bool = False
) -> list[str]:
    """The command line that runs `program` tied to the calling process."""
    return [
        sys.executable,
        "-I",
        "-S",
        __file__,
        str(os.getpid()),
        str(signal_number),
        str(user),
        str(group),
        str(int(reach)),
        *program,
    ]


def main() -> None:
    """Read the command line, tie ourselves to the parent, and become the program."""
    parent, signal_number, user, group, reach = (int(word) for word in sys.argv[1:6])
    program = sys.argv[6:]
    if user >= 0:
        become(user, group, reach=bool(reach))
    die_with_parent(signal_number, parent)
    os.execvpe(program[0], program, os.environ)


if __name__ == "__main__":
    main()
