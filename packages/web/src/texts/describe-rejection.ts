import type { Rejection } from "@valetkey/client";
import { kinds, rejections as words } from "./en/rejections.ts";

/** The part of a response about a rejected file. An older version of the service stored only `reason`, in English. */
export type Rejected = { reason?: string | undefined; rejection?: Rejection | undefined };

/** Says why the service rejected a file, in the language of the interface. Returns an unknown reason as it is. */
export function describeRejection({ reason, rejection }: Rejected): string | undefined {
  if (rejection === undefined) return reason;
  const { code, virus = "" } = rejection;
  if (code === "content_mismatch") return describeMismatch(rejection);
  return code === "infected" ? words.infected(virus) : (words[code] ?? reason);
}

function describeMismatch({ detectedType: detected, expectedType: expected = "" }: Rejection): string {
  const [group = ""] = expected.split("/", 1);
  const kind = kinds[expected] ?? kinds[group] ?? words.claimed;
  if (detected === undefined) return words.isNot(kind);
  // If a file that should be a picture is no picture, the text names no exact type of picture. This rule is only for pictures, because
  // formats of other groups, such as films, may also contain sound.
  const isForeign = group === "image" && !detected.startsWith("image/");
  return words.isOther(kinds[detected] ?? words.other(detected), isForeign ? (kinds[group] ?? kind) : kind);
}
