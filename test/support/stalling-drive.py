"""A directory mounted a second time by FUSE, whose operations hang while a file says so: a network drive that stalls.

Arguments: the directory, the mount point, the control file. The control file holds the kinds of operations that hang:
"all", "write" (everything that changes something), names of single ones, or nothing. Each operation that begins to hang is told on the output.
"""

import os
import sys
import threading
import time

from fusepy import FUSE, FuseOSError, Operations

root, mount_point, control = sys.argv[1:4]
parent = os.getppid()
CHANGING = {
    "chmod", "create", "fsync", "mkdir", "rename", "rmdir", "truncate", "unlink", "utimens", "write",
}


def hanging(operation):
    with open(control, encoding="ascii") as file:
        kinds = file.read().split()
    return operation in kinds or "all" in kinds or ("write" in kinds and operation in CHANGING)


class Drive(Operations):
    use_ns = True

    def __call__(self, operation, path, *arguments):
        if hanging(operation):
            print(f"hangs {operation}", flush=True)
            while hanging(operation):
                time.sleep(0.02)
        try:
            return getattr(self, operation)(root + path, *arguments)
        except OSError as error:
            raise FuseOSError(error.errno) from error

    def access(self, path, mode):
        if not os.access(path, mode):
            raise FuseOSError(13)

    def getattr(self, path, handle=None):
        found = os.lstat(path)
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks")
        times = {f"st_{kind}time": getattr(found, f"st_{kind}time_ns") for kind in "amc"}
        return {**{name: getattr(found, name) for name in names}, **times}

    def statfs(self, path):
        found = os.statvfs(path)
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_files", "f_ffree", "f_frsize", "f_namemax")
        return {name: getattr(found, name) for name in names}

    def readdir(self, path, handle):
        return [".", "..", *os.listdir(path)]

    def chmod(self, path, mode):
        os.chmod(path, mode)

    def chown(self, path, user, group):
        os.chown(path, user, group)

    def mkdir(self, path, mode):
        os.mkdir(path, mode)

    def rmdir(self, path):
        os.rmdir(path)

    def unlink(self, path):
        os.unlink(path)

    def rename(self, old, new):
        os.rename(old, root + new)

    def utimens(self, path, times=None):
        os.utime(path, ns=times)

    def open(self, path, flags):
        return os.open(path, flags)

    def create(self, path, mode, info=None):
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

    def read(self, path, size, offset, handle):
        return os.pread(handle, size, offset)

    def write(self, path, data, offset, handle):
        return os.pwrite(handle, data, offset)

    def truncate(self, path, length, handle=None):
        os.truncate(path, length)

    def flush(self, path, handle):
        pass

    def fsync(self, path, data_only, handle):
        os.fsync(handle)

    def release(self, path, handle):
        os.close(handle)


def end_with_parent():
    """An abandoned mount would let whoever looks at it hang."""
    while os.getppid() == parent:
        time.sleep(1)
    os.system(f"umount -l '{mount_point}'")
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
FUSE(Drive(), mount_point, foreground=True, nonempty=True, fsname="stalling", subtype="nfs")
