import { hasCode } from "../../../service/client.ts";
import { begin, beginAgain, toUpload } from "./begin-uploads.ts";
import { carryOut, look } from "./carry-out.ts";
import { resumeUpload } from "./control-uploads.ts";
import type { FileHandle } from "./file-handle.ts";
import { jobs, letGoOn } from "./jobs.ts";
import { isKept, type KeptUpload, keptFor } from "./kept-files.ts";
import { inOneTab } from "./one-tab.ts";
import { isSameFile, type Upload, type UploadSubject } from "./upload.ts";
import { uploadList } from "./upload-list.ts";

/** Where the files are that can only be read after the person has said so. */
const handles = new Map<string, FileHandle>();

/** Goes on with what a reload has interrupted; the uploads of another account are stopped and forgotten. */
export async function restoreUploads(userId: string): Promise<void> {
  for (const { id, userId: ownerId, error } of uploadList.all().values()) {
    if (ownerId === userId) {
      // The session had ended meanwhile, and whoever uploads has signed in again.
      if (hasCode(error, "unauthenticated")) resumeUpload(id);
      continue;
    }
    jobs.get(id)?.given.abort();
    jobs.delete(id);
    uploadList.remove(id);
  }
  for (const kept of await keptFor(userId)) {
    // What this page has had is under way, or was over by the time that all was read.
    if (!uploadList.hasHad(kept.subject.id)) await restore(kept);
  }
  letGoOn(carryOut);
}

async function restore({ subject, content, isPaused, attachmentId }: KeptUpload): Promise<void> {
  if (content instanceof File) return begin(subject, { file: content, isPaused, kept: "file", attachmentId });
  if (content === undefined) return waitForPerson({ ...toUpload(subject), status: "choose", attachmentId });
  handles.set(subject.id, content);
  const isAllowed = (await content.queryPermission({ mode: "read" })) === "granted";
  const file = isAllowed ? await fileOf(content, subject) : undefined;
  if (file !== undefined) begin(subject, { file, isPaused, kept: "file", attachmentId });
  else waitForPerson({ ...toUpload(subject), status: isAllowed ? "choose" : "allow", attachmentId });
}

/** Shows what only a person can go on with; while another tab sends it, that. */
function waitForPerson(upload: Upload): void {
  const { id, noteId, status } = upload;
  uploadList.put(upload);
  void inOneTab(id, {
    signal: new AbortController().signal,
    onBusy: () => jobs.has(id) || uploadList.change(id, { status: "elsewhere" }),
    async work() {
      const isOver = !(await isKept(id));
      // The person was quicker.
      if (jobs.has(id)) return;
      if (!isOver) return uploadList.change(id, { status });
      await look(noteId);
      uploadList.remove(id);
    },
  });
}

/** Asks the browser for the file of an upload again; to be called by a click. */
export async function allowUpload(id: string): Promise<void> {
  const upload = uploadList.get(id);
  const handle = handles.get(id);
  if (upload === undefined || handle === undefined) return;
  if ((await handle.requestPermission({ mode: "read" })) !== "granted") return;
  const file = await fileOf(handle, upload);
  if (file !== undefined) beginAgain(upload, { file, kept: "file" });
  else if (uploadList.get(id)?.status === "allow") uploadList.change(id, { status: "choose" });
}

/** Undefined when it is gone, or no longer what it was. */
async function fileOf(handle: FileHandle, subject: UploadSubject): Promise<File | undefined> {
  try {
    const file = await handle.getFile();
    return isSameFile(subject, file) ? file : undefined;
  } catch {
    return undefined;
  }
}
