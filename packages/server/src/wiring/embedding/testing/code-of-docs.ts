import { readFile } from "node:fs/promises";

/** Returns the JavaScript block of docs/embedding.md that contains the text. */
export async function codeOfDocs(text: string): Promise<string> {
  const page = await readFile(new URL("../../../../../../docs/embedding.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/^```js$\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const found = blocks.find((code) => code.includes(text));
  if (found === undefined) throw new Error(`No block of docs/embedding.md has the text ${text}`);
  return found;
}
