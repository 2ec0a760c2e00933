/** @param experiment the folder dist/experiment-calendar */
export declare function writeSampleProvider(experiment: string, xpi: string): Promise<void>;
