/** The two functions of lz4js that the tests use as an oracle; the package ships no types. */
declare module "lz4js" {
  export function compress(bytes: Uint8Array): Uint8Array;
  export function decompress(frame: Uint8Array): Uint8Array;
}
