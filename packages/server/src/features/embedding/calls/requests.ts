import { type FileRequest, type LinkSlot, MAX_REQUEST_FILES } from "@valetkey/contract";
import { DomainError } from "../../../platform/errors.ts";
import { acceptsType, presentVisitor } from "../../links/file-request.ts";
import type { Link } from "../../links/link.ts";
import { visitorFileQueries } from "../../links/queries/visitor-files.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { checkItem, openItem, presentFile, rulesOf } from "../items.ts";
import type { Resource } from "../types.ts";
import { type ActorCalls, type CallContext, checkFileId } from "./context.ts";
import { COMMON_RULES, checkSettings, countUpTo, isTextOf, type SettingRules } from "./link-settings.ts";
import { grantOf, listLinksOf, presentShared, requireLinks, revokeLinkOf, type Shown } from "./links.ts";
import { pageOf } from "./read.ts";
import type { FileRequestCalls, FileRequestSlot, ItemFileRequest, NewFileRequest } from "./request-types.ts";

/** Creates the calls about file requests. The database stores a file request as a link with which visitors send files. */
export function fileRequestCalls(context: CallContext): Pick<ActorCalls, keyof FileRequestCalls> {
  const { deps, resources, places, remember, requireLink, itemOfFile, inLaneOf } = context;
  return {
    async createFileRequest(actor, name, given = {}) {
      const { useCases, urlOf } = requireLinks(context);
      const item = checkItem(resources, name);
      const settings = checkSettings(given, { rules: RULES, what: "file request" });
      const { expiresAt, password, label, message, accept, slots = [], ...limits } = settings;
      const rules = rulesOf(resources, item.resource);
      const maxBytes = rules.maxBytes ?? deps.limits.uploadMaxBytes;
      const { maxBytesPerFile = maxBytes } = limits;
      const stored = {
        ...limits,
        maxBytesPerFile,
        accept: [...(accept ?? rules.accept ?? [])],
        slots: slots.map(storedSlot),
      };
      if (maxBytesPerFile > maxBytes) throw invalid(`maxBytesPerFile is at most ${maxBytes} for this resource.`);
      checkUsable(settings, rules);
      await requireLink(actor, item, "upload");
      const { noteId } = await openItem(deps, { item, places, addsFiles: false });
      await remember(actor);
      const shown = { item, state: "live", urlOf, received: { files: 0, bytes: 0 }, filledSlots: [] } as const;
      const { link, token } = await useCases.createLink(grantOf(actor, noteId), {
        ...{ noteId, kind: "upload", attachmentIds: undefined, idempotencyKey: undefined },
        request: stored,
        settings: { password, label, message, expiresAt: expiresAt === null ? null : expiresAt?.getTime() },
      });
      return presentRequest(link, { ...shown, token });
    },

    async listFileRequests(actor, name, options) {
      const { urlOf } = requireLinks(context);
      const { item, listed, nextCursor } = await listLinksOf(context, { actor, name, options, kind: "upload" });
      const fileRequests = listed.map(({ link, ...shown }) => presentRequest(link, { item, urlOf, ...shown }));
      return { fileRequests, nextCursor };
    },

    async listUnreviewed(actor, name, options) {
      requireLinks(context);
      const item = checkItem(resources, name);
      const page = pageOf(options, { call: "listUnreviewed" });
      await requireLink(actor, item, "upload");
      const known = await lookupQueries(deps.db).item(item);
      if (known === undefined) return { files: [], nextCursor: undefined };
      const { items, nextCursor } = await visitorFileQueries(deps.db).pageOfQuarantined(known.noteId, page);
      const files = items.map(({ attachment, file }) => ({
        ...presentFile(attachment, item),
        visitor: presentVisitor(file),
      }));
      return { files, nextCursor };
    },

    async reviewFile(actor, fileId, decision) {
      const { useCases } = requireLinks(context);
      if (!DECISIONS.has(decision)) throw new TypeError('The decision must be "accept" or "reject".');
      const item = await itemOfFile(checkFileId(fileId));
      await requireLink(actor, item, "upload");
      const review = () => useCases.reviewFile(grantOf(actor, item.noteId), { attachmentId: fileId, decision });
      return presentFile(await inLaneOf(item, review), item);
    },

    async revokeFileRequest(actor, linkId) {
      await revokeLinkOf(context, { actor, linkId, kind: "upload" });
    },
  };
}

