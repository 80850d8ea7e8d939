import fc from "fast-check";
import { v7 as newId } from "uuid";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { shareQueries } from "../../features/sharing/queries/shares.ts";
import { trashQueries } from "../../features/trash/queries.ts";
import type { Database } from "../../platform/database/queries.ts";
import type { Role, ShareRole } from "../../platform/database/unions.ts";
import { sampleAttachment, sampleNote } from "./samples.ts";

export const PEOPLE = ["ann", "bob", "cid"] as const;
const NOTES = 3;
const ATTACHMENTS_PER_NOTE = 2;

type Answer = Role | undefined | "absent";
type ModelShare = { subjectId: string; userId: string; role: ShareRole; expiresAt: number | undefined };

/** A database, and a model that must return the same results as the database. */
export type World = { db: Database; clock: { now: number }; model: AccessModel };
type Command = (world: World) => Promise<void>;

/** A simple model of the access rules. It searches in lists, and uses no SQL. */
export class AccessModel {
  allNoteIds: string[] = [];
  allAttachmentIds: string[] = [];
  notes: { id: string; ownerId: string }[] = [];
  attachments: { id: string; noteId: string }[] = [];
  /**
   * The ids of the notes and attachments that a user moved to the trash, without the attachments of a note that a user moved to the trash.
   */
  discarded: string[] = [];
  shares: ModelShare[] = [];

  async populate({ db }: World): Promise<void> {
    for (let i = 0; i < NOTES; i++) {
      const note = sampleNote({ ownerId: PEOPLE[i % PEOPLE.length] as string });
      await noteQueries(db).insert(note);
      this.notes.push(note);
      for (let j = 0; j < ATTACHMENTS_PER_NOTE; j++) {
        const attachment = sampleAttachment(note, { state: "ready" });
        await attachmentQueries(db).insert(attachment);
        this.attachments.push(attachment);
      }
    }
    this.allNoteIds = this.notes.map((note) => note.id);
    this.allAttachmentIds = this.attachments.map((attachment) => attachment.id);
  }

  roleOnNote(userId: string, noteId: string, now: number): Answer {
    const note = this.notes.find((each) => each.id === noteId);
    if (note === undefined || this.discarded.includes(noteId)) return "absent";
    if (note.ownerId === userId) return "owner";
    return this.#liveShare(noteId, userId, now)?.role;
  }

  roleOnAttachment(userId: string, attachmentId: string, now: number): Answer {
    const attachment = this.attachments.find((each) => each.id === attachmentId);
    if (attachment === undefined || this.discarded.includes(attachmentId)) return "absent";
    const byNote = this.roleOnNote(userId, attachment.noteId, now);
    if (byNote !== undefined) return byNote;
    return this.#liveShare(attachmentId, userId, now) === undefined ? undefined : "viewer";
  }

  #liveShare(subjectId: string, userId: string, now: number): ModelShare | undefined {
    return this.shares.find(
      (share) =>
        share.subjectId === subjectId &&
        share.userId === userId &&
        (share.expiresAt === undefined || now < share.expiresAt),
    );
  }
}

const person = fc.constantFrom(...PEOPLE);
const noteIndex = fc.nat({ max: NOTES - 1 });
const attachmentIndex = fc.nat({ max: NOTES * ATTACHMENTS_PER_NOTE - 1 });
const target = fc.oneof(
  fc.record({ kind: fc.constant("note" as const), index: noteIndex }),
  fc.record({ kind: fc.constant("attachment" as const), index: attachmentIndex }),
);
type Target = { kind: "note" | "attachment"; index: number };

