/** What saving a file into a picked folder takes: it is added, never put in place of another. */
export interface AddedFiles {
  /** @param path `/` between its parts. @returns false when a file of that name is there already. @throws AppError of the place */
  create(path: string, bytes: Uint8Array, modifiedMs: number): Promise<boolean>;
}
