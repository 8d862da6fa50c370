"""Front ends in processes of their own, and what is left of them afterwards."""

import fcntl
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import uuid

import psutil

ROOT = pathlib.Path(__file__).resolve().parents[4]
SESSIONS = ROOT / "target/lab/sessions"
MARK = "MANTISSA_TEST_SERVER"
# Longer than anything takes.
PATIENCE = 60


def wait_for(condition, what):
    """Waits until the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain {what}")
        time.sleep(0.1)


class Server:
    """A server on a folder, in a process group of its own like that of a shell's command."""

    def __init__(self, command):
        self.mark, environment = marked()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said = []
        for line in self.process.stdout:
            said.append(line)
            address = re.search(r"(http://127\.0\.0\.1:\d+)/\S*\?(token=\w+)", line)
            if address:
                self.base, self.token = address.groups()
                break
        else:
            raise AssertionError("the server ended:\n" + "".join(said))
        # Nobody reads on; a pipe that is full would stop the server.
        subprocess.Popen(
            ["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL, start_new_session=True
        )
        self.process.stdout.close()

    @classmethod
    def lab(cls, folder):
        """What `cargo lab` starts."""
        return cls(["cargo", "lab", "--no-browser", "--folder", folder])

    @classmethod
    def notebook(cls, folder):
        """Notebook 7 out of the box, with the kernel that is registered for the user."""
        options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
        return cls([sys.executable, "-m", "notebook", *options, f"--ServerApp.root_dir={folder}"])

    def end(self, how=signal.SIGINT):
        """Ends it, and waits until nothing is left; Ctrl-C in a terminal reaches the whole group."""
        if how == signal.SIGKILL:
            self.process.kill()
        else:
            os.killpg(self.process.pid, how)
        self.process.wait(PATIENCE)
        wait_for_nothing(self.mark)


def marked():
    """A mark, and an environment that has it, by which all processes of a command are found."""
    mark = uuid.uuid4().hex
    return mark, {**os.environ, MARK: mark}


def wait_for_nothing(mark):
    """Waits until nothing is left of a command that has ended."""
    wait_for(lambda: not processes(mark), "for processes that should end")
    wait_for(lambda: not unused_sessions(), "for folders of sessions that should go")
    wait_for(lambda: not unused_sockets(), "for sockets that should go")


def processes(mark):
    """All that come from a command, whoever their parent is by now."""

    def is_ours(process):
        try:
            ended = process.status() == psutil.STATUS_ZOMBIE
            return not ended and process.environ().get(MARK) == mark
        except psutil.Error:
            return False

    return [process for process in psutil.process_iter() if is_ours(process)]


def unused_sessions():
    """Folders of sessions that nobody locks, as every process does that uses one."""

    def is_unused(folder):
        try:
            with open(folder / "in-use") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            # In use, or it is just being made or removed.
            return False
        return True

    return [folder for folder in SESSIONS.glob("*") if is_unused(folder)]


def unused_sockets():
    """Sockets of spare engines whose keeper is gone; their names have its number."""
    names = [path.name.split("-") for path in (ROOT / "target/lab/spare").glob("*-*-*")]
    return [name for name in names if not psutil.pid_exists(int(name[1]))]
