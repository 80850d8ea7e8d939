import type { Receipt } from "@valetkey/client";
import { formatInstant } from "../../texts/format.ts";
import { h, svg } from "../dom.ts";
import { icons } from "../icons.ts";
import { texts } from "../texts/index.ts";

const words = texts.request;

type Statement = { filename: string; receivedAt: string; sha256: string | null };

/** The receipt of a file, with a button that saves it. At first, the receipt is closed. */
export function receiptView(receipt: Receipt): HTMLElement {
  const { filename, receivedAt, sha256 }: Statement = JSON.parse(receipt.statement);
  return h(
    "details",
    { class: "text-small" },
    h(
      "summary",
      { class: "inline-flex min-h-8 cursor-pointer items-center underline", "aria-label": words.receiptOf(filename) },
      words.receipt,
    ),
    h("p", {}, words.receivedAt(formatInstant(receivedAt))),
    sha256 !== null && h("p", { class: "break-all text-muted" }, words.checksum(sha256)),
    h("p", { class: "text-muted" }, words.receiptSays),
    h(
      "button",
      { type: "button", class: "button secondary my-2", onclick: () => save(receipt, words.receiptName(filename)) },
      svg(icons.download),
      words.saveReceipt,
    ),
  );
}

function save(receipt: Receipt, name: string): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  // The browser reads the file only after this click, so the URL must stay valid for a while.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
