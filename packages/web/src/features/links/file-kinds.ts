import { texts } from "../../texts/index.ts";

const names = texts.links.request.kindNames;

/** The kinds that the form offers, as media types. */
export const FILE_KINDS: readonly string[] = Object.keys(names);

/** "Pictures", else the media type itself. */
export const nameOfKind = (kind: string): string => names[kind] ?? kind;
