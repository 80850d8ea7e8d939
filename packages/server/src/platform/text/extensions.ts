/** Returns the set of words in a text. */
export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * The extensions of files that a browser runs or renders, or that a double click runs. `com` is missing, because many filenames are names
 * of web sites, which end with `com`.
 */
const ACTIVE = words(`
  html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt js mjs cjs php asp aspx jsp hta
  exe dll scr pif cpl msi msp lnk bat cmd ps1 vbs vbe jse wsf wsh reg jar apk deb rpm sh bash
`);

/** The extensions of text files. `ts`, `key` and `pot` are missing, because videos and slides have these extensions too. */
const TEXT = words(`
  txt text log md markdown rst csv tsv json jsonl ndjson geojson yaml yml toml ini conf cfg
  html htm xhtml shtml xml xsl xslt css js mjs cjs jsx tsx php asp aspx jsp
  c h cc cpp hpp cs go java kt rs py rb pl lua swift scala sql sh bash bat cmd ps1 tex srt vtt ics vcf diff patch
`);

/** Returns the last extension of a filename, in lower case, without the dot. Ignores trailing dots and spaces, as Windows does. */
export function extensionOf(filename: string): string {
  const name = filename.replace(/[. ]+$/, "");
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Whether a filename has the extension of a program or a web page. */
export function isActiveName(filename: string): boolean {
  return ACTIVE.has(extensionOf(filename));
}

/** Whether a filename has the extension of a text file. */
export function isTextName(filename: string): boolean {
  return TEXT.has(extensionOf(filename));
}
