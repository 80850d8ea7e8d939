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
import type { ItemLink, LinkCalls, NewLink } from "./link-types.ts";
import { pageOf } from "./read.ts";

/** Creates the calls about links. */
export function linkCalls(context: CallContext): Pick<ActorCalls, keyof LinkCalls> {
  const { deps, resources, places, remember, requireShare } = context;
  const { db, limits } = deps;

  function requireLinks(): ItemLinks {
    if (context.links !== undefined) return context.links;
    throw new DomainError("links_disabled", "Links are off. Set the option `links` of createValetKey.");
  }

  function grantOf(actor: Actor, noteId: string) {
    return { ...callerOf(actor), grants: new Map([[noteId, ROLE_OF_SHARERS]]) };
  }

  return {
    async createLink(actor, name, settings = {}) {
      const { useCases, urlOf } = requireLinks();
      const item = checkItem(resources, name);
      const { fileIds: attachmentIds, expiresAt, maxDownloads: maxClaims, ...others } = checkSettings(settings);
      await requireShare(actor, item);
      const { noteId } = await openItem(deps, { item, places });
      await remember(actor);
      const urlTtlSeconds = urlTtlOf(rulesOf(resources, item.resource), limits);
      const { link, token } = await useCases.createLink(grantOf(actor, noteId), {
        ...{ noteId, kind: "download", attachmentIds, request: undefined, idempotencyKey: undefined },
        settings: { ...others, expiresAt: expiresAt === null ? null : expiresAt?.getTime(), maxClaims, urlTtlSeconds },
      });
      return presentLink(link, { item, token, state: "live", urlOf });
    },

    async listLinks(actor, name, options) {
      const { creatorRightsOf, urlOf } = requireLinks();
      const item = checkItem(resources, name);
      const page = pageOf(options);
      await requireShare(actor, item);
      const known = await lookupQueries(db).item(item);
      if (known === undefined) return { links: [], nextCursor: undefined };
      const { items, nextCursor } = await linkQueries(db).listOfNote(known.noteId, page);
      // All links are of one item, so one question about each creator is enough.
      const creators = new Map(items.map(({ link }) => [link.createdBy, link]));
      const permitted = new Set<string>();
      await askEach([...creators], async ([id, link]) => {
        if ((await creatorRightsOf(link)) !== undefined) permitted.add(id);
      });
      const links = items.map((details) => {
        const { link } = details;
        const creatorRole = permitted.has(link.createdBy) ? ROLE_OF_SHARERS : undefined;
        const state = stateOf(deps, { ...details, creatorRole });
        return presentLink(link, { item, token: tokenOf(deps.linkKeys, link), state, urlOf });
      });
      return { links, nextCursor };
    },

    async revokeLink(actor, linkId) {
      const { useCases } = requireLinks();
      const item = await itemOfLink(deps, linkId);
      await requireShare(actor, item);
      const { lastUrlExpiresAt } = await useCases.revokeLink(grantOf(actor, item.noteId), linkId);
      return { urlsExpireAt: lastUrlExpiresAt === undefined ? undefined : new Date(lastUrlExpiresAt) };
    },
  };
}

/** Returns the item of a link. Throws TypeError for a wrong type, and `link_not_found`. */
async function itemOfLink({ db }: Deps, linkId: string) {
  if (typeof linkId !== "string") throw new TypeError("The id of a link must be a text.");
  const found = isStorableText(linkId) ? await linkQueries(db).find(linkId) : undefined;
  const item = found && (await fileEventQueries(db).itemOfNote(found.link.noteId));
  if (item === undefined) throw new DomainError("link_not_found", "Link not found");
  return item;
}

type Shown = { item: ItemName; token: string; state: LinkState } & Pick<ItemLinks, "urlOf">;

function presentLink(link: Link, { item: { resource, itemId }, token, state, urlOf }: Shown): ItemLink {
  const { id, attachmentIds: fileIds, label, message, expiresAt, maxClaims, showPreviews, createdBy } = link;
  return {
    ...{ id, url: urlOf(token), token, resource, itemId, fileIds, label, message },
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
    hasPassword: link.passwordHash !== undefined,
    ...{ maxDownloads: maxClaims, showPreviews, downloads: link.claims, visitors: link.opened },
    state: state as ItemLink["state"],
    createdBy: idInApplication(createdBy) ?? createdBy,
    createdAt: new Date(link.createdAt),
  };
}

const MAX_FILES = 100;
const MAX_DOWNLOADS = 1_000_000;
/** Responses contain instants in the format of RFC 3339, whose years have four digits. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The rule of each setting. The compiler compares the names with the type. */
const RULES: { [Name in keyof Required<NewLink>]: [isRight: (value: never) => boolean, rule: string] } = {
  fileIds: [
    (ids: unknown) => Array.isArray(ids) && ids.length >= 1 && ids.length <= MAX_FILES,
    `an array of 1 to ${MAX_FILES} ids of files`,
  ],
  expiresAt: [
    (at: unknown) => at === null || (at instanceof Date && at.getTime() <= LAST_INSTANT),
    "null, or a valid Date before the year 10000",
  ],
  password: [isTextOf(6, 200), "a text of 6 to 200 characters"],
  maxDownloads: [
    (count: number) => Number.isInteger(count) && count >= 1 && count <= MAX_DOWNLOADS,
    `a whole number from 1 to ${MAX_DOWNLOADS}`,
  ],
  label: [isTextOf(0, 200), "a text of at most 200 characters"],
  message: [isTextOf(0, 2000), "a text of at most 2000 characters"],
  showPreviews: [(shows: unknown) => typeof shows === "boolean", "true or false"],
};

/** Checks the settings of a new link. Throws TypeError, because a wrong setting could make a link that opens more than was meant. */
function checkSettings(given: NewLink): NewLink {
  // The service reads only own properties, so it would ignore the password in a Map, in a prototype or in a class.
  if (!isPlainObject(given)) {
    throw new TypeError('The settings of a link must be a plain object, such as { password: "open sesame" }.');
  }
  const settings = { ...given };
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new TypeError(`A link has no setting "${name}". The settings are ${Object.keys(RULES).join(", ")}.`);
    }
    const [isRight, rule] = RULES[name as keyof NewLink];
    if (value !== undefined && !isRight(value as never)) throw new TypeError(`${name} must be ${rule}.`);
  }
  // Array.from also checks the holes of an array.
  return { ...settings, fileIds: settings.fileIds && Array.from(settings.fileIds, (id) => checkFileId(id)) };
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isTextOf(min: number, max: number): (value: unknown) => boolean {
  return (value) => isStorableText(value) && value.length >= min && value.length <= max;
}
