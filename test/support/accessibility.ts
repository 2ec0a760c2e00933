/** What axe-core finds wrong with a page as it is shown now: serious things only, each with the element it concerns. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function seriousFindings(page: {
  evaluate<T>(script: string): Promise<T>;
}): Promise<string[]> {
  return page.evaluate<string[]>(
    `const axe = new Function("window", "document", ${JSON.stringify(source)} + "; return window.axe ?? this.axe;").call(window, window, document) ?? window.axe;
     const { violations } = await axe.run(document, { resultTypes: ["violations"] });
     return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
       .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html));`,
  );
}
