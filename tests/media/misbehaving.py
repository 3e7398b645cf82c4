"""Work for the child processes that goes wrong in the ways a decoder can, by the name of the file it is given."""

import os
import re
import signal
import subprocess
import sys
import time

from bot.media.prepare import prepare


def misbehave(source, name, kind_hint, limits):
    match re.split(r"[-.]", name)[0]:
        case "hang":
            time.sleep(600)
        case "spin":
            while True:
                pass
        case "exit":
            os._exit(3)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "babble":
            os.write(1, b"not a frame")
            sys.stdout.write("not a frame")
            sys.stdout.flush()
        case "bug":
            raise KeyError("ours")
        case "hungry":
            bytearray(limits.image_memory * 2)
        case "brood":
            subprocess.run(["sleep", "600.25"])
    return prepare(source, name, kind_hint, limits)
