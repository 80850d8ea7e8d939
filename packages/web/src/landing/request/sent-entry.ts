import { type OpenedLinkClient, type Receipt, type SentFile, ValetKeyError } from "@valetkey/client";
import { saveBlob } from "../../files/zip-target.ts";
import { describeProblem } from "../../texts/describe-problem.ts";
import { formatInstant } from "../../texts/format.ts";
import { fill, h, icons, svg } from "../dom.ts";
import { texts } from "../texts/en.ts";
import { fileLine } from "../views/parts.ts";
import { filePicker, removeButton } from "./file-picker.ts";
import { forgetReceipt, type KeptReceipt, keepReceipt } from "./kept-receipts.ts";

const words = texts.request;
const RECEIVED = new Set(["verifying", "scanning", "quarantined", "ready"]);

/** Returns whether all bytes of a file have arrived and the service has not refused the file. */
export const isReceived = ({ state }: Pick<SentFile, "state">): boolean => RECEIVED.has(state);

type EntryOptions = {
  token: string;
  service: OpenedLinkClient;
  sharedBy: string;
  label: string;
  accept: readonly string[];
  /** Runs when the visitor has chosen the file of an interrupted upload again. */
  onChosen: (file: File) => void;
  onTakenBack: (entry: HTMLElement) => void;
};

/** A file that this visitor has sent, with its receipt. An interrupted upload has a button that continues the upload. */
export function sentEntry(file: SentFile, options: EntryOptions): HTMLLIElement {
  const { token, service, sharedBy, label, accept, onChosen, onTakenBack } = options;
  const { uploadId, filename, state } = file;
  const hasArrived = isReceived(file);
  const receipt = h("div", { class: "has-[[open]]:w-full empty:hidden" });
  const problem = h("p", { role: "alert", class: "text-danger text-small empty:hidden" });
  const takeBack = hasArrived
    ? takeBackButton(filename, () => void remove())
    : removeButton(filename, () => void remove());
  const status = hasArrived
    ? receivedLine(describe(state, sharedBy))
    : h("p", { class: "text-muted text-small" }, words.resume);
  const choices = { label: words.chooseFileAgain(filename), text: words.chooseAgain, accept, isMultiple: false };
  const ways = hasArrived
    ? h("div", { class: "-mb-3 flex flex-wrap items-center gap-x-4" }, receipt, takeBack)
    : h("div", { class: "mt-2" }, filePicker({ ...choices, onFiles: ([file]) => file && onChosen(file) }));
  const entry = fileLine(file, { below: [status, problem, ways], actions: [!hasArrived && takeBack] });

  async function remove(): Promise<void> {
    takeBack.disabled = true;
    try {
      await service.takeBack(uploadId);
      forgetReceipt(token, uploadId);
      onTakenBack(entry);
    } catch (error) {
      takeBack.disabled = false;
      const isFiled = error instanceof ValetKeyError && error.code === "upload_not_pending";
      fill(problem, isFiled ? words.filed : describeProblem(error));
    }
  }

  if (state === "quarantined" || state === "ready") {
    // If the receipt cannot be loaded, the visitor can reload the page.
    service.receipt(uploadId).then(
      (loaded) => {
        keepReceipt(token, { uploadId, receipt: { ...loaded, sharedBy, label } });
        fill(receipt, receiptView(loaded));
      },
      () => undefined,
    );
  }
  return entry;
}

function takeBackButton(filename: string, onclick: () => void): HTMLButtonElement {
  const look = "min-h-11 cursor-pointer underline text-small md:min-h-8";
  const props = { class: look, "aria-label": words.takeBackFile(filename), onclick };
  return h("button", props, words.takeBack);
}

/** A file that this browser has sent through a link that has ended. */
export function receivedEntry({ sharedBy: _, label: __, ...receipt }: KeptReceipt): HTMLLIElement {
  const { filename, sizeBytes }: Statement = JSON.parse(receipt.statement);
  const below = [receivedLine(words.states.ready), receiptView(receipt)];
  return fileLine({ filename, sizeBytes }, { below, actions: [] });
}

function receivedLine(text: string): HTMLElement {
  return h("p", { class: "flex items-center gap-1 text-accent text-small" }, svg(icons.check), text);
}

function describe(state: SentFile["state"], sharedBy: string): string {
  if (state === "quarantined") return words.checks(sharedBy);
  return words.states[state === "verifying" || state === "scanning" ? state : "ready"];
}

type Statement = { filename: string; sizeBytes: number; receivedAt: string };

/** The receipt of a file, with a button that saves the receipt. The receipt is closed at first. */
function receiptView(receipt: Receipt): HTMLElement {
  const { filename, receivedAt }: Statement = JSON.parse(receipt.statement);
  return h(
    "details",
    { class: "text-small" },
    h(
      "summary",
      { class: "inline-flex min-h-8 cursor-pointer items-center gap-1", "aria-label": words.receiptOf(filename) },
      svg(icons.next, { size: 14, className: "in-[[open]]:rotate-90" }),
      h("span", { class: "underline" }, words.receipt),
    ),
    h("p", { class: "text-pretty" }, `${words.receivedAt(formatInstant(receivedAt))} ${words.receiptSays}`),
    h(
      "button",
      { class: "button secondary my-2", onclick: () => save(receipt, words.receiptName(filename)) },
      svg(icons.download),
      words.saveReceipt,
    ),
  );
}

function save(receipt: Receipt, name: string): void {
  saveBlob(new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }), name);
}
