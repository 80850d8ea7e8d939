import { type OpenedLinkClient, type SentFile, type UploadProgress, ValetKeyError } from "@valetkey/client";
import { describeProblem } from "../../texts/describe-problem.ts";
import { describeRejection } from "../../texts/describe-rejection.ts";
import { type Child, fill, h } from "../dom.ts";
import { texts } from "../texts/en.ts";
import { fileLine, progressBar } from "../views/parts.ts";
import { refusal, removeButton } from "./file-picker.ts";

const words = texts.request;

/** The entry of a file that the visitor has chosen. The entry exists until the upload has finished. */
export type ChosenEntry = {
  element: HTMLLIElement;
  file: File;
  path: string | undefined;
  slotId: string | undefined;
  send(service: OpenedLinkClient, visitorName: string | undefined): Promise<Outcome>;
  /** Shows why the file cannot be sent. The visitor can then only choose another file or remove the file. */
  refuse(reason: string): void;
};

/**
 * `failed` means that the visitor can retry, for example after a lost connection. `refused` means that the service will never accept this
 * file.
 */
type Outcome = SentFile | "cancelled" | "failed" | "refused";

type EntryOptions = {
  path: string | undefined;
  slotId: string | undefined;
  accept: readonly string[];
  onRemove: () => void;
  onReplace: (other: File) => void;
};

export function chosenEntry(file: File, { path, slotId, accept, onRemove, onReplace }: EntryOptions): ChosenEntry {
  const { name: filename, size: sizeBytes, type: contentType } = file;
  const status = h("div");
  const actions = h("div", { class: "flex" });
  const bar = progressBar(filename);
  const element = fileLine({ filename, sizeBytes, contentType }, { below: [status], actions: [actions] });
  const entry: ChosenEntry = { element, file, path, slotId, send, refuse };

  function refuse(reason: string): void {
    offerRemoval(refusal(reason, { filename, accept, onReplace }));
  }

  function offerRemoval(below: Child): void {
    fill(status, below);
    fill(actions, removeButton(filename, onRemove));
  }

  function onProgress({ state, sentBytes, totalBytes }: UploadProgress): void {
    const isSending = state === "sending";
    const text = isSending ? words.progress(sentBytes, totalBytes) : describeState(state);
    bar.update({ doneBytes: sentBytes, totalBytes, words: text });
    if (!bar.element.isConnected) fill(status, bar.element);
  }

  async function send(service: OpenedLinkClient, visitorName: string | undefined): Promise<Outcome> {
    const aborter = new AbortController();
    const props = { class: "button", "aria-label": words.cancelFile(filename) };
    fill(actions, h("button", { ...props, onclick: () => aborter.abort() }, texts.cancel));
    try {
      const options = { ...(slotId !== undefined && { slotId }), ...(visitorName !== undefined && { visitorName }) };
      return await service.send(file, { ...options, path, onProgress, signal: aborter.signal }).done;
    } catch (error) {
      if (aborter.signal.aborted) {
        onRemove();
        return "cancelled";
      }
      if (error instanceof ValetKeyError && FINAL.has(error.code)) {
        refuse(describe(error));
        return "refused";
      }
      offerRemoval(h("p", { role: "alert", class: "text-danger text-small" }, describe(error)));
      return "failed";
    }
  }

  offerRemoval(h("p", { class: "text-muted text-small" }, words.chosen));
  return entry;
}

function describeState(state: UploadProgress["state"]): string {
  if (state === "hashing" || state === "waiting" || state === "completing") return words.states[state];
  return words.states.starting;
}

/** After one of these errors, the service will never accept the same file. After all other errors, the visitor can retry. */
const FINAL: ReadonlySet<string> = new Set([
  "upload_rejected",
  "kind_not_accepted",
  "file_too_large",
  "request_full",
  "quota_exceeded",
  "invalid_filename",
  "invalid_path",
  "link_not_found",
]);

function describe(error: unknown): string {
  if (error instanceof ValetKeyError && error.rejection !== undefined) return describeRejection(error) ?? error.message;
  const own: Partial<Record<string, string>> = words.problems;
  return (error instanceof ValetKeyError && own[error.code]) || describeProblem(error);
}
