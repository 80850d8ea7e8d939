import type { FileRequest, LinkSlot } from "@valetkey/contract";
import type { FileVisitor } from "../../platform/database/unions.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { hasBidiControl, isVisible } from "../../platform/text/readable-text.ts";
import type { Attachment } from "../access/attachment.ts";

const MAX_NAME_LENGTH = 100;
// The C0 and C1 control characters, and the line separators.
const FORBIDDEN_IN_NAME = /[\p{Cc}\u2028\u2029]/u;
/** The number and total size of the files that count for a file request, and the ids of the slots that these files fill. */
export type RequestUsage = { files: number; bytes: number; filledSlots: readonly string[] };

/** The facts that the sender of a file declares before the upload. */
export type OfferedFile = { contentType: string; sizeBytes: number; slotId: string | undefined };

/** Checks another file after the usage `used`. Throws `invalid_request`, `kind_not_accepted`, `file_too_large` or `request_full`. */
export function checkOffer(
  request: FileRequest,
  { offered, used }: { offered: OfferedFile; used: RequestUsage },
): void {
  const { contentType, sizeBytes } = offered;
  const slot = slotOf(request, offered.slotId);
  if (!acceptsType(acceptedTypes(request, slot), contentType)) throw kindNotAccepted(contentType);
  const maxBytes = Math.min(request.maxBytesPerFile, slot?.maxBytes ?? request.maxBytesPerFile);
  if (sizeBytes > maxBytes) {
    throw new DomainError("file_too_large", `The file is larger than the limit of ${maxBytes} bytes.`);
  }
  if (slot !== undefined && used.filledSlots.includes(slot.id)) {
    throw full("This place has a file already. Take the file back before you send another one.");
  }
  if (used.files >= request.maxFiles) throw full(`The request has all its files (at most ${request.maxFiles}).`);
  if (used.bytes + sizeBytes > request.maxBytesTotal) {
    throw full(`The request has room for ${Math.max(0, request.maxBytesTotal - used.bytes)} more bytes.`);
  }
}

/** The kinds of files that a file request accepts, and the kinds that the slot of the file accepts. Both lists must accept the file. */
export type AcceptedTypes = readonly (readonly string[])[];

export function acceptedTypes(request: FileRequest, slot: LinkSlot | undefined): AcceptedTypes {
  return [request.accept, slot?.accept ?? []];
}

/** Returns whether all lists accept the type. An empty list accepts every type. */
export function acceptsType(accepted: AcceptedTypes, contentType: string): boolean {
  const type = contentType.split(";", 1)[0] ?? contentType;
  return accepted.every(
    (kinds) =>
      kinds.length === 0 ||
      kinds.some((kind) => (kind.endsWith("/*") ? type.startsWith(kind.slice(0, -1)) : type === kind)),
  );
}

export function kindNotAccepted(contentType: string): DomainError {
  return new DomainError("kind_not_accepted", `The request does not accept ${contentType}. Send another kind of file.`);
}

function slotOf({ slots }: FileRequest, slotId: string | undefined): LinkSlot | undefined {
  if (slots.length === 0 && slotId === undefined) return undefined;
  const slot = slots.find(({ id }) => id === slotId);
  if (slot !== undefined) return slot;
  throw invalidRequest("Name the slotId of one of the places that the request lists.");
}

function full(message: string): DomainError {
  return new DomainError("request_full", message);
}

/**
 * Validates the name of a visitor. Returns the name in the Unicode form NFC, without surrounding white space. Returns undefined if the name
 * is missing or has no visible characters. Throws `invalid_request` for a name with control characters or bidirectional marks, for a long
 * name, and for a missing name if the file request requires a name.
 */
export function checkVisitorName(name: string | undefined, askName: FileRequest["askName"]): string | undefined {
  if (askName === "no") return undefined;
  const checked = name?.trim().normalize("NFC") ?? "";
  if (!isVisible(checked)) {
    if (askName === "optional") return undefined;
    throw invalidRequest("visitorName is missing. The request asks for your name.");
  }
  if (checked.length > MAX_NAME_LENGTH) {
    throw invalidRequest(`visitorName is longer than ${MAX_NAME_LENGTH} characters.`);
  }
  if (!checked.isWellFormed() || FORBIDDEN_IN_NAME.test(checked) || hasBidiControl(checked)) {
    throw invalidRequest("visitorName has a control character or a text-direction mark. Remove it.");
  }
  return checked;
}

/** The data about a visitor's file that the attachment does not contain. Instants are milliseconds since the epoch. */
export type VisitorFile = {
  attachmentId: string;
  linkId: string;
  visitorId: string;
  visitorName: string | undefined;
  slotId: string | undefined;
  /** The instant at which all bytes had arrived. Undefined: bytes are still missing. */
  receivedAt: number | undefined;
};

/** Converts the data about a visitor's file to the form that the application gets. */
export function presentVisitor({ linkId, visitorName, slotId }: VisitorFile): FileVisitor {
  return { fileRequestId: linkId, name: visitorName, slotId };
}

export type VisitorUpload = { uploadId: string; attachment: Attachment; file: VisitorFile };