/** Random commands, which create, replace, revoke and expire shares, and which move items to the trash, restore them or purge them. */
export const modelCommands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        target,
        person,
        role: fc.constantFrom<ShareRole>("viewer", "editor"),
        lifetime: fc.option(fc.integer({ min: -2, max: 20 }), { nil: undefined }),
      })
      .map((given) => namedCommand("share", given, (world) => share(world, given))),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ target, person })
      .map((given) => namedCommand("revoke", given, (world) => revoke(world, given))),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 1, max: 10 }).map((ms) =>
      namedCommand("wait", ms, async ({ clock }) => {
        clock.now += ms;
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: target.map((given) => namedCommand("delete", given, (world) => remove(world, given))),
  },
  {
    weight: 4,
    arbitrary: target.map((given) => namedCommand("discard", given, (world) => discard(world, given))),
  },
  {
    weight: 3,
    arbitrary: target.map((given) => namedCommand("restore", given, (world) => restore(world, given))),
  },
  {
    weight: 1,
    arbitrary: noteIndex.map((index) => namedCommand("purge", index, (world) => startPurge(world, index))),
  },
);

// A failed test prints its commands, so each command has a readable name.
function namedCommand(name: string, given: unknown, run: Command): Command {
  return Object.assign(run, { [fc.toStringMethod]: () => `${name} ${JSON.stringify(given)}` });
}

function subjectOf({ model }: World, { kind, index }: Target): { id: string; exists: boolean } {
  const id = (kind === "note" ? model.allNoteIds : model.allAttachmentIds)[index] as string;
  const present = kind === "note" ? model.notes : model.attachments;
  return { id, exists: present.some((each) => each.id === id) };
}

async function share(
  world: World,
  given: { target: Target; person: string; role: ShareRole; lifetime: number | undefined },
): Promise<void> {
  const { db, clock, model } = world;
  const { id, exists } = subjectOf(world, given.target);
  if (!exists) return;
  const expiresAt = given.lifetime === undefined ? undefined : clock.now + given.lifetime;
  const { role, person: userId } = given;
  const subject = given.target.kind === "note" ? { noteId: id } : { attachmentId: id };
  await shareQueries(db).put(subject, { userId, role, expiresAt, createdAt: clock.now, createdBy: "somebody" });
  model.shares = model.shares.filter((each) => each.subjectId !== id || each.userId !== userId);
  model.shares.push({ subjectId: id, userId, role, expiresAt });
}

async function revoke(world: World, given: { target: Target; person: string }): Promise<void> {
  const { id } = subjectOf(world, given.target);
  const subject = given.target.kind === "note" ? { noteId: id } : { attachmentId: id };
  await shareQueries(world.db).delete(subject, given.person);
  const { model } = world;
  model.shares = model.shares.filter((each) => each.subjectId !== id || each.userId !== given.person);
}

async function discard(world: World, { kind, index }: Target): Promise<void> {
  const { db, model, clock } = world;
  const { id, exists } = subjectOf(world, { kind, index });
  const noteId = kind === "note" ? id : model.attachments.find((each) => each.id === id)?.noteId;
  const ownerId = model.notes.find((each) => each.id === noteId)?.ownerId;
  const isAbsent = [id, noteId].some((each) => each === undefined || model.discarded.includes(each));
  if (!exists || isAbsent || noteId === undefined || ownerId === undefined) return;
  const deletion = { id: newId(), deletedBy: ownerId, deletedAt: clock.now };
  if (kind === "note") await trashQueries(db).putNote(id, deletion);
  else await trashQueries(db).putAttachment(id, deletion);
  model.discarded.push(id);
}

async function restore(world: World, { kind, index }: Target): Promise<void> {
  const { db, model } = world;
  const { id } = subjectOf(world, { kind, index });
  const subject = kind === "note" ? { noteId: id } : { attachmentId: id };
  if ((await trashQueries(db).hold(subject, "ann")) === undefined) return;
  await trashQueries(db).restore(subject);
  model.discarded = model.discarded.filter((each) => each !== id);
}

/** Starts a permanent deletion, whose steps run later. */
async function startPurge(world: World, index: number): Promise<void> {
  const { id, exists } = subjectOf(world, { kind: "note", index });
  if (!exists) return;
  await trashQueries(world.db).startPurge(id);
  const { model } = world;
  model.notes = model.notes.filter((note) => note.id !== id);
  model.attachments = model.attachments.filter((attachment) => attachment.noteId !== id);
}

async function remove(world: World, given: Target): Promise<void> {
  const { db, model } = world;
  const { id } = subjectOf(world, given);
  if (given.kind === "note") {
    await noteQueries(db).delete(id);
    model.notes = model.notes.filter((note) => note.id !== id);
    model.attachments = model.attachments.filter((attachment) => attachment.noteId !== id);
  } else {
    await attachmentQueries(db).delete(id);
    model.attachments = model.attachments.filter((attachment) => attachment.id !== id);
  }
}
