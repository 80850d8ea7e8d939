import { below, createRandom } from "./random.ts";

export type BenchNote = { id: string; ownerId: string; title: string };
export type BenchAttachment = { id: string; noteId: string; ownerId: string; objectKey: string; filename: string };
export type BenchShare = { id: string; noteId: string; userId: string };

export type Dataset = {
  userIds: string[];
  /** A user without notes and shares, whom every candidate must refuse. */
  strangerId: string;
  notes: BenchNote[];
  attachments: BenchAttachment[];
  shares: BenchShare[];
  /** Every pair of a user and an attachment that the user may read: as owner or as receiver of a share. */
  grants: { userId: string; attachment: BenchAttachment }[];
};

const SEED = 20_260_101;
const USERS = 200;
const SHARES_OF_NOTE = 2;
const FIRST_INSTANT = Date.UTC(2026, 0, 1);

export type DatasetShape = { notes: number; attachmentsOfNote: number };

/** 10,000 files in many notes for single URLs, or in large notes for batches. A batch has the files of one note. */
export const datasetShapes = {
  single: { notes: 2_000, attachmentsOfNote: 5 },
  batch: { notes: 100, attachmentsOfNote: 100 },
} as const satisfies Record<string, DatasetShape>;

/** Makes the data of every candidate. It depends only on the shape, so the load generator needs no database. */
export function createDataset({ notes, attachmentsOfNote }: DatasetShape): Dataset {
  const random = createRandom(SEED);
  const newId = createIds(random);
  const userIds = Array.from({ length: USERS }, newId);
  const dataset: Dataset = { userIds, strangerId: newId(), notes: [], attachments: [], shares: [], grants: [] };
  for (let index = 0; index < notes; index++) addNote(dataset, { index, attachmentsOfNote, random, newId });
  return dataset;
}

type NoteSource = { index: number; attachmentsOfNote: number; random: () => number; newId: () => string };

function addNote(dataset: Dataset, source: NoteSource): void {
  const { index, random, newId } = source;
  const owner = index % USERS;
  const note = { id: newId(), ownerId: userAt(dataset, owner), title: `Note ${index}` };
  dataset.notes.push(note);
  const readers = [note.ownerId];
  const first = 1 + below(random, USERS - SHARES_OF_NOTE);
  for (let offset = 0; offset < SHARES_OF_NOTE; offset++) {
    const userId = userAt(dataset, (owner + first + offset) % USERS);
    dataset.shares.push({ id: newId(), noteId: note.id, userId });
    readers.push(userId);
  }
  for (let number = 0; number < source.attachmentsOfNote; number++) {
    const attachment = {
      id: newId(),
      noteId: note.id,
      ownerId: note.ownerId,
      objectKey: `attachments/${newId().replaceAll("-", "")}`,
      filename: `Quarterly report ${index}-${number}.pdf`,
    };
    dataset.attachments.push(attachment);
    for (const userId of readers) dataset.grants.push({ userId, attachment });
  }
}

function userAt({ userIds }: Dataset, index: number): string {
  const userId = userIds[index];
  if (userId === undefined) throw new RangeError(`There is no user ${index}`);
  return userId;
}

/** Makes UUIDv7 ids, one a millisecond, like a service that grew over time. */
function createIds(random: () => number): () => string {
  let instant = FIRST_INSTANT;
  return () => {
    const time = (instant++).toString(16).padStart(12, "0");
    const hex = () => below(random, 0x10000).toString(16).padStart(4, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex().slice(1)}-8${hex().slice(1)}-${hex()}${hex()}${hex()}`;
  };
}
