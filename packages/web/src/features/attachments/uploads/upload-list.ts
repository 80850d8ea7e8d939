import { computed, map, type ReadableAtom } from "nanostores";
import { isActive, type Upload } from "./upload.ts";

type Uploads = Readonly<Record<string, Upload>>;

export class UploadList {
  readonly $uploads = map<Record<string, Upload>>({});
  /** The ids of the uploads. Changes only when an upload is added or removed. */
  readonly $ids = computedSet(this.$uploads, Object.keys);
  /** The ids of the attachments that the page shows as uploads. */
  readonly $attachmentIds = computedSet(this.$uploads, (uploads) =>
    Object.values(uploads).flatMap(({ attachmentId }) => attachmentId ?? []),
  );
  /** Whether a reload would lose an upload. */
  readonly $isAtRisk = computed(this.$uploads, (uploads: Uploads) =>
    Object.values(uploads).some((upload) => isActive(upload) && !upload.continuesAfterReload),
  );
  readonly #seen = new Set<string>();

  all(): readonly Upload[] {
    return Object.values(this.$uploads.get());
  }

  get(id: string): Upload | undefined {
    return this.$uploads.get()[id];
  }

  /** Whether the page shows the upload, or has shown it. */
  hasSeen(id: string): boolean {
    return this.#seen.has(id);
  }

  put(upload: Upload): void {
    this.#seen.add(upload.id);
    this.$uploads.setKey(upload.id, upload);
  }

  /** Changes an upload. Does nothing if the upload was removed. */
  change(id: string, changes: Partial<Upload>): void {
    const upload = this.get(id);
    if (upload !== undefined) this.$uploads.setKey(id, { ...upload, ...changes });
  }

  remove(id: string): void {
    const { [id]: _, ...others } = this.$uploads.get();
    this.$uploads.set(others);
  }
}

/** Makes a store that notifies its listeners only when the members of the set change, and not when more bytes are sent. */
function computedSet(
  $uploads: ReadableAtom<Uploads>,
  select: (uploads: Uploads) => readonly string[],
): ReadableAtom<ReadonlySet<string>> {
  let current: ReadonlySet<string> = new Set();
  return computed($uploads, (uploads: Uploads) => {
    const members = select(uploads);
    const isSame = members.length === current.size && members.every((member) => current.has(member));
    if (!isSame) current = new Set(members);
    return current;
  });
}
