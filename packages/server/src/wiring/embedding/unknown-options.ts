import { RESOURCE_OPTIONS } from "../../features/embedding/types.ts";
import { describeUnknown, type Names } from "../../platform/text/option-names.ts";
import { OPTION_NAMES, type ValetKeyOptions } from "./types.ts";

/** Returns a text for each unknown option, with the option that the application probably means. */
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

/** The AWS SDK adds these members to credentials, and an application may pass such credentials. */
const MEMBERS_OF_SDK: readonly string[] = ["$source", "accountId", "credentialScope", "expiration"];

type Level = { known: Names; at: string; ignored?: readonly string[] };

function unknown(given: unknown, { known, at, ignored = [] }: Level): string[] {
  if (typeof given !== "object" || given === null) return [];
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(known, name) && !ignored.includes(name))
    .map((name) => describeUnknown(name, { names: known, at }));
}
