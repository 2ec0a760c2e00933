/** What every hashing of a store gives. */

/** 32 bytes. */
export type Mac = Uint8Array;

/** Of what is hashed in pieces. */
export interface RunningMac {
  update(bytes: Uint8Array): void;
  digest(): Mac;
}
