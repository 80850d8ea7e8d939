import { DomainError } from "../../../platform/errors.ts";
import { checkReadable } from "../../../platform/text/readable-text.ts";
import type { FileRequest, LinkSlot } from "../link.ts";

const DEFAULT_MAX_FILES = 10;

/** The limits of a file request that a user has chosen. Undefined: the default, or no change. */
export type FileRequestInput = { [Name in keyof FileRequest]?: FileRequest[Name] | undefined };

/**
 * Checks the limits that the user has chosen for a file request, and adds the current value or the default of each other limit. If there
 * are slots, `maxFiles` can be at most the number of slots. Throws `invalid_request`.
 */
export function completeRequest(
  given: FileRequestInput,
  { current, uploadMaxBytes }: { current?: FileRequest | undefined; uploadMaxBytes: number },
): FileRequest {
  const { slots = current?.slots ?? [], maxBytesPerFile = current?.maxBytesPerFile ?? uploadMaxBytes } = given;
  const usual = given.slots === undefined ? current?.maxFiles : undefined;
  const { maxFiles = usual ?? (slots.length || DEFAULT_MAX_FILES) } = given;
  const wholeBytes = Math.min(maxFiles * maxBytesPerFile, Number.MAX_SAFE_INTEGER);
  if (maxBytesPerFile > uploadMaxBytes) throw invalid(`request.maxBytesPerFile is at most ${uploadMaxBytes} bytes.`);
  if (slots.length > 0 && maxFiles > slots.length) {
    throw invalid(`Each file goes into a slot, so request.maxFiles is at most ${slots.length}.`);
  }
  for (const slot of slots) checkSlot(slot, { slots, maxBytesPerFile });
  return {
    maxFiles,
    maxBytesPerFile,
    maxBytesTotal: given.maxBytesTotal ?? current?.maxBytesTotal ?? wholeBytes,
    accept: given.accept ?? current?.accept ?? [],
    askName: given.askName ?? current?.askName ?? "optional",
    review: given.review ?? current?.review ?? false,
    slots,
  };
}

function checkSlot(
  { id, name, maxBytes }: LinkSlot,
  { slots, maxBytesPerFile }: { slots: readonly LinkSlot[]; maxBytesPerFile: number },
): void {
  checkReadable(name, `The name of the slot ${id}`);
  if (slots.filter((slot) => slot.id === id).length > 1) throw invalid(`Two slots have the id ${id}. Change one.`);
  if (maxBytes !== undefined && maxBytes > maxBytesPerFile) {
    throw invalid(`The slot ${id} accepts more bytes than request.maxBytesPerFile. Lower its maxBytes.`);
  }
}

function invalid(message: string): DomainError {
  return new DomainError("invalid_request", message);
}
