import { distance } from "fastest-levenshtein";

export type Names = Readonly<Record<string, unknown>>;

/** The options of an embedding, by the environment variable of the service that has the same meaning. */
export type OptionOf = Readonly<Record<string, string>>;

/** Replaces the environment variables in a text with the options of an embedding. */
export function nameOptions(text: string, optionOf: OptionOf): string {
  return text.replaceAll(/\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b/g, (setting) => optionOf[setting] ?? setting);
}

/** Throws TypeError if the options of a call are no object, or have a name that the call does not know. */
export function requireNames(options: unknown, { call, names }: { call: string; names: Names }): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${call}: give an object with the options ${Object.keys(names).join(", ")}.`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(names, name)) throw new TypeError(`${call}: ${describeUnknown(name, { names })}`);
  }
}

/** Describes an unknown option, with the option that the application probably means. `at`: the path of the option. Default: no path. */
export function describeUnknown(name: string, { names, at = "" }: { names: Names; at?: string }): string {
  const meant = closest(name, Object.keys(names));
  const advice = meant === undefined ? `the options are ${Object.keys(names).join(", ")}` : `did you mean "${meant}"?`;
  return `unknown option "${at}${name.slice(0, MAX_SHOWN)}", ${advice}`;
}

const MAX_SHOWN = 64;

/** Returns the name that differs from the text in a few letters, or that is the beginning of the text. */
function closest(text: string, names: readonly string[]): string | undefined {
  if (text.length > MAX_SHOWN) return undefined;
  const begins = names.find((name) => name.length > 3 && text.startsWith(name));
  const edits = (name: string) => distance(text.toLowerCase(), name.toLowerCase());
  const [best] = names.toSorted((a, b) => edits(a) - edits(b));
  if (best === undefined) return undefined;
  // Two letters in the wrong order are two edits.
  const most = Math.min(Math.max(2, Math.floor(best.length / 3)), best.length - 2);
  return edits(best) <= most ? best : begins;
}
