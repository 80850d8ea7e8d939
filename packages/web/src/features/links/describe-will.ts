import type { Link } from "@valetkey/client";
import { isExpired } from "../../components/expiry.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatDate, formatSpan } from "../../texts/index.ts";
import { emailsOf } from "./link-body.ts";
import type { LinkValues } from "./link-values.ts";

const words = linkTexts.will;

type Context = { kind: Link["kind"]; link?: Link | undefined; now: number };

/** Says in one sentence what the link does after the form is sent. Leaves out a field with a problem. */
export function describeWill(values: LinkValues, { kind, link, now }: Context): string {
  const end = describeEnd(values, { link, now });
  if (end === undefined) return words.staysEnded;
  const downloads = Number(values.maxClaims);
  return words[kind]({
    end,
    people: emailsOf(values.recipients).length,
    hasPassword: values.asksPassword,
    downloads: Number.isInteger(downloads) && downloads > 0 ? downloads : undefined,
  });
}

/** Returns undefined for a link that has ended and stays so. */
function describeEnd({ expiry, customExpiry }: LinkValues, { link, now }: Omit<Context, "kind">): string | undefined {
  const expiresAt = expiry === "unchanged" ? (link?.expiresAt ?? null) : null;
  if (isExpired(expiresAt, now)) return undefined;
  const until =
    expiry === "custom" ? Date.parse(customExpiry) : expiresAt === null ? Number.NaN : Date.parse(expiresAt);
  if (!Number.isNaN(until)) return words.end.until(formatDate(until, now));
  if (expiry === "custom") return "";
  return expiry === "never" || expiry === "unchanged" ? words.end.never : words.end.after(formatSpan(Number(expiry)));
}
