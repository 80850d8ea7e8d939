import { type Note, ValetKeyError } from "@valetkey/client";
import { isNewNoteId } from "../../../../service/new-notes.ts";
import type { DraftContext } from "../draft.ts";

const NOTE: Note = {
  id: "note-1",
  ownerId: "ann",
  title: "Plan",
  body: "one",
  role: "owner",
  owner: { id: "ann", name: "Ann", email: "ann@example.com" },
  attachments: [],
  attachmentsCursor: null,
  accessExpiresAt: null,
  attachmentCount: 0,
  accessRequestCount: 0,
  isNew: false,
  isPinned: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
};

/** A service with one note. Like the real service, this service refuses a save that is based on an older version. */
export class FakeService {
  note: Note = NOTE;
  /** The bodies of all saves, in the order in which they arrived. */
  readonly saves: object[] = [];
  /** If set, every save fails with this error. */
  failure: Error | undefined;
  /** Whether saves succeed, but their responses are lost. */
  losesResponses = false;
  /** Each response to a save waits for this promise. */
  delay: Promise<void> = Promise.resolve();

  readonly notes: DraftContext["notes"] = {
    get: async () => this.note,
    update: async (id, { ifUpdatedAt, ...change }) => {
      this.saves.push(change);
      await this.delay;
      if (this.failure !== undefined) throw this.failure;
      if (isNewNoteId(id)) return this.#create(id, change);
      if (ifUpdatedAt !== this.note.updatedAt) throw new ValetKeyError("note_changed", "", { status: 409 });
      this.change(change);
      if (this.losesResponses) throw new ValetKeyError("network", "");
      return this.note;
    },
  };

  /** The idempotency keys of the notes that saves have created. */
  readonly createdBy = new Set<string>();

  /** Creates only one note for each idempotency key, like the real service. */
  #create(key: string, { title = "", body = "" }: Partial<Pick<Note, "title" | "body">>): Note {
    if (!this.createdBy.has(key)) {
      this.createdBy.add(key);
      this.change({ title, body });
    }
    if (this.losesResponses) throw new ValetKeyError("network", "");
    return this.note;
  }

  /** Changes the note, as another user would. */
  change(change: Partial<Pick<Note, "title" | "body">>): void {
    const updatedAt = new Date(Date.parse(this.note.updatedAt) + 1).toISOString();
    this.note = { ...this.note, ...change, updatedAt };
  }
}
