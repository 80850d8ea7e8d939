import { makeToken } from "../../../platform/crypto/link-token.ts";
import type { Tx } from "../../../platform/database/queries.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import type { Caller } from "../../access/caller.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import type { LinkDetails } from "../link.ts";
import { effectiveExpiry, type Link, type LinkState, linkState, mayEditLink } from "../link.ts";
import { linkQueries } from "../queries/links.ts";

/** A link in the form that people with an account see. Instants are milliseconds since the epoch. */
export type DescribedLink = Omit<LinkDetails, "creatorRole" | "creatorName" | "readyFiles" | "takenFiles"> & {
  link: Link;
  token: string;
  state: LinkState;
  /** Whether the caller may edit the link. */
  canEdit: boolean;
  /** The names of the files. Undefined: every file of the note. */
  files: { id: string; filename: string }[] | undefined;
};

type Describer = Pick<Deps, "linkKeys" | "limits" | "clock">;

/** Adds the token, the state and the names of the files to each link. One query reads all names. */
export async function describeLinks(
  deps: Describer,
  { queries, caller, details }: { queries: Tx; caller: Caller; details: readonly LinkDetails[] },
): Promise<DescribedLink[]> {
  const ids = details.flatMap(({ link }) => link.attachmentIds ?? []);
  const names = ids.length === 0 ? new Map<string, string>() : await attachmentQueries(queries).filenamesOf(ids);
  return details.map((each) => describe(deps, { caller, details: each, names }));
}

/** Reads and describes one link. Throws `link_not_found`. */
export async function describeLink(
  deps: Describer,
  { queries, caller, linkId }: { queries: Tx; caller: Caller; linkId: string },
): Promise<DescribedLink> {
  const found = await linkQueries(queries).findDetails(linkId);
  const [described] = await describeLinks(deps, { queries, caller, details: found === undefined ? [] : [found] });
  if (described === undefined) throw new DomainError("link_not_found", "Link not found");
  return described;
}

function describe(
  { linkKeys, limits, clock }: Describer,
  { caller, details, names }: { caller: Caller; details: LinkDetails; names: ReadonlyMap<string, string> },
): DescribedLink {
  const { noteTitle, received, urlsIssued, lastUrlExpiresAt } = details;
  const link = { ...details.link, expiresAt: effectiveExpiry(details.link, limits.links) };
  const files = link.attachmentIds?.flatMap((id) => {
    const filename = names.get(id);
    return filename === undefined ? [] : [{ id, filename }];
  });
  return {
    link,
    token: tokenOf(linkKeys, link),
    state: stateOf({ limits, clock }, details),
    canEdit: mayEditLink(link, caller.userId),
    files,
    noteTitle,
    received,
    urlsIssued,
    lastUrlExpiresAt: stillWorks(lastUrlExpiresAt, clock()),
  };
}

/** Returns the state of a link at this moment. */
export function stateOf({ limits, clock }: Pick<Describer, "limits" | "clock">, details: LinkDetails): LinkState {
  const { link, creatorRole, readyFiles, takenFiles } = details;
  const filesLeft = link.request === undefined ? readyFiles : link.request.maxFiles - takenFiles;
  return linkState(link, { now: clock(), creatorRole, filesLeft: Math.max(0, filesLeft), policy: limits.links });
}

function tokenOf({ tokens: [key] }: Deps["linkKeys"], { id, generation }: Link): string {
  if (key === undefined) throw new Error("a token needs a key");
  return makeToken(key, { linkId: id, generation });
}

/** Returns the expiry of the last issued URL if it is in the future. Returns undefined if no issued URL works any more. */
export function stillWorks(lastUrlExpiresAt: number | undefined, now: number): number | undefined {
  return lastUrlExpiresAt !== undefined && lastUrlExpiresAt > now ? lastUrlExpiresAt : undefined;
}
