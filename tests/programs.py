"""Programs that tests need and a laptop may lack: left out there and said so, a failure in CI."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

LEFT_OUT = "LEFT OUT: "


def program(*names: str) -> str:
    """The path of the first there is; where none is the test ends, as `leave_out` has it."""
    # Beside Python is what a wheel brought; servers are often not on a user's PATH.
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), "/usr/sbin"]
    found = (shutil.which(name, path=os.pathsep.join(folders)) for name in names)
    return next(filter(None, found), None) or leave_out(names[0])


def leave_out(missing: str) -> NoReturn:
    """Skip the test that wants what is `missing`; where `CI` is set, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{missing} is missing: .ci/run installs it")
    pytest.skip(f"{LEFT_OUT}there is no {missing} here")
