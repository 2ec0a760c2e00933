import type { BuildOptions } from "esbuild";

export interface ExperimentScript {
  readonly scopes: readonly string[];
  readonly paths: readonly (readonly string[])[];
  readonly script: string;
  readonly events?: readonly string[];
}
export interface ExperimentApi {
  readonly schema: string;
  readonly parent?: ExperimentScript;
  readonly child?: ExperimentScript;
}
export type ExperimentApis = Readonly<Record<string, ExperimentApi>>;

export declare const commonOptions: BuildOptions;
/** @throws Error naming an experiment that manifest.json does not have */
export declare function experimentApis(names?: readonly string[]): Promise<ExperimentApis>;
export declare function experimentBundles(apis: ExperimentApis, folder: string): BuildOptions[];
export declare function schemaText(api: ExperimentApi): Promise<string>;
