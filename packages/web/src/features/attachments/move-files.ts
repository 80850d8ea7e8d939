import type { Attachment } from "@valetkey/client";
import { client } from "../../service/client.ts";
import { forEach } from "../../service/delete-with-undo.ts";
import type { TakenFiles, TargetNote } from "../../service/dragged-files.ts";
import { invalidate, keys } from "../../service/queries.ts";
import { newKey } from "../../service/send-once.ts";
import { toasts } from "../../service/toasts.ts";
import { movingTexts } from "../../texts/en/moving.ts";
import { describeProblem, texts } from "../../texts/index.ts";
import { pendingDeletions } from "./pending-deletions.ts";

const words = movingTexts;
const UNDO_MS = 7_000;

export type Transfer = TakenFiles & { to: TargetNote; isCopy: boolean };

/** Returns the filename of a single file in quotation marks, or the number of several files. */
export function nameFiles(files: readonly { filename: string }[]): string {
  const [file, ...others] = files;
  return file !== undefined && others.length === 0 ? file.filename : words.count(files.length);
}

/** Moves or copies files to a note, a few files at a time. Messages report the result and the failures, and offer to undo a move. */
export async function transferFiles({ files, fromNoteId, to, isCopy }: Transfer): Promise<void> {
  const kind = isCopy ? "copy" : "move";
  // One key is enough for all files, because the service combines the key with each file. So "Try again" after a lost response makes no
  // second copy.
  const idempotencyKey = newKey();
  const send = ({ id }: Attachment) =>
    isCopy
      ? client.attachments.copy(id, { toNoteId: to.id }, { idempotencyKey })
      : client.attachments.move(id, { fromNoteId, toNoteId: to.id }, { idempotencyKey });
  const run = async (some: readonly Attachment[]): Promise<void> => {
    const done: Attachment[] = [];
    const failed: Attachment[] = [];
    const ids = some.map(({ id }) => id);
    if (!isCopy) pendingDeletions.add(...ids);
    const busy = toasts.add({ title: words.running[kind](nameFiles(some)), timeout: 0 });
    let problem: unknown;
    await forEach(some, async (file) => {
      try {
        done.push(await send(file));
      } catch (error) {
        failed.push(file);
        problem ??= error;
      }
    });
    await refresh(fromNoteId, to.id);
    pendingDeletions.delete(...ids);
    toasts.close(busy);
    if (done.length > 0) {
      const title = words.done[kind](nameFiles(done), to.title);
      if (isCopy) toasts.add({ title });
      else offerUndo({ title, moved: done, fromNoteId, to });
    }
    if (failed.length > 0) reportFailure({ kind, failed, problem, to, retry: () => void run(failed) });
  };
  await run(files);
}

type Undo = { title: string; moved: readonly Attachment[]; fromNoteId: string; to: TargetNote };

/** Offers to move the files back. After a move to a note of another owner, each file has a new id. */
function offerUndo({ title, moved, fromNoteId, to }: Undo): void {
  const idempotencyKey = newKey();
  const undo = async () => {
    toasts.close(id);
    const back = { fromNoteId: to.id, toNoteId: fromNoteId };
    try {
      await forEach(moved, (file) => client.attachments.move(file.id, back, { idempotencyKey }));
      toasts.add({ title: words.undone(nameFiles(moved)) });
    } catch (error) {
      toasts.add({ title: words.notUndone(nameFiles(moved)), description: whyNot(error), priority: "high" });
    }
    await refresh(fromNoteId, to.id);
  };
  const id = toasts.add({
    title,
    timeout: UNDO_MS,
    actionProps: { children: texts.common.undo, onClick: () => void undo() },
  });
}

type Failed = {
  kind: "move" | "copy";
  failed: readonly Attachment[];
  problem: unknown;
  to: TargetNote;
  retry: () => void;
};

function reportFailure({ kind, failed, problem, to, retry }: Failed): void {
  const id = toasts.add({
    title: words.notDone[kind](nameFiles(failed), to.title),
    description: whyNot(problem),
    priority: "high",
    timeout: 0,
    actionProps: {
      children: texts.common.tryAgain,
      onClick: () => {
        toasts.close(id);
        retry();
      },
    },
  });
}

function whyNot(error: unknown): string {
  const { code = "" } = error as { code?: string };
  const reasons: Record<string, string | undefined> = words.reasons;
  return reasons[code] ?? describeProblem(error);
}

async function refresh(...noteIds: string[]): Promise<void> {
  const lists = [keys.notes, keys.found, keys.usage, keys.activity, keys.trash, keys.links];
  void invalidate(...lists);
  await invalidate(...noteIds.map(keys.note));
}
