# SPDX-License-Identifier: AGPL-3.0-or-later
"""The power goes off under a real ext4: what was acknowledged is there afterwards, and nothing needs a
hand. (RELIABILITY promises 1 and 14)

The data lie on a file system of their own, in an image mounted by loop. A cut is EXT4_IOC_SHUTDOWN without
flushing of the log, as xfstests makes them: from that moment nothing more reaches the image, neither what the
kernel holds in memory nor the file system's own journal. The server is stopped just before, in the midst of whatever
it does, because nobody hears of it after a cut: an fdatasync that such a shutdown meets half way may return 0 (its
transaction is given up, and jbd2_complete_transaction finds none to wait for). Then it is killed, and the image mounted
again, which replays that journal. It needs root and a loop device."""
import contextlib
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import tempfile

from harness import Diwan, Skip, eq, figure, wait_for
from test_kill9 import WRITERS, Watcher, Writer, check, one_round

SHUTDOWN, WITHOUT_FLUSH = 0x8004587D, 2  # EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH


def run(*command):
    got = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert got.returncode == 0, "%s: %s" % (" ".join(command), got.stderr)


class Disk:
    """An ext4 in a file, mounted at `folder`."""

    def __init__(self):
        if os.geteuid() != 0 or not shutil.which("mkfs.ext4") or not os.path.exists("/dev/loop-control"):
            raise Skip("a file system of its own needs root, mkfs.ext4 and loop devices")
        self.dir = tempfile.mkdtemp(prefix="diwan-disk-")
        self.image, self.folder = os.path.join(self.dir, "image"), os.path.join(self.dir, "mounted")
        os.mkdir(self.folder)
        with open(self.image, "wb") as f:
            f.truncate(256 << 20)
        run("mkfs.ext4", "-q", "-F", self.image)

    def __enter__(self):
        try:
            self.mount()
        except AssertionError as e:
            shutil.rmtree(self.dir)
            raise Skip("no loop device to be had: %s" % e) from None
        return self

    def __exit__(self, *_):
        with contextlib.suppress(AssertionError):
            run("umount", self.folder)
        shutil.rmtree(self.dir, ignore_errors=True)

    def mount(self):
        run("mount", "-o", "loop", self.image, self.folder)

    def cut(self):
        at = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(at, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(at)

    def power_on(self):
        run("umount", self.folder)
        self.mount()


def is_frozen(pid):
    """Each thread is stopped, or stops where it comes back from the kernel (D)."""
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/stat" % (pid, task)) as f:
            if f.read().rpartition(")")[2].split()[0] not in "TD":
                return False
    return True


def cut_power(dw, disk):
    dw.process.send_signal(signal.SIGSTOP)
    wait_for(lambda: is_frozen(dw.process.pid), "the server to stand still")
    disk.cut()


def test_the_power_is_cut_under_ext4():
    rng = random.Random(30)
    with Disk() as disk:
        dw = Diwan("--heartbeat-s", "1", folder=disk.folder, start=False)
        dw.log_path = os.path.join(disk.dir, "server.log")
        with dw:
            token, reader = dw.token("feed", "ingest"), dw.token("screen", "read")
            writers = [Writer(i, token) for i in range(WRITERS)]
            watcher = Watcher(dw, reader)
            for _ in range(figure(5, 50)):
                dw.start()
                one_round(dw, writers, watcher, rng.randint(1, 25), lambda: cut_power(dw, disk))
                disk.power_on()
            dw.start()
            check(dw, writers, watcher, reader)
            eq(dw.stop(), 0)
            dw.verify()
