/** The kind of file that a name or a content type promises. */
export type Promised = "picture" | "film" | "sound" | "pdf" | "text";

const notA: Record<Promised, string> = {
  picture: "not a picture",
  film: "not a film",
  sound: "not a sound file",
  pdf: "not a PDF",
  text: "not a text",
};

/** Plain words for names that only some people know. */
const PLAIN: Readonly<Record<string, string>> = { HTML: "a web page", SVG: "a drawing (SVG)" };

type Contradiction = {
  /** What the file is, such as "a Windows program", "not a PDF" or a content type. */
  actual: string;
  /** The name or the content type of the file. */
  said: string;
  promised: Promised | undefined;
};

/** Why the service did not accept a file. */
export const rejections = {
  contradiction({ actual, said, promised }: Contradiction): string {
    if (actual.startsWith("not ")) return `Not accepted: this is ${actual}, although it claims to be one.`;
    const what = actual.includes("/") ? `another kind of file (${actual})` : (PLAIN[actual] ?? actual);
    return promised === undefined
      ? `Not accepted: this is ${what}, not what it is called (${said}).`
      : `Not accepted: this is ${what}, ${notA[promised]}.`;
  },
  nameAndType: "The ending of its name does not fit its content. Check the name, then choose it again.",
  kind: "This kind of file is not asked for.",
  infected: (virus: string) => `The virus scanner found a virus in it (${virus}).`,
  tooLargeToScan: "It is too large for the virus scanner.",
  changed: "It arrived changed. Choose it again.",
  byPerson: "The person who asked for it did not accept it.",
};
