import type { LinkKind } from "../../../platform/database/unions.ts";
import type { Deps } from "../../../platform/deps.ts";
import { DomainError } from "../../../platform/errors.ts";
import { isStorableText } from "../../../platform/text/readable-text.ts";
import { idInApplication } from "../../access/caller.ts";
import type { Link, LinkState } from "../../links/link.ts";
import { stateOf, tokenOf } from "../../links/owner/read.ts";
import { linkQueries } from "../../links/queries/links.ts";
import { fileEventQueries } from "../../outbox/file-event-queries.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { askEach } from "../ask.ts";
import type { ItemLinks } from "../creators.ts";
import { type Actor, callerOf, checkItem, openItem, ROLE_OF_SHARERS, rulesOf, urlTtlOf } from "../items.ts";
import type { ItemName } from "../types.ts";
import { type ActorCalls, type CallContext, checkFileId } from "./context.ts";
import { COMMON_RULES, checkSettings, countUpTo, type SettingRules } from "./link-settings.ts";
import type { ItemLink, LinkCalls, NewLink } from "./link-types.ts";
import { pageOf } from "./read.ts";
import type { PageOptions } from "./types.ts";

export function linkCalls(context: CallContext): Pick<ActorCalls, keyof LinkCalls> {
  const { deps, resources, places, remember, requireLink } = context;

  return {
    async createLink(actor, name, settings = {}) {
      const { useCases, urlOf } = requireLinks(context);
      const item = checkItem(resources, name);
      const checked = checkSettings(settings, { rules: RULES, what: "link" });
      const { fileIds, expiresAt, maxDownloads: maxClaims, ...others } = checked;
      // Array.from also visits the missing elements of an array, which `map` skips.
      const attachmentIds = fileIds && Array.from(fileIds, (id) => checkFileId(id));
      await requireLink(actor, item, "download");
      const { noteId } = await openItem(deps, { item, places, addsFiles: false });
      await remember(actor);
      const urlTtlSeconds = urlTtlOf(rulesOf(resources, item.resource), deps.limits);
      const { link, token } = await useCases.createLink(grantOf(actor, noteId), {
        ...{ noteId, kind: "download", attachmentIds, request: undefined, idempotencyKey: undefined },
        settings: { ...others, expiresAt: expiresAt === null ? null : expiresAt?.getTime(), maxClaims, urlTtlSeconds },
      });
      return presentLink(link, { item, token, state: "live", urlOf });
    },

    async listLinks(actor, name, options) {
      const { urlOf } = requireLinks(context);
      const { item, listed, nextCursor } = await listLinksOf(context, { actor, name, options, kind: "download" });
      return { links: listed.map(({ link, ...shown }) => presentLink(link, { item, urlOf, ...shown })), nextCursor };
    },

    async revokeLink(actor, linkId) {
      const { lastUrlExpiresAt } = await revokeLinkOf(context, { actor, linkId, kind: "download" });
      return { urlsExpireAt: lastUrlExpiresAt === undefined ? undefined : new Date(lastUrlExpiresAt) };
    },
  };
}

/** Throws `links_disabled` if the embedding has no option `links`. */
export function requireLinks({ links }: CallContext): ItemLinks {
  if (links !== undefined) return links;
  throw new DomainError("links_disabled", "Links are off. Set the option `links` of createValetKey.");
}

export function grantOf(actor: Actor, noteId: string) {
  return { ...callerOf(actor), grants: new Map([[noteId, ROLE_OF_SHARERS]]) };
}

type Listing = { actor: Actor; name: ItemName; options: PageOptions | undefined; kind: LinkKind };

/** Lists the links or the file requests of an item, the newest first. */
export async function listLinksOf(context: CallContext, { actor, name, options, kind }: Listing) {
  const { deps, resources, requireLink } = context;
  const { creatorRightsOf } = requireLinks(context);
  const item = checkItem(resources, name);
  const page = pageOf(options, { call: kind === "upload" ? "listFileRequests" : "listLinks" });
  await requireLink(actor, item, kind);
  const known = await lookupQueries(deps.db).item(item);
  if (known === undefined) return { item, listed: [], nextCursor: undefined };
  const { items, nextCursor } = await linkQueries(deps.db).listOfNote(known.noteId, { ...page, kind });
  // All links of the list are for one item, so one decision for each creator is enough.
  const creators = new Map(items.map(({ link }) => [link.createdBy, link]));
  const permitted = new Set<string>();
  await askEach([...creators], async ([id, link]) => {
    if ((await creatorRightsOf(link)) !== undefined) permitted.add(id);
  });
  const listed = items.map((details) => {
    const { link, received, filledSlots } = details;
    const creatorRole = permitted.has(link.createdBy) ? ROLE_OF_SHARERS : undefined;
    return {
      link,
      received,
      filledSlots,
      token: tokenOf(deps.linkKeys, link),
      state: stateOf(deps, { ...details, creatorRole }),
    };
  });
  return { item, listed, nextCursor };
}

type Revocation = { actor: Actor; linkId: string; kind: LinkKind };

/** Revokes a link or a file request. Throws TypeError for a wrong type, `link_not_found` and `access_denied`. */
export async function revokeLinkOf(context: CallContext, { actor, linkId, kind }: Revocation) {
  const { useCases } = requireLinks(context);
  const item = await itemOfLink(context.deps, { linkId, kind });
  await context.requireLink(actor, item, kind);
  return useCases.revokeLink(grantOf(actor, item.noteId), linkId);
}

/** Returns the item of a link or a file request. Throws TypeError for a wrong type, and `link_not_found`. */
async function itemOfLink({ db }: Deps, { linkId, kind }: Omit<Revocation, "actor">) {
  const what = kind === "upload" ? "file request" : "link";
  if (typeof linkId !== "string") throw new TypeError(`The id of a ${what} must be a text.`);
  const found = isStorableText(linkId) ? await linkQueries(db).find(linkId) : undefined;
  const item = found?.link.kind === kind ? await fileEventQueries(db).itemOfNote(found.link.noteId) : undefined;
  if (item !== undefined) return item;
  throw new DomainError("link_not_found", kind === "upload" ? "File request not found" : "Link not found");
}

export type Shown = { item: ItemName; token: string; state: LinkState } & Pick<ItemLinks, "urlOf">;

function presentLink(link: Link, shown: Shown): ItemLink {
  const { attachmentIds: fileIds, maxClaims: maxDownloads, claims: downloads, showPreviews } = link;
  return { ...presentShared(link, shown), fileIds, maxDownloads, downloads, showPreviews };
}

/** Returns the members that links and file requests have in common. */
export function presentShared(link: Link, { item: { resource, itemId }, token, state, urlOf }: Shown) {
  const { id, label, message, expiresAt, opened: visitors, createdBy } = link;
  return {
    ...{ id, url: urlOf(token), token, resource, itemId, label, message, visitors },
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
    hasPassword: link.passwordHash !== undefined,
    state: state as ItemLink["state"],
    createdBy: idInApplication(createdBy) ?? createdBy,
    createdAt: new Date(link.createdAt),
  };
}

const MAX_FILES = 100;

const RULES: SettingRules<NewLink> = {
  fileIds: [
    (ids: unknown) => Array.isArray(ids) && ids.length >= 1 && ids.length <= MAX_FILES,
    `an array of 1 to ${MAX_FILES} ids of files`,
  ],
  ...COMMON_RULES,
  maxDownloads: countUpTo(1_000_000),
  showPreviews: [(shows: unknown) => typeof shows === "boolean", "true or false"],
};
