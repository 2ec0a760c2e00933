import { describe, expect, test } from "vitest";
import { compareDisks, mayStall } from "../../../src/experiments/platform/disk.ts";

const mountinfo = `21 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
22 21 259:3 / /home rw,relatime shared:2 - ext4 /dev/nvme0n1p3 rw
23 21 8:1 / /media/u/My\\040Disk rw,relatime shared:3 - vfat /dev/sda1 rw
24 21 8:2 / /media/u/second rw,relatime shared:4 - ext4 /dev/sda2 rw
25 21 0:40 / /mnt/nas rw,relatime shared:5 - nfs4 nas:/export rw
26 21 0:41 / /tmp rw,relatime shared:6 - tmpfs tmpfs rw
`;

describe("is the backup on the profile's disk?", () => {
  test.each([
    ["/home/u/profile", "/home/u/backups", "profile-disk"],
    ["/home/u/profile", "/srv/backups", "profile-disk"],
    ["/home/u/profile", "/media/u/My Disk/backups", "other-disk"],
    ["/media/u/My Disk/profile", "/media/u/second", "profile-disk"],
    ["/home/u/profile", "/media/u/My DiskX", "profile-disk"],
    ["/home/u/profile", "/mnt/nas/backups", "other-disk"],
    ["/home/u/profile", "/tmp/backups", "unknown"],
  ])("profile %s, backup %s: %s", (profile, directory, expected) => {
    expect(compareDisks(mountinfo, profile, directory, "linux")).toBe(expected);
  });

  test("without a list of mounts nothing is claimed", () => {
    expect(compareDisks(null, "/home/u", "/media/x", "linux")).toBe("unknown");
    expect(compareDisks("garbage\n\n- -", "/home/u", "/media/x", "linux")).toBe("unknown");
  });

  test("drives and volumes tell on Windows and macOS", () => {
    expect(compareDisks(null, "C:\\p", "c:\\b", "windows")).toBe("profile-disk");
    expect(compareDisks(null, "C:\\p", "D:\\b", "windows")).toBe("other-disk");
    expect(compareDisks(null, "/Users/u/p", "/Volumes/Stick/b", "darwin")).toBe("other-disk");
    expect(compareDisks(null, "/Users/u/p", "/Users/u/b", "darwin")).toBe("profile-disk");
  });
});

test.each([
  ["/mnt/nas/backups", true],
  ["/mnt/phone/x", true],
  ["/media/u/My Disk/backups", false],
  ["/media/ntfs", false],
  ["\\\\server\\share", true],
  ["C:\\backups", false],
])("%s may stall: %s", (directory, expected) => {
  const more = `27 21 0:42 / /mnt/phone rw - fuse.sshfs phone: rw
28 21 8:3 / /media/ntfs rw - fuseblk /dev/sdb1 rw
`;
  expect(mayStall(mountinfo + more, directory)).toBe(expected);
  expect(mayStall(null, "/mnt/nas")).toBe(false);
});
