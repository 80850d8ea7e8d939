import type { OpenedLinkClient, SentFile } from "@valetkey/client";
import { describeProblem } from "../../texts/describe-problem.ts";
import { fill, h, svg } from "../dom.ts";
import { icons } from "../icons.ts";
import { texts } from "../texts/index.ts";
import { fileLine } from "../views/file-line.ts";
import { receiptView } from "./receipt.ts";

const words = texts.request;
const RECEIVED = new Set(["verifying", "scanning", "quarantined", "ready"]);

/** Whether the bytes of a file have arrived, and the service has not refused them. */
export const isReceived = ({ state }: Pick<SentFile, "state">): boolean => RECEIVED.has(state);

type EntryOptions = { service: OpenedLinkClient; onTakenBack: (entry: HTMLElement) => void };

/** A file that this visitor sent, with its receipt. */
export function sentEntry(file: SentFile, { service, onTakenBack }: EntryOptions): HTMLLIElement {
  const { uploadId, filename, state, reason } = file;
  const hasArrived = isReceived(file);
  const receipt = h("div");
  const problem = h("p", { role: "alert", class: "text-danger text-small empty:hidden" });
  const takeBack = h(
    "button",
    { type: "button", class: "button", "aria-label": words.takeBackFile(filename), onclick: () => void remove() },
    words.takeBack,
  );
  const text = state === "pending" ? words.resume : words.states[hasArrived ? stateOf(state) : "rejected"];
  const status = h(
    "p",
    {
      class: `flex items-center gap-1 text-small ${hasArrived ? "text-accent" : state === "pending" ? "text-muted" : "text-danger"}`,
    },
    hasArrived && svg(icons.check),
    reason === undefined ? text : `${text} ${reason}`,
  );
  const entry = fileLine(file, { below: [status, problem, receipt], actions: [state !== "rejected" && takeBack] });

  async function remove(): Promise<void> {
    takeBack.disabled = true;
    try {
      await service.takeBack(uploadId);
      onTakenBack(entry);
    } catch (error) {
      takeBack.disabled = false;
      fill(problem, describeProblem(error));
    }
  }

  if (state === "quarantined" || state === "ready") {
    // If the receipt cannot be loaded now, the visitor can reload the page to see it.
    service.receipt(uploadId).then(
      (loaded) => fill(receipt, receiptView(loaded)),
      () => undefined,
    );
  }
  return entry;
}

function stateOf(state: SentFile["state"]): "verifying" | "scanning" | "quarantined" | "ready" {
  return state === "verifying" || state === "scanning" || state === "quarantined" ? state : "ready";
}
