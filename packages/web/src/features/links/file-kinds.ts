import { linkTexts } from "../../texts/en/links.ts";

const names = linkTexts.request.kindNames;

/** The kinds that the form offers, as media types. */
export const FILE_KINDS: readonly string[] = Object.keys(names);

/** Returns the name of a kind, such as "Pictures", or the media type itself if it has no name. */
export const nameOfKind = (kind: string): string => names[kind] ?? kind;
