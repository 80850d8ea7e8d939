import { type OpenedLink, openLink, type SentFile } from "@valetkey/client";
import type { PickedFile } from "../../files/folders.ts";
import { describeRejection } from "../../texts/describe-rejection.ts";
import { fill, h, setProps } from "../dom.ts";
import type { Page } from "../page-context.ts";
import { texts } from "../texts/en.ts";
import { abuseLine, fileLine, folderLists, sheet, ticket } from "../views/parts.ts";
import { timeLeft } from "../views/time-left.ts";
import { type ChosenEntry, chosenEntry } from "./chosen-entry.ts";
import { dropPlace, refusal, removeButton, slotList } from "./file-picker.ts";
import { createRequestState, type FileRequest, problemOf, type Slot } from "./request-state.ts";
import { isReceived, sentEntry } from "./sent-entry.ts";

const words = texts.request;
/** The maximum number of uploads at the same time, because more uploads would only share the same connection. */
const UPLOADS_AT_ONCE = 2;

/** A chosen or refused file on the page. */
type Row = {
  element: HTMLElement;
  path: string | undefined;
  slotId: string | undefined;
  file: { name: string; size: number };
};

/** The ticket of a file request. */
export function requestView(link: OpenedLink & { request: FileRequest }, page: Page): HTMLElement {
  const { request, sharedBy, label, message, expiresAt } = link;
  const state = createRequestState(request);
  const service = openLink(page.token, { baseUrl: location.origin, receiverCode: page.receiverCode });
  const chosen = new Map<HTMLElement, ChosenEntry>();
  /** The refused files. `isStored` says whether the visitor has sent the file, so that the service also lists the file. */
  const refused = new Map<HTMLElement, Row & { isStored: boolean }>();
  let isSending = false;

  const name = nameField(request.askName);
  const problem = h("p", { role: "alert", class: "mt-2 text-danger text-small empty:hidden" });
  const lists = folderLists();
  const hasSlots = request.slots.length > 0;
  const slots = slotList(request.slots, { state, onFile: (file, slot) => choose([{ file }], slot) });
  const dropping = dropPlace({
    accept: request.accept,
    onPicked: (files) => choose(files, undefined),
    onProblem: (text) => fill(problem, text),
    filesLeft: state.filesLeft,
  });
  const files = h("div", {}, hasSlots && slots.element, lists.element, !hasSlots && dropping.element);
  const limits = h("p", { class: "mt-3 text-muted text-small empty:hidden" });
  const button = h("button", {
    class: "button primary mt-4 w-full",
    "aria-describedby": "blocked",
    onclick: () => void sendAll(),
  });
  const blocked = h("p", { id: "blocked", class: "mt-2 text-center text-muted text-small empty:hidden" });
  const footer = h("div", {}, name.element, button, blocked);
  const thanks = h("p", { class: "mt-4 text-accent empty:hidden", tabindex: -1 });
  const asks = sharedBy === "" ? words.anonymous : words.title(sharedBy);
  const view = ticket(
    { title: asks, label, message },
    {
      body: [limits, files, problem, footer, thanks],
      stub: [timeLeft(expiresAt, { onEnd: () => void page.check() })],
    },
  );
  // A request that needs nothing more shows neither its message nor its remaining time.
  const [title, messageLine, end] = ["h1", ".message", ":scope > :nth-child(2)"].map((part) =>
    view.querySelector<HTMLElement>(part),
  ) as [HTMLElement, HTMLElement | null, HTMLElement];

  function choose(files: readonly PickedFile[], slot: Slot | undefined): void {
    fill(problem, "");
    for (const { file, path } of files) {
      takePending({ file, path }, slot);
      if (state.filesLeft() < 1) {
        fill(problem, words.tooMany(Math.max(0, state.filesLeft())));
        break;
      }
      const limits = state.limitsOf(slot);
      const ways = { onRemove: () => remove(entry), onReplace: (other: File) => replace(entry, other) };
      const entry: ChosenEntry = chosenEntry(file, { path, slotId: slot?.id, accept: limits.accept, ...ways });
      const reason = problemOf(file, limits);
      if (reason === undefined) add(entry);
      else {
        entry.refuse(reason);
        showRefused({ ...entry, isStored: false });
      }
    }
    update();
  }

  function add(entry: ChosenEntry): void {
    chosen.set(entry.element, entry);
    state.count({ files: 1, bytes: entry.file.size });
    place(entry);
  }

  /** Shows a refused file with the reason. A refused file does not count for the limits. */
  function showRefused(row: Row & { isStored: boolean }): void {
    refused.set(row.element, row);
    place(row);
  }

  function place({ path, slotId, element }: Row): void {
    if (slotId !== undefined) slots.set(slotId, { entry: element, isFilled: false, isOpen: false });
    else if (!element.isConnected) lists.add(path, element);
  }

  function remove({ element, slotId, file }: Row): void {
    if (chosen.delete(element)) state.count({ files: -1, bytes: file.size });
    const gone = refused.get(element);
    refused.delete(element);
    // If the service does not delete the refused file, the file appears again after a reload.
    if (gone?.isStored) discard(gone).catch(() => undefined);
    element.remove();
    if (slotId !== undefined) slots.set(slotId, { entry: undefined, isFilled: false, isOpen: true });
    update();
  }

  function replace(row: Row, other: File): void {
    remove(row);
    choose([{ file: other, path: row.path }], slotOf(row));
  }

  /** Deletes a refused file at the service. The error of a refused upload does not name the upload, so the page compares the files. */
  async function discard({ path = "", file, slotId }: Row): Promise<void> {
    const key = keyOf(path + file.name, file.size, slotId);
    for (const sent of await service.sent()) {
      const isSame = keyOf((sent.path ?? "") + sent.filename, sent.sizeBytes, sent.slotId ?? undefined) === key;
      if (isSame && sent.state === "rejected") await service.takeBack(sent.uploadId);
    }
  }

  const slotOf = ({ slotId }: Pick<Row, "slotId">) => request.slots.find(({ id }) => id === slotId);

  /** The upload ids of the files of this visitor that have arrived. */
  const received = new Set<string>();
  const pending = new Map<string, { element: HTMLElement; bytes: number }>();
  const keyOf = (name: string, bytes: number, slotId: string | undefined) => JSON.stringify([name, bytes, slotId]);

  /** Removes an interrupted upload of the same file, so that the file does not count twice. */
  function takePending({ file, path = "" }: PickedFile, slot: Slot | undefined): void {
    const key = keyOf(path + file.name, file.size, slot?.id);
    const found = pending.get(key);
    if (found === undefined) return;
    pending.delete(key);
    found.element.remove();
    state.count({ files: -1, bytes: found.bytes });
  }

  function showRejected(file: SentFile): void {
    const { path, filename, sizeBytes, slotId } = file;
    const actions = [removeButton(filename, () => remove(row))];
    const element = fileLine({ filename, sizeBytes }, { below: [], actions });
    const row = { element, path, slotId: slotId ?? undefined, file: { name: filename, size: sizeBytes } };
    const { accept } = state.limitsOf(slotOf(row));
    const onReplace = (other: File) => replace(row, other);
    element.lastElementChild?.append(
      refusal(describeRejection(file) ?? words.states.rejected, {
        filename,
        accept,
        onReplace,
      }),
    );
    showRefused({ ...row, isStored: true });
  }

  function showSent(file: SentFile): void {
    const { slotId, sizeBytes: bytes } = file;
    const onTakenBack = (element: HTMLElement) => {
      element.remove();
      received.delete(file.uploadId);
      state.count({ files: -1, bytes });
      if (slotId !== null) slots.set(slotId, { entry: undefined, isFilled: false, isOpen: true });
      update();
    };
    const slot = slotOf({ slotId: slotId ?? undefined });
    const { accept } = state.limitsOf(slot);
    const onChosen = (again: File) => choose([{ file: again, path: file.path }], slot);
    const element = sentEntry(file, { token: page.token, service, sharedBy, label, accept, onChosen, onTakenBack });
    const isFilled = isReceived(file);
    if (isFilled) received.add(file.uploadId);
    if (slotId === null) lists.add(file.path, element);
    else slots.set(slotId, { entry: element, isFilled, isOpen: false });
    if (file.state === "pending")
      pending.set(keyOf((file.path ?? "") + file.filename, bytes, slotId ?? undefined), { element, bytes });
  }

  async function sendAll(): Promise<void> {
    if (isSending) return;
    // The description of the button says what is missing.
    if (chosen.size === 0) return pickers()[0]?.focus();
    if (!name.check()) return;
    isSending = true;
    update();
    const waiting = [...chosen.values()].values();
    const work = async () => {
      for (const entry of waiting) await sendOne(entry);
    };
    await page.whileBusy(Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, work)));
    isSending = false;
    update();
    thanks.focus();
  }

  async function sendOne(entry: ChosenEntry): Promise<void> {
    const sent = await entry.send(service, name.value());
    if (sent === "cancelled" || sent === "failed") return;
    chosen.delete(entry.element);
    if (sent === "refused") {
      state.count({ files: -1, bytes: entry.file.size });
      return showRefused({ ...entry, isStored: true });
    }
    entry.element.remove();
    showSent(sent);
    page.announce(`${sent.filename}: ${words.states.ready}`);
  }

  function update(): void {
    const isFull = state.filesLeft() < 1 && chosen.size === 0;
    const hasAll = isFull && refused.size + pending.size === 0;
    const isWaiting = chosen.size + refused.size + pending.size > 0 || (hasSlots && !slots.isComplete());
    const isDone = received.size > 0 && !isWaiting;
    fill(title, hasAll ? words.full : isDone ? words.arrived : asks);
    messageLine?.toggleAttribute("hidden", hasAll || isDone);
    end.toggleAttribute("hidden", hasAll);
    const limit = isFull
      ? hasAll && received.size === 0 && words.fullHint
      : describeLimits(request, { left: state.filesLeft(), isFirst: lists.isEmpty() });
    fill(limits, limit);
    dropping.element.hidden = isSending || state.filesLeft() < 1;
    lists.update();
    dropping.show({ isFirst: lists.isEmpty() });
    fill(thanks, isDone && (hasAll ? words.thanksForAll : words.thanks));
    fill(button, isSending ? words.sending(chosen.size) : words.send(chosen.size));
    setProps(button, { "aria-disabled": isSending || chosen.size === 0 ? "true" : undefined });
    footer.hidden = isFull || isDone;
    name.element.hidden = isSending || chosen.size === 0;
    fill(blocked, chosen.size === 0 && (refused.size + pending.size === 0 ? words.chooseFirst : words.noneReady));
    // The next step always has the green button: first the single button that chooses a file, and then "Send". With several slots or
    // refused files, all buttons look the same.
    const isOnly = !hasSlots && refused.size + pending.size < 2;
    for (const [nth, picker] of pickers().entries()) {
      const isNext = isOnly && nth === 0 && chosen.size === 0 && !isDone;
      picker.classList.toggle("primary", isNext);
      picker.classList.toggle("secondary", !isNext);
    }
  }

  const pickers = () => files.querySelectorAll<HTMLElement>(".picker");

  for (const file of request.sent) {
    // A new file for the same slot replaces the refused file.
    for (const [element, { slotId }] of refused)
      if (slotId !== undefined && slotId === file.slotId) refused.delete(element);
    if (file.state === "rejected") showRejected(file);
    else if (file.state !== "aborted" && file.state !== "expired") showSent(file);
  }
  update();
  return sheet(view, abuseLine(link));
}

