import { type FileRequest, MAX_REQUEST_FILES } from "@valetkey/contract";
import { DomainError } from "../../../platform/errors.ts";
import { acceptsType } from "../../links/file-request.ts";
import type { Link } from "../../links/link.ts";
import { checkItem, openItem, rulesOf } from "../items.ts";
import type { Resource } from "../types.ts";
import type { ActorCalls, CallContext } from "./context.ts";
import { COMMON_RULES, checkSettings, countUpTo, type SettingRules } from "./link-settings.ts";
import { grantOf, listLinksOf, presentShared, requireLinks, revokeLinkOf, type Shown } from "./links.ts";
import type { FileRequestCalls, ItemFileRequest, NewFileRequest } from "./request-types.ts";

/** Creates the calls about file requests. The database stores a file request as a link with which visitors send files. */
export function fileRequestCalls(context: CallContext): Pick<ActorCalls, keyof FileRequestCalls> {
  const { deps, resources, places, remember, requireLink } = context;
  return {
    async createFileRequest(actor, name, given = {}) {
      const { useCases, urlOf } = requireLinks(context);
      const item = checkItem(resources, name);
      const settings = checkSettings(given, { rules: RULES, what: "file request" });
      const { expiresAt, password, label, message, accept, ...limits } = settings;
      const rules = rulesOf(resources, item.resource);
      const maxBytes = rules.maxBytes ?? deps.limits.uploadMaxBytes;
      const { maxBytesPerFile = maxBytes } = limits;
      if (maxBytesPerFile > maxBytes) throw invalid(`maxBytesPerFile is at most ${maxBytes} for this resource.`);
      checkUsable(settings, rules);
      await requireLink(actor, item, "upload");
      const { noteId } = await openItem(deps, { item, places, addsFiles: false });
      await remember(actor);
      const { link, token } = await useCases.createLink(grantOf(actor, noteId), {
        ...{ noteId, kind: "upload", attachmentIds: undefined, idempotencyKey: undefined },
        request: { ...limits, maxBytesPerFile, accept: [...(accept ?? rules.accept ?? [])] },
        settings: { password, label, message, expiresAt: expiresAt === null ? null : expiresAt?.getTime() },
      });
      return presentRequest(link, { item, token, state: "live", urlOf, received: { files: 0, bytes: 0 } });
    },

    async listFileRequests(actor, name, options) {
      const { urlOf } = requireLinks(context);
      const { item, listed, nextCursor } = await listLinksOf(context, { actor, name, options, kind: "upload" });
      const fileRequests = listed.map(({ link, ...shown }) => presentRequest(link, { item, urlOf, ...shown }));
      return { fileRequests, nextCursor };
    },

    async revokeFileRequest(actor, linkId) {
      await revokeLinkOf(context, { actor, linkId, kind: "upload" });
    },
  };
}

/** Refuses settings of a file request that can accept no file, or no file as large as `maxBytesPerFile`. */
function checkUsable({ accept, maxBytesPerFile, maxBytesTotal }: NewFileRequest, rules: Resource): void {
  if (maxBytesPerFile !== undefined && maxBytesTotal !== undefined && maxBytesPerFile > maxBytesTotal) {
    throw invalid(`maxBytesPerFile is at most maxBytesTotal, which is ${maxBytesTotal}.`);
  }
  const kinds = rules.accept ?? [];
  const overlaps = (kind: string) => acceptsType([kinds], kind) || kinds.some((each) => acceptsType([[kind]], each));
  if (accept === undefined || accept.some(overlaps)) return;
  throw invalid(`This resource accepts none of the types in accept. The resource accepts ${kinds.join(", ")}.`);
}

function invalid(problem: string): DomainError {
  return new DomainError("invalid_request", problem);
}

function presentRequest(
  link: Link,
  { received, ...shown }: Shown & Pick<ItemFileRequest, "received">,
): ItemFileRequest {
  const { maxFiles, maxBytesPerFile, maxBytesTotal, accept, askName } = link.request as FileRequest;
  return { ...presentShared(link, shown), maxFiles, maxBytesPerFile, maxBytesTotal, accept, askName, received };
}

const MAX_KINDS = 20;
const KIND = /^[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+)$/;
const ASK_NAME: ReadonlySet<unknown> = new Set(["no", "optional", "required"]);

/** Returns whether a value is a content type, or a group of content types such as `image/*`. */
export function isKind(value: unknown): boolean {
  return typeof value === "string" && value.length <= 127 && KIND.test(value);
}

const RULES: SettingRules<NewFileRequest> = {
  ...COMMON_RULES,
  maxFiles: countUpTo(MAX_REQUEST_FILES),
  maxBytesPerFile: countUpTo(Number.MAX_SAFE_INTEGER),
  maxBytesTotal: countUpTo(Number.MAX_SAFE_INTEGER),
  accept: [
    // Array.from also visits the missing elements of an array, which `map` skips.
    (kinds: unknown) =>
      Array.isArray(kinds) && kinds.length > 0 && kinds.length <= MAX_KINDS && Array.from(kinds).every(isKind),
    `an array of 1 to ${MAX_KINDS} types in lower case, such as ["application/pdf", "image/*"], and no extensions`,
  ],
  askName: [(ask: unknown) => ASK_NAME.has(ask), '"no", "optional" or "required"'],
};
