import type { Receipt } from "@valetkey/client";

const KEY = "valetkey.receipts";
/** As long as the cookie of a visitor. Milliseconds. */
const KEPT_MS = 30 * 86_400_000;

/** A receipt, with the person who asked for the files and the subject. The service names neither of them after the end of the link. */
export type KeptReceipt = Receipt & { sharedBy?: string; label?: string };

/** The first key is the public part of the link's token, and the second key is the id of the upload. */
type Kept = Record<string, Record<string, KeptReceipt>>;

/** Returns the receipts of the files that this browser sent through a link. The service returns nothing of a link that has ended. */
export function receiptsOf(token: string): KeptReceipt[] {
  return Object.values(read()[partOf(token)] ?? {});
}

/** Stores a receipt for 30 days, so that the visitor can see it after the link has ended. */
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

/** The first part of a token identifies the link. The rest can open the link, so it is not stored. */
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
    // The browser forbids storage, so it has kept nothing.
    return {};
  }
}

function write(all: Kept): void {
  const filled = Object.entries(all).filter(([, receipts]) => Object.keys(receipts).length > 0);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(filled)));
  } catch {
    // The visitor can save each receipt as a file.
  }
}

function isNew({ statement }: Receipt): boolean {
  return Date.now() - Date.parse(JSON.parse(statement).receivedAt) < KEPT_MS;
}
