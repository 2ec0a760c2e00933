/** Files by IOUtils. */
import type { FileAccess } from "./file-access.ts";

export const geckoFiles: FileAccess = {
  join: (directory, ...names) => PathUtils.join(directory, ...names),
  exists: (path) => IOUtils.exists(path),
  async list(directory) {
    try {
      const children = await IOUtils.getChildren(directory, { ignoreAbsent: true });
      return children.map((path) => PathUtils.filename(path));
    } catch {
      // A file where a directory could be: it has no names in it.
      return [];
    }
  },
  async makeDirectory(path) {
    await IOUtils.makeDirectory(path, { createAncestors: true, ignoreExisting: true });
  },
  readText: (path) => IOUtils.readUTF8(path),
  async writeText(path, text) {
    await IOUtils.writeUTF8(path, text, { tmpPath: `${path}.tmp` });
  },
  move: (from, to) => IOUtils.move(from, to, { noOverwrite: true }),
  copy: (from, to) => IOUtils.copy(from, to, { noOverwrite: true }),
  remove: (path) => IOUtils.remove(path, { ignoreAbsent: true }),
};
