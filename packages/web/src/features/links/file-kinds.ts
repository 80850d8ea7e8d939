import { linkTexts } from "../../texts/en/links.ts";

const names = linkTexts.request.kindNames;

/** The kinds that the form offers, as media types. */
export const FILE_KINDS: readonly string[] = Object.keys(names);

/** The name of a kind, such as "Pictures". Without a name, the media type itself. */
export const nameOfKind = (kind: string): string => names[kind] ?? kind;
