export function pageWithHead(text: string, head: string): string;
export function writePages(from: string, to: string): Promise<void>;
