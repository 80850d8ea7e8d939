import { type Promised, rejections as words } from "./en/rejections.ts";

const PROMISES: readonly [RegExp, Promised][] = [
  [/^image\/|\.(?:png|jpe?g|gif|webp|avif|bmp|heic|tiff?|svg)$/i, "picture"],
  [/^video\/|\.(?:mp4|m4v|mov|webm|mkv|avi)$/i, "film"],
  [/^audio\/|\.(?:mp3|m4a|wav|flac|ogg|aac)$/i, "sound"],
  [/^application\/pdf$|\.pdf$/i, "pdf"],
  [/^text\/|\.(?:txt|md|csv)$/i, "text"],
];

type Parts = Readonly<Record<string, string>>;

// The sentences of the service (uploads/content/contradictions.ts, uploads/verify.ts and requests/index.ts).
const RULES: readonly [RegExp, (parts: Parts) => string][] = [
  [
    /^This file is not what .*? \(it is (?<actual>.+?), (?:named|declared as) (?<said>.+)\)\./s,
    ({ actual = "", said = "" }) => words.contradiction({ actual, said, promised: promisedBy(said) }),
  ],
  [/^This file is not both /, () => words.nameAndType],
  [/^The request does not accept this kind of file/, () => words.kind],
  [/^The file is infected: the virus scanner found (?<virus>.+?)\.(?: |$)/s, ({ virus = "" }) => words.infected(virus)],
  [/^The file is larger than the virus scanner accepts/, () => words.tooLargeToScan],
  [/^The file is not what was declared/, () => words.changed],
  [/^The recipient rejected it/, () => words.byPerson],
];

/** Says in the language of the reader why the service rejected a file. Returns an unknown reason as it is. */
export function describeRejection(reason: string): string {
  for (const [pattern, describe] of RULES) {
    const found = pattern.exec(reason);
    if (found !== null) return describe(found.groups ?? {});
  }
  return reason;
}

function promisedBy(said: string): Promised | undefined {
  return PROMISES.find(([pattern]) => pattern.test(said))?.[1];
}