/** Refuses settings of a file request that can accept no file, or no file as large as `maxBytesPerFile`. */
function checkUsable({ accept, slots = [], ...sizes }: NewFileRequest, rules: Resource): void {
  const { maxBytesPerFile, maxBytesTotal } = sizes;
  if (maxBytesPerFile !== undefined && maxBytesTotal !== undefined && maxBytesPerFile > maxBytesTotal) {
    throw invalid(`maxBytesPerFile is at most maxBytesTotal, which is ${maxBytesTotal}.`);
  }
  const kinds = rules.accept ?? [];
  if (!overlaps(accept, kinds)) {
    throw invalid(`This resource accepts none of the types in accept. The resource accepts ${kinds.join(", ")}.`);
  }
  for (const slot of slots) {
    if (overlaps(slot.accept, accept ?? []) && overlaps(slot.accept, kinds)) continue;
    throw invalid(`The slot ${slot.id} accepts only types that the resource or the file request refuses.`);
  }
}

/** Returns whether a file can have a type of both lists. An empty list accepts every type. */
function overlaps(kinds: readonly string[] = [], others: readonly string[]): boolean {
  const isIn = (kind: string) => acceptsType([others], kind) || others.some((other) => acceptsType([[kind]], other));
  return kinds.length === 0 || kinds.some(isIn);
}

function invalid(problem: string): DomainError {
  return new DomainError("invalid_request", problem);
}

function presentRequest(
  link: Link,
  { received, filledSlots, ...shown }: Shown & Pick<ItemFileRequest, "received"> & { filledSlots: readonly string[] },
): ItemFileRequest {
  const { slots, ...limits } = link.request as FileRequest;
  const presented = slots.map((slot) => ({ ...slot, isFilled: filledSlots.includes(slot.id) }));
  return { ...presentShared(link, shown), ...limits, slots: presented, received };
}

/** Copies a slot, because the application could change its own object later. The database stores no member without a value. */
function storedSlot({ id, name, accept, maxBytes }: FileRequestSlot): LinkSlot {
  return { id, name, ...(accept && { accept: [...accept] }), ...(maxBytes !== undefined && { maxBytes }) };
}

const MAX_KINDS = 20;
const KIND = /^[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+)$/;
const ASK_NAME: ReadonlySet<unknown> = new Set(["no", "optional", "required"]);

/** Returns whether a value is a content type, or a group of content types such as `image/*`. */
export function isKind(value: unknown): boolean {
  return typeof value === "string" && value.length <= 127 && KIND.test(value);
}

const DECISIONS: ReadonlySet<unknown> = new Set(["accept", "reject"]);
const MAX_SLOTS = 50;
const SLOT_ID = /^[a-z0-9-]{1,40}$/;

const isKinds = (kinds: unknown) =>
  // Array.from also visits the missing elements of an array, which `map` skips.
  Array.isArray(kinds) && kinds.length > 0 && kinds.length <= MAX_KINDS && Array.from(kinds).every(isKind);

const isBytes = (bytes: unknown) => Number.isSafeInteger(bytes) && (bytes as number) >= 1;

function isSlot(slot: unknown): boolean {
  const { id, name, accept, maxBytes, ...others } = Object(slot) as Record<keyof FileRequestSlot, unknown>;
  const isNamed = typeof id === "string" && SLOT_ID.test(id) && isTextOf(1, 100)(name);
  const isLimited = (accept === undefined || isKinds(accept)) && (maxBytes === undefined || isBytes(maxBytes));
  return isNamed && isLimited && Object.keys(others).length === 0;
}

const RULES: SettingRules<NewFileRequest> = {
  ...COMMON_RULES,
  maxFiles: countUpTo(MAX_REQUEST_FILES),
  maxBytesPerFile: countUpTo(Number.MAX_SAFE_INTEGER),
  maxBytesTotal: countUpTo(Number.MAX_SAFE_INTEGER),
  accept: [
    isKinds,
    `an array of 1 to ${MAX_KINDS} types in lower case, such as ["application/pdf", "image/*"], and no extensions`,
  ],
  slots: [
    (slots: unknown) => Array.isArray(slots) && slots.length <= MAX_SLOTS && Array.from(slots).every(isSlot),
    `an array of at most ${MAX_SLOTS} slots, such as { id: "passport", name: "Passport", accept: ["image/*"], maxBytes: 5_000_000 }`,
  ],
  review: [(review: unknown) => typeof review === "boolean", "true or false"],
  askName: [(ask: unknown) => ASK_NAME.has(ask), '"no", "optional" or "required"'],
};
