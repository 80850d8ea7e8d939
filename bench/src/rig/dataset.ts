export type BenchNote = { id: string; ownerId: string; title: string };
export type BenchAttachment = { id: string; noteId: string; ownerId: string; objectKey: string; filename: string };
type BenchShare = { id: string; noteId: string; userId: string };

export type Dataset = {
  userIds: string[];
  notes: BenchNote[];
  attachments: BenchAttachment[];
  shares: BenchShare[];
  /** The small notes that get a public link to all their files. */
  linkedNotes: BenchNote[];
  /** Pairs of a user and an attachment that the user may read, as the owner or because of a share. */
  grants: { userId: string; attachment: BenchAttachment }[];
};

const SEED = 20_260_101;
/** The number of users. With so many users, no user reaches the limits for one user, even in a long run. */
const USERS = 400;
const NOTES = 2_000;
const SHARES_OF_NOTE = 2;
const LINKS = 500;
const FIRST_INSTANT = Date.UTC(2026, 0, 1);
const LARGE_NOTE_STEP = 20;

/** The number of files of most notes. */
export const SMALL_NOTE_FILES = 5;
/** The number of files of every twentieth note. A request of the workload `batch` requests the URLs of all files of such a note. */
export const LARGE_NOTE_FILES = 100;

/** Creates the data for all candidates. Each call creates the same data, so the load generator does not need to read a database. */
export function createDataset(): Dataset {
  const random = createRandom(SEED);
  const newId = createIds(random);
  const userIds = Array.from({ length: USERS }, newId);
  const dataset: Dataset = { userIds, notes: [], attachments: [], shares: [], linkedNotes: [], grants: [] };
  for (let index = 0; index < NOTES; index++) addNote(dataset, { index, random, newId });
  dataset.linkedNotes = dataset.notes.filter((_, index) => !isLarge(index)).slice(0, LINKS);
  return dataset;
}

function isLarge(index: number): boolean {
  return index % LARGE_NOTE_STEP === 0;
}

type NoteSource = { index: number; random: () => number; newId: () => string };

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
  const files = isLarge(index) ? LARGE_NOTE_FILES : SMALL_NOTE_FILES;
  for (let number = 0; number < files; number++) {
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

/** Returns a function that creates UUIDv7s. Each UUID is a millisecond later than the previous UUID, as if the service grew over time. */
function createIds(random: () => number): () => string {
  let instant = FIRST_INSTANT;
  return () => {
    const time = (instant++).toString(16).padStart(12, "0");
    const hex = () => below(random, 0x10000).toString(16).padStart(4, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex().slice(1)}-8${hex().slice(1)}-${hex()}${hex()}${hex()}`;
  };
}

/** Creates a seeded generator of numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = below(random, index + 1);
    const kept = items[index] as T;
    items[index] = items[other] as T;
    items[other] = kept;
  }
  return items;
}