type Left = { left: number; isFirst: boolean };

/** Says how many files the visitor can add. `isFirst`: the page shows no file yet. */
function describeLimits({ slots, accept, maxBytesPerFile }: FileRequest, { left, isFirst }: Left): string {
  if (slots.length > 0) return "";
  const limits = (isFirst ? words.limits : words.moreLimits)(left, maxBytesPerFile);
  return accept.length === 0 ? limits : `${limits} ${words.kinds(accept)}`;
}

type NameField = {
  element: HTMLElement;
  /** Returns the name, or undefined if the visitor has typed no name. */
  value(): string | undefined;
  /** Returns whether the name is valid. If not, the field shows the reason. */
  check(): boolean;
};

/** Asks for the name of the visitor, if the file request needs a name. */
function nameField(askName: FileRequest["askName"]): NameField {
  const problem = h("p", { id: "name-problem", role: "alert", class: "text-danger text-small empty:hidden" });
  const field = h("input", {
    id: "name",
    class: "field",
    autocomplete: "name",
    maxlength: 100,
    required: askName === "required",
    "aria-describedby": "name-problem",
  });
  const label = askName === "required" ? words.name : words.nameOptional;
  const parts = [h("label", { for: "name", class: "font-medium text-small" }, label), field, problem];
  return {
    element: h("div", { class: "mt-4 flex flex-col gap-1" }, ...(askName === "no" ? [] : parts)),
    value: () => (askName === "no" ? undefined : field.value.trim() || undefined),
    check() {
      const isMissing = askName === "required" && field.value.trim() === "";
      fill(problem, isMissing ? words.nameMissing : "");
      setProps(field, { "aria-invalid": isMissing ? "true" : undefined });
      if (isMissing) field.focus();
      return !isMissing;
    },
  };
}
