import type { Receipt } from "@valetkey/client";

const KEY = "valetkey.receipts";
/** How long the browser keeps a receipt, in milliseconds. The cookie of a visitor has the same lifetime. */
const KEPT_MS = 30 * 86_400_000;

/**
 * A receipt, with the person who asked for the files and the label of the file request. After the link has ended, the service returns
 * neither.
 */
export type KeptReceipt = Receipt & { sharedBy?: string; label?: string };

/** Maps the public part of the link's token to a map from upload ids to receipts. */
type Kept = Record<string, Record<string, KeptReceipt>>;

/** Returns the receipts of the files that this browser has sent through a link. The service returns no data about an ended link. */
export function receiptsOf(token: string): KeptReceipt[] {
  return Object.values(read()[partOf(token)] ?? {});
}

/** Stores a receipt for 30 days, so that the visitor can still see the receipt after the link has ended. */
export function keepReceipt(token: string, kept: { uploadId: string; receipt: KeptReceipt }): void {
  const part = partOf(token);
  const all = read();
  write({ ...all, [part]: { ...all[part], [kept.uploadId]: kept.receipt } });
}

export function forgetReceipt(token: string, uploadId: string): void {
  const part = partOf(token);
  const all = read();
  const { [uploadId]: _, ...rest } = all[part] ?? {};
  write({ ...all, [part]: rest });
}

/**
 * Returns the first part of a token, which only identifies the link. The browser does not store the rest, because the rest opens the link.
 */
function partOf(token: string): string {
  return token.slice(token.lastIndexOf("~") + 1).slice(0, 21);
}

function read(): Kept {
  try {
    const all: Kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    for (const receipts of Object.values(all)) {
      for (const [id, receipt] of Object.entries(receipts)) if (!isNew(receipt)) delete receipts[id];
    }
    return all;
  } catch {
    // The browser forbids storage, so it has stored no receipts.
    return {};
  }
}

function write(all: Kept): void {
  const filled = Object.entries(all).filter(([, receipts]) => Object.keys(receipts).length > 0);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(filled)));
  } catch {
    // Without storage, the visitor can still save each receipt as a file.
  }
}

function isNew({ statement }: Receipt): boolean {
  return Date.now() - Date.parse(JSON.parse(statement).receivedAt) < KEPT_MS;
}
