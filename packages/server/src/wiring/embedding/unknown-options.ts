import { distance } from "fastest-levenshtein";
import { RESOURCE_OPTIONS } from "../../features/embedding/types.ts";
import { OPTION_NAMES, type ValetKeyOptions } from "./types.ts";

type Names = Readonly<Record<string, true>>;

/** Returns a text for each option that does not exist, with the option that the application probably means. */
export function faultsOfNames(options: Partial<ValetKeyOptions>): string[] {
  const { bucket, buckets, scanner, links, resources } = options;
  const named = Object.entries(Object(buckets)).map(([name, one]): [string, unknown] => [`buckets.${name}.`, one]);
  return [
    ...unknown(options, { known: OPTION_NAMES.options, at: "" }),
    ...[["bucket.", bucket] as [string, unknown], ...named].flatMap(([at, one]) => [
      ...unknown(one, { known: OPTION_NAMES.bucket, at }),
      ...unknown(Object(one).credentials, {
        known: OPTION_NAMES.credentials,
        at: `${at}credentials.`,
        ignored: MEMBERS_OF_SDK,
      }),
    ]),
    ...unknown(scanner, { known: OPTION_NAMES.scanner, at: "scanner." }),
    ...unknown(links, { known: OPTION_NAMES.links, at: "links." }),
    ...Object.entries(Object(resources)).flatMap(([name, resource]) =>
      unknown(resource, { known: RESOURCE_OPTIONS, at: `resources.${name}.` }),
    ),
  ];
}

/** The AWS SDK adds these members to the credentials of an application that also uses the SDK. */
const MEMBERS_OF_SDK: readonly string[] = ["$source", "accountId", "credentialScope", "expiration"];

type Level = { known: Names; at: string; ignored?: readonly string[] };

function unknown(given: unknown, { known, at, ignored = [] }: Level): string[] {
  if (typeof given !== "object" || given === null) return [];
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(known, name) && !ignored.includes(name))
    .map((name) => {
      const meant = closest(name, Object.keys(known));
      const advice =
        meant === undefined ? `the options are ${Object.keys(known).join(", ")}` : `did you mean "${meant}"?`;
      return `unknown option "${at}${name.slice(0, MAX_SHOWN)}", ${advice}`;
    });
}

const MAX_SHOWN = 64;

/** Returns the name from which the text differs in a few letters. */
function closest(text: string, names: readonly string[]): string | undefined {
  if (text.length > MAX_SHOWN) return undefined;
  const edits = (name: string) => distance(text.toLowerCase(), name.toLowerCase());
  const [best] = names.toSorted((a, b) => edits(a) - edits(b));
  if (best === undefined) return undefined;
  // Two letters in the wrong order are two edits.
  const most = Math.min(Math.max(2, Math.floor(best.length / 3)), best.length - 2);
  return edits(best) <= most ? best : undefined;
}
