/** Makes the folder from the sources: scripts, schemas, manifest fragment, types, documentation. */
export declare function writeSharedExperiment(folder: string): Promise<void>;
