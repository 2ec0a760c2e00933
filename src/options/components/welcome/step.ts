/** One step of the first run: drawn when it is come to, whole. */
export interface Step {
  readonly node: HTMLElement;
  /** Reads what it shows. @returns false where there is nothing to do in it */
  open(): Promise<boolean>;
  /** Whether going on is what is left to do here. */
  readonly isDone: boolean;
  /** Key of what the button to go on says before that. */
  readonly skip?: string;
}
