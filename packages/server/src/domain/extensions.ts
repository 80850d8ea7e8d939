const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** What browsers run or show as a page, and what a double click runs. Not `com`, in which names of sites end. */
const ACTIVE = words(`
  html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt js mjs cjs php asp aspx jsp hta
  exe dll scr pif cpl msi msp lnk bat cmd ps1 vbs vbe jse wsf wsh reg jar apk deb rpm sh bash
`);

/** What is text, whoever wrote it. Not `ts`, which films have too, nor `key` and `pot`, which slides have. */
const TEXT = words(`
  txt text log md markdown rst csv tsv json jsonl ndjson geojson yaml yml toml ini conf cfg
  html htm xhtml shtml xml xsl xslt css js mjs cjs jsx tsx php asp aspx jsp
  c h cc cpp hpp cs go java kt rs py rb pl lua swift scala sql sh bash bat cmd ps1 tex srt vtt ics vcf diff patch
`);

/** The last extension of a filename in lower case, without the dot and what Windows drops behind it; "" when there is none. */
export function extensionOf(filename: string): string {
  const name = filename.replace(/[. ]+$/, "");
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Whether a name promises a program or a page. */
export function isActiveName(filename: string): boolean {
  return ACTIVE.has(extensionOf(filename));
}

/** Whether a name promises text. */
export function isTextName(filename: string): boolean {
  return TEXT.has(extensionOf(filename));
}
