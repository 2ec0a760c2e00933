/**
 * Whether two directories lie on the same disk, so that the user can be told that one broken disk would take
 * both. Pure: from the text of Linux's /proc/self/mountinfo (proc(5)), or from the paths elsewhere.
 */
import { directoryParts } from "./place-path.ts";

export type Device = "profile-disk" | "other-disk" | "unknown";

/** File systems whose source names no disk that could break. */
const NO_DISK = new Set(["tmpfs", "overlay", "fuse", "autofs"]);

interface Mount {
  readonly point: readonly string[];
  readonly device: string;
  readonly source: string;
  readonly type: string;
}

/** @param mountinfo the file's text; `null` where the system has none */
export function compareDisks(
  mountinfo: string | null,
  profile: string,
  directory: string,
  os: "linux" | "windows" | "darwin" | "other",
): Device {
  if (os === "windows") {
    const [profileDrive] = directoryParts(profile, true) ?? [];
    const [drive] = directoryParts(directory, true) ?? [];
    if (!profileDrive || !drive) return "unknown";
    return profileDrive === drive ? "profile-disk" : "other-disk";
  }
  if (os === "darwin") {
    const volume = (path: string) => /^\/Volumes\/([^/]+)/.exec(path)?.[1] ?? "/";
    return volume(profile) === volume(directory) ? "profile-disk" : "other-disk";
  }
  if (mountinfo === null) return "unknown";
  const mounts = parseMounts(mountinfo);
  const own = mountOf(mounts, profile);
  const other = mountOf(mounts, directory);
  if (!own || !other) return "unknown";
  if (own.device === other.device) return "profile-disk";
  if (NO_DISK.has(own.type) || NO_DISK.has(other.type)) return "unknown";
  return disk(own.source) === disk(other.source) ? "profile-disk" : "other-disk";
}

/** Drives behind a network or a program, by the system's names; fuse.sshfs and the like as well, fuseblk is a disk. */
const REMOTE = /^(?:nfs4?|cifs|smb3|smbfs|9p|afs|ceph|fuse(?:\..*)?)$/;

/** True where a call that waits for the disk may wait for ever, as far as can be told. Arguments as of {@link compareDisks} */
export function mayStall(mountinfo: string | null, directory: string): boolean {
  if (directory.startsWith("\\\\")) return true;
  const mount = mountinfo === null ? null : mountOf(parseMounts(mountinfo), directory);
  return mount !== null && REMOTE.test(mount.type);
}

function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const dash = fields.indexOf("-");
    const [device, point] = [fields[2], fields[4]];
    if (dash < 0 || device === undefined || point === undefined) return [];
    return [
      {
        device,
        point: directoryParts(unescapeOctal(point), false) ?? [],
        type: fields[dash + 1] ?? "",
        source: unescapeOctal(fields[dash + 2] ?? ""),
      },
    ];
  });
}

/** Of several mounts at one point the last one is visible. */
function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  const parts = directoryParts(path, false);
  if (!parts) return null;
  let best: Mount | null = null;
  for (const mount of mounts) {
    if (!mount.point.every((part, index) => parts[index] === part)) continue;
    if (!best || mount.point.length >= best.point.length) best = mount;
  }
  return best;
}

/** The disk a partition belongs to: sda for /dev/sda1, nvme0n1 for /dev/nvme0n1p2; other sources as they are. */
function disk(source: string): string {
  return (
    /^\/dev\/(?:((?:nvme\d+n|mmcblk|nbd|loop|md)\d+)(?:p\d+)?|((?:sd|hd|vd|xvd)[a-z]+)\d*)$/
      .exec(source)
      ?.slice(1)
      .find((name) => name !== undefined) ?? source
  );
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
